"""H3 cells as uint64 arrays: from points, from polygons, to neighbours, to outlines.

Source: H3 (Uber), https://h3geo.org, through h3ronpy (vectorised). Coordinates are WGS 84 degrees,
longitude first. A cell covers about 0.105 km² at resolution 9 and 0.737 km² at resolution 8.
"""

from collections.abc import Iterable, Sequence

import h3ronpy
import numpy as np
import polars as pl
import shapely
from arro3.core import Array, list_flatten, list_offsets
from h3ronpy import ContainmentMode, vector
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from shapely.geometry.base import BaseGeometry

Cells = NDArray[np.uint64]
MAX_RESOLUTION = 15


def cells_of(lon: ArrayLike, lat: ArrayLike, resolution: int) -> Cells:
    """Cell of each point.

    Args:
        lon: longitudes in degrees, shape (n,).
        lat: latitudes in degrees, shape (n,).
        resolution: 0 to 15.

    Returns:
        uint64, shape (n,).

    Raises:
        ValueError: shapes differ, a coordinate is not finite, a latitude is beyond ±90°, or the
            resolution does not exist.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"lon and lat must be 1-d and of one length, got {x.shape} and {y.shape}")
    if not (np.isfinite(x).all() and np.isfinite(y).all() and (np.abs(y) <= 90).all()):
        raise ValueError("coordinates must be finite degrees, latitude within ±90")
    _check_resolution(resolution)
    found = vector.coordinates_to_cells(_arrow(y), _arrow(x), resolution)
    return _numpy(found)


def parents(cells: ArrayLike, resolution: int) -> Cells:
    """Ancestor of each cell at a coarser (or equal) resolution, in the order given; shape (n,).

    Raises:
        ValueError: a cell is already coarser than ``resolution`` (its ancestor is not defined).
    """
    array = _cells(cells)
    _check_resolution(resolution)
    if array.size and int(_numpy(h3ronpy.cells_resolution(_arrow(array))).min()) < resolution:
        raise ValueError(f"a cell is coarser than resolution {resolution}: it has no parent there")
    return _numpy(h3ronpy.change_resolution(_arrow(array), resolution))


def cells_within(geometry: BaseGeometry, resolution: int) -> Cells:
    """Cells whose centre lies inside a polygon or multipolygon, sorted, without repetition; shape (n,).

    Cells of neighbouring territories therefore partition the plane: none is shared, none is lost.
    """
    _check_resolution(resolution)
    if geometry.is_empty:
        return np.empty(0, dtype=np.uint64)
    mode = ContainmentMode.ContainsCentroid
    wkb = pl.Series([shapely.to_wkb(geometry)], dtype=pl.Binary)
    return np.unique(_numpy(vector.wkb_to_cells(wkb, resolution, containment_mode=mode, flatten=True)))


def neighbourhood(cells: ArrayLike) -> sparse.csr_array:
    """Who touches whom among the given cells: binary, k = 1 disk, self included (the star of Gi*).

    Args:
        cells: distinct cells of one resolution, shape (n,), any order.

    Returns:
        Symmetric float64 matrix of 0 and 1, shape (n, n), rows and columns in the order given,
        column indices sorted.

    Raises:
        ValueError: a cell is repeated.
    """
    array = _cells(cells)
    order = np.argsort(array, kind="stable")
    ordered = array[order]
    if (ordered[1:] == ordered[:-1]).any():
        raise ValueError("cells must be distinct")
    near, row = _disks(array)
    position = np.searchsorted(ordered, near)
    position[position == array.size] = 0
    known = ordered[position] == near if array.size else np.zeros(0, dtype=bool)
    column = order[position[known]]
    ones = np.ones(column.size)
    matrix = sparse.csr_array((ones, (row[known], column)), shape=(array.size, array.size))
    matrix.sort_indices()
    return matrix


def ring(cells: ArrayLike) -> Cells:
    """Cells outside the set that touch it: sorted, without repetition; shape (m,)."""
    array = _cells(cells)
    return np.setdiff1d(_disks(array)[0], array)


def boundaries(cells: ArrayLike) -> NDArray[np.object_]:
    """Outline of each cell: closed shapely polygons in WGS 84 degrees, lon/lat; shape (n,)."""
    array = _cells(cells)
    if not array.size:
        return np.empty(0, dtype=object)
    wkb = pl.Series(vector.cells_to_wkb_polygons(_arrow(array)))
    polygons: NDArray[np.object_] = shapely.from_wkb(wkb.to_numpy())
    return polygons


def centres(cells: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitude and latitude of each cell's centre, WGS 84 degrees; two arrays of shape (n,)."""
    found = vector.cells_to_coordinates(_arrow(_cells(cells)))
    return found["lng"].to_numpy().astype(np.float64), found["lat"].to_numpy().astype(np.float64)


def to_hex(cells: ArrayLike) -> list[str]:
    """Cells as H3 writes them (15 hexadecimal digits), in the order given."""
    return [f"{cell:x}" for cell in _cells(cells).tolist()]


def from_hex(texts: Iterable[str]) -> Cells:
    """Cells from H3's hexadecimal texts, in the order given; shape (n,).

    Raises:
        ValueError: a text is not an H3 cell.
    """
    try:
        array = np.array([int(text, 16) for text in texts], dtype=np.uint64)
    except OverflowError:
        raise ValueError("an H3 cell has 64 bits") from None
    return _cells(array)


def _disks(array: Cells) -> tuple[Cells, NDArray[np.intp]]:
    """Flattened k = 1 disks and, for each of their cells, the index of its centre."""
    if not array.size:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.intp)
    disks = h3ronpy.grid_disk(_arrow(array), 1)
    sizes = np.diff(_numpy(list_offsets(disks)))
    return _numpy(list_flatten(disks)), np.repeat(np.arange(array.size), sizes)


def _cells(cells: ArrayLike | Sequence[int]) -> Cells:
    """A contiguous uint64 array of valid cells (h3ronpy drops invalid ones in silence: we refuse)."""
    array = np.ascontiguousarray(cells, dtype=np.uint64)
    if array.ndim != 1:
        raise ValueError(f"cells must be 1-d, got shape {array.shape}")
    if array.size and not _numpy(h3ronpy.cells_valid(_arrow(array), booleanarray=True)).all():
        raise ValueError("not every value is an H3 cell")
    return array


def _check_resolution(resolution: int) -> None:
    if not 0 <= resolution <= MAX_RESOLUTION:
        raise ValueError(f"H3 resolutions go from 0 to {MAX_RESOLUTION}, got {resolution}")


def _arrow(array: NDArray[np.float64] | Cells) -> Array:
    """Numpy to Arrow without a copy (arro3 wants contiguous memory)."""
    return Array.from_numpy(np.ascontiguousarray(array))


def _numpy(array: Array) -> Cells:
    """Arrow to a numpy array that owns its memory (a borrowed one is read-only)."""
    found: Cells = np.array(array.to_numpy())
    return found

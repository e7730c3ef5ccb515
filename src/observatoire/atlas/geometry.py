"""Small repairs and measures shared by the contours and the QPV; arrays of shapely geometries."""

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

Geometries = NDArray[np.object_]
# Cylindrical, equal-area, whole Earth (EASE-Grid 2.0): one system for the métropole and overseas.
EQUAL_AREA = 6933


def polygons_only(geometries: Geometries) -> Geometries:
    """Valid multipolygons out of invalid ones: ``make_valid``, lines and points dropped; shape (n,).

    The union of the linework is kept (method "linework"): a bow tie becomes two triangles.
    """
    found = np.empty(len(geometries), dtype=object)
    for index, geometry in enumerate(shapely.make_valid(geometries)):
        parts = [part for part in shapely.get_parts(geometry) if shapely.area(part) > 0]
        found[index] = shapely.unary_union(parts) if parts else shapely.MultiPolygon()
    return as_multipolygons(found)


def as_multipolygons(geometries: Geometries) -> Geometries:
    """The same with every polygon as a multipolygon, None kept; shape (n,)."""
    found = geometries.copy()
    for index in np.flatnonzero(shapely.get_type_id(geometries) == shapely.GeometryType.POLYGON):
        found[index] = shapely.MultiPolygon([geometries[index]])
    return found


def area_km2(geometries: Geometries) -> NDArray[np.float64]:
    """Areas on the WGS 84 ellipsoid, km², through an equal-area projection; NaN for None; shape (n,)."""
    transformer = Transformer.from_crs(4326, EQUAL_AREA, always_xy=True)

    def project(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    areas = np.asarray(shapely.area(shapely.transform(geometries, project)), dtype=np.float64) / 1e6
    areas[shapely.is_missing(geometries)] = np.nan
    return areas

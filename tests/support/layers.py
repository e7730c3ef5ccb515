"""Files of polygons as a GIS writes them."""

import gzip
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import shapely

WGS84 = "EPSG:4326"


def feature(shape: Any, **properties: Any) -> dict[str, Any]:
    geometry = None if shape is None else json.loads(shapely.to_geojson(shape))
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def geojson(path: Path, *features: dict[str, Any], **members: Any) -> Path:
    """A FeatureCollection; compressed when the name says so."""
    content = json.dumps({"type": "FeatureCollection", "features": list(features), **members}).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def written(
    path: Path,
    shapes: list[Any],
    columns: dict[str, list[Any]],
    *,
    layer: str | None = None,
    crs: str | None = WGS84,
    **options: Any,
) -> Path:
    """A GeoPackage, a Shapefile, or a ``.zip`` of one, by GDAL."""
    from pyogrio.raw import write

    target = path.with_suffix(".shp") if path.suffix == ".zip" else path
    write(
        target,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        [np.array(values) for values in columns.values()],
        list(columns),
        geometry_type="MultiPolygon" if target.suffix == ".gpkg" else "Polygon",
        promote_to_multi=target.suffix == ".gpkg",
        crs=crs,
        layer=layer,
        **options,
    )
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for part in sorted(path.parent.glob(f"{path.stem}.*")):
                if part != path:
                    archive.write(part, f"donnees/{part.name}")
                    part.unlink()
    return path


def without(path: Path, ending: str) -> Path:
    """The same Shapefile without one of its parts."""
    folder = path.parent / f"sans{ending}"
    folder.mkdir()
    for part in path.parent.glob(f"{path.stem}.*"):
        if part.suffix != ending:
            shutil.copy(part, folder / part.name)
    return folder / path.name

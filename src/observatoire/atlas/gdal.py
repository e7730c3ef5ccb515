"""GeoPackage and Shapefile, by GDAL: which layer is meant, in which system, in which encoding."""

import re
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from observatoire.atlas.errors import InvalidLayer, LayerToChoose
from observatoire.atlas.layers import Geometries, Layer, Properties, checked, in_degrees, system_of

MOST_FILES = 2_000
POLYGONS = ("polygon", "multipolygon", "unknown", "geometry", "surface", "curvepolygon", "multisurface")


def read(path: Path, wanted: tuple[str, ...], name: str | None, epsg: int | None) -> list[Layer]:
    """The layers that are meant; see ``layers.read_layers``."""
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError

    address = _address(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of GDAL: what it mends in a ring is checked below
            kinds = {str(layer): str(kind) for layer, kind in pyogrio.list_layers(address)}
            return [_layer(path, address, chosen, epsg) for chosen in _chosen(kinds, wanted, name)]
    except (DataSourceError, DataLayerError, FeatureError, FieldError, RuntimeError, ValueError):
        raise InvalidLayer(
            "ce n'est pas un fichier GeoJSON, GeoPackage ou Shapefile lisible (un « .shp » se charge avec "
            "ses « .dbf », « .shx » et « .prj », ou dans un « .zip » qui les contient)"
        ) from None


def _address(path: Path) -> str:
    """As GDAL opens it; archives are read in place."""
    if not zipfile.is_zipfile(path) or path.suffix.lower() != ".zip":
        return str(path)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    if len(names) > MOST_FILES:
        raise InvalidLayer(f"l'archive contient plus de {MOST_FILES} fichiers")
    inside = [n for n in names if n.lower().endswith((".shp", ".gpkg")) and "__MACOSX" not in n]
    if not inside:
        raise InvalidLayer("l'archive ne contient ni Shapefile ni GeoPackage")
    folders = {n.rpartition("/")[0] for n in inside}
    if len(inside) == 1 or len(folders) > 1 or not inside[0].lower().endswith(".shp"):
        return f"/vsizip/{path.resolve()}/{inside[0]}"
    return f"/vsizip/{path.resolve()}/{folders.pop()}".rstrip("/")


def _letters(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _chosen(kinds: dict[str, str], wanted: tuple[str, ...], name: str | None) -> list[str]:
    drawn = [layer for layer, kind in kinds.items() if _letters(kind).removesuffix("zm").startswith(POLYGONS)]
    if name is not None:
        if name not in kinds:
            listed = ", ".join(f"« {layer} »" for layer in kinds)
            raise InvalidLayer(f"il n'a pas de couche « {name} » ; couches : {listed}")
        return [name]
    if not drawn:
        raise InvalidLayer("il ne contient aucune couche de polygones")
    if len(drawn) == 1:
        return drawn
    meant = [layer for layer in drawn if wanted and _letters(layer).startswith(wanted)]
    if not meant:
        raise LayerToChoose(", ".join(f"« {layer} »" for layer in drawn))
    return meant


def _layer(path: Path, address: str, name: str, epsg: int | None) -> Layer:
    from pyogrio.raw import read as read_raw

    meta, _, wkb, columns = read_raw(
        address, layer=name, force_2d=True, encoding=_encoding(path, name), datetime_as_string=True
    )
    names = [str(field).strip().lower() for field in meta["fields"]]
    values = zip(*columns, strict=True) if names else [() for _ in wkb]
    rows: list[Properties] = [dict(zip(names, map(_bare, row), strict=True)) for row in values]
    return Layer(name, rows, _degrees(wkb, meta["crs"], epsg))


def _bare(value: Any) -> Any:  # noqa: ANN401
    """A value of numpy as Python's own; a missing number is None."""
    plain = value.tolist() if isinstance(value, np.ndarray | np.generic) else value
    return None if isinstance(plain, float) and np.isnan(plain) else plain


def _degrees(wkb: Any, told: str | None, epsg: int | None) -> Geometries:  # noqa: ANN401
    if epsg is None and not told:
        raise InvalidLayer(
            "il ne dit pas dans quel système sont ses coordonnées (le « .prj » manque) : "
            "donnez-le par « --epsg », par exemple 2154 pour le Lambert-93"
        )
    system = system_of(f"EPSG:{epsg}" if epsg is not None else str(told))
    geometries = np.asarray(shapely.from_wkb(np.asarray(wkb, dtype=object)), dtype=object)
    return in_degrees(checked(geometries), system)


def _encoding(path: Path, layer: str) -> str | None:
    """Of a DBF file, by its bytes: the file that names it is often absent, and sometimes wrong."""
    text, told = _table_bytes(path, layer)
    if text is None or text.isascii():
        return None
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return "CP1252" if told is None or told.replace("-", "").upper() == "UTF8" else None
    return "UTF-8"


def _table_bytes(path: Path, layer: str) -> tuple[bytes | None, str | None]:
    """(records of the DBF file of a layer, the encoding that a ``.cpg`` file names)."""
    if path.suffix.lower() == ".shp":
        beside = {p.suffix.lower(): p for p in path.parent.glob(f"{path.stem}.*")}
        table, told = beside.get(".dbf"), beside.get(".cpg")
        return _records(table.read_bytes() if table else None), told.read_text().strip() if told else None
    if path.suffix.lower() != ".zip":
        return None, None
    with zipfile.ZipFile(path) as archive:
        parts = {n.rpartition("/")[2].lower(): n for n in archive.namelist()}
        table_name, cpg = parts.get(f"{layer}.dbf".lower()), parts.get(f"{layer}.cpg".lower())
        told_text = archive.read(cpg).decode("ascii", "replace").strip() if cpg else None
        return _records(archive.read(table_name) if table_name else None), told_text


def _records(content: bytes | None) -> bytes | None:
    """What follows the header, whose length stands in its bytes 8 and 9 (dBASE III)."""
    return None if content is None else content[int.from_bytes(content[8:10], "little") :]

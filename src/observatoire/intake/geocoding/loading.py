"""The city's own table of places, from a file: every line is right, or nothing is replaced."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.errors import ShapelyError

from observatoire.disclosure.policy import Caller
from observatoire.domain.incident import LocationPrecision
from observatoire.errors import FieldError
from observatoire.intake.desk import Desk
from observatoire.intake.geocoding.again import geocode_again
from observatoire.intake.geocoding.errors import InvalidPlaceTable
from observatoire.intake.geocoding.words import is_street, name_form, street_form
from observatoire.intake.locating import TOLERANCE_METRES
from observatoire.intake.parsing.codes import DeclaredCode, parse_insee
from observatoire.intake.parsing.text import plain
from observatoire.intake.personal import looks_personal
from observatoire.intake.reading.document import Origin
from observatoire.intake.reading.opening import open_document
from observatoire.store import accounts, places
from observatoire.store.places import PlaceRow, TableRecord
from observatoire.store.reference import gazetteer
from observatoire.store.reference.gazetteer import Gazetteer, Window

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "nom": ("nom", "libelle", "lieu"),
    "type": ("type", "nature"),
    "commune": ("commune", "code commune", "code insee", "insee", "code_commune", "code_insee"),
    "longitude": ("longitude", "lon", "lng"),
    "latitude": ("latitude", "lat"),
    "alias": ("alias", "autres noms", "synonymes"),
    "geometrie": ("geometrie", "wkt", "geom"),
}
"""What is read, and the headers (plain form) that give it. A shape (WKT, degrees) replaces a point."""

KINDS = {
    "numero": LocationPrecision.HOUSE_NUMBER,
    "voie": LocationPrecision.STREET,
    "rue": LocationPrecision.STREET,
    "lieu": LocationPrecision.NAMED_PLACE,
    "quartier": LocationPrecision.NEIGHBOURHOOD,
}
LONGEST_NAME = 200
TOLD = 50
"""Faulty lines told at once."""


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    cells: Mapping[str, str]


class _Wrong(Exception):
    """Why a line can't be taken: a field, a sentence, what was expected."""


def load(desk: Desk, origin: Origin, organisation: str, by: Caller) -> TableRecord:
    """Replace the table of an organisation by that of a file (CSV, XLSX, ODS…); what waited for it moves.

    Raises:
        RefusedFile: the file as a whole can't be read.
        InvalidPlaceTable: a column is missing, or lines are faulty: what stood before still stands.
    """
    lines, faults = _read(desk, origin)
    with desk.database.reading() as connection:
        known = gazetteer.load(connection, _window(lines))
    rows = []
    for line in lines:
        try:
            rows.append(_row(line, known))
        except _Wrong as wrong:
            faults.append(FieldError(f"ligne {line.number}, {wrong.args[0]}", *wrong.args[1:]))
    if faults or not rows:
        empty = FieldError("fichier", "la table ne contient aucun lieu")
        raise InvalidPlaceTable(len(faults), fields=tuple(faults[:TOLD]) or (empty,))
    with desk.database.importing() as connection:
        record = places.replace(connection, organisation, rows, by.name)
        told = f"{organisation} version {record.version}"
        accounts.write_journal(connection, by.name, by.role or "", "table des lieux", told, None)
    geocode_again(desk, organisation, servers=False)
    return record


def _read(desk: Desk, origin: Origin) -> tuple[list[_Line], list[FieldError]]:
    document = open_document(origin, desk.limits)
    names = _names(document.layout.header)
    lines: list[_Line] = []
    faults: list[FieldError] = []
    for batch in document.batches():
        faults += [FieldError(f"ligne {s.line}", s.fault.label) for s in batch.set_aside]
        for row in batch.rows.iter_rows(named=True):
            cells = {field: (row[name] or "").strip() for field, name in names.items()}
            lines.append(_Line(row["line"], cells))
    return lines, faults


def _names(header: tuple[str, ...]) -> dict[str, str]:
    """Field to header; a point wants two columns, a shape one."""
    forms = {plain(name): name for name in reversed(header)}
    names = {
        field: forms[found]
        for field, known in COLUMNS.items()
        if (found := next((form for form in known if form in forms), None)) is not None
    }
    wanted = {"nom", "commune"} | (set() if "geometrie" in names else {"longitude", "latitude"})
    if lacking := sorted(wanted - set(names)):
        expected = "nom ; commune ; longitude ; latitude (degrés), et au besoin type, alias, geometrie (WKT)"
        raise InvalidPlaceTable(
            0, fields=tuple(FieldError(name, "cette colonne manque", expected) for name in lacking)
        )
    return names


def _window(lines: Iterable[_Line]) -> Window | None:
    bounds = [bounds for line in lines if (bounds := _bounds(line)) is not None]
    if not bounds:
        return None
    west, south, east, north = zip(*bounds, strict=True)
    return min(west) - 0.02, min(south) - 0.02, max(east) + 0.02, max(north) + 0.02


def _bounds(line: _Line) -> Window | None:
    try:
        shape = _shape(line.cells)
    except _Wrong:
        return None
    west, south, east, north = shape.bounds
    return west, south, east, north


def _row(line: _Line, known: Gazetteer) -> PlaceRow:
    cells = line.cells
    names = (cells["nom"], *_aliases(cells.get("alias", "")))
    for name in names:
        if not name_form(name) or len(name) > LONGEST_NAME:
            raise _Wrong("nom", "le nom est vide, ou plus long que 200 caractères")
        if looks_personal(name):
            raise _Wrong("nom", "ce nom semble désigner une personne : écrivez celui du lieu")
    commune, shape = _commune(cells["commune"], known), _shape(cells)
    whole = known.arrondissements.get(commune, commune)
    point = shape.centroid
    with known.turn:
        (away,) = known.communes.distance_to([point.x], [point.y], [whole])
    if away > TOLERANCE_METRES and whole not in known.incomplete:
        raise _Wrong("longitude, latitude", f"le lieu est à {away / 1000:.1f} km de la commune {commune}")
    return PlaceRow(names[0], names[1:], _kind(cells).value, commune, shapely.to_wkb(shape))


def _aliases(cell: str) -> Iterator[str]:
    return (part.strip() for part in re.split(r"[|,;]", cell) if part.strip())


def _commune(text: str, known: Gazetteer) -> str:
    parsed = parse_insee(text)
    code = parsed.code if isinstance(parsed, DeclaredCode) else ""
    code = known.former.get(code, code)
    if code not in known.known:
        raise _Wrong("commune", "ce code commune n'existe pas", "un code INSEE, par exemple 31555")
    return code


def _kind(cells: Mapping[str, str]) -> LocationPrecision:
    told = plain(cells.get("type", ""))
    if not told:
        street = is_street(street_form(cells["nom"]))
        return LocationPrecision.STREET if street else LocationPrecision.NAMED_PLACE
    if told not in KINDS:
        raise _Wrong("type", "ce type de lieu n'existe pas", "numero, voie, lieu ou quartier")
    return KINDS[told]


def _shape(cells: Mapping[str, str]) -> Any:  # noqa: ANN401
    """A point or a line, in degrees."""
    if wkt := cells.get("geometrie", ""):
        return _in_degrees(_from_wkt(wkt), "geometrie")
    try:
        axes = [float(cells.get(name, "").replace(",", ".")) for name in ("longitude", "latitude")]
    except ValueError:
        raise _Wrong(
            "longitude, latitude", "coordonnées illisibles", "des degrés, par exemple 1.4442"
        ) from None
    return _in_degrees(shapely.Point(axes), "longitude, latitude")


def _from_wkt(text: str) -> Any:  # noqa: ANN401
    try:
        shape = shapely.force_2d(shapely.from_wkt(text))
    except (ShapelyError, ValueError):
        raise _Wrong("geometrie", "forme illisible", "POINT(…) ou LINESTRING(…) en WKT, degrés") from None
    if shape is not None and shape.geom_type == "MultiLineString":
        shape = shapely.line_merge(shape)
    if shape is not None and shape.geom_type == "MultiLineString":  # a street in pieces: its longest
        shape = max(shapely.get_parts(shape), key=lambda part: part.length)
    if shape is None or shape.is_empty or shape.geom_type not in ("Point", "LineString"):
        raise _Wrong("geometrie", "une voie est une ligne, un lieu un point", "POINT(…) ou LINESTRING(…)")
    return shape


def _in_degrees(shape: Any, field: str) -> Any:  # noqa: ANN401
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _Wrong(
            field, "ce ne sont pas des degrés", "longitude et latitude en WGS 84, par exemple 1.4442"
        )
    return shape

"""JSON lists of objects and GeoJSON collections of points: their keys are the columns.

The line of a row is the rank of its object in the list, from 1. A point gives ``longitude`` and
``latitude`` (``x`` and ``y`` when the collection says another system than WGS 84); the identifier of a
feature gives ``id``.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from observatoire.errors import EmptyFile, FileTooLarge, UnknownJson
from observatoire.intake.faults import Fault
from observatoire.intake.faults import reading as faults
from observatoire.intake.reading import encodings
from observatoire.intake.reading.cutting import frame_of, is_blank
from observatoire.intake.reading.document import Choices, Document, Layout, Limits, Notice, Origin, SetAside
from observatoire.intake.reading.encodings import Encoding
from observatoire.intake.reading.json_stream import JsonStream, Number, RepeatedKeys
from observatoire.intake.reading.layout import unique_names
from observatoire.intake.reading.separated import damage_notices
from observatoire.intake.reading.sorting import Sorted, Sorter, batches

ROWS_AT_ONCE = 5_000
_DEGREES = ("CRS84", "4326", "4979")
_FEATURE_ID = "id"


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a first reading tells: the keys in order of appearance, and how features are laid out."""

    geographic: bool
    keys: tuple[str, ...]
    with_id: bool = False
    projected: bool = False


def open_objects(origin: Origin, limits: Limits, choices: Choices, encoding: Encoding) -> Document:
    """Recognise a JSON file; it is read once to know its columns.

    Raises:
        EmptyFile, FileTooLarge, UnknownJson, UnreadableJson.
    """
    shape = _survey(origin, encoding.name, limits.max_columns)
    points = (("x", "y") if shape.projected else ("longitude", "latitude")) if shape.geographic else ()
    own = (*points, _FEATURE_ID) if shape.with_id else points
    names, repeated = unique_names([*own, *map(_writable, shape.keys)])  # the geometry's names come first
    header = (*names[len(own) :], *names[: len(own)])
    if len(header) > limits.max_columns:
        raise FileTooLarge(f"{limits.max_columns} colonnes")
    notices = [Notice(faults.REPEATED_COLUMN, len(repeated))] if repeated else []
    if shape.projected:
        notices.append(Notice(faults.PROJECTED_POINTS, 2))
    sorter = Sorter(header, (), limits.max_cell, repair=choices.repair_encoding)

    def rows() -> Iterator[Sorted]:
        with origin.open() as stream:
            elements = _elements(JsonStream(encodings.decoded(stream, encoding.name)), _forget)
            yield from _rows(elements, shape, sorter)

    layout = Layout(
        "geojson" if shape.geographic else "json",
        header,
        header_lines=(0, 0),
        encoding=encoding.name,
        repeated=repeated,
        notices=(*damage_notices(encoding, choices), *notices),
    )
    return Document(layout, lambda: batches(rows(), limits.max_rows))


# ---- the first reading --------------------------------------------------------------------------------


def _survey(origin: Origin, encoding: str, max_columns: int) -> _Shape:
    members: dict[str, object] = {}
    keys: dict[str, None] = {}
    with_id, objects, others = False, 0, 0
    with origin.open() as stream:
        text = JsonStream(encodings.decoded(stream, encoding))
        geographic = text.peek() == "{"
        for element in _elements(text, members.__setitem__):
            cells = _cells(element, geographic)
            if cells is None or not isinstance(element, dict):
                others += 1
                continue
            objects += 1
            keys |= dict.fromkeys(cells)
            with_id = with_id or (geographic and _FEATURE_ID in element)
            if len(keys) > max_columns:
                raise FileTooLarge(f"{max_columns} colonnes")
        text.end()
    if geographic and members.get("type") != "FeatureCollection":
        raise UnknownJson
    if not objects:
        raise UnknownJson if others else EmptyFile
    if not keys and not geographic:
        raise EmptyFile
    crs = _writable(str(members.get("crs") or "CRS84"))
    return _Shape(geographic, tuple(keys), with_id, projected=not any(name in crs for name in _DEGREES))


def _elements(text: JsonStream, note: Callable[[str, object], None]) -> Iterator[object]:
    """Objects of a list, or features of a collection, whose other members are noted."""
    if text.peek() == "[":
        yield from text.elements()
        return
    found = False
    for key in text.members():
        if key == "features" and text.peek() == "[":
            found = True
            yield from text.elements()
        else:
            note(key, text.value())
    if not found:
        raise UnknownJson


def _forget(_: str, __: object) -> None:
    """What the first reading noted already."""


def _cells(element: object, geographic: bool) -> dict[str, object] | None:
    """Columns of an object, or of the properties of a feature; None when it is neither."""
    if not isinstance(element, dict) or not geographic:
        return element if isinstance(element, dict) else None
    properties = element.get("properties") or {}
    return properties if element.get("type") == "Feature" and isinstance(properties, dict) else None


# ---- rows ---------------------------------------------------------------------------------------------


def _rows(elements: Iterator[object], shape: _Shape, sorter: Sorter) -> Iterator[Sorted]:
    width = len(shape.keys) + 2 * shape.geographic + shape.with_id
    kept: list[tuple[int, list[str]]] = []
    aside: list[SetAside] = []
    for number, element in enumerate(elements, start=1):
        row = _row(element, shape)
        if isinstance(row, Fault):
            aside.append(SetAside(number, row, _kind(element)))
        elif is_blank(row):
            aside.append(SetAside(number, faults.NOT_AN_OBJECT, "objet vide"))
        else:
            kept.append((number, row))
        if number % ROWS_AT_ONCE == 0:
            yield sorter.sort(frame_of(kept, width), (), aside)
            kept, aside = [], []
    yield sorter.sort(frame_of(kept, width), (), aside)


def _row(element: object, shape: _Shape) -> list[str] | Fault:
    """Cells of one element, in the order of the header."""
    cells = _cells(element, shape.geographic)
    if cells is None or not isinstance(element, dict):
        return faults.NOT_AN_OBJECT
    if isinstance(cells, RepeatedKeys) or isinstance(element, RepeatedKeys):
        return faults.REPEATED_KEY
    values = [text_of(cells.get(key)) for key in shape.keys]
    if shape.geographic:
        point = _point(element.get("geometry"))
        if point is None:
            return faults.NOT_A_POINT
        values += point
    if shape.with_id:
        values.append(text_of(element.get(_FEATURE_ID)))
    if None in values:
        return faults.NESTED_VALUE
    texts = [value for value in values if value is not None]
    return texts if all(map(_is_writable, texts)) else faults.UNWRITABLE_CHARACTER


def text_of(value: object) -> str | None:
    """The text of a JSON value; None for a list or an object that is not a place.

    A place is written as exports in CSV do: « lat, lon » for a pair, its own JSON for a geometry.
    """
    if isinstance(value, str):
        return str(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "VRAI" if value else "FAUX"
    if isinstance(value, list):
        return ", ".join(value) if len(value) == 2 and all(isinstance(n, Number) for n in value) else None
    if isinstance(value, dict) and value.keys() == {"lon", "lat"}:
        return text_of([value["lat"], value["lon"]])
    if isinstance(value, dict) and value.get("type") and ("coordinates" in value or "geometry" in value):
        return _written(value)
    return None


def _written(value: object) -> str:
    """A value as JSON again, its numbers as they were."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, list):
        return f"[{','.join(map(_written, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{_written(key)}:{_written(item)}' for key, item in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


def _point(geometry: object) -> list[str | None] | None:
    """Longitude and latitude of a point (a multipoint of one is a point); None for another geometry."""
    if geometry is None:
        return ["", ""]
    if not isinstance(geometry, dict):
        return None
    place = geometry.get("coordinates")
    if geometry.get("type") == "MultiPoint" and isinstance(place, list) and len(place) == 1:
        place = place[0]
    elif geometry.get("type") != "Point":
        return None
    if place == []:
        return ["", ""]
    if not isinstance(place, list) or len(place) < 2 or not all(isinstance(n, Number) for n in place[:2]):
        return None
    return [str(place[0]), str(place[1])]


def _kind(element: object) -> str:
    """The shape of an element, without its content."""
    if isinstance(element, dict):
        return "objet"
    return "liste" if isinstance(element, list) else "valeur"


def _is_writable(text: str) -> bool:
    """Whether a text can be stored: no NUL, no half of a pair of surrogates."""
    return "\x00" not in text and (text.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in text))


def _writable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")

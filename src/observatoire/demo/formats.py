"""Facts as the rows of three fictional exporters, and rows as bytes.

References are numbers in order of time: ``2024-000123`` (police), ``T0000123`` (transport),
``BG-2024-00123`` (landlord). No row holds a name of a person, a phone number or a plate.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from observatoire.demo.catalogue import KINDS
from observatoire.demo.events import UNKNOWN_MINUTE, Facts
from observatoire.demo.places import CITY, Place, Stop
from observatoire.demo.plan import LANDLORD, POLICE, TRANSPORT

Row = list[str]


@dataclass(frozen=True, slots=True)
class Format:
    """How an exporter writes: encoding, separator, line end, header, and where some columns are."""

    encoding: str
    separator: str
    line_end: str
    header: tuple[str, ...]
    date_column: int
    hour_column: int
    label_column: int


FORMATS: dict[str, Format] = {
    POLICE: Format(
        "cp1252",
        ";",
        "\r\n",
        ("N° fiche", "Date", "Heure", "Nature", "Code INSEE", "Commune", "X", "Y"),
        1,
        2,
        3,
    ),
    TRANSPORT: Format(
        "utf-8-sig",
        ",",
        "\n",
        ("id_evt", "date_exploit", "heure", "ligne", "arret", "categorie", "item", "lat", "lon"),
        1,
        2,
        5,
    ),
    LANDLORD: Format(
        "cp1252",
        ";",
        "\r\n",
        ("Référence", "Date constat", "Heure", "Résidence", "Code INSEE", "Type d'incident", "Lieu précis"),
        1,
        2,
        5,
    ),
}

ITEMS = ("Bus", "Quai", "Distributeur", "Vitre, abri", "Siège", "Valideur", "Rame")
PRECISE_PLACES = ("Hall", "Cage d'escalier", "Parking", "Local poubelles", "Ascenseur", "Cour", "Cave")
SLOTS = ("soirée", "nuit", "matin", "vers 22h")
SLOT_SHARE = 0.30
"""Share of the landlord's facts without an exact hour that name a slot; the others are empty."""


def write_csv(source: str, rows: Sequence[Row]) -> bytes:
    """Header and rows in the exporter's own encoding, separator and line ends."""
    form = FORMATS[source]
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=form.separator, lineterminator=form.line_end)
    writer.writerow(form.header)
    writer.writerows(rows)
    return buffer.getvalue().encode(form.encoding)


def police_rows(facts: Facts, places: Sequence[Place], rng: np.random.Generator) -> list[Row]:
    """One row per fact: French date, two manners of writing hours, Lambert-93 with a decimal comma."""
    labels = _labels(POLICE, facts, rng)
    upper = rng.random(len(facts)) < 0.25
    dotted = rng.random(len(facts)) < 0.4
    references = _yearly_references(facts, "{year}-{number:06d}")
    return [
        [
            references[row],
            french_date(facts.day[row]),
            hour_text(int(facts.minute[row]), ":" if dotted[row] else "h"),
            labels[row].upper() if upper[row] else labels[row],
            places[facts.place[row]].commune.code,
            places[facts.place[row]].commune.name,
            decimal_comma(facts.xy[row, 0]),
            decimal_comma(facts.xy[row, 1]),
        ]
        for row in range(len(facts))
    ]


def transport_rows(facts: Facts, stops: Sequence[Stop], rng: np.random.Generator) -> list[Row]:
    """One row per fact: operating day in ISO form, hours up to 25:10, the point of the stop."""
    labels = _labels(TRANSPORT, facts, rng)
    items = rng.choice(ITEMS, len(facts))
    rows: list[Row] = []
    for row in range(len(facts)):
        stop = stops[facts.place[row]]
        rows.append(
            [
                f"T{row + 1:07d}",
                str(facts.day[row]),
                hour_text(int(facts.minute[row]), ":"),
                stop.line,
                stop.name,
                labels[row],
                str(items[row]),
                f"{stop.lat:.6f}",
                f"{stop.lon:.6f}",
            ]
        )
    return rows


def landlord_rows(facts: Facts, residences: Sequence[str], rng: np.random.Generator) -> list[Row]:
    """One row per fact: a residence, no coordinates, hours often empty or named by a slot."""
    labels = _labels(LANDLORD, facts, rng)
    slots = np.where(rng.random(len(facts)) < SLOT_SHARE, rng.choice(SLOTS, len(facts)), "")
    precise = rng.choice(PRECISE_PLACES, len(facts))
    references = _yearly_references(facts, "BG-{year}-{number:05d}")
    rows: list[Row] = []
    for row in range(len(facts)):
        minute = int(facts.minute[row])
        hour = str(slots[row]) if minute == UNKNOWN_MINUTE else hour_text(minute, "h")
        residence = residences[facts.place[row]]
        day = french_date(facts.day[row])
        rows.append([references[row], day, hour, residence, CITY, labels[row], str(precise[row])])
    return rows


def french_date(day: np.datetime64) -> str:
    """``JJ/MM/AAAA``."""
    year, month, number = str(day).split("-")
    return f"{number}/{month}/{year}"


def hour_text(minute: int, separator: str) -> str:
    """``22h45``, ``22:45`` or nothing when the minute is unknown; hours may exceed 24."""
    if minute == UNKNOWN_MINUTE:
        return ""
    return f"{minute // 60:02d}{separator}{minute % 60:02d}"


def decimal_comma(value: float) -> str:
    """Metres to a tenth, with a comma; nothing for NaN."""
    return "" if np.isnan(value) else f"{value:.1f}".replace(".", ",")


def _labels(source: str, facts: Facts, rng: np.random.Generator) -> list[str]:
    kinds = KINDS[source]
    draws = rng.random(len(facts))
    return [
        kinds[kind].labels[int(draw * len(kinds[kind].labels))]
        for kind, draw in zip(facts.kind, draws, strict=True)
    ]


def _yearly_references(facts: Facts, template: str) -> list[str]:
    """References numbered from 1 within each civil year, in order of time."""
    years = facts.day.astype("datetime64[Y]").astype(int) + 1970
    numbers: dict[int, int] = {}
    references: list[str] = []
    for year in years.tolist():
        numbers[year] = numbers.get(year, 0) + 1
        references.append(template.format(year=year, number=numbers[year]))
    return references

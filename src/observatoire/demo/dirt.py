"""What makes real exports dirty: cells altered in good rows, and rows that are not facts.

Altered rows are drawn once per month, so that a month sent twice says the same thing twice.
Planted facts are never altered: what the truth says of them is exact.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from observatoire.demo.catalogue import UNKNOWN_LABELS
from observatoire.demo.formats import FORMATS, Row, french_date
from observatoire.demo.places import Ints
from observatoire.demo.plan import LANDLORD, MONTHS, POLICE, TRANSPORT, shift

UNKNOWN_LABEL = "libelle_inconnu"
WRONG_COMMUNE = "code_insee_errone"
HOUR_24 = "heure_24_00"
HOUR_INVALID = "heure_invalide"
POINT_OUTSIDE = "point_hors_commune"
POINT_ZERO = "coordonnees_zero"
IMPOSSIBLE_DATE = "date_impossible"
FUTURE_DATE = "date_future"
WRONG_FIELDS = "nombre_de_champs"
DUPLICATE = "doublon"
TOTAL_LINE = "ligne_total"
FOOTER = "pied_de_page"
REPEATED_HEADER = "entete_repete"

OUTCOMES: dict[str, str] = {
    UNKNOWN_LABEL: "fait gardé, à classer (Z999)",
    WRONG_COMMUNE: "fait gardé, commune trouvée par le point (code postal écrit à la place du code INSEE)",
    HOUR_24: "fait gardé, 00:00 le lendemain",
    HOUR_INVALID: "fait gardé, heure inconnue",
    POINT_OUTSIDE: "fait gardé à la commune, point écarté",
    POINT_ZERO: "fait gardé à la commune, point écarté",
    IMPOSSIBLE_DATE: "quarantaine",
    FUTURE_DATE: "quarantaine",
    WRONG_FIELDS: "quarantaine",
    DUPLICATE: "doublons",
    TOTAL_LINE: "ecartees",
    FOOTER: "ecartees",
    REPEATED_HEADER: "ecartees",
}
"""What an importer is to do with each kind of dirt."""

ALTERATION_RATES: dict[str, dict[str, float]] = {
    POLICE: {
        UNKNOWN_LABEL: 0.004,
        WRONG_COMMUNE: 0.0015,
        HOUR_24: 0.001,
        HOUR_INVALID: 0.001,
        POINT_OUTSIDE: 0.002,
        POINT_ZERO: 0.002,
    },
    TRANSPORT: {UNKNOWN_LABEL: 0.006, HOUR_INVALID: 0.003},
    LANDLORD: {UNKNOWN_LABEL: 0.008, HOUR_24: 0.002, HOUR_INVALID: 0.002},
}
ADDED_RATES = {IMPOSSIBLE_DATE: 0.002, FUTURE_DATE: 0.001, WRONG_FIELDS: 0.002, DUPLICATE: 0.002}
HEADER_REPEATED_IN = (POLICE, 8)
"""Source and month of the one file whose header comes again in the middle."""
_WRONG_CODE = "31000"
_X, _Y, _COMMUNE = 6, 7, 4

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class MonthOfRows:
    """The facts of one source and month: rows (n), which may be altered, and whether they end the month.

    ``eligible`` and ``last_day`` are the ranks of the rows that dirt may touch, and of those of the
    last day of the month (``24:00`` there would be the next month's).
    """

    source: str
    rows: list[Row]
    eligible: Ints
    last_day: frozenset[int]


def alter(
    month: MonthOfRows, far_points: Mapping[str, tuple[str, str]], rng: np.random.Generator
) -> dict[str, list[int]]:
    """Spoil cells of the rows in place, each row at most once; return the ranks of the rows by kind.

    ``far_points`` gives, per commune code, the written X and Y of a point far outside of it.
    """
    free = [int(rank) for rank in rng.permutation(month.eligible)]
    altered: dict[str, list[int]] = {}
    for kind, rate in ALTERATION_RATES[month.source].items():
        wanted = int(rng.binomial(len(month.rows), rate))
        chosen = [rank for rank in free if _suits(kind, month, rank)][:wanted]
        for rank in chosen:
            _alter_row(kind, month, rank, far_points, rng)
        free = [rank for rank in free if rank not in chosen]
        if chosen:
            altered[kind] = sorted(chosen)
    return altered


def _suits(kind: str, month: MonthOfRows, rank: int) -> bool:
    """Whether the row can bear that dirt: a hour to spoil, a point to move."""
    row = month.rows[rank]
    if kind in (HOUR_24, HOUR_INVALID):
        return bool(row[FORMATS[month.source].hour_column]) and rank not in month.last_day
    if kind in (WRONG_COMMUNE, POINT_OUTSIDE, POINT_ZERO):
        return bool(row[_X])
    return True


def _alter_row(
    kind: str,
    month: MonthOfRows,
    rank: int,
    far_points: Mapping[str, tuple[str, str]],
    rng: np.random.Generator,
) -> None:
    row = month.rows[rank]
    form = FORMATS[month.source]
    if kind == UNKNOWN_LABEL:
        row[form.label_column] = str(rng.choice(UNKNOWN_LABELS))
    elif kind == HOUR_24:
        row[form.hour_column] = "24:00"
    elif kind == HOUR_INVALID:
        row[form.hour_column] = "12:75"
    elif kind == POINT_OUTSIDE:
        row[_X], row[_Y] = far_points[row[_COMMUNE]]
    elif kind == POINT_ZERO:
        row[_X], row[_Y] = "0,0", "0,0"
    else:
        row[_COMMUNE] = _WRONG_CODE


def add_rows(
    source: str, index: int, first: date, rows: Sequence[Row], rng: np.random.Generator
) -> tuple[list[Row], Counts]:
    """The rows of a file with, among them, rows that are not facts; and how many per kind."""
    counts: Counts = {}
    mixed = [list(row) for row in rows]
    for kind, rate in ADDED_RATES.items():
        for number in range(int(rng.binomial(len(rows), rate))):
            model = rows[int(rng.integers(len(rows)))]
            added = _MAKERS[kind](source, model, index, number, first)
            mixed.insert(int(rng.integers(len(mixed) + 1)), added)
            counts[kind] = counts.get(kind, 0) + 1
    if (source, index) == HEADER_REPEATED_IN:
        mixed.insert(len(mixed) // 2, list(FORMATS[source].header))
        counts[REPEATED_HEADER] = 1
    return mixed + _closing_rows(source, index, first, len(mixed), counts), counts


def _closing_rows(source: str, index: int, first: date, total: int, counts: Counts) -> list[Row]:
    """Totals at the end of one file in two, « Édité le » under one in three; none for transport."""
    closing: list[Row] = []
    if source == TRANSPORT:
        return closing
    if index % 2 == 0:
        width = len(FORMATS[source].header)
        closing.append(["TOTAL", *[""] * (width - 2), str(total)])
        counts[TOTAL_LINE] = 1
    if index % 3 == 0:
        edited_on = french_date(np.datetime64(shift(first, index + 1).replace(day=5), "D"))
        closing.append([f"Édité le {edited_on} (données fictives)"])
        counts[FOOTER] = 1
    return closing


def _reference(source: str, kind_number: int, index: int, number: int) -> str:
    """A reference that no fact has: a letter that the exporter does not use, month and rank."""
    return f"X{kind_number}-{index:02d}-{number:03d}"


def _impossible_date(source: str, model: Row, index: int, number: int, first: date) -> Row:
    row = list(model)
    row[0] = _reference(source, 1, index, number)
    year = shift(first, index).year
    row[FORMATS[source].date_column] = f"{year}-02-31" if source == TRANSPORT else f"31/02/{year}"
    return row


def _future_date(source: str, model: Row, index: int, number: int, first: date) -> Row:
    row = list(model)
    row[0] = _reference(source, 2, index, number)
    day = np.datetime64(shift(first, 2 * MONTHS).replace(day=14), "D")
    row[FORMATS[source].date_column] = str(day) if source == TRANSPORT else french_date(day)
    return row


def _wrong_fields(source: str, model: Row, index: int, number: int, first: date) -> Row:
    """Too few fields, or too many and not blank: blank ones at the end are harmless."""
    row = [_reference(source, 3, index, number), *model[1:]]
    return row[:4] if number % 2 else [*row, "1", "2"]


def _duplicate(source: str, model: Row, index: int, number: int, first: date) -> Row:
    return list(model)


_MAKERS: dict[str, Callable[[str, Row, int, int, date], Row]] = {
    IMPOSSIBLE_DATE: _impossible_date,
    FUTURE_DATE: _future_date,
    WRONG_FIELDS: _wrong_fields,
    DUPLICATE: _duplicate,
}

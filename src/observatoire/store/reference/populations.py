"""What rates are divided by: residents and dwellings of a territory, latest vintage known by a year."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Row, text

from observatoire.domain.series import DEPARTEMENTS
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.store.queries import query
from observatoire.store.reference.keeping import Kept

REFERENCE = "territoires"


class DenominatorKind(StrEnum):
    """The indicator that a rate rests on; population is the municipal one (PMUN)."""

    POPULATION = "population"
    DWELLINGS = "logements"


@dataclass(frozen=True, slots=True)
class Denominator:
    """A denominator and where it comes from.

    ``vintage``: year of the population or of the dwellings; ``geography``: year of the boundaries;
    ``dataset`` and ``edition``: of the official series, or « territoires » for the map of France;
    ``parts``: territories summed (1: told as such).
    """

    value: float
    vintage: int
    geography: int
    dataset: str
    edition: str
    parts: int


@dataclass(frozen=True, slots=True)
class MissingDenominator:
    """No denominator; ``reason`` says why, in French."""

    reason: str


_kept: Kept[Denominator | MissingDenominator] = Kept()


def denominator(
    connection: Connection, territory: TerritoryCode, year: int, kind: DenominatorKind
) -> Denominator | MissingDenominator:
    """The denominator of a territory for a year: latest vintage ≤ year, told as such or the sum of every
    part.

    A sum needs each of its parts, of one vintage and one edition: a smaller population would make a larger
    rate. Of one vintage, Insee's own populations are preferred, then those that the SSMSI states, then the
    map of France. The answer is kept until territories or a producer's file are loaded.
    """
    key = (territory, year, kind)
    return _kept.get(connection, key, lambda: _read(connection, territory, year, kind))


def _read(
    connection: Connection, territory: TerritoryCode, year: int, kind: DenominatorKind
) -> Denominator | MissingDenominator:
    rows = connection.execute(
        text(query("denominators")),
        {
            "level": territory.level,
            "code": territory.code,
            "year": year,
            "kind": kind.value,
            "departements": sorted(DEPARTEMENTS),
        },
    ).all()
    complete = [row for row in rows if row.vintage <= year and row.told == row.parts]
    if complete:
        return _denominator(max(complete, key=lambda row: (row.vintage, row.told == 1, row.preference)))
    return MissingDenominator(_reason(rows, year, kind, territory.level))


def _denominator(row: Row[tuple[object, ...]]) -> Denominator:
    return Denominator(row.value, row.vintage, row.geography, row.dataset, row.edition, row.told)


def _reason(
    rows: Sequence[Row[tuple[object, ...]]], year: int, kind: DenominatorKind, level: TerritoryLevel
) -> str:
    what = "population" if kind is DenominatorKind.POPULATION else "nombre de logements"
    if not rows:
        return f"aucun millésime de {what} n'est chargé pour ce territoire ({level.value})"
    complete = sorted({row.vintage for row in rows if row.told == row.parts})
    if complete:
        return f"aucun millésime de {what} jusqu'à {year} : le premier qui soit chargé est {complete[0]}"
    best = max(rows, key=lambda row: row.told / row.parts)
    return (
        f"{what} incomplet : au mieux {best.told} parties du territoire sur {best.parts} sont connues "
        f"(millésime {best.vintage})"
    )

"""Official series of a territory: as published, never added to local facts, nor to one another.

A level that the producer does not tell is summed from the level that it does, where the unit permits and
every part is known: a région and the nation from their départements, an EPCI from its communes. A part that
is not disseminated makes the sum unknown, not smaller (record 0016).
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from observatoire.analyses import series_origin
from observatoire.analyses.readings import short
from observatoire.analyses.series_points import OfficialSeries, Parts, compose
from observatoire.analyses.series_warnings import warnings_of
from observatoire.disclosure import gate
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller, audience_of
from observatoire.disclosure.released import Released
from observatoire.domain.series import DATASETS, DEPARTEMENTS, OVERSEAS
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.errors import FieldError, InvalidRequest, OutsideDiffusion, UnknownCode, UnknownTerritory
from observatoire.store import series as files_store
from observatoire.store.confidential import series as confidential
from observatoire.store.engine import Connection, Database
from observatoire.store.reference import series, territories
from observatoire.store.reference.series import CatalogueEntry, IndicatorRecord, Selection, SeriesSum
from observatoire.store.series import SeriesFile

PARTS = {
    TerritoryLevel.NATION: TerritoryLevel.DEPARTEMENT,
    TerritoryLevel.REGION: TerritoryLevel.DEPARTEMENT,
    TerritoryLevel.EPCI: TerritoryLevel.COMMUNE,
    TerritoryLevel.EPT: TerritoryLevel.COMMUNE,
    TerritoryLevel.COMMUNE: TerritoryLevel.ARRONDISSEMENT,
}
"""The level whose parts make a level that no file tells (Paris, Lyon and Marseille: Insee "
"tells the parts)."""

TRANSMITTED_ALONE = "Les séries transmises se lisent à part, par « jeu », et seulement dans votre périmètre."


@dataclass(frozen=True, slots=True)
class SeriesQuestion:
    """What is asked; empty or None: everything that is published."""

    territory: TerritoryCode
    start: date | None = None
    end: date | None = None
    indicators: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    edition: str | None = None

    def words(self) -> str:
        """The question as the journal keeps it."""
        parts = (self.territory, self.start, self.end, self.indicators, self.datasets, self.edition)
        return f"series-officielles {' '.join(str(part) for part in parts)}"

    def told(self) -> dict[str, Any]:
        """The question as plain values, in the words of the wire."""
        return {
            "territoire": str(self.territory),
            "debut": None if self.start is None else self.start.isoformat(),
            "fin": None if self.end is None else self.end.isoformat(),
            "indicateur": sorted(set(self.indicators)),
            "jeu": sorted(set(self.datasets)),
            "edition": self.edition,
        }


@dataclass(frozen=True, slots=True)
class SeriesAnswer:
    """The series of a territory, the files that they come from, what the reader must know.

    ``traced``: whether the digest is kept, so that anyone who may read the answer can trace it.
    """

    question: SeriesQuestion
    name: str
    series: tuple[OfficialSeries, ...]
    files: tuple[SeriesFile, ...]
    states: dict[str, int]
    rests_on: dict[str, Any]
    warnings: tuple[str, ...]
    traced: bool = False

    @property
    def digest(self) -> str:
        """Digest of the question and of the files that its answer comes from."""
        return short(self.rests_on)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the composition rests on besides the cells."""

    question: SeriesQuestion
    name: str
    known: dict[str, IndicatorRecord]
    files: dict[int, SeriesFile]
    latest: dict[str, str]
    said: tuple[str, ...]


def find(
    database: Database, question: SeriesQuestion, caller: Caller, journal: Journal
) -> Released[SeriesAnswer]:
    """The series of a territory.

    Raises:
        UnknownTerritory: neither today's nor a former one that a series tells. UnknownCode: an indicator or
            a dataset. OutsideDiffusion: transmitted series outside the grant.
    """
    with database.reading() as connection:
        ground = _ground(connection, question)
        parts = {
            code: _expected(connection, question.territory, code) for code in question.datasets or _open()
        }
        selection = _selection(question, tuple(parts))
        if any(DATASETS[code].transmitted for code in parts):
            audience = _audience(connection, question, caller)
            read = [
                confidential.transmitted(connection, level, codes, selection)
                for level, codes in _reads(question.territory, parts)
            ]
            answer = read[0].combine(
                read[1], lambda direct, of_parts: _answer(ground, direct, of_parts, parts)
            )
            return _kept(
                connection, gate.release(answer, audience, caller, question.words(), journal), caller
            )
        direct, of_parts = (
            series.published(connection, level, codes, selection)
            for level, codes in _reads(question.territory, parts)
        )
        return _kept(connection, gate.relay(_answer(ground, direct, of_parts, parts)), caller)


def _kept(connection: Connection, released: Released[SeriesAnswer], caller: Caller) -> Released[SeriesAnswer]:
    traced = series_origin.keep(connection, released.value.rests_on, released.disclosure, caller)
    return released.transform(lambda found: replace(found, traced=traced))


def told(
    connection: Connection, territory: TerritoryCode, selection: Selection, known: dict[str, IndicatorRecord]
) -> list[OfficialSeries]:
    """Published series of a territory, to stand beside something else; none that was transmitted."""
    parts = {code: _expected(connection, territory, code) for code in selection.datasets}
    direct, of_parts = (
        series.published(connection, level, codes, selection) for level, codes in _reads(territory, parts)
    )
    return compose(direct, of_parts, parts, known)


def catalogue(database: Database) -> list[CatalogueEntry]:
    """Indicators that some published file tells: words, units and editions, no figure."""
    with database.reading() as connection:
        return series.catalogue(connection)


def _open() -> tuple[str, ...]:
    return tuple(code for code, dataset in DATASETS.items() if not dataset.transmitted)


def _selection(question: SeriesQuestion, datasets: tuple[str, ...]) -> Selection:
    return Selection(datasets, question.indicators or None, question.start, question.end, question.edition)


def may_read_transmitted(connection: Connection, question: SeriesQuestion, caller: Caller) -> bool:
    """Whether a caller may ask a question about transmitted series."""
    try:
        _audience(connection, question, caller)
    except (OutsideDiffusion, UnknownTerritory):
        return False
    return True


def _audience(connection: Connection, question: SeriesQuestion, caller: Caller) -> Audience:
    """Transmitted figures are read inside the grant, by those who read every source of it.

    Raises:
        OutsideDiffusion.
    """
    if not all(DATASETS[code].transmitted for code in question.datasets) or not caller.sees_every_source:
        raise OutsideDiffusion(TRANSMITTED_ALONE)
    communes = frozenset(c.code for c in territories.communes_of(connection, question.territory))
    audience = audience_of(caller, communes)
    if audience is not Audience.INTERNE:
        raise OutsideDiffusion(TRANSMITTED_ALONE)
    return audience


# ---- the ground ---------------------------------------------------------------------------------------


def _ground(connection: Connection, question: SeriesQuestion) -> _Ground:
    known = series.indicators(connection)
    _check_codes("indicateur", question.indicators, known)
    _check_codes("jeu", question.datasets, DATASETS)
    if question.start and question.end and question.end <= question.start:
        raise InvalidRequest(fields=(FieldError("fin", "« fin » (exclue) doit suivre « debut »"),))
    name, said = _named(connection, question.territory)
    files = {file.number: file for file in files_store.every(connection)}
    return _Ground(question, name, known, files, series.latest_editions(connection), said)


def _check_codes(parameter: str, asked: Iterable[str], known: Iterable[str]) -> None:
    names = sorted(known)
    for code in asked:
        if code not in names:
            close = difflib.get_close_matches(code, names, n=3, cutoff=0.4)
            expected = " ou ".join(close) or "voir /series-officielles/indicateurs"
            fields = (FieldError(parameter, f"« {code[:60]} » n'existe pas", expected),)
            raise UnknownCode(parameter, code[:60], fields=fields)


def _named(connection: Connection, territory: TerritoryCode) -> tuple[str, tuple[str, ...]]:
    """The name of a territory; a former code is answered with its own series, and said to be former."""
    try:
        return territories.get(connection, territory).name, ()
    except UnknownTerritory as unknown:
        if not series.is_told(connection, territory):
            raise
        today = unknown.fields[0].expected if unknown.fields else None
        now = f" Aujourd'hui « {today} » : ce ne sont pas ses chiffres." if today else ""
        return str(territory), (
            f"« {territory} » est un code d'une géographie ancienne, que la série garde sans fusion.{now}",
        )


def _expected(connection: Connection, territory: TerritoryCode, dataset: str) -> Parts:
    """The parts that must all be told for a sum to be the territory's."""
    level = PARTS.get(territory.level)
    if level is None:
        return Parts(None, ())
    if territory.level is TerritoryLevel.NATION:
        codes = DEPARTEMENTS
    else:
        codes = frozenset(series.children(connection, territory, level))
    if not DATASETS[dataset].overseas:
        codes -= OVERSEAS
    return Parts(level, tuple(sorted(codes)))


def _reads(
    territory: TerritoryCode, parts: dict[str, Parts]
) -> tuple[tuple[TerritoryLevel, list[str]], tuple[TerritoryLevel, list[str]]]:
    """Level and codes of the two reads: the territory itself, and its parts."""
    codes = sorted({code for part in parts.values() for code in part.codes})
    level = PARTS.get(territory.level, territory.level)
    return (territory.level, [territory.code]), (level, codes)


def _answer(
    ground: _Ground, direct: list[SeriesSum], of_parts: list[SeriesSum], parts: dict[str, Parts]
) -> SeriesAnswer:
    found = compose(direct, of_parts, parts, ground.known)
    numbers = sorted({number for row in found for number in row.files})
    files = tuple(ground.files[number] for number in numbers)
    states: dict[str, int] = {}
    for point in (point for row in found for point in row.points):
        states[point.value.state.value] = states.get(point.value.state.value, 0) + 1
    summed = {row.dataset: parts[row.dataset].codes for row in found if row.made_of}
    rests_on = series_origin.rests_on(ground.question.told(), files, summed)
    warnings = (*ground.said, *warnings_of(found, files, ground.latest))
    return SeriesAnswer(ground.question, ground.name, tuple(found), files, states, rests_on, warnings)

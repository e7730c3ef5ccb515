"""Which base a file is, of which edition, on which geography: told by its header, its name, or the operator.

What none of them tells is never guessed: the file is refused with what to add. One thing is deduced, and
said: the SSMSI publishes each edition on the geography of its year, and départements keep their names.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from observatoire.domain.period import next_month
from observatoire.domain.series import DATASETS, DEPARTEMENTS, Dataset, Indicator
from observatoire.domain.territory import TerritoryCode
from observatoire.errors import FieldError, InvalidRequest
from observatoire.intake.series import etat4001, insee, ssmsi
from observatoire.intake.series.cells import DEDUCED_GEOGRAPHY, Described, Recipe
from observatoire.intake.series.errors import (
    ContradictoryVintage,
    MissingPeriod,
    MissingTerritory,
    UnknownSeries,
    UnknownVintage,
)

_GEOGRAPHY = re.compile(r"geographie[-_ ]?(\d{4})", re.IGNORECASE)
_EDITION = re.compile(r"edition[-_ ]?(\d{4})", re.IGNORECASE)
_PRODUCED = re.compile(r"produit-le[-_ ]?(\d{4}-\d{2}-\d{2})", re.IGNORECASE)
_PERIOD = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2]))?")
_LABEL = re.compile(r"\d{4}[\w.\-]{0,16}")
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Declared:
    """What the operator says of a file, where the file does not."""

    edition: str | None = None
    geography: int | None = None
    period: str | None = None
    territory: TerritoryCode | None = None


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file understood: what it is, and how its rows become cells."""

    dataset: Dataset
    edition: str
    geography: int
    produced_on: date | None
    recipe: Recipe
    noted: Counter[Described] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _File:
    header: tuple[str, ...]
    name: str
    declared: Declared
    indicators: dict[str, Indicator]

    def named(self, pattern: re.Pattern[str]) -> str | None:
        """What the name of the file says."""
        match = pattern.search(self.name)
        return match[1] if match else None

    def geography(self, *known: int | str | None) -> int:
        """The first geography that is known.

        Raises:
            UnknownVintage, ContradictoryVintage.
        """
        said = next((int(value) for value in (*known, self.named(_GEOGRAPHY)) if value is not None), None)
        wanted = self.declared.geography
        if said and wanted and said != wanted:
            raise ContradictoryVintage(said, wanted)
        if not (found := said or wanted):
            raise UnknownVintage
        return found

    def period(self, dataset: Dataset) -> tuple[str, date, date]:
        """The period declared: its name, its first day, the day after its last.

        Raises:
            MissingPeriod.
        """
        match = _PERIOD.fullmatch(self.declared.period or "")
        if not match:
            raise MissingPeriod(dataset.label)
        start = date(int(match[1]), int(match[2] or 1), 1)
        end = next_month(start) if match[2] else date(start.year + 1, 1, 1)
        return match[0], start, end


def recognise(
    header: tuple[str, ...],
    name: str,
    declared: Declared,
    indicators: dict[str, Indicator],
    departements: Mapping[str, str],
    today: date,
) -> Recognised:
    """Understand a file by its header.

    Args:
        departements: name to code, as the reference writes them.

    Raises:
        RefusedFile: an unknown header, missing columns, an unknown vintage or period.
        InvalidRequest: an option that can't be read.
    """
    _check(declared, today)
    file = _File(header, name, declared, indicators)
    if base := ssmsi.recognise(header):
        return _ssmsi(file, base, today)
    if etat4001.is_open(header):
        return _open_4001(file, departements)
    if months := etat4001.months_of(header):
        return _transmitted_4001(file, months)
    if insee.is_population(header):
        return _populations(file)
    if columns := insee.filosofi_columns(header, indicators):
        return _filosofi(file, columns)
    shown = ", ".join(f"« {column[:40]} »" for column in header[:_SHOWN])
    raise UnknownSeries(shown + (" …" if len(header) > _SHOWN else ""))


def _check(declared: Declared, today: date) -> None:
    wrong = []
    if declared.edition is not None and not _LABEL.fullmatch(declared.edition):
        wrong.append(FieldError("edition", "l'édition commence par son année", "2024, 2024-2…"))
    if declared.geography is not None and not 1999 <= declared.geography <= today.year + 1:
        wrong.append(
            FieldError("geographie", "ce n'est pas un millésime", f"une année de 1999 à {today.year + 1}")
        )
    if declared.period is not None and not _PERIOD.fullmatch(declared.period):
        wrong.append(FieldError("periode", "période mal écrite", "AAAA ou AAAA-MM"))
    if wrong:
        raise InvalidRequest(fields=tuple(wrong))


def _produced(file: _File) -> date | None:
    told = file.named(_PRODUCED)
    try:
        return date.fromisoformat(told) if told else None
    except ValueError:
        return None


def _ssmsi(file: _File, base: ssmsi.SsmsiHeader, today: date) -> Recognised:
    """The edition and the geography of a base bear the same year unless told otherwise."""
    said = file.declared.edition or file.named(_EDITION)
    noted: Counter[Described] = Counter()
    try:
        geography = file.geography(base.geography)
    except UnknownVintage:
        if not said:
            raise
        geography, noted = int(said[:4]), Counter({DEDUCED_GEOGRAPHY: 1})
    recipe = ssmsi.SsmsiRecipe(base, file.indicators, today.year)
    edition = said or str(geography)
    return Recognised(DATASETS[base.dataset], edition, geography, _produced(file), recipe, noted)


def _open_4001(file: _File, departements: Mapping[str, str]) -> Recognised:
    dataset = DATASETS["etat_4001"]
    period, start, end = file.period(dataset)
    known = {name: code for name, code in departements.items() if code in DEPARTEMENTS}
    columns, total = etat4001.departement_columns(file.header, known, start, end)
    recipe = etat4001.IndexedRecipe(file.header, file.indicators, columns, total)
    return _dated(file, dataset, period, recipe)


def _transmitted_4001(file: _File, months: dict[str, tuple[date, date]]) -> Recognised:
    territory = file.declared.territory
    if territory is None:
        raise MissingTerritory
    columns = {name: (territory, start, end) for name, (start, end) in months.items()}
    recipe = etat4001.IndexedRecipe(file.header, file.indicators, columns)
    latest = max(start for start, _ in months.values())
    return _dated(file, DATASETS["etat_4001_transmis"], f"{latest:%Y-%m}", recipe)


def _dated(file: _File, dataset: Dataset, period: str, recipe: Recipe) -> Recognised:
    """A file that tells no geography: that of the year that it counts."""
    noted: Counter[Described] = Counter()
    try:
        geography = file.geography()
    except UnknownVintage:
        geography, noted = int(period[:4]), Counter({DEDUCED_GEOGRAPHY: 1})
    return Recognised(dataset, file.declared.edition or period, geography, None, recipe, noted)


def _populations(file: _File) -> Recognised:
    dataset = DATASETS["populations"]
    period, start, _ = file.period(dataset)
    columns = insee.population_columns(file.header, start.year)
    recipe = insee.CommuneRecipe(file.header, file.indicators, columns)
    edition = file.declared.edition or file.named(_EDITION) or period
    return Recognised(dataset, edition, file.geography(), None, recipe)


def _filosofi(file: _File, columns: dict[str, tuple[str, int]]) -> Recognised:
    year = max(year for _, year in columns.values())
    recipe = insee.CommuneRecipe(file.header, file.indicators, columns)
    edition = file.declared.edition or file.named(_EDITION) or str(year)
    return Recognised(DATASETS["filosofi"], edition, file.geography(), None, recipe)

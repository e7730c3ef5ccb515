"""Every commune of France side by side: what it is (area, residents, dwellings, poverty), by vintage."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from observatoire.domain.territory import NATION, TerritoryCode, TerritoryLevel
from observatoire.store.queries import query
from observatoire.store.reference.keeping import Kept
from observatoire.store.reference.populations import REFERENCE
from observatoire.store.reference.territories import CommuneRecord

Floats = NDArray[np.float64]
POPULATION, DWELLINGS, POVERTY = "population", "logements", "filosofi_tp60"
INDICATORS = (POPULATION, DWELLINGS, POVERTY)
PREFERENCE = {"populations": 2, REFERENCE: 0}
"""Of one vintage, Insee's own populations come first, then those that another base states, then the map."""


@dataclass(frozen=True, slots=True, eq=False)
class CommuneColumn:
    """One indicator of one vintage, edition and dataset: a value by commune, NaN where none is published."""

    indicator: str
    dataset: str
    edition: str
    vintage: int
    geography: int
    values: Floats

    @property
    def preference(self) -> tuple[int, int, str]:
        """Latest vintage first, then the most direct dataset, then the latest edition."""
        return (self.vintage, PREFERENCE.get(self.dataset, 1), self.edition)


@dataclass(frozen=True, eq=False)
class CommuneTable:
    """Communes in code order; ``area_km2`` is NaN where the outline is missing.

    ``members``: the communes of every EPCI, EPT, département, région, and of the nation.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    departements: tuple[str | None, ...]
    area_km2: Floats
    columns: tuple[CommuneColumn, ...]
    members: Mapping[TerritoryCode, tuple[CommuneRecord, ...]]

    @cached_property
    def rank(self) -> Mapping[str, int]:
        """Row of each commune."""
        return {code: row for row, code in enumerate(self.codes)}

    def rows(self, communes: Iterable[str]) -> list[int]:
        """Rows of some communes, those that exist."""
        return [self.rank[code] for code in communes if code in self.rank]

    def columns_of(self, indicator: str, until: int | None = None) -> list[CommuneColumn]:
        """Columns of an indicator, of a vintage not after ``until``; the preferred one first."""
        found = [
            c for c in self.columns if c.indicator == indicator and (until is None or c.vintage <= until)
        ]
        return sorted(found, key=lambda column: column.preference, reverse=True)


_kept: Kept[CommuneTable] = Kept()


def load(connection: Connection) -> CommuneTable:
    """The table, read once for a state of the reference and of the producers' files."""
    return _kept.get(connection, None, lambda: _read(connection))


def _read(connection: Connection) -> CommuneTable:
    base = connection.execute(text(query("commune_base"))).all()
    codes = tuple(row.code for row in base)
    rank = {code: row for row, code in enumerate(codes)}
    told = connection.execute(text(query("commune_values")), {"indicators": list(INDICATORS)}).all()
    columns = {
        (POPULATION, REFERENCE, str(row.population_vintage), row.population_vintage, row.vintage)
        for row in base
        if row.population is not None and row.population_vintage is not None
    }
    values: dict[tuple[str, str, str, int, int], Floats] = {
        key: np.full(len(codes), np.nan) for key in sorted(columns)
    }
    for number, row in enumerate(base):
        if row.population is not None and row.population_vintage is not None:
            key = (POPULATION, REFERENCE, str(row.population_vintage), row.population_vintage, row.vintage)
            values[key][number] = row.population
    for row in sorted(told, key=lambda row: row.direct):  # what is told as such comes last, and stands
        key = (row.indicator, row.dataset, row.edition, row.vintage, row.geography)
        if row.code in rank:
            values.setdefault(key, np.full(len(codes), np.nan))[rank[row.code]] = row.value
    return CommuneTable(
        codes,
        tuple(row.name for row in base),
        tuple(row.departement for row in base),
        np.array([np.nan if row.area_km2 is None else row.area_km2 for row in base], np.float64),
        tuple(
            CommuneColumn(indicator, dataset, edition, vintage, geography, column)
            for (indicator, dataset, edition, vintage, geography), column in values.items()
        ),
        _members(connection, [CommuneRecord(row.code, row.name, row.population) for row in base]),
    )


def _members(
    connection: Connection, communes: list[CommuneRecord]
) -> dict[TerritoryCode, tuple[CommuneRecord, ...]]:
    parents = {row.code: row for row in connection.execute(text(query("commune_parents")))}
    found: defaultdict[TerritoryCode, list[CommuneRecord]] = defaultdict(list)
    for commune in communes:
        found[NATION].append(commune)
        for level in (
            TerritoryLevel.EPCI,
            TerritoryLevel.EPT,
            TerritoryLevel.DEPARTEMENT,
            TerritoryLevel.REGION,
        ):
            code = getattr(parents[commune.code], level.value)
            if code is not None:
                found[TerritoryCode(level, code)].append(commune)
    return {territory: tuple(inside) for territory, inside in found.items()}

"""Similar communes: open criteria, each with its weight, its vintage and its scale; nothing filled in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from observatoire.analyses.comparisons.model import Criterion, CriterionUsed, Peer, PeerGroup, PeerQuestion
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.errors import NotComputableResult
from observatoire.statistics.peers import Scale, nearest, robust_scale
from observatoire.store.engine import Connection
from observatoire.store.reference import series
from observatoire.store.reference.communes import (
    DWELLINGS,
    POPULATION,
    POVERTY,
    CommuneColumn,
    CommuneTable,
)
from observatoire.store.reference.series import Selection

Floats = NDArray[np.float64]
LABELS = {
    Criterion.POPULATION: "population municipale (logarithme)",
    Criterion.DENSITY: "habitants au km² (logarithme)",
    Criterion.POVERTY: "taux de pauvreté à 60 %, en % (Filosofi)",
    Criterion.SECOND_HOMES: "logements par habitant (logarithme) : résidences secondaires et tourisme",
}
LOGGED = {Criterion.POPULATION, Criterion.DENSITY, Criterion.SECOND_HOMES}


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    """A criterion over the communes of France, in its own unit; ``source``: the column it comes from."""

    criterion: Criterion
    weight: float
    values: Floats
    source: CommuneColumn | None

    @property
    def scaled(self) -> Floats:
        """The same, as distances see it."""
        if self.criterion not in LOGGED:
            return self.values
        return np.log(np.where(self.values > 0, self.values, np.nan))


def find(connection: Connection, table: CommuneTable, commune: str, asked: PeerQuestion) -> PeerGroup:
    """The communes most like one.

    A criterion that is not known of the commune itself leaves, and is told; a commune of which a kept
    criterion is not known is no candidate.

    Raises:
        NotComputableResult: no criterion is known of the commune.
    """
    row = table.rank[commune]
    measured = [_measure(table, c, w) for c, w in zip(asked.criteria, asked.weights, strict=True)]
    scales = [robust_scale(m.scaled[:, None]) if _is_told(m) else None for m in measured]
    why = [
        _dropped(connection, m, s, table, row) if m.weight > 0 else "poids nul"
        for m, s in zip(measured, scales, strict=True)
    ]
    kept = [m for m, reason in zip(measured, why, strict=True) if reason is None]
    if not kept:
        told = " ; ".join(f"{m.criterion} : {reason}" for m, reason in zip(measured, why, strict=True))
        raise NotComputableResult(f"aucun critère de ressemblance n'est connu de cette commune ({told}).")
    used = tuple(_used(m, s, reason) for m, s, reason in zip(measured, scales, why, strict=True))
    return _group(table, row, asked, kept, used)


def _group(
    table: CommuneTable, row: int, asked: PeerQuestion, kept: list[_Measured], used: tuple[CriterionUsed, ...]
) -> PeerGroup:
    features = np.column_stack([m.scaled for m in kept])
    allowed = np.ones(len(table.codes), dtype=np.bool_)
    if asked.same_departement:
        allowed &= np.array([d == table.departements[row] for d in table.departements])
    allowed[row] = False
    known = np.isfinite(features).all(axis=1)
    rows, distances = nearest(
        features, robust_scale(features), [m.weight for m in kept], row, allowed & known, asked.number
    )
    peers = tuple(
        Peer(
            TerritoryCode(TerritoryLevel.COMMUNE, table.codes[i]),
            table.names[i],
            round(float(distance), 6),
            _values(kept, int(i)),
        )
        for i, distance in zip(rows, distances, strict=True)
    )
    return PeerGroup(
        asked, used, _values(kept, row), peers, int(np.sum(allowed & known)), int(np.sum(allowed & ~known))
    )


def _values(kept: list[_Measured], row: int) -> tuple[float, ...]:
    return tuple(round(float(m.values[row]), 4) for m in kept)


def _measure(table: CommuneTable, criterion: Criterion, weight: float) -> _Measured:
    people = _latest(table, POPULATION)
    nothing = np.full(len(table.codes), np.nan)
    if criterion is Criterion.POPULATION:
        return _Measured(criterion, weight, nothing if people is None else people.values, people)
    if criterion is Criterion.DENSITY:
        area = np.where(table.area_km2 > 0, table.area_km2, np.nan)
        return _Measured(criterion, weight, nothing if people is None else people.values / area, people)
    if criterion is Criterion.POVERTY:
        poverty = _latest(table, POVERTY)
        return _Measured(criterion, weight, nothing if poverty is None else poverty.values, poverty)
    homes = _latest(table, DWELLINGS)
    if homes is None or people is None:
        return _Measured(criterion, weight, nothing, homes)
    residents = np.where(people.values > 0, people.values, np.nan)
    return _Measured(criterion, weight, homes.values / residents, homes)


def _latest(table: CommuneTable, indicator: str) -> CommuneColumn | None:
    """The latest vintage told of most communes: one told of a handful separates nobody."""
    columns = table.columns_of(indicator)
    if not columns:
        return None
    told = [int(np.isfinite(column.values).sum()) for column in columns]
    return next(c for c, number in zip(columns, told, strict=True) if number >= max(told) / 2)


def _is_told(measured: _Measured) -> bool:
    return bool(np.isfinite(measured.scaled).any())


def _dropped(
    connection: Connection, measured: _Measured, scale: Scale | None, table: CommuneTable, row: int
) -> str | None:
    """Why a criterion can't be used; None when it can."""
    if scale is None:
        return "aucune donnée chargée"
    if not np.isfinite(measured.scaled[row]):
        name = table.names[row]
        if measured.criterion is Criterion.POVERTY and _is_secret(connection, table.codes[row]):
            return f"valeur protégée par le secret statistique pour {name} : aucune n'est inventée"
        return f"valeur inconnue pour {name} : aucune n'est inventée"
    return None if scale.spread[0] > 0 else "toutes les communes ont la même valeur"


def _is_secret(connection: Connection, commune: str) -> bool:
    selection = Selection(("filosofi",), (POVERTY,))
    return any(
        cell.secret for cell in series.published(connection, TerritoryLevel.COMMUNE, [commune], selection)
    )


def _used(measured: _Measured, scale: Scale | None, dropped: str | None) -> CriterionUsed:
    source = measured.source
    return CriterionUsed(
        measured.criterion,
        LABELS[measured.criterion],
        measured.weight,
        None if source is None else source.dataset,
        None if source is None else source.vintage,
        None if scale is None else float(scale.median[0]),
        None if scale is None else float(scale.spread[0]),
        dropped,
    )

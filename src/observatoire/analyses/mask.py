"""The mask of a hotspot map: the cells that the chosen sources can speak of, and no other.

A commune is in when every chosen source covers it over the whole period. A place where less
than 70 % of the facts have a point is out, and named: a commune, or a whole département where the
map is regional or national. The one-ring buffer around the mask holds covered, well located
communes of the caller's grant only. Decision record 0005.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from observatoire.analyses.coverage import Coverage, communes_throughout
from observatoire.analyses.kept_points import refuse_reduced
from observatoire.analyses.question import Asking
from observatoire.analyses.readings import Reading
from observatoire.disclosure import gate
from observatoire.disclosure.confidential import Confidential
from observatoire.domain.scope import Scope
from observatoire.domain.source import Source
from observatoire.domain.territory import NATION, TerritoryLevel
from observatoire.errors import NotComputableResult
from observatoire.space import cells as h3
from observatoire.space.locate import CommuneLocator
from observatoire.store.confidential import counts
from observatoire.store.confidential.counts import UnitCount
from observatoire.store.engine import Connection
from observatoire.store.reference import territories

FEWEST_LOCATED = 0.70
Cells = NDArray[np.uint64]
NO_CELL: Cells = np.array([], dtype=np.uint64)


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """The study area of one map.

    Attributes:
        cells: H3 cells whose centre is inside, sorted, shape (n,).
        buffer: cells of the ring around them whose facts count, shape (b,).
        communes: communes whose facts are mapped; ``buffer_communes``: those of the buffer;
            ``judged``: those whose facts decided whether they are.
        unit: level at which places are judged; ``poor``: codes of the places left out.
        names: names of the places, by code.
    """

    cells: Cells
    buffer: Cells
    communes: frozenset[str]
    buffer_communes: frozenset[str]
    judged: frozenset[str]
    unit: TerritoryLevel
    poor: frozenset[str]
    names: dict[str, str]

    @property
    def identifier(self) -> str:
        """Changes exactly when the cells of the mask change."""
        return _identifier(self.cells)

    @property
    def seen(self) -> dict[str, Any]:
        """What the map rests on besides facts and coverage, as plain values."""
        return {
            "masque": self.identifier,
            "tampon": _identifier(self.buffer),
            "hors_masque": {code: self.names.get(code, "") for code in sorted(self.poor)},
        }


def build(
    connection: Connection, asking: Asking, sources: list[Source], coverage: Coverage, resolution: int
) -> tuple[Mask, Confidential[list[UnitCount]]]:
    """(mask, facts and located facts of each place).

    Raises:
        NotComputableResult: a month is missing, or no place is left.
    """
    _refuse_gaps(coverage)
    covered = coverage.covered_by_all
    unit = _unit_of(asking.question.territory.level)
    units = counts.by_unit(connection, asking.scope(sources), covered, unit)
    poor = gate.mask_decision(units.map(_poorly_located))
    kept = covered - _communes_of(connection, poor, unit)
    names = _names(connection, asking, unit)
    if not kept:
        _refuse_empty(covered, poor, names)
    cells = _cells(connection, asking, kept, unit, resolution)
    buffer, around, judged = _buffer(connection, asking, sources, coverage, cells)
    return Mask(cells, buffer, kept, around, judged, unit, poor, names), units


def mappable(asking: Asking, sources: list[Source]) -> tuple[Asking, list[Source]]:
    """(the question with the sources left out, those whose contract lets their facts be put on cells).

    Raises:
        NotComputableResult: no source is left, or the points of a part of the period are gone.
    """
    kept = [source for source in sources if source.precision.allows_cells]
    coarse = tuple(source for source in sources if not source.precision.allows_cells)
    if not kept:
        listed = ", ".join(f"« {source.code} »" for source in coarse)
        raise NotComputableResult(
            f"le contrat de {listed} ne permet pas de situer ses faits à l'intérieur de la commune. "
            "Lisez la synthèse ou la tendance, ou faites modifier le contrat."
        )
    refuse_reduced(kept, asking.question.period)
    return replace(asking, coarse=(*asking.coarse, *coarse)), kept


def readings(asking: Asking, sources: list[Source], coverage: Coverage, mask: Mask) -> list[Reading]:
    """The facts that a map reads: inside, around, and those that their contract keeps off every map."""
    period = (asking.question.period,)
    everyone = frozenset(c.code for c in asking.communes)
    inside = Reading(tuple(sources), period, coverage.covered_by_all, unplaced=False)
    ring = Reading(tuple(sources), period, mask.judged, NATION, classes=False)
    coarse = Reading(asking.coarse, period, everyone, classes=False, unplaced=False)
    return [inside, ring, coarse]


def everywhere(asking: Asking, sources: list[Source]) -> Scope:
    """The question's filters on the whole country: the buffer lies outside the territory."""
    return Scope(NATION, asking.question.period, tuple(s.code for s in sources), asking.leaves)


def _identifier(cells: Cells) -> str:
    return hashlib.sha256(cells.astype(">u8").tobytes()).hexdigest()[:16]


def _refuse_gaps(coverage: Coverage) -> None:
    missing = coverage.missing()
    if missing:
        listed = ", ".join(f"« {source.code} » {month:%Y-%m}" for source, month in missing[:6])
        more = f" et {len(missing) - 6} autres" if len(missing) > 6 else ""
        raise NotComputableResult(
            "la carte ne parle que de ce qui est couvert sur toute la période, or il manque : "
            f"{listed}{more}. Choisissez une période entièrement reçue, ou importez ces mois."
        )


def _refuse_empty(covered: frozenset[str], poor: frozenset[str], names: dict[str, str]) -> None:
    if not covered:
        raise NotComputableResult(
            "aucune commune du territoire n'est couverte par toutes les sources choisies. "
            "Choisissez une seule source ou un autre territoire."
        )
    listed = ", ".join(sorted(names.get(code, code) for code in poor)[:6])
    raise NotComputableResult(
        f"moins de 70 % des faits ont un point ({listed}) : la carte ne peut rien en dire. "
        "Faites ajouter les coordonnées à l'export de la source."
    )


def _unit_of(level: TerritoryLevel) -> TerritoryLevel:
    coarse = level in (TerritoryLevel.NATION, TerritoryLevel.REGION)
    return TerritoryLevel.DEPARTEMENT if coarse else TerritoryLevel.COMMUNE


def _poorly_located(units: Iterable[UnitCount]) -> frozenset[str]:
    return frozenset(u.unit for u in units if u.unit and u.located < FEWEST_LOCATED * u.facts)


def _communes_of(connection: Connection, poor: frozenset[str], unit: TerritoryLevel) -> frozenset[str]:
    if unit is TerritoryLevel.COMMUNE:
        return poor
    return territories.communes_in_departements(connection, sorted(poor))


def _names(connection: Connection, asking: Asking, unit: TerritoryLevel) -> dict[str, str]:
    if unit is TerritoryLevel.COMMUNE:
        return {c.code: c.name for c in asking.communes}
    found, _ = territories.search(connection, unit, None, None, 200, 0)
    return {record.code.code: record.name for record in found}


def _cells(
    connection: Connection, asking: Asking, communes: frozenset[str], unit: TerritoryLevel, resolution: int
) -> Cells:
    """Cells whose centre lies in the communes kept, or in the part of them asked for."""
    territory = asking.question.territory
    if territory.level.is_part_of_communes:
        shape = territories.shape_of(connection, territory)
        shapes = {} if shape is None else {territory.code: shape}
    elif unit is TerritoryLevel.DEPARTEMENT:
        whole, rest = territories.split_by_departement(connection, communes)
        shapes = territories.contours(connection, TerritoryLevel.DEPARTEMENT, whole)
        shapes |= territories.contours(connection, TerritoryLevel.COMMUNE, rest)
    else:
        shapes = territories.contours(connection, TerritoryLevel.COMMUNE, sorted(communes))
    found = [h3.cells_within(shape, resolution) for shape in shapes.values()]
    return np.unique(np.concatenate(found)) if found else NO_CELL


def _buffer(
    connection: Connection, asking: Asking, sources: list[Source], coverage: Coverage, cells: Cells
) -> tuple[Cells, frozenset[str], frozenset[str]]:
    """(cells of the ring whose facts count, their communes, those that were judged)."""
    ring = h3.ring(cells) if cells.size else NO_CELL
    if not ring.size:
        return NO_CELL, frozenset(), frozenset()
    longitude, latitude = h3.centres(ring)
    window = (float(longitude.min()), float(latitude.min()), float(longitude.max()), float(latitude.max()))
    shapes = territories.contours_in(connection, TerritoryLevel.COMMUNE, window)
    # A neighbourhood or an arrondissement is a part of its commune: the rest of it is around.
    part = asking.question.territory.level.is_part_of_communes
    outside = frozenset(shapes) - (frozenset() if part else {c.code for c in asking.communes})
    for source in sources:
        outside &= communes_throughout(connection, source, sorted(outside), asking.question.period)
    if asking.caller.communes is not None:
        outside &= asking.caller.communes
    if not outside:
        return NO_CELL, frozenset(), frozenset()
    units = counts.by_unit(connection, everywhere(asking, sources), outside, TerritoryLevel.COMMUNE)
    codes = sorted(outside - gate.mask_decision(units.map(_poorly_located)))
    held = CommuneLocator(codes, [shapes[code] for code in codes]).locate(longitude, latitude)
    inside = np.array([code is not None for code in held], dtype=bool)
    return ring[inside], frozenset(codes), outside

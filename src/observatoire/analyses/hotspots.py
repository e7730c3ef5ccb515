"""Where facts concentrate: Gi* on the H3 cells of a mask that holds only what the sources can speak of."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from observatoire.analyses import mask as mask_room
from observatoire.analyses.coverage import coverage_of
from observatoire.analyses.hotspot_words import CLASSES, REASONS, STRICT
from observatoire.analyses.mask import FEWEST_LOCATED, Cells, Mask
from observatoire.analyses.origin import Method, provenance
from observatoire.analyses.proof import (
    Exclusion,
    Headcount,
    MethodProof,
    Proof,
    coverage_proof,
    coverage_warnings,
    place_proof,
)
from observatoire.analyses.published_hotspots import PublishedMap, read_map
from observatoire.analyses.question import Asking, Question, ask
from observatoire.disclosure import gate
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller
from observatoire.disclosure.released import Released
from observatoire.domain.territory import TerritoryLevel
from observatoire.errors import NotComputableResult
from observatoire.space import cells as h3
from observatoire.statistics.hotspots import GiStar, classify, gi_star
from observatoire.statistics.not_computable import NotComputable
from observatoire.store.confidential import counts
from observatoire.store.confidential.counts import CategoryCount, CellCounts, PrecisionCount, UnitCount
from observatoire.store.engine import Connection, Database

METHOD = Method("points_chauds_concentration", 1)
STORED_RESOLUTION = 9
DEFAULT_RESOLUTION = {
    TerritoryLevel.NATION: 6,
    TerritoryLevel.REGION: 7,
    TerritoryLevel.DEPARTEMENT: 8,
    TerritoryLevel.EPCI: 8,
    TerritoryLevel.EPT: 8,
}
SPARSE_MEAN = 0.5
CONCENTRATION_WARNING = (
    "Une concentration se lit par rapport à la maille moyenne du masque : elle dit où sont les faits, "
    "sans rien dire de ce que la population laisse attendre."
)
SPARSE_WARNING = (
    "Moins d'un fait pour deux mailles en moyenne : le test est approximatif, préférez une maille plus large."
)

Facts = NDArray[np.float64]
_Rest = tuple[list[UnitCount], list[PrecisionCount], list[CategoryCount]]
"""Facts by place and by precision; facts of the sources whose contract keeps them off the map."""


@dataclass(frozen=True, slots=True)
class HotspotCell:
    """One H3 cell; ``expected`` is what as many mean cells would hold in its neighbourhood."""

    cell: str
    boundary: list[list[float]]
    facts: int
    neighbourhood: int
    expected: float
    ratio: float
    z: float
    p: float
    q: float
    grade: str
    identifier: str


@dataclass(frozen=True, slots=True)
class OutOfMask:
    """A place that the map can't speak of: too few of its facts have a point."""

    territory: str
    name: str
    facts: int
    located: int


@dataclass(frozen=True, slots=True)
class HotspotMap:
    """Cells that hold facts or are significant; the other cells of the mask hold none."""

    question: Question
    resolution: int
    cells: tuple[HotspotCell, ...]
    mask_identifier: str
    mask_cells: int
    buffer_cells: int
    out_of_mask: tuple[OutOfMask, ...]
    proof: Proof


@dataclass(frozen=True, slots=True, eq=False)
class _Computed:
    """Gi* of a mask: facts by cell, the statistic, located facts that fall outside the mask."""

    facts: Facts
    star: GiStar
    outside: int


def find(
    database: Database,
    question: Question,
    resolution: int | None,
    threshold: float,
    caller: Caller,
    journal: Journal,
) -> Released[HotspotMap] | Released[PublishedMap]:
    """Answer ``points-chauds`` (layer ``concentration``): exact inside the grant, else from the last edition.

    Args:
        database: where facts are.
        question: the common filters.
        resolution: H3 resolution, 9 at most; None: the level's default.
        threshold: corrected p-value under which a cell is a hotspot.
        caller: who asks.
        journal: where the passage is written.

    Raises:
        OutsideDiffusion: outside the grant, when the question is not one of the published map.
        NonAdditiveSources, NotComputableResult.
    """
    with database.reading() as connection:
        asking = ask(connection, question, caller, journal)
        if asking.audience is Audience.INTERNE:
            return _fresh(connection, asking, resolution, threshold)
    return read_map(database, asking, resolution, threshold)


def _fresh(
    connection: Connection, asking: Asking, resolution: int | None, threshold: float
) -> Released[HotspotMap]:
    question = asking.question
    asking, sources = mask_room.mappable(asking, asking.single_group())
    coverage = coverage_of(connection, sources, asking.communes, question.period)
    chosen = resolution or DEFAULT_RESOLUTION.get(question.territory.level, STORED_RESOLUTION)
    mask, units = mask_room.build(connection, asking, sources, coverage, chosen)
    inner = counts.by_cell(connection, asking.scope(sources), mask.communes)
    outer = counts.by_cell(connection, mask_room.everywhere(asking, sources), mask.buffer_communes)
    precisions = counts.by_precision(connection, asking.scope(sources), coverage.covered_by_all)
    everyone = frozenset(c.code for c in asking.communes)
    coarse = counts.by_category(connection, asking.scope(list(asking.coarse)), everyone)
    digest, link = provenance(
        connection,
        asking,
        METHOD,
        (coverage,),
        mask_room.readings(asking, sources, coverage, mask),
        seen=mask.seen,
    )

    def answer(computed: _Computed, rest: _Rest) -> HotspotMap:
        places, precision, unplaceable = rest
        shares = place_proof(precision)
        return HotspotMap(
            question=question,
            resolution=chosen,
            cells=_features(mask.cells, computed, threshold, chosen),
            mask_identifier=mask.identifier,
            mask_cells=int(mask.cells.size),
            buffer_cells=int(mask.buffer.size),
            out_of_mask=_out_of_mask(places, mask),
            proof=Proof(
                _headcount(places, mask, computed, unplaceable),
                coverage_proof(coverage, asking),
                shares,
                _method(chosen, mask, threshold, computed.star),
                digest,
                link,
                (
                    *asking.notes,
                    *coverage_warnings(coverage, shares, asking),
                    *_warnings(places, mask, computed.star),
                ),
            ),
        )

    computed = inner.combine(outer, lambda own, ring: _compute(own, ring, mask, chosen))
    rest = units.combine(precisions, lambda places, precision: (places, precision)).combine(
        coarse, lambda pair, rows: (*pair, rows)
    )
    return gate.release(
        computed.combine(rest, answer),
        asking.audience,
        asking.caller,
        f"points-chauds {question.canonical()}",
        asking.journal,
    )


def _compute(own: CellCounts, ring: CellCounts, mask: Mask, resolution: int) -> _Computed:
    facts, outside = _on(mask.cells, own, resolution)
    around, _ = _on(mask.buffer, ring, resolution)
    loaded = np.concatenate([mask.cells, mask.buffer])
    inside = np.arange(loaded.size) < mask.cells.size
    try:
        star = gi_star(np.concatenate([facts, around]), h3.neighbourhood(loaded), inside)
    except NotComputable as refusal:
        raise NotComputableResult(REASONS[refusal.reason]) from None
    return _Computed(facts, star, outside)


def _on(cells: Cells, found: CellCounts, resolution: int) -> tuple[Facts, int]:
    """(facts of each of some sorted cells, facts that fall on none of them)."""
    totals = np.zeros(cells.size)
    if not found.cells.size:
        return totals, 0
    coarse = h3.parents(found.cells, resolution)
    order = np.argsort(cells)
    position = np.minimum(np.searchsorted(cells, coarse, sorter=order), max(cells.size - 1, 0))
    where = order[position] if cells.size else position
    hit = cells[where] == coarse if cells.size else np.zeros(coarse.size, dtype=bool)
    np.add.at(totals, where[hit], found.facts[hit])
    return totals, int(found.facts[~hit].sum())


def _features(
    cells: Cells, computed: _Computed, threshold: float, resolution: int
) -> tuple[HotspotCell, ...]:
    star, facts = computed.star, computed.facts
    grades = classify(star.z, star.q, (min(STRICT, threshold), threshold))
    shown = np.flatnonzero((facts > 0) | (grades != 0))
    boundaries = h3.boundaries(cells[shown])
    return tuple(
        HotspotCell(
            cell=name,
            boundary=shapely.get_coordinates(boundary).round(6).tolist(),
            facts=int(facts[i]),
            neighbourhood=int(star.neighbourhood[i]),
            expected=round(float(star.expected[i]), 4),
            ratio=round(float(star.ratio[i]), 4),
            z=float(star.z[i]),
            p=float(star.p[i]),
            q=float(star.q[i]),
            grade=CLASSES[int(grades[i])],
            identifier=f"pc{resolution}-{name}",
        )
        for i, name, boundary in zip(shown, h3.to_hex(cells[shown]), boundaries, strict=True)
    )


def _dropped(units: list[UnitCount], mask: Mask) -> list[UnitCount]:
    """Places out of the mask, those with most facts first."""
    return sorted((u for u in units if u.unit in mask.poor), key=lambda u: (-u.facts, u.unit or ""))


def _out_of_mask(units: list[UnitCount], mask: Mask) -> tuple[OutOfMask, ...]:
    return tuple(
        OutOfMask(f"{mask.unit}:{u.unit}", mask.names.get(u.unit or "", ""), u.facts, u.located)
        for u in _dropped(units, mask)
    )


def _headcount(
    units: list[UnitCount], mask: Mask, computed: _Computed, coarse: list[CategoryCount]
) -> Headcount:
    unplaceable = sum(row.facts for row in coarse)
    kept_out = (Exclusion("precision_du_contrat", unplaceable),) if coarse else ()
    kept = [u for u in units if u.unit not in mask.poor]
    return Headcount(
        total=sum(u.facts for u in units) + unplaceable,
        kept=int(computed.facts.sum()),
        excluded=(
            *kept_out,
            Exclusion("localisation_insuffisante", sum(u.facts for u in units if u.unit in mask.poor)),
            Exclusion("precision_insuffisante", sum(u.around for u in kept)),
            Exclusion("non_localise", sum(u.facts - u.located - u.around for u in kept)),
            Exclusion("hors_masque", computed.outside),
        ),
    )


def _method(resolution: int, mask: Mask, threshold: float, star: GiStar) -> MethodProof:
    parameters: dict[str, Any] = {
        "statistique": "Gi*",
        "poids": "binaires, maille et ses voisines immédiates",
        "maille": f"H3 résolution {resolution}",
        "masque": mask.identifier,
        "mailles": star.cells,
        "mailles_tampon": star.loaded_cells - star.cells,
        "moyenne_par_maille": round(star.mean, 4),
        "correction": "Benjamini-Hochberg sur le masque",
        "seuil": threshold,
        "part_localisee_minimale": FEWEST_LOCATED,
    }
    references = (
        "Getis & Ord (1992), Geographical Analysis 24(3)",
        "Ord & Getis (1995), Geographical Analysis 27(4)",
        "Benjamini & Hochberg (1995), JRSS B 57(1)",
    )
    return MethodProof(METHOD.name, METHOD.version, parameters, references)


def _warnings(units: list[UnitCount], mask: Mask, star: GiStar) -> list[str]:
    warnings = [CONCENTRATION_WARNING]
    dropped = _dropped(units, mask)
    if dropped:
        listed = ", ".join(mask.names.get(u.unit or "", u.unit or "") for u in dropped[:12])
        more = f" et {len(dropped) - 12} autres (liste complète : hors_masque)" if len(dropped) > 12 else ""
        kind = "département" if mask.unit is TerritoryLevel.DEPARTEMENT else "commune"
        plural = "s" if len(dropped) > 1 else ""
        warnings.append(
            f"La carte ne peut rien dire de {len(dropped)} {kind}{plural} où moins de 70 % des faits "
            f"ont un point : {listed}{more}."
        )
    if star.mean < SPARSE_MEAN:
        warnings.append(SPARSE_WARNING)
    return warnings

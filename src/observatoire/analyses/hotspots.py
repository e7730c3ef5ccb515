"""Where facts concentrate: Gi* on H3 cells of a mask that holds only what the sources can speak of.

The mask: cells whose centre lies in a commune that every chosen source covers over the whole
period. A place where less than 70 % of the facts have a point is out of it, and named. Facts of
the one-ring buffer around the mask count only where they are covered too (and inside the
caller's grant). Decision record 0005.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from observatoire.analyses.coverage import Coverage, coverage_of
from observatoire.analyses.proof import (
    Exclusion,
    Headcount,
    MethodProof,
    Proof,
    coverage_proof,
    coverage_warnings,
    place_proof,
    provenance,
)
from observatoire.analyses.question import Asking, Question, ask
from observatoire.disclosure import gate
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller
from observatoire.disclosure.released import Released
from observatoire.domain.scope import Scope
from observatoire.domain.source import Source
from observatoire.domain.territory import NATION, TerritoryLevel
from observatoire.errors import NotComputableResult, OutsideDiffusion
from observatoire.space import cells as h3
from observatoire.space.locate import CommuneLocator
from observatoire.statistics.hotspots import GiStar, classify, gi_star
from observatoire.statistics.not_computable import NotComputable
from observatoire.store.confidential import counts
from observatoire.store.confidential.counts import CellCounts, UnitCount
from observatoire.store.engine import Database
from observatoire.store.reference import territories

FEWEST_LOCATED = 0.70
STORED_RESOLUTION = 9
DEFAULT_RESOLUTION = {
    TerritoryLevel.NATION: 6,
    TerritoryLevel.REGION: 7,
    TerritoryLevel.DEPARTEMENT: 8,
    TerritoryLevel.EPCI: 8,
    TerritoryLevel.EPT: 8,
}
SPARSE_MEAN = 0.5
CLASSES = {
    2: "concentration_forte",
    1: "concentration",
    0: "non_significatif",
    -1: "creux",
    -2: "creux_fort",
}
REASONS = {
    "variance_nulle": "toutes les mailles portent le même nombre de faits. Choisissez une période plus longue.",
    "trop_peu_de_mailles": "le masque compte moins de 30 mailles. Choisissez une maille plus fine ou un territoire plus grand.",
    "trop_peu_de_faits": "le masque porte moins de 60 faits localisés. Allongez la période ou élargissez les catégories.",
}


@dataclass(frozen=True, slots=True)
class HotspotCell:
    """One H3 cell; ``expected`` is what as many mean cells of the mask would hold in its neighbourhood."""

    cell: str
    boundary: Any
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
    """Cells that hold facts or are significant; the mask's other cells hold none."""

    question: Question
    resolution: int
    cells: tuple[HotspotCell, ...]
    mask_identifier: str
    mask_cells: int
    buffer_cells: int
    out_of_mask: tuple[OutOfMask, ...]
    proof: Proof


def find(
    database: Database,
    question: Question,
    resolution: int | None,
    threshold: float,
    caller: Caller,
    journal: Journal,
) -> Released[HotspotMap]:
    """Answer ``points-chauds`` (layer ``concentration``).

    Args:
        database, question, caller, journal: as every use case.
        resolution: H3 resolution, 9 at most; None: the level's default.
        threshold: corrected p-value under which a cell is a hotspot.

    Raises:
        OutsideDiffusion: outside the grant: hotspots are not public.
        NonAdditiveSources, NotComputableResult.
    """
    with database.reading() as connection:
        asking = ask(connection, question, caller, journal)
        if asking.audience is not Audience.INTERNE:
            raise OutsideDiffusion("Les points chauds ne sont pas publics.")
        sources = asking.single_group()
        coverage = coverage_of(connection, sources, asking.communes, question.period)
        _refuse_gaps(coverage)
        chosen = resolution or DEFAULT_RESOLUTION.get(question.territory.level, STORED_RESOLUTION)
        covered = _covered_by_all(coverage)
        unit = _unit_of(question.territory.level)
        by_unit = counts.by_unit(connection, asking.scope(sources), covered, unit)
        names = {c.code: c.name for c in asking.communes}
        if unit is TerritoryLevel.DEPARTEMENT:
            found, _ = territories.search(connection, unit, None, None, 200, 0)
            names = {record.code.code: record.name for record in found}
        poor = gate.mask_decision(by_unit.map(_poorly_located))
        mask_communes = _without(connection, covered, poor, unit)
        mask = _mask(connection, asking, mask_communes, poor, unit, chosen)
        buffer, buffer_communes = _buffer(connection, asking, sources, coverage, mask, caller)
        inner = counts.by_cell(connection, asking.scope(sources), mask_communes)
        everywhere = Scope(NATION, question.period, tuple(s.code for s in sources), asking.leaves)
        outer = counts.by_cell(connection, everywhere, buffer_communes)
        precisions = counts.by_precision(connection, asking.scope(sources), covered)
        digest, link = provenance(connection, asking)

        def statistic(located: CellCounts, around: CellCounts) -> tuple[np.ndarray, GiStar | None, str, int]:
            return _gi_star(located, around, mask, buffer, chosen)

        def answer(found: tuple[np.ndarray, GiStar | None, str, int], rest: Any) -> HotspotMap:  # noqa: ANN401
            units, precision = rest
            facts, star, reason, outside = found
            if star is None:
                raise NotComputableResult(REASONS[reason])
            places = place_proof(precision)
            return HotspotMap(
                question=question,
                resolution=chosen,
                cells=_features(mask, facts, star, threshold, chosen),
                mask_identifier=_identifier(mask),
                mask_cells=int(mask.size),
                buffer_cells=int(buffer.size),
                out_of_mask=_out_of_mask(units, poor, unit, names),
                proof=Proof(
                    _headcount(units, poor, int(facts.sum()), outside),
                    coverage_proof(coverage, asking),
                    places,
                    _method(chosen, mask, threshold, star),
                    digest,
                    link,
                    tuple(_warnings(coverage, places, units, poor, unit, names, star)),
                ),
            )

        rest = by_unit.combine(precisions, lambda units, precision: (units, precision))
        confidential = inner.combine(outer, statistic).combine(rest, answer)
    return gate.release(
        confidential, asking.audience, caller, f"points-chauds {question.canonical()}", journal
    )


def _refuse_gaps(coverage: Coverage) -> None:
    missing = coverage.missing()
    if missing:
        listed = ", ".join(f"« {source.code} » {month:%Y-%m}" for source, month in missing[:6])
        more = f" et {len(missing) - 6} autres" if len(missing) > 6 else ""
        raise NotComputableResult(
            "la carte ne parle que de ce qui est couvert sur toute la période, or il manque : "
            f"{listed}{more}. Choisissez une période entièrement reçue, ou importez ces mois."
        )


def _covered_by_all(coverage: Coverage) -> frozenset[str]:
    named = frozenset(c.code for c in coverage.communes)
    return named.intersection(*(s.communes for s in coverage.sources))


def _unit_of(level: TerritoryLevel) -> TerritoryLevel:
    """Places are judged by commune, by département where the map is regional or national."""
    coarse = level in (TerritoryLevel.NATION, TerritoryLevel.REGION)
    return TerritoryLevel.DEPARTEMENT if coarse else TerritoryLevel.COMMUNE


def _poorly_located(units: Iterable[UnitCount]) -> frozenset[str]:
    return frozenset(u.unit for u in units if u.unit and u.located < FEWEST_LOCATED * u.facts)


def _without(
    connection: Any,
    covered: frozenset[str],
    poor: frozenset[str],
    unit: TerritoryLevel,
) -> frozenset[str]:
    if unit is TerritoryLevel.COMMUNE:
        return covered - poor
    dropped = territories.communes_in_departements(connection, sorted(poor))
    return covered - dropped


def _mask(
    connection: Any,  # noqa: ANN401
    asking: Asking,
    communes: frozenset[str],
    poor: frozenset[str],
    unit: TerritoryLevel,
    resolution: int,
) -> np.ndarray:
    """Cells whose centre lies in the communes kept (or in the neighbourhood asked for), sorted."""
    level = asking.question.territory.level
    if level in (TerritoryLevel.QPV, TerritoryLevel.ARRONDISSEMENT):
        shapes = territories.contours(connection, level, [asking.question.territory.code]) if communes else {}
    elif unit is TerritoryLevel.DEPARTEMENT:
        shapes = _departement_shapes(connection, communes, resolution)
    else:
        shapes = territories.contours(connection, TerritoryLevel.COMMUNE, sorted(communes))
    cells = [h3.cells_within(shape, resolution) for shape in shapes.values()]
    return np.unique(np.concatenate(cells)) if cells else np.array([], dtype=np.uint64)


def _departement_shapes(connection: Any, communes: frozenset[str], resolution: int) -> dict[str, Any]:  # noqa: ANN401
    """Whole départements where all their communes are kept, else commune by commune."""
    whole, rest = territories.split_by_departement(connection, communes)
    shapes = territories.contours(connection, TerritoryLevel.DEPARTEMENT, whole)
    return shapes | territories.contours(connection, TerritoryLevel.COMMUNE, rest)


def _buffer(
    connection: Any,  # noqa: ANN401
    asking: Asking,
    sources: list[Source],
    coverage: Coverage,
    mask: np.ndarray,
    caller: Caller,
) -> tuple[np.ndarray, frozenset[str]]:
    """(cells of the ring around the mask that are covered, readable and well located; their communes)."""
    nothing = np.array([], dtype=np.uint64)
    inside = {c.code for c in asking.communes}
    around = frozenset.intersection(*(s.communes for s in coverage.sources)) - inside
    if caller.communes is not None:
        around &= caller.communes
    ring = h3.ring(mask) if mask.size else nothing
    if not ring.size or not around:
        return nothing, frozenset()
    longitude, latitude = h3.centres(ring)
    window = (float(longitude.min()), float(latitude.min()), float(longitude.max()), float(latitude.max()))
    shapes = territories.contours_in(connection, TerritoryLevel.COMMUNE, window)
    near = frozenset(shapes) & around
    scope = Scope(NATION, asking.question.period, tuple(s.code for s in sources), asking.leaves)
    units = counts.by_unit(connection, scope, near, TerritoryLevel.COMMUNE)
    usable = near - gate.mask_decision(units.map(_poorly_located))
    if not usable:
        return nothing, frozenset()
    codes = sorted(usable)
    held = CommuneLocator(codes, [shapes[c] for c in codes]).locate(longitude, latitude)
    kept = np.array([code is not None for code in held], dtype=bool)
    return ring[kept], usable


def _gi_star(
    located: CellCounts, around: CellCounts, mask: np.ndarray, buffer: np.ndarray, resolution: int
) -> tuple[np.ndarray, GiStar | None, str, int]:
    """(facts by mask cell, Gi* or None, why none, located facts that fall outside the mask)."""
    loaded = np.concatenate([mask, buffer])
    own, lost = _on(mask, located, resolution)
    ring, _ = _on(buffer, around, resolution)
    inside = np.arange(loaded.size) < mask.size
    try:
        star = gi_star(np.concatenate([own, ring]), h3.neighbourhood(loaded), inside)
    except NotComputable as refusal:
        return own, None, refusal.reason, lost
    return own, star, "", lost


def _on(cells: np.ndarray, found: CellCounts, resolution: int) -> tuple[np.ndarray, int]:
    """Counts brought to some cells, and how many facts fall on none of them."""
    totals = np.zeros(cells.size)
    if not found.cells.size:
        return totals, 0
    coarse = h3.parents(found.cells, resolution)
    order = np.argsort(cells)
    position = np.searchsorted(cells, coarse, sorter=order)
    position[position == cells.size] = 0
    where = order[position] if cells.size else position
    hit = cells[where] == coarse if cells.size else np.zeros(coarse.size, dtype=bool)
    np.add.at(totals, where[hit], found.facts[hit])
    return totals, int(found.facts[~hit].sum())


def _features(
    mask: np.ndarray, facts: np.ndarray, star: GiStar, threshold: float, resolution: int
) -> tuple[HotspotCell, ...]:
    grades = classify(star.z, star.q, (min(0.01, threshold), threshold))
    shown = np.flatnonzero((facts > 0) | (grades != 0))
    boundaries = h3.boundaries(mask[shown])
    names = h3.to_hex(mask[shown])
    return tuple(
        HotspotCell(
            cell=name,
            boundary=shapely.get_coordinates(boundary).round(6).tolist(),
            facts=int(facts[i]),
            neighbourhood=int(star.neighbourhood[i]),
            expected=round(float(star.expected[i]), 4),
            ratio=round(float(star.ratio[i]), 4),
            z=round(float(star.z[i]), 6),
            p=float(star.p[i]),
            q=float(star.q[i]),
            grade=CLASSES[int(grades[i])],
            identifier=f"pc{resolution}-{name}",
        )
        for i, name, boundary in zip(shown, names, boundaries, strict=True)
    )


def _identifier(mask: np.ndarray) -> str:
    return hashlib.sha256(np.sort(mask).astype(">u8").tobytes()).hexdigest()[:16]


def _out_of_mask(
    units: list[UnitCount], poor: frozenset[str], unit: TerritoryLevel, names: dict[str, str]
) -> tuple[OutOfMask, ...]:
    dropped = [u for u in units if u.unit in poor]
    dropped.sort(key=lambda u: (-u.facts, u.unit or ""))
    return tuple(
        OutOfMask(f"{unit}:{u.unit}", names.get(u.unit or "", ""), u.facts, u.located) for u in dropped
    )


def _headcount(units: list[UnitCount], poor: frozenset[str], kept: int, outside: int) -> Headcount:
    total = sum(u.facts for u in units)
    dropped = sum(u.facts for u in units if u.unit in poor)
    unlocated = sum(u.facts - u.located for u in units if u.unit not in poor)
    exclusions = (
        Exclusion("localisation_insuffisante", dropped),
        Exclusion("non_localise", unlocated),
        Exclusion("hors_masque", outside),
    )
    return Headcount(total, kept, exclusions)


def _method(resolution: int, mask: np.ndarray, threshold: float, star: GiStar) -> MethodProof:
    return MethodProof(
        "points_chauds_concentration",
        1,
        {
            "statistique": "Gi*",
            "poids": "binaires, maille et ses voisines immédiates",
            "maille": f"H3 résolution {resolution}",
            "masque": _identifier(mask),
            "mailles": star.cells,
            "mailles_tampon": star.loaded_cells - star.cells,
            "moyenne_par_maille": round(star.mean, 4),
            "correction": "Benjamini-Hochberg sur le masque",
            "seuil": threshold,
            "part_localisee_minimale": FEWEST_LOCATED,
        },
        (
            "Getis & Ord (1992), Geographical Analysis 24(3)",
            "Ord & Getis (1995), Geographical Analysis 27(4)",
            "Benjamini & Hochberg (1995), JRSS B 57(1)",
        ),
    )


def _warnings(
    coverage: Coverage,
    places: Any,  # noqa: ANN401
    units: list[UnitCount],
    poor: frozenset[str],
    unit: TerritoryLevel,
    names: dict[str, str],
    star: GiStar,
) -> list[str]:
    warnings = coverage_warnings(coverage, places)
    warnings.append(
        "Une concentration se lit par rapport à la maille moyenne du masque : elle dit où sont les faits, "
        "sans rien dire de ce que la population laisse attendre."
    )
    if poor:
        dropped = sorted((u for u in units if u.unit in poor), key=lambda u: -u.facts)
        listed = ", ".join(names.get(u.unit or "", u.unit or "") for u in dropped[:12])
        more = f" et {len(dropped) - 12} autres (liste complète : hors_masque)" if len(dropped) > 12 else ""
        kind = "département" if unit is TerritoryLevel.DEPARTEMENT else "commune"
        plural = "s" if len(dropped) > 1 else ""
        warnings.append(
            f"La carte ne peut rien dire de {len(dropped)} {kind}{plural} où moins de 70 % des faits "
            f"ont un point : {listed}{more}."
        )
    if star.mean < SPARSE_MEAN:
        warnings.append(
            "Moins d'un fait pour deux mailles en moyenne : le test est approximatif, préférez une maille plus large."
        )
    return warnings

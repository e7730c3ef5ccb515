"""The proof that travels with every answer: headcount, coverage, places, method, provenance."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from observatoire.analyses.coverage import Coverage, MonthState
from observatoire.analyses.question import Asking
from observatoire.domain.incident import UNCLASSED_ALERT, ClassingMode, LocationPrecision
from observatoire.store import correspondences
from observatoire.store import imports as import_store
from observatoire.store.confidential.counts import PrecisionCount
from observatoire.store.engine import Connection

STANDARD_WARNING = (
    "Ces chiffres décrivent les faits portés à la connaissance des services et partenaires. "
    "Une hausse peut traduire une activité ou un signalement plus important. "
    "Les sources ne s'additionnent pas."
)
FICTIONAL_WARNING = (
    "Données fictives : cette réponse repose sur une démonstration, elle ne décrit aucun lieu réel."
)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Facts left out of an analysis, and why."""

    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Headcount:
    """Facts of the question: how many were used, how many not and why (they add up to ``total``)."""

    total: int
    kept: int
    excluded: tuple[Exclusion, ...]


@dataclass(frozen=True, slots=True)
class SourceMonths:
    """Months of one source by state."""

    source: str
    received: int
    missing: tuple[str, ...]
    partial: tuple[str, ...]
    nil: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoverageProof:
    """What the figure speaks of."""

    communes: int
    covered_communes: int
    population_share: float | None
    geography: int
    sources: tuple[SourceMonths, ...]
    other_sources: int
    breaks: tuple[str, ...]
    provisional_since: date | None
    deduced_period: bool


@dataclass(frozen=True, slots=True)
class PlaceProof:
    """Shares of the facts by precision class; None when there is no fact.

    ``unclassed``: of all the facts of the place and period, whatever the categories asked for, the share
    still to be classed; ``badly_classed``: the sources where it is above the alert, with their own share.
    """

    point: float | None
    commune: float | None
    near_border: float | None
    unclassed: float | None
    badly_classed: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class MethodProof:
    """The method, its version, its parameters and its papers."""

    name: str
    version: int
    parameters: dict[str, Any]
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof block of the wire contract, but for what the gate adds (``diffusion``)."""

    headcount: Headcount
    coverage: CoverageProof
    places: PlaceProof
    method: MethodProof
    digest: str
    imports_link: str
    warnings: tuple[str, ...] = field(default=())


def coverage_proof(coverage: Coverage, asking: Asking) -> CoverageProof:
    """Coverage as the proof states it."""
    return CoverageProof(
        communes=len(coverage.communes),
        covered_communes=len(coverage.covered),
        population_share=coverage.population_share,
        geography=asking.territory.vintage,
        sources=tuple(
            SourceMonths(
                s.source.code,
                sum(state is MonthState.RECEIVED for state in s.months.values()),
                _named(s.months, MonthState.MISSING),
                _named(s.months, MonthState.PARTIAL),
                _named(s.months, MonthState.NIL),
            )
            for s in coverage.sources
        ),
        other_sources=asking.other_sources,
        breaks=(),
        provisional_since=None,
        deduced_period=any(s.deduced for s in coverage.sources),
    )


def _named(months: dict[date, MonthState], state: MonthState) -> tuple[str, ...]:
    return tuple(f"{month:%Y-%m}" for month, known in months.items() if known is state)


def place_proof(counts: Iterable[PrecisionCount]) -> PlaceProof:
    """Shares by precision of place, near a border, and not classed."""
    every = list(counts)
    asked = [row for row in every if row.asked]
    total = sum(row.facts for row in asked)

    def share(facts: Iterable[int]) -> float | None:
        return round(sum(facts) / total, 4) if total else None

    return PlaceProof(
        point=share(r.facts for r in asked if r.location == LocationPrecision.POINT),
        commune=share(r.facts for r in asked if r.location == LocationPrecision.COMMUNE),
        near_border=share(r.facts for r in asked if r.near_border),
        unclassed=_unclassed(every),
        badly_classed=_badly_classed(every),
    )


def _unclassed(rows: list[PrecisionCount]) -> float | None:
    total = sum(row.facts for row in rows)
    left = sum(row.facts for row in rows if row.category_mode == ClassingMode.DEFAULT)
    return round(left / total, 4) if total else None


def _badly_classed(rows: list[PrecisionCount]) -> tuple[tuple[str, float], ...]:
    shares = {code: _unclassed([r for r in rows if r.source == code]) for code in {r.source for r in rows}}
    return tuple((code, share) for code, share in sorted(shares.items()) if share and share > UNCLASSED_ALERT)


def coverage_warnings(coverage: Coverage, places: PlaceProof) -> list[str]:
    """French sentences that the reader must see, whatever the analysis."""
    fictional = any(covered.source.fictional for covered in coverage.sources)
    warnings = [FICTIONAL_WARNING, STANDARD_WARNING] if fictional else [STANDARD_WARNING]
    communes, covered = len(coverage.communes), len(coverage.covered)
    if covered < communes:
        share = coverage.population_share
        population = f", {share:.0%} de la population".replace("%", " %") if share is not None else ""
        verb = "couverte" if covered <= 1 else "couvertes"
        warnings.append(f"{covered} commune{'s' if covered > 1 else ''} sur {communes} {verb}{population}.")
    for covered_source in coverage.sources:
        missing = _named(covered_source.months, MonthState.MISSING)
        if missing:
            warnings.append(
                f"« {covered_source.source.code} » : rien reçu pour {_listed(missing)} ; "
                "ces mois sont absents, non nuls."
            )
    for source, share in places.badly_classed:
        told = f"{share:.0%}".replace("%", " %")
        warnings.append(
            f"« {source} » : {told} des faits restent à classer (Z999) ; ils peuvent être de toute catégorie."
        )
    return warnings


def _listed(names: tuple[str, ...]) -> str:
    if len(names) <= 6:
        return ", ".join(names)
    return f"{', '.join(names[:5])} et {len(names) - 5} autres mois"


def provenance(connection: Connection, asking: Asking) -> tuple[str, str]:
    """(digest of the question, of its imports and of what classes them; link that lists these imports)."""
    codes = [s.code for s in asking.sources]
    period = asking.question.period
    imports = import_store.latest_digest(connection, codes, period)
    digest = asking.digest(f"{imports}|{correspondences.state(connection, codes)}")
    sources = "&".join(f"source={code}" for code in codes)
    return digest, f"/api/v1/imports?etat=valide&debut={period.start}&fin={period.end}&{sources}"

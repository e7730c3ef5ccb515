"""The proof that travels with every answer: headcount, coverage, places, method, provenance."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from observatoire.analyses.coverage import Coverage, MonthState
from observatoire.analyses.question import Asking
from observatoire.domain.incident import LocationPrecision
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
UNCLASSED_ALERT = 0.10
_GEOCODED = tuple(
    p for p in LocationPrecision if p not in (LocationPrecision.POINT, LocationPrecision.COMMUNE)
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

    ``geocoded``: by precision, those that were found from an address.
    """

    point: float | None
    commune: float | None
    geocoded: dict[str, float]
    near_border: float | None
    unclassed: float | None


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
    rows = list(counts)
    total = sum(row.facts for row in rows)
    if total == 0:
        return PlaceProof(None, None, {}, None, None)

    def share(facts: Iterable[int]) -> float:
        return round(sum(facts) / total, 4)

    return PlaceProof(
        point=share(r.facts for r in rows if r.location == LocationPrecision.POINT),
        commune=share(r.facts for r in rows if r.location == LocationPrecision.COMMUNE),
        geocoded={
            precision.value: share(r.facts for r in rows if r.location == precision)
            for precision in _GEOCODED
            if any(r.location == precision for r in rows)
        },
        near_border=share(r.facts for r in rows if r.near_border),
        unclassed=share(r.facts for r in rows if r.category_mode == "defaut"),
    )


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
    if places.unclassed is not None and places.unclassed > UNCLASSED_ALERT:
        warnings.append(f"{places.unclassed:.0%} des faits restent à classer.".replace("%", " %"))
    return warnings


def _listed(names: tuple[str, ...]) -> str:
    if len(names) <= 6:
        return ", ".join(names)
    return f"{', '.join(names[:5])} et {len(names) - 5} autres mois"


def provenance(connection: Connection, asking: Asking) -> tuple[str, str]:
    """(digest of the question and its imports, link that lists these imports)."""
    codes = [s.code for s in asking.sources]
    period = asking.question.period
    digest = asking.digest(import_store.latest_digest(connection, codes, period))
    sources = "&".join(f"source={code}" for code in codes)
    return digest, f"/api/v1/imports?etat=valide&debut={period.start}&fin={period.end}&{sources}"

"""The proof that travels with every answer: headcount, coverage, places, method, provenance."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from observatoire.analyses.coverage import Coverage, MonthState, SourceCoverage
from observatoire.analyses.question import Asking
from observatoire.domain.incident import UNCLASSED_ALERT, ClassingMode, LocationPrecision
from observatoire.domain.period import Period
from observatoire.domain.series_break import BreakKind, SeriesBreak
from observatoire.domain.source import PlacePrecision, Source
from observatoire.store.confidential.counts import PrecisionCount

STANDARD_WARNING = (
    "Ces chiffres décrivent les faits portés à la connaissance des services et partenaires. "
    "Une hausse peut traduire une activité ou un signalement plus important. "
    "Les sources ne s'additionnent pas."
)
FICTIONAL_WARNING = (
    "Données fictives : cette réponse repose sur une démonstration, elle ne décrit aucun lieu réel."
)
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


def with_unplaced(headcount: Headcount, asking: Asking, unplaced: int) -> Headcount:
    """The same, with the facts that may lie in the territory or not: known to their commune only."""
    if not asking.question.territory.level.is_part_of_communes:
        return headcount
    excluded = (*headcount.excluded, Exclusion("non_localise", unplaced))
    return Headcount(headcount.total + unplaced, headcount.kept, excluded)


@dataclass(frozen=True, slots=True)
class SourceMonths:
    """Months of one source by state, and the contract that binds its figures.

    ``missing``: nothing came, whatever the reason; ``late``: those of them that were due.
    """

    source: str
    received: int
    missing: tuple[str, ...]
    late: tuple[str, ...]
    partial: tuple[str, ...]
    nil: tuple[str, ...]
    provisional: tuple[str, ...]
    contract: Source


@dataclass(frozen=True, slots=True)
class CoverageProof:
    """What the figure speaks of."""

    communes: int
    covered_communes: int
    population_share: float | None
    geography: int
    sources: tuple[SourceMonths, ...]
    other_sources: int
    breaks: tuple[SeriesBreak, ...]
    provisional_since: date | None
    deduced_period: bool


@dataclass(frozen=True, slots=True)
class PlaceProof:
    """Shares of the facts by precision class; None when there is no fact.

    ``geocoded``: by precision, those that were found from an address. ``unclassed``: of all the facts of
    the place and period, whatever the categories asked for, the share still to be classed;
    ``badly_classed``: the sources where it is above the alert, with their own share.
    """

    point: float | None
    commune: float | None
    geocoded: dict[str, float]
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


def coverage_proof(coverage: Coverage, asking: Asking, since: date | None = None) -> CoverageProof:
    """Coverage as the proof states it; ``since``: the first day that the figures rest on, if earlier."""
    rests_on = Period(since or coverage.period.start, coverage.period.end)
    return CoverageProof(
        communes=len(coverage.communes),
        covered_communes=len(coverage.covered),
        population_share=coverage.population_share,
        geography=asking.territory.vintage,
        sources=tuple(
            SourceMonths(
                s.source.code,
                sum(state is MonthState.RECEIVED for state in s.months.values()),
                silent_months(s),
                _named(s.months, MonthState.LATE),
                _named(s.months, MonthState.PARTIAL),
                _named(s.months, MonthState.NIL),
                tuple(f"{month:%Y-%m}" for month in sorted(s.provisional)),
                s.source,
            )
            for s in coverage.sources
        ),
        other_sources=asking.other_sources,
        breaks=coverage.breaks_in(rests_on),
        provisional_since=coverage.provisional_since,
        deduced_period=any(s.deduced for s in coverage.sources),
    )


def silent_months(covered: SourceCoverage) -> tuple[str, ...]:
    """The months of which nothing came, late or not."""
    return tuple(f"{month:%Y-%m}" for month, state in covered.months.items() if state.is_silent)


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
        geocoded={p.value: found for p in _GEOCODED if (found := share(_facts_at(asked, p)))},
        near_border=share(r.facts for r in asked if r.near_border),
        unclassed=_unclassed(every),
        badly_classed=_badly_classed(every),
    )


def _facts_at(rows: list[PrecisionCount], precision: LocationPrecision) -> list[int]:
    return [row.facts for row in rows if row.location == precision]


def _unclassed(rows: list[PrecisionCount]) -> float | None:
    total = sum(row.facts for row in rows)
    left = sum(row.facts for row in rows if row.category_mode == ClassingMode.DEFAULT)
    return round(left / total, 4) if total else None


def _badly_classed(rows: list[PrecisionCount]) -> tuple[tuple[str, float], ...]:
    shares = {code: _unclassed([r for r in rows if r.source == code]) for code in {r.source for r in rows}}
    return tuple((code, share) for code, share in sorted(shares.items()) if share and share > UNCLASSED_ALERT)


def coverage_warnings(
    coverage: Coverage, places: PlaceProof, asking: Asking, since: date | None = None
) -> list[str]:
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
        warnings += _silence(covered_source)
    rests_on = Period(since or coverage.period.start, coverage.period.end)
    warnings += [break_sentence(found) for found in coverage.breaks_in(rests_on)]
    if coverage.provisional_since is not None:
        warnings.append(
            f"Chiffres provisoires depuis {coverage.provisional_since:%Y-%m} : "
            "des faits peuvent encore être ajoutés ou corrigés."
        )
    warnings += [
        f"« {source.code} » n'est pas comptée ici : son contrat s'arrête {FINEST_PLACE[source.precision]}."
        for source in asking.coarse
    ]
    for source, share in places.badly_classed:
        told = f"{share:.0%}".replace("%", " %")
        warnings.append(
            f"« {source} » : {told} des faits restent à classer (Z999) ; ils peuvent être de toute catégorie."
        )
    return warnings


def _silence(covered: SourceCoverage) -> list[str]:
    missing, late = silent_months(covered), _named(covered.months, MonthState.LATE)
    if not missing:
        return []
    due = f" (en retard : {_listed(late)})" if late else ""
    return [
        f"« {covered.source.code} » : rien reçu pour {_listed(missing)} ; "
        f"ces mois sont absents, non nuls{due}."
    ]


FINEST_PLACE = {
    PlacePrecision.POINT: "au point",
    PlacePrecision.STREET: "à la voie",
    PlacePrecision.NEIGHBOURHOOD: "au quartier",
    PlacePrecision.COMMUNE: "à la commune",
}
BREAK_WORDS = {
    BreakKind.SOFTWARE: "changement de logiciel",
    BreakKind.METHOD: "changement de méthode",
    BreakKind.TERRITORY: "changement de territoire",
    BreakKind.OTHER: "changement",
}


def break_sentence(found: SeriesBreak) -> str:
    """A break as its readers must see it."""
    return (
        f"Rupture de série le {found.day:%d/%m/%Y}, « {found.source} », {BREAK_WORDS[found.kind]} : "
        f"{found.reason.rstrip('.')}. Les chiffres d'avant et d'après ne se comparent pas."
    )


def _listed(names: tuple[str, ...]) -> str:
    if len(names) <= 6:
        return ", ".join(names)
    return f"{', '.join(names[:5])} et {len(names) - 5} autres mois"

"""What was received: source × month, and which communes a figure can speak of. Missing is never zero."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from observatoire.analyses.question import Question, ask
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller
from observatoire.domain.period import Period, next_month
from observatoire.domain.reception import MonthState, ReceivedPeriod, month_state, settling_days
from observatoire.domain.series_break import SeriesBreak
from observatoire.domain.source import Source
from observatoire.errors import OutsideDiffusion
from observatoire.store import breaks as break_store
from observatoire.store import imports as import_store
from observatoire.store.engine import Connection, Database
from observatoire.store.reference import territories
from observatoire.store.reference.territories import CommuneRecord

__all__ = ["Coverage", "CoverageMatrix", "MonthState", "SourceCoverage", "coverage_of", "matrix"]


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """One source over a period.

    ``communes``: those asked about that it covers in some month of the period; ``months``: the state of each
    month (partial when the territory in force does not hold all of them); ``provisional``: months received
    whose figures still move; ``breaks``: every declared break of the source, by day.
    """

    source: Source
    communes: frozenset[str]
    months: dict[date, MonthState]
    deduced: bool
    provisional: frozenset[date] = frozenset()
    breaks: tuple[SeriesBreak, ...] = ()

    def has(self, month: date) -> bool:
        """Whether the month is wholly known: received or declared nil."""
        return self.months[month] in (MonthState.RECEIVED, MonthState.NIL)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Coverage of a set of sources over a territory and a period.

    ``covered``: communes of the territory that at least one of the sources covers; known once, since a nation
    asks it of each of its communes.
    """

    period: Period
    communes: tuple[CommuneRecord, ...]
    sources: tuple[SourceCoverage, ...]
    covered: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        united = frozenset[str]().union(*(source.communes for source in self.sources))
        object.__setattr__(self, "covered", united)

    @property
    def population_share(self) -> float | None:
        """Share of the residents of the territory who live in covered communes; None when unknown."""
        covered = self.covered
        total = sum(c.population or 0 for c in self.communes)
        return sum(c.population or 0 for c in self.communes if c.code in covered) / total if total else None

    def is_observed(self, month: date) -> bool:
        """Whether every source is wholly known for a month."""
        return bool(self.sources) and all(s.has(month) for s in self.sources)

    def is_settled(self, month: date) -> bool:
        """Whether every source is wholly known for a month and its figures no longer move."""
        return self.is_observed(month) and not self.is_provisional(month)

    def is_provisional(self, month: date) -> bool:
        """Whether the figures of some source still move for a month."""
        return any(month in s.provisional for s in self.sources)

    def is_begun(self, month: date) -> bool:
        """Whether any source sent something for a month."""
        return any(not s.months[month].is_silent for s in self.sources)

    @property
    def covered_by_all(self) -> frozenset[str]:
        """Communes of the territory that every source covers."""
        return frozenset.intersection(*(s.communes for s in self.sources)) if self.sources else frozenset()

    def of(self, sources: Iterable[Source]) -> "Coverage":
        """The same, for some of the sources."""
        codes = {source.code for source in sources}
        return Coverage(self.period, self.communes, tuple(s for s in self.sources if s.source.code in codes))

    @property
    def is_whole(self) -> bool:
        """Whether every source is wholly known for every month: only then is a count of nothing a zero."""
        return bool(self.sources) and not self.missing()

    @property
    def observed_months(self) -> int:
        """Number of months wholly known of every source."""
        return sum(self.is_observed(month) for month in self.period.months())

    @property
    def provisional_since(self) -> date | None:
        """The first month whose figures still move; None when none does."""
        return min((month for s in self.sources for month in s.provisional), default=None)

    def breaks_in(self, period: Period | None = None) -> tuple[SeriesBreak, ...]:
        """Declared breaks of the sources inside a period (this one by default), by day."""
        whole = period or self.period
        found = (b for s in self.sources for b in s.breaks if b.cuts(whole))
        return tuple(sorted(found, key=lambda b: (b.day, b.source, b.number or 0)))

    def missing(self) -> list[tuple[Source, date]]:
        """Months not wholly known, by source."""
        return [(s.source, month) for s in self.sources for month in s.months if not s.has(month)]


def coverage_of(
    connection: Connection,
    sources: Iterable[Source],
    communes: tuple[CommuneRecord, ...],
    period: Period,
    today: date | None = None,
) -> Coverage:
    """Coverage of sources over a territory (its communes) and a period, as it is known today."""
    chosen = tuple(sources)
    codes = [source.code for source in chosen]
    evidence = _Evidence(
        import_store.received(connection, codes),
        break_store.of_sources(connection, codes),
        today or datetime.now(UTC).date(),
    )
    asked = [c.code for c in communes]
    covered = tuple(_of_source(connection, source, asked, period, evidence) for source in chosen)
    return Coverage(period, communes, covered)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What is known today of some sources."""

    received: list[ReceivedPeriod]
    breaks: list[SeriesBreak]
    today: date


def _of_source(
    connection: Connection, source: Source, communes: list[str], period: Period, evidence: _Evidence
) -> SourceCoverage:
    own = [r for r in evidence.received if r.source == source.code]
    by_month = _communes_by_month(connection, source, communes, period)
    somewhere = frozenset[str]().union(*(ever for _, ever in by_month.values()))
    months = {}
    for month, (always, ever) in by_month.items():
        state = month_state(source, month, own, evidence.today) if ever else MonthState.MISSING
        narrow = always != somewhere and state in (MonthState.RECEIVED, MonthState.NIL)
        months[month] = MonthState.PARTIAL if narrow else state
    return SourceCoverage(
        source,
        somewhere,
        months,
        any(r.deduced and r.period.overlaps(period) for r in own),
        _provisional(months, settling_days(source, own), evidence.today),
        tuple(b for b in evidence.breaks if b.source == source.code),
    )


def _communes_by_month(
    connection: Connection, source: Source, communes: list[str], period: Period
) -> dict[date, tuple[frozenset[str], frozenset[str]]]:
    """Per month: communes that the territories in force cover on every day, and on some day."""
    parts = [
        (part, territories.shared_communes(connection, part.territory, communes))
        for part in source.territories
        if part.meets(Period(min(period.months()), next_month(max(period.months()))))
    ]
    found = {}
    for month in period.months():
        held = [codes for part, codes in parts if part.meets(Period(month, next_month(month)))]
        found[month] = (
            (frozenset.intersection(*held), frozenset[str]().union(*held))
            if held
            else (frozenset[str](), frozenset[str]())
        )
    return found


def communes_throughout(
    connection: Connection, source: Source, communes: list[str], period: Period
) -> frozenset[str]:
    """Those of some communes that the source's territories cover on every day of a period."""
    held = [
        territories.shared_communes(connection, part.territory, communes)
        for part in source.territories
        if part.meets(period)
    ]
    return frozenset.intersection(*held) if held else frozenset()


def _provisional(months: dict[date, MonthState], settling: int | None, today: date) -> frozenset[date]:
    if settling is None:
        return frozenset()
    return frozenset(
        month
        for month, state in months.items()
        if not state.is_silent and today < next_month(month) + timedelta(days=settling)
    )


@dataclass(frozen=True, slots=True)
class CoverageMatrix:
    """Source × month, for the sources that the caller may read."""

    months: tuple[date, ...]
    sources: tuple[SourceCoverage, ...]
    other_sources: int


def matrix(
    database: Database, question: Question, caller: Caller, journal: Journal, today: date | None = None
) -> CoverageMatrix:
    """The coverage of a territory's sources, month by month; it holds no count of facts.

    Raises:
        OutsideDiffusion: outside the grant.
    """
    with database.reading() as connection:
        asking = ask(connection, question, caller, journal)
        if asking.audience is not Audience.INTERNE:
            raise OutsideDiffusion("")
        found = coverage_of(connection, asking.sources, asking.communes, question.period, today)
    months = tuple(question.period.months())
    return CoverageMatrix(months, found.sources, asking.other_sources)

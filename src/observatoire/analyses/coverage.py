"""What was received: source × month, and which communes a figure can speak of. Missing is never zero."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from observatoire.analyses.question import Question, ask
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller
from observatoire.domain.period import Period, next_month
from observatoire.domain.source import Source
from observatoire.errors import OutsideDiffusion
from observatoire.store import imports as import_store
from observatoire.store.engine import Connection, Database
from observatoire.store.imports import ReceivedPeriod
from observatoire.store.reference import territories
from observatoire.store.reference.territories import CommuneRecord


class MonthState(StrEnum):
    """What is known of a source and month; the value is the wire name."""

    RECEIVED = "recu"
    PARTIAL = "partiel"
    NIL = "neant"
    MISSING = "absent"


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """One source over a period: the communes asked about that it covers, the state of each month."""

    source: Source
    communes: frozenset[str]
    months: dict[date, MonthState]
    deduced: bool

    def has(self, month: date) -> bool:
        """Whether the month is wholly known: received or declared nil."""
        return self.months[month] in (MonthState.RECEIVED, MonthState.NIL)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Coverage of a set of sources over a territory and a period."""

    period: Period
    communes: tuple[CommuneRecord, ...]
    sources: tuple[SourceCoverage, ...]

    @property
    def covered(self) -> frozenset[str]:
        """Communes of the territory that at least one of the sources covers."""
        return frozenset().union(*(source.communes for source in self.sources))

    @property
    def population_share(self) -> float | None:
        """Share of the residents of the territory who live in covered communes; None when unknown."""
        covered = self.covered
        total = sum(c.population or 0 for c in self.communes)
        return sum(c.population or 0 for c in self.communes if c.code in covered) / total if total else None

    def is_observed(self, month: date) -> bool:
        """Whether every source is wholly known for a month."""
        return bool(self.sources) and all(s.has(month) for s in self.sources)

    def is_begun(self, month: date) -> bool:
        """Whether any source sent something for a month."""
        return any(s.months[month] is not MonthState.MISSING for s in self.sources)

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

    def missing(self) -> list[tuple[Source, date]]:
        """Months not wholly known, by source."""
        return [(s.source, month) for s in self.sources for month in s.months if not s.has(month)]


def coverage_of(
    connection: Connection, sources: Iterable[Source], communes: tuple[CommuneRecord, ...], period: Period
) -> Coverage:
    """Coverage of sources over a territory (its communes) and a period."""
    chosen = tuple(sources)
    received = import_store.received(connection, [s.code for s in chosen])
    covered = []
    for source in chosen:
        own = [r for r in received if r.source == source.code]
        codes = territories.shared_communes(connection, source.territory, [c.code for c in communes])
        months = {month: _state(source, month, own) for month in period.months()}
        deduced = any(r.deduced and r.period.overlaps(period) for r in own)
        covered.append(SourceCoverage(source, codes, months, deduced))
    return Coverage(period, communes, tuple(covered))


def _state(source: Source, month: date, received: list[ReceivedPeriod]) -> MonthState:
    whole = Period(month, next_month(month))
    if month < source.covered_since or (source.covered_until and whole.end > source.covered_until):
        return MonthState.MISSING
    here = [r for r in received if r.period.overlaps(whole)]
    complete = [r for r in here if not r.partial]
    if _cover(whole, [r.period for r in complete]):
        return MonthState.NIL if all(r.nil for r in complete) else MonthState.RECEIVED
    return MonthState.PARTIAL if here else MonthState.MISSING


def _cover(whole: Period, parts: list[Period]) -> bool:
    """Whether the union of some periods holds another one."""
    reached = whole.start
    for part in sorted(parts):
        if part.start > reached:
            break
        reached = max(reached, part.end)
    return reached >= whole.end


@dataclass(frozen=True, slots=True)
class CoverageMatrix:
    """Source × month, for the sources that the caller may read."""

    months: tuple[date, ...]
    sources: tuple[SourceCoverage, ...]
    other_sources: int


def matrix(database: Database, question: Question, caller: Caller, journal: Journal) -> CoverageMatrix:
    """The coverage of a territory's sources, month by month; it holds no count of facts.

    Raises:
        OutsideDiffusion: outside the grant.
    """
    with database.reading() as connection:
        asking = ask(connection, question, caller, journal)
        if asking.audience is not Audience.INTERNE:
            raise OutsideDiffusion("")
        found = coverage_of(connection, asking.sources, asking.communes, question.period)
    return CoverageMatrix(tuple(question.period.months()), found.sources, asking.other_sources)

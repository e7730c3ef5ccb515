"""What comes back to who sends: what a source's data is worth, and what it was used for."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from observatoire.analyses.coverage import SourceCoverage, coverage_of
from observatoire.disclosure import gate
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller
from observatoire.disclosure.released import Released
from observatoire.domain.incident import UNCLASSED_ALERT
from observatoire.domain.period import Period
from observatoire.domain.source import Source
from observatoire.domain.territory import TerritoryCode
from observatoire.errors import NotFound, ObservatoireError
from observatoire.store import reach, rejects, sources, usage
from observatoire.store.confidential import quality
from observatoire.store.confidential.quality import SourceQuality
from observatoire.store.engine import Connection, Database
from observatoire.store.reference import territories
from observatoire.store.rejects import SourceLines
from observatoire.store.usage import AskedQuestion, EditionUse

FREQUENT = 5


@dataclass(frozen=True, slots=True)
class FrequentFault:
    """A fault, the rows in quarantine that have it, their share of the lines read."""

    code: str
    count: int
    share: float | None


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source over a period: facts kept, months, lines sent, faults, uses.

    Shares are None when they are shares of nothing. ``asked``: analyses answered, by role.
    """

    source: Source
    period: Period
    quality: SourceQuality
    coverage: SourceCoverage
    lines: SourceLines
    faults: tuple[FrequentFault, ...]
    editions: tuple[EditionUse, ...]
    asked: dict[str, int]

    @property
    def latest(self) -> datetime | None:
        """Reception of the last file."""
        return self.lines.latest

    @property
    def located_share(self) -> float | None:
        """Share of the facts that have a point."""
        return share(self.quality.located, self.quality.facts)

    @property
    def timed_share(self) -> float | None:
        """Share of the facts whose hour is known."""
        return share(self.quality.timed, self.quality.facts)

    @property
    def classed_share(self) -> float | None:
        """Share of the facts that have a category."""
        return share(self.quality.classed, self.quality.facts)

    @property
    def warnings(self) -> list[str]:
        """What the source should mend first."""
        if self.classed_share is None or 1 - self.classed_share <= UNCLASSED_ALERT:
            return []
        share = f"{1 - self.classed_share:.0%}".replace("%", " %")
        return [f"{share} des faits restent à classer : GET /categories/a-classer dit quels libellés."]

    @property
    def rejected_share(self) -> float | None:
        """Share of the lines of facts (totals left out) that were set aside in quarantine."""
        return share(self.lines.quarantined, self.lines.read - self.lines.set_aside)


def share(part: int, whole: int) -> float | None:
    """To four decimals; None of nothing."""
    return round(part / whole, 4) if whole else None


def report(
    database: Database, code: str, period: Period, caller: Caller, journal: Journal
) -> Released[SourceReport]:
    """The report of a source, for those who may read its imports.

    Raises:
        NotFound: the source does not exist, or not for this caller.
    """
    with database.reading() as connection:
        source = _readable(connection, code, caller)
        communes = sources.communes_of(connection, source)
        (months,) = coverage_of(connection, [source], communes, period).sources
        lines = rejects.lines_of_source(connection, code, period)
        faults = _frequent(rejects.of_source(connection, code, period), lines)
        asked = _asked(connection, source, frozenset(c.code for c in communes), period)
        confidential = quality.of_source(connection, code, period)
    with database.diffusing() as connection:
        uses = tuple(usage.editions_of_group(connection, source.group))
    return gate.release(
        confidential.map(
            lambda found: SourceReport(source, period, found, months, lines, faults, uses, asked)
        ),
        Audience.INTERNE,
        caller,
        f"rapport-source {code} {period.start} {period.end}",
        journal,
    )


def _readable(connection: Connection, code: str, caller: Caller) -> Source:
    if code not in reach.of(connection, caller).sources:
        raise NotFound
    return sources.get(connection, code)


def _frequent(counts: dict[str, int], lines: SourceLines) -> tuple[FrequentFault, ...]:
    read = lines.read - lines.set_aside
    return tuple(FrequentFault(code, n, share(n, read)) for code, n in list(counts.items())[:FREQUENT])


def _asked(
    connection: Connection, source: Source, communes: frozenset[str], period: Period
) -> dict[str, int]:
    """Analyses about the period that rested on the source, by role.

    The source or its group was named, or none was and the territory asked about meets its own.
    """
    counts: Counter[str] = Counter()
    meets: dict[str, bool] = {}
    for asked in usage.questions_asked(connection, source.organisation):
        question = _filters(asked)
        if question is None or not _may_rest_on(question, source, period):
            continue
        territory = question["territoire"]
        if territory not in meets:
            meets[territory] = _meets(connection, territory, communes)
        if meets[territory]:
            counts[asked.role] += asked.number
    return dict(sorted(counts.items()))


def _filters(asked: AskedQuestion) -> dict[str, Any] | None:
    """The filters of an analysis, as ``Question.canonical`` wrote them; None for any other reading."""
    try:
        found = json.loads(asked.question.partition(" ")[2])
    except ValueError:
        return None
    return (
        found if isinstance(found, dict) and {"territoire", "debut", "fin", "source"} <= set(found) else None
    )


def _may_rest_on(question: dict[str, Any], source: Source, period: Period) -> bool:
    asked = Period(date.fromisoformat(question["debut"]), date.fromisoformat(question["fin"]))
    named = set(question["source"])
    return asked.overlaps(period) and (not named or bool({source.code, source.group} & named))


def _meets(connection: Connection, territory: str, communes: frozenset[str]) -> bool:
    try:
        code = TerritoryCode.parse(territory)
    except ObservatoireError:
        return False
    return bool(territories.shared_communes(connection, code, sorted(communes)))

"""The contract of a source as it was when a figure was made: every clause, written down and read back."""

from datetime import date
from typing import Any

from observatoire.domain.schedule import Periodicity, Schedule
from observatoire.domain.source import PlacePrecision, Source, SourceKind, Visibility
from observatoire.domain.territory import TerritoryCode

Clauses = dict[str, Any]


def clauses_of(source: Source) -> Clauses:
    """A contract as plain values, under the names that the wire gives them."""
    schedule = source.schedule
    return {
        "libelle": source.label,
        "type": source.kind.value,
        "organisation": source.organisation,
        "territoires": [
            [str(part.territory), part.start.isoformat(), part.end.isoformat() if part.end else None]
            for part in source.territories
        ],
        "fuseau": source.timezone,
        "groupe": source.group,
        "visibilite": source.visibility.value,
        "fictif": source.fictional,
        "precision": source.precision.value,
        "conservation_annees": source.retention_years,
        "charte_signee_le": source.charter_signed_on.isoformat() if source.charter_signed_on else None,
        "delai_consolidation_jours": source.settling_days,
        "calendrier": None if schedule is None else _calendar(schedule),
    }


def _calendar(schedule: Schedule) -> list[Any]:
    since, suspended = schedule.since.isoformat(), sorted(schedule.suspended)
    return [schedule.periodicity.value, schedule.delay_days, since, suspended]


def contract_from(code: str, clauses: Clauses) -> Source:
    """The contract that was written down."""
    *earlier, (territory, start, end) = clauses["territoires"]
    signed, calendar = clauses["charte_signee_le"], clauses["calendrier"]
    return Source(
        code=code,
        label=clauses["libelle"],
        kind=SourceKind(clauses["type"]),
        territory=TerritoryCode.parse(territory),
        organisation=clauses["organisation"],
        covered_since=date.fromisoformat(earlier[0][1] if earlier else start),
        covered_until=date.fromisoformat(end) if end else None,
        timezone=clauses["fuseau"],
        group=clauses["groupe"],
        visibility=Visibility(clauses["visibilite"]),
        fictional=clauses["fictif"],
        precision=PlacePrecision(clauses["precision"]),
        retention_years=clauses["conservation_annees"],
        charter_signed_on=date.fromisoformat(signed) if signed else None,
        settling_days=clauses["delai_consolidation_jours"],
        schedule=None if calendar is None else _schedule(calendar),
        earlier=tuple((TerritoryCode.parse(t), date.fromisoformat(until)) for t, _, until in earlier),
    )


def _schedule(calendar: list[Any]) -> Schedule:
    periodicity, delay, since, suspended = calendar
    return Schedule(Periodicity(periodicity), delay, date.fromisoformat(since), frozenset(suspended))

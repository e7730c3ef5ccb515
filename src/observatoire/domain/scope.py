"""What a question is about: territory, period, categories, sources."""

from dataclasses import dataclass

from observatoire.domain.day_kind import DayGroup
from observatoire.domain.period import Period
from observatoire.domain.territory import TerritoryCode


@dataclass(frozen=True, slots=True)
class Scope:
    """The common filters of every analysis, resolved.

    ``categories`` are leaf codes; None means every leaf but service activity (domain S).
    ``sources`` are source codes, never groups. ``days``: the only local days that count, by département;
    None means every day of the period.
    """

    territory: TerritoryCode
    period: Period
    sources: tuple[str, ...]
    categories: tuple[str, ...] | None = None
    days: tuple[DayGroup, ...] | None = None

"""Which days of a period are asked for."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DayKind(StrEnum):
    """Days told apart by the week, by public holidays or by school holidays; values are those of the wire."""

    EVERY = "tous"
    WORKING = "ouvres"
    WEEKEND = "week_end"
    PUBLIC_HOLIDAY = "feries"
    SCHOOL_HOLIDAY = "vacances"
    TERM = "hors_vacances"


@dataclass(frozen=True, slots=True)
class DayGroup:
    """Départements of one calendar, and their local days that are asked for.

    ``clock``: IANA name of their local time, where a fact that began before counts too if a slot or an
    interval that holds it reaches one of these days; None: the day on which it began alone decides.
    """

    departements: tuple[str, ...]
    days: tuple[date, ...]
    clock: str | None = None

"""Public and school holidays of each département, from the snapshots that two libraries carry.

Public holidays: code du travail, L3133-1 and L3134-13 (Alsace-Moselle), loi 83-550 (abolition of slavery).
School zones A, B and C: arrêté of 16 April 2015, in force since the school year 2015-2016. Corsica and the
overseas académies decide their own holidays, of which no snapshot is carried: they are never guessed.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import lru_cache

from jours_feries_france import JoursFeries
from vacances_scolaires_france import SchoolHolidayDates

from observatoire.domain.day_kind import DayGroup, DayKind
from observatoire.domain.period import Period
from observatoire.domain.territory import timezone_of
from observatoire.errors import NotComputableResult

ZONES_SINCE = date(2015, 9, 1)
SATURDAY = 5
LONGEST_SHARED = timedelta(days=7)
"""What lasts longer is in no slot."""
_SCHOOL_ZONES = {
    "A": "01 03 07 15 16 17 19 21 23 24 25 26 33 38 39 40 42 43 47 58 63 64 69 70 71 73 74 79 86 87 89 90",
    "B": "02 04 05 06 08 10 13 14 18 22 27 28 29 35 36 37 41 44 45 49 50 51 52 53 54 55 56 57 59 60 61 62 67 "
    "68 72 76 80 83 84 85 88",
    "C": "09 11 12 30 31 32 34 46 48 65 66 75 77 78 81 82 91 92 93 94 95",
}
SCHOOL_ZONE = {departement: zone for zone, listed in _SCHOOL_ZONES.items() for departement in listed.split()}
_PUBLIC_ZONES = {
    "57": "Alsace-Moselle",
    "67": "Alsace-Moselle",
    "68": "Alsace-Moselle",
    "971": "Guadeloupe",
    "972": "Martinique",
    "973": "Guyane",
    "974": "La Réunion",
    "975": "Saint-Pierre-et-Miquelon",
    "976": "Mayotte",
    "977": "Saint-Barthélémy",
    "978": "Saint-Martin",
    "986": "Wallis-et-Futuna",
    "987": "Polynésie Française",
    "988": "Nouvelle-Calédonie",
}
SCHOOL_KINDS = (DayKind.SCHOOL_HOLIDAY, DayKind.TERM)


def day_groups(
    kind: DayKind, period: Period, departements: Iterable[str], *, reaching: bool = False
) -> tuple[DayGroup, ...] | None:
    """The days of a kind, by groups of départements that share a calendar; None for every day.

    Args:
        kind: which days.
        period: where they are looked for.
        departements: codes.
        reaching: facts whose interval reaches these days count too: groups then share a clock as well, and
            the days after the period that such an interval may reach are told.

    Raises:
        NotComputableResult: school holidays that no snapshot tells, or a period without a day of this kind.
    """
    if kind is DayKind.EVERY:
        return None
    listed = sorted(set(departements))
    calendars: dict[tuple[str, str | None], list[str]] = {}
    for departement in listed:
        clock = timezone_of(departement) if reaching else None
        calendars.setdefault((_calendar(kind, departement), clock), []).append(departement)
    _refuse_unknown(kind, period, [code for code in listed if not _calendar(kind, code)])
    groups = tuple(
        DayGroup(tuple(own), _days(kind, calendar, _reached(kind, period) if clock else period), clock)
        for (calendar, clock), own in calendars.items()
    )
    if not any(day < period.end for group in groups for day in group.days):
        raise NotComputableResult(
            f"la période ne contient aucun jour « {kind.value} ». Élargissez-la, ou demandez d'autres jours."
        )
    return groups


def snapshot(kind: DayKind) -> str | None:
    """What the days rest on, as the proof states it."""
    if kind in (DayKind.EVERY, DayKind.WEEKEND):
        return None
    if kind in SCHOOL_KINDS:
        return f"vacances scolaires par zone, relevé jusqu'au {_school().max_year}-12-31"
    return "jours fériés légaux, calculés ; ceux de l'Alsace-Moselle et de chaque outre-mer à part"


def _calendar(kind: DayKind, departement: str) -> str:
    """The name of a département's calendar; empty where none is known."""
    if kind in SCHOOL_KINDS:
        return SCHOOL_ZONE.get(departement, "")
    return "" if kind is DayKind.EVERY else _PUBLIC_ZONES.get(departement, "Métropole")


def _reached(kind: DayKind, period: Period) -> Period:
    """The period, and the days that an interval that begins in it may reach, as far as the snapshot tells."""
    after = period.end + LONGEST_SHARED
    return Period(period.start, min(after, _unknown_from()) if kind in SCHOOL_KINDS else after)


def _unknown_from() -> date:
    """The first day of which the snapshot of school holidays tells nothing."""
    return date(_school().max_year + 1, 1, 1)


def _refuse_unknown(kind: DayKind, period: Period, without: list[str]) -> None:
    if without:
        raise NotComputableResult(
            f"les vacances scolaires de {', '.join(without)} ne sont pas dans le relevé (Corse et outre-mer "
            "ont leur propre calendrier). Demandez un autre territoire, ou tous les jours."
        )
    last = _unknown_from()
    if kind in SCHOOL_KINDS and (period.start < ZONES_SINCE or period.end > last):
        raise NotComputableResult(
            f"le relevé des vacances scolaires va du {ZONES_SINCE:%d/%m/%Y} (zones actuelles) au "
            f"{last - timedelta(days=1):%d/%m/%Y}. Choisissez une période qui y tient."
        )


def _days(kind: DayKind, calendar: str, period: Period) -> tuple[date, ...]:
    wanted = _TESTS[kind]
    days = (period.start + timedelta(days=n) for n in range((period.end - period.start).days))
    return tuple(day for day in days if wanted(day, calendar))


@lru_cache(maxsize=1)
def _school() -> SchoolHolidayDates:
    return SchoolHolidayDates()


@lru_cache(maxsize=1024)
def _public(year: int, zone: str) -> frozenset[date]:
    return frozenset(JoursFeries.for_year(year, zone).values())


def _is_school_holiday(day: date, zone: str) -> bool:
    found: bool = _school().is_holiday_for_zone(day, zone)
    return found


_TESTS: dict[DayKind, Callable[[date, str], bool]] = {
    DayKind.WORKING: lambda day, zone: day.weekday() < SATURDAY and day not in _public(day.year, zone),
    DayKind.WEEKEND: lambda day, _: day.weekday() >= SATURDAY,
    DayKind.PUBLIC_HOLIDAY: lambda day, zone: day in _public(day.year, zone),
    DayKind.SCHOOL_HOLIDAY: _is_school_holiday,
    DayKind.TERM: lambda day, zone: not _is_school_holiday(day, zone),
}

"""Sources: who sends facts, over which territory, and the contract that binds what is done with them."""

from calendar import isleap
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from observatoire.domain.period import Period, next_month
from observatoire.domain.schedule import Schedule
from observatoire.domain.territory import TerritoryCode

RETENTION_YEARS = 3
"""After which a fact has no point, where its contract says nothing; ``counts.sql`` says the same."""


class SourceKind(StrEnum):
    """Kinds of sources of the wire contract."""

    POLICE_MUNICIPALE = "police_municipale"
    POLICE_NATIONALE = "police_nationale"
    GENDARMERIE = "gendarmerie"
    BAILLEUR = "bailleur"
    TRANSPORTEUR = "transporteur"
    MEDIATION = "mediation"
    CITOYEN = "citoyen"
    CSU = "csu"
    AUTRE = "autre"

    @property
    def records_offences(self) -> bool:
        """Forces of the State count « faits enregistrés »: never in one group with « faits signalés »."""
        return self in (SourceKind.POLICE_NATIONALE, SourceKind.GENDARMERIE)


class Visibility(StrEnum):
    """The widest audience that may see what is derived from a source."""

    INTERNE = "interne"
    PARTENAIRES = "partenaires"
    PUBLIC = "public"


class PlacePrecision(StrEnum):
    """The finest place that may be kept and shown of a source's facts; the value is the wire name."""

    POINT = "point"
    STREET = "voie"
    NEIGHBOURHOOD = "quartier"
    COMMUNE = "commune"

    @property
    def allows_cells(self) -> bool:
        """Whether facts may be counted by cell of a few hectares."""
        return self in (PlacePrecision.POINT, PlacePrecision.STREET)

    @property
    def allows_neighbourhoods(self) -> bool:
        """Whether facts may be counted below the commune: neighbourhood, municipal arrondissement."""
        return self is not PlacePrecision.COMMUNE


@dataclass(frozen=True, slots=True)
class CoveredTerritory:
    """A territory that a source covers from ``start`` to ``end`` (exclusive; None: still)."""

    territory: TerritoryCode
    start: date
    end: date | None

    def meets(self, period: Period) -> bool:
        """Whether it is in force on a day of the period."""
        return self.start < period.end and (self.end is None or period.start < self.end)


@dataclass(frozen=True, slots=True)
class Source:
    """A source and its contract.

    ``group`` is its additivity group: only sources of one group may be added.
    ``territory`` is covered from ``covered_since`` (or the end of the last of the ``earlier`` ones) to
    ``covered_until`` (exclusive; None: still); ``earlier``: (territory, first day of the next one), in order.
    ``timezone`` is the IANA name of the local time of its records. ``fictional`` sources serve
    demonstrations: every answer that rests on one says so.
    ``retention_years``: age from which a fact has no point, its neighbourhood at most; None: the default.
    ``reduced_before``: facts of the days before have lost their point for good, whatever the contract became.
    ``deletion_asked``: the source and all that it sent are about to be deleted.
    ``settling_days``: days after the end of a month during which its figures are provisional.
    """

    code: str
    label: str
    kind: SourceKind
    territory: TerritoryCode
    organisation: str
    covered_since: date
    covered_until: date | None
    timezone: str
    group: str
    visibility: Visibility
    fictional: bool = False
    precision: PlacePrecision = PlacePrecision.POINT
    retention_years: int | None = None
    charter_signed_on: date | None = None
    settling_days: int | None = None
    schedule: Schedule | None = None
    earlier: tuple[tuple[TerritoryCode, date], ...] = ()
    reduced_before: date | None = None
    deletion_asked: bool = False

    @property
    def territories(self) -> tuple[CoveredTerritory, ...]:
        """The successive territories, with the days between which each is in force."""
        starts = (self.covered_since, *(until for _, until in self.earlier))
        ends = (*starts[1:], self.covered_until)
        codes = (*(code for code, _ in self.earlier), self.territory)
        return tuple(CoveredTerritory(*part) for part in zip(codes, starts, ends, strict=True))

    def is_under_contract(self, period: Period) -> bool:
        """Whether the contract holds on every day of the period."""
        return self.covered_since <= period.start and (
            self.covered_until is None or period.end <= self.covered_until
        )

    def due_date(self, month: date) -> date | None:
        """The first day on which a month is late if nothing came; None when nothing is expected."""
        if self.schedule is None or not self.is_under_contract(Period(month, next_month(month))):
            return None
        return self.schedule.due_date(month)

    def shown_to(self, today: date) -> Visibility:
        """The widest audience today: without a signed charter nothing leaves the grant."""
        signed = self.charter_signed_on is not None and self.charter_signed_on <= today
        return self.visibility if signed else Visibility.INTERNE

    @property
    def points_kept_years(self) -> int:
        """Years during which a fact has its point, by its contract or for want of one."""
        return self.retention_years or RETENTION_YEARS

    def points_kept_from(self, today: date) -> date:
        """The first day whose facts may have a point; the neighbourhood is kept of the earlier ones."""
        limit = _years_before(today, self.points_kept_years)
        return limit if self.reduced_before is None else max(limit, self.reduced_before)


def _years_before(day: date, years: int) -> date:
    """As PostgreSQL counts: the 29 February of another year is the 28."""
    year = day.year - years
    leaps = (day.month, day.day) == (2, 29) and not isleap(year)
    return day.replace(year=year, day=28) if leaps else day.replace(year=year)

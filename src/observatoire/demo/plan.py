"""The calendar of the demonstration: who sends which file, for which period, on which day.

Everything is relative to the first month; nothing here depends on the seed or on places.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from observatoire.domain.period import Period

EPCI_CODE = "243100518"
DEFAULT_FIRST_MONTH = date(2022, 11, 1)
DEFAULT_SEED = 29
"""Chosen among the first 60: with it no family but the rising one shows a trend by mere chance
(every p above 0.14 in a quasi-Poisson trend by month, for the three sources)."""
MONTHS = 48
FICTIONAL = "(données fictives)"
FILE_PREFIX = "donnees_fictives"

POLICE = "pm-toulouse-metropole"
TRANSPORT = "transport-metropole"
LANDLORD = "bailleur-garonne"

SILENT_MONTHS = {LANDLORD: (19, 20, 41)}
"""Months (counted from the first, which is 0) whose file was never sent, by source."""
NIL_MONTHS = {TRANSPORT: (33,)}
"""Months declared « rien à signaler »: zero facts, no file."""
BREAK_MONTHS = {TRANSPORT: 9}
"""Month from the first day of which a source counts with another software: a declared break."""
BREAK_REASON = f"Nouveau logiciel d'exploitation {FICTIONAL}"
DELAY_DAYS = 10
RETENTION_YEARS = 5
"""More than the files cover: the tour maps all of them."""
"""Days that each source is left, after the end of a month, to send it."""
OVERLAPPING_MONTH = 25
"""The police file of this month also holds the whole of the month before."""
CORRECTED_MONTH = 30
"""The police file of this month is sent again, corrected, two months later."""


@dataclass(frozen=True, slots=True)
class DemoSource:
    """A source as ``POST /sources`` wants it, and how many facts it is to hold in all.

    ``expected_facts`` is a target over the 48 months; the generator falls within 3 % of it.
    """

    code: str
    label: str
    kind: str
    territory: str
    organisation: str
    timezone: str
    expected_facts: int

    def as_json(self, first_month: date) -> dict[str, Any]:
        """The body of ``POST /sources``; the source covers its territory from the first month."""
        begun = first_month.isoformat()
        return {
            "code": self.code,
            "libelle": self.label,
            "type": self.kind,
            "territoire": self.territory,
            "organisation": self.organisation,
            "couvert_depuis": begun,
            "fuseau": self.timezone,
            "charte_signee_le": begun,
            "conservation_annees": RETENTION_YEARS,
            "calendrier": {
                "periodicite": "mensuelle",
                "delai_jours": DELAY_DAYS,
                "attendu_depuis": begun,
                "mois_suspendus": [],
            },
        }


SOURCES: tuple[DemoSource, ...] = (
    DemoSource(
        POLICE,
        f"Police municipale {FICTIONAL}",
        "police_municipale",
        f"epci:{EPCI_CODE}",
        f"Service de police municipale de démonstration {FICTIONAL}",
        "Europe/Paris",
        38_000,
    ),
    DemoSource(
        TRANSPORT,
        f"Transport de la métropole {FICTIONAL}",
        "transporteur",
        f"epci:{EPCI_CODE}",
        f"Réseau de transport de démonstration {FICTIONAL}",
        "Europe/Paris",
        12_000,
    ),
    DemoSource(
        LANDLORD,
        f"Bailleur Garonne {FICTIONAL}",
        "bailleur",
        "commune:31555",
        f"Bailleur social de démonstration {FICTIONAL}",
        "Europe/Paris",
        10_000,
    ),
)


class Sending(StrEnum):
    """What a file is: the month alone, the month with the one before, or a correction."""

    MONTHLY = "mensuel"
    OVERLAPPING = "chevauchant"
    CORRECTED = "corrige"


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file to send: its month, declared period (end exclusive) and day of extraction."""

    source: str
    month: date
    sending: Sending
    period: Period
    extracted_on: date

    @property
    def name(self) -> str:
        """File name: says that the data are fictional, whose they are and of which month."""
        suffix = "" if self.sending is Sending.MONTHLY else f"_{self.sending}"
        return f"{FILE_PREFIX}_{self.source}_{self.month:%Y-%m}{suffix}.csv"

    def as_json(self) -> dict[str, str]:
        """Fields of ``POST /imports``, with the path of the file inside the folder."""
        return {
            "source": self.source,
            "mois": f"{self.month:%Y-%m}",
            "nom": self.name,
            "chemin": f"{self.source}/{self.name}",
            "envoi": str(self.sending),
            "debut": self.period.start.isoformat(),
            "fin": self.period.end.isoformat(),
            "arrete_le": self.extracted_on.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class NilMonth:
    """A month that a source declares empty, and the day on which it says so."""

    source: str
    month: date
    declared_on: date

    def as_json(self) -> dict[str, str]:
        """The declared period (end exclusive) and the day of the declaration."""
        return {
            "source": self.source,
            "mois": f"{self.month:%Y-%m}",
            "debut": self.month.isoformat(),
            "fin": shift(self.month, 1).isoformat(),
            "arrete_le": self.declared_on.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class PlannedBreak:
    """A break that the loader declares: from its day on, a source counts with another software."""

    source: str
    day: date

    def as_json(self) -> dict[str, str]:
        """The source, and the body of ``POST /sources/{code}/ruptures``."""
        return {
            "source": self.source,
            "jour": self.day.isoformat(),
            "type": "logiciel",
            "motif": BREAK_REASON,
        }


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """What the loader has to do, in order: ``files`` are sorted by day of extraction."""

    first_month: date
    end: date
    files: tuple[PlannedFile, ...]
    nil_months: tuple[NilMonth, ...]
    silent_months: tuple[tuple[str, date], ...]
    breaks: tuple[PlannedBreak, ...]

    def as_json(self) -> dict[str, Any]:
        """The content of ``plan.json``."""
        return {
            "avertissement": "Données fictives : aucun fait décrit ici n'a eu lieu.",
            "premier_mois": f"{self.first_month:%Y-%m}",
            "fin": self.end.isoformat(),
            "sources": [source.as_json(self.first_month) for source in SOURCES],
            "fichiers": [planned.as_json() for planned in self.files],
            "mois_neant": [nil.as_json() for nil in self.nil_months],
            "ruptures": [planned.as_json() for planned in self.breaks],
            "mois_jamais_envoyes": [
                {"source": source, "mois": f"{month:%Y-%m}"} for source, month in self.silent_months
            ],
        }


@dataclass(frozen=True, slots=True)
class DemoFile:
    """One export: ``name`` ends in ``.csv``; ``content`` is what the exporter would have sent."""

    source: str
    month: date
    name: str
    content: bytes


def shift(month: date, months: int) -> date:
    """The first day of the month that comes ``months`` months after ``month``."""
    rank = month.year * 12 + month.month - 1 + months
    return date(rank // 12, rank % 12 + 1, 1)


def is_silent(source: str, index: int) -> bool:
    """Whether ``source`` never sends the file of month ``index``."""
    return index in SILENT_MONTHS.get(source, ())


def has_facts(source: str, index: int) -> bool:
    """Whether facts are drawn for that source and month (neither silent nor nil)."""
    return not is_silent(source, index) and index not in NIL_MONTHS.get(source, ())


def make_plan(first_month: date) -> DemoPlan:
    """The calendar of 48 months from ``first_month`` (its day is ignored)."""
    first = first_month.replace(day=1)
    files = [
        _monthly(source.code, first, index)
        for source in SOURCES
        for index in range(MONTHS)
        if has_facts(source.code, index)
    ]
    files.append(_corrected(first))
    files.sort(key=lambda planned: (planned.extracted_on, planned.month, planned.source))
    nil = [
        NilMonth(source, shift(first, index), shift(first, index + 1).replace(day=5))
        for source, indexes in NIL_MONTHS.items()
        for index in indexes
    ]
    silent = [(source, shift(first, index)) for source, indexes in SILENT_MONTHS.items() for index in indexes]
    breaks = tuple(PlannedBreak(source, shift(first, index)) for source, index in BREAK_MONTHS.items())
    return DemoPlan(first, shift(first, MONTHS), tuple(files), tuple(nil), tuple(silent), breaks)


def _monthly(source: str, first: date, index: int) -> PlannedFile:
    month = shift(first, index)
    overlapping = source == POLICE and index == OVERLAPPING_MONTH
    start = shift(month, -1) if overlapping else month
    sending = Sending.OVERLAPPING if overlapping else Sending.MONTHLY
    extracted_on = shift(month, 1).replace(day=5)
    return PlannedFile(source, month, sending, Period(start, shift(month, 1)), extracted_on)


def _corrected(first: date) -> PlannedFile:
    month = shift(first, CORRECTED_MONTH)
    period = Period(month, shift(month, 1))
    return PlannedFile(POLICE, month, Sending.CORRECTED, period, shift(month, 2).replace(day=20))

"""How long each kind of data is kept: the rules in force, as the register writes them."""

from collections.abc import Iterable, Iterator

from observatoire.domain.record import RecordEntry
from observatoire.domain.source import Source
from observatoire.intake.retention import kinds
from observatoire.settings import Settings

_EVIDENCE = "tests/intake/retention/"
_DAYS_IN_A_YEAR = 365


def durations(settings: Settings, sources: Iterable[Source]) -> Iterator[RecordEntry]:
    """One entry per rule, one for the backups, then one per source."""
    for rule in kinds.rules(settings):
        term = "sans terme propre" if rule.days is None else _told(rule.days)
        yield RecordEntry(rule.label, (f"{term} ; {rule.then}",), evidence=_EVIDENCE)
    yield RecordEntry(
        "Sauvegardes chiffrées",
        (f"{settings.backup_days} jours au plus, si la rotation (« --garder ») est planifiée",),
        evidence="tests/backup/test_refusals.py",
    )
    for source in sources:
        yield _of_points(source)


def _told(days: int) -> str:
    years, left = divmod(days, _DAYS_IN_A_YEAR)
    return f"{years} an{'s' if years > 1 else ''}" if years and not left else f"{days} jours"


def _of_points(source: Source) -> RecordEntry:
    kept = _told(source.points_kept_years * _DAYS_IN_A_YEAR)
    given = "" if source.retention_years else " (à défaut de durée dans son contrat)"
    return RecordEntry(
        f"Points des faits de « {source.label} »",
        (f"{kept}{given} ; puis réduits au quartier, la nuit ou dès leur arrivée",),
        evidence=f"{_EVIDENCE}test_reducing.py",
    )

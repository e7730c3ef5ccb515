"""How long each kind of data is kept: read from what is in force, in one place."""

from collections.abc import Iterable, Iterator

from observatoire.domain.record import RecordEntry
from observatoire.domain.source import Source
from observatoire.intake import purging
from observatoire.settings import Settings

_PURGE = "tests/intake/test_purging.py"


def durations(settings: Settings, sources: Iterable[Source]) -> Iterator[RecordEntry]:
    """One entry per kind of data, then one per source."""
    rejects, keys = purging.REJECTS_KEPT.days, purging.KEYS_KEPT.days
    yield RecordEntry(
        "Fichiers reçus",
        (
            "chiffrés, effacés dès la fin de leur import",
            f"{purging.DAYS_TO_CONFIRM} jours au plus s'ils attendent une confirmation",
        ),
        evidence=_PURGE,
    )
    yield RecordEntry("Lignes écartées, à corriger", (f"chiffrées, {rejects} jours",), evidence=_PURGE)
    yield RecordEntry(
        "Texte des adresses à vérifier", (f"chiffré, {rejects} jours au plus",), evidence=_PURGE
    )
    yield RecordEntry("Clés d'idempotence des envois", (f"{keys} jours",), evidence=_PURGE)
    yield RecordEntry(
        "Journal d'audit", (f"{settings.audit_days} jours",), evidence="tests/trail/test_keeping.py"
    )
    yield RecordEntry(
        "Sauvegardes chiffrées",
        (f"{settings.backup_days} jours au plus, si la rotation (« --garder ») est planifiée",),
        evidence="tests/backup/test_refusals.py",
    )
    yield RecordEntry("Éditions publiées", ("agrégats protégés, sans limite : ils ne désignent personne",))
    for source in sources:
        yield _of_points(source)


def _of_points(source: Source) -> RecordEntry:
    label = f"Points des faits de « {source.label} »"
    if source.retention_years is None:
        return RecordEntry(label, to_complete=f"durée du contrat de « {source.label} » (3 ans sont proposés)")
    years = f"{source.retention_years} an{'s' if source.retention_years > 1 else ''}"
    return RecordEntry(
        label,
        (
            f"{years} ; au-delà, ni compté ni montré plus finement que le quartier",
            "le point reste dans la base : son effacement n'est pas encore fait",
        ),
        evidence="tests/analyses/test_contract_dates.py",
    )

"""What the intake works with: database, encrypted files, limits, key, geocoders, clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from observatoire.intake.geocoding.means import Means
from observatoire.intake.reading.document import Limits
from observatoire.intake.vault import Vault
from observatoire.settings import Settings
from observatoire.store.engine import Database


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where files come in. ``deposits``: uploads; ``rejects``: rows set aside, by import."""

    database: Database
    deposits: Vault
    rejects: Vault
    limits: Limits
    pseudonymisation_key: bytes
    geocoding: Means
    now: Callable[[], datetime] = field(default=_now)

    @classmethod
    def of(cls, database: Database, settings: Settings) -> Self:
        """The desk that the settings describe."""
        key = settings.sealing_key()
        return cls(
            database=database,
            deposits=Vault(settings.var / "depots", key),
            rejects=Vault(settings.var / "rejets", key),
            limits=Limits(
                settings.max_bytes,
                settings.max_rows,
                settings.max_columns,
                settings.max_cell,
                settings.max_inflated,
            ),
            pseudonymisation_key=settings.pseudonymisation_key(),
            geocoding=Means.of(settings),
        )

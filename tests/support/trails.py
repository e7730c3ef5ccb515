"""An audit trail under test: entries written, a chain sealed, and an owner of the database who cheats."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from observatoire.domain.trail import Action, Entry, Outcome, Purpose, Seal
from observatoire.store import trail
from observatoire.store.engine import Database
from observatoire.trail import keeping
from observatoire.trail.keeping import Means
from observatoire.trail.verifying import Verified, verify

ENTRY = Entry(
    key_label="SIG",
    organisation="ville",
    role="analyste",
    action=Action.EXPORT_REJECTS,
    subject="imports/…/rejets",
    filter="f=csv",
    sources=frozenset(),
    import_id=None,
    rows=3,
    purpose=Purpose.CORRECTION,
    outcome=Outcome.DONE,
    status=200,
    reason=None,
)
TODAY = datetime(2026, 11, 28, 4, tzinfo=UTC)


@dataclass
class Trail:
    """The trail of one database, its key and its head in a folder of their own."""

    database: Database
    folder: Path
    kept: timedelta = timedelta(days=365)

    @property
    def means(self) -> Means:
        """A key that the database never sees."""
        return Means(b"k" * 32, self.folder / "audit_tete", self.kept)

    def write(self, number: int = 1, **changes: object) -> None:
        """Entries, each in a transaction of its own."""
        for rank in range(number):
            with self.database.auditing() as connection:
                trail.add(connection, replace(ENTRY, **{"rows": rank, **changes}))

    def seal(self, now: datetime = TODAY) -> Seal | None:
        """What a worker does every minute."""
        return keeping.seal(self.database, self.means, now)

    def sealed(self, *sizes: int, now: datetime = TODAY) -> None:
        """One seal for each number of entries."""
        for size in sizes:
            self.write(size)
            assert self.seal(now)

    def verify(self) -> Verified:
        """The trail computed again."""
        return verify(self.database, self.means)

    def cheat(self, statement: str, **values: object) -> int:
        """A statement of an owner who has disabled the triggers; how many rows it touched."""
        with self.database.owning() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            return connection.execute(text(statement), values).rowcount

    def empty(self) -> None:
        """A trail that never was."""
        for table in ("entry", "seal", "purge"):
            self.cheat(f"delete from audit.{table}")
        self.cheat("select setval('audit.entry_number', 1, false)")
        self.means.head.unlink(missing_ok=True)

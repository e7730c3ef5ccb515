"""What was decided since a backup, kept beside it: erasures and revocations that a restore would undo.

An old backup brings back what was withdrawn after it: an import, a key, an organisation's access. The list
is taken from the audit trail of the living database, often, and leaves the server encrypted like the backups.
"""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from observatoire.backup import sealing
from observatoire.backup.errors import DamagedBackup, ShortTrail
from observatoire.backup.files import new_file
from observatoire.backup.replaying import Replay, kind_of
from observatoire.settings import Settings
from observatoire.store import inventory
from observatoire.store.engine import Database
from observatoire.store.inventory import Decision


@dataclass(frozen=True, slots=True)
class Since:
    """``until``: the moment at which the list was written; what came after is not in it."""

    until: datetime
    decisions: tuple[Decision, ...]

    def after(self, moment: datetime) -> list[tuple[Replay, Decision]]:
        """What came after a backup, the most pressing first."""
        found = [(kind, d) for d in self.decisions if d.at > moment and (kind := kind_of(d))]
        return sorted(found, key=lambda pair: (list(Replay).index(pair[0]), pair[1].at))


def write(
    database: Database,
    settings: Settings,
    path: Path,
    recipients: Sequence[str],
    now: datetime,
    operator: str,
) -> int:
    """Replace the list by that of as many days as a backup lives; how many decisions.

    ``operator``: the name under which the command line writes in the journal.

    Raises:
        ShortTrail: the audit trail forgets sooner; NoRecipient, UnknownRecipient, NoFolder, NoSpace: the
            former list stands.
    """
    if settings.audit_days < settings.backup_days:
        raise ShortTrail(settings.audit_days, settings.backup_days)
    to = sealing.recipients_of(recipients)
    with database.owning() as connection:
        known = inventory.decisions(connection, now - timedelta(days=settings.backup_days), operator)
    found = [decision for decision in known if kind_of(decision)]
    lines = [json.dumps({"jusqu_au": now.astimezone(UTC).isoformat()})]
    lines += [
        json.dumps([d.at.isoformat(), d.caller, d.action, d.subject, d.sources], ensure_ascii=False)
        for d in found
    ]
    with new_file(path, replace=True) as out:
        sealing.seal(iter(["\n".join(lines).encode()]), out, to)
    return len(found)


def read(source: BinaryIO, identities: Sequence[Any]) -> Since:
    """A list that was written.

    Raises:
        DamagedBackup, WrongIdentity.
    """
    with sealing.opened(source, identities) as clear:
        told = clear.read()
    try:
        first, *rest = io.StringIO(told.decode()).read().split("\n")
        decisions = tuple(
            Decision(datetime.fromisoformat(at), *others) for at, *others in map(json.loads, rest)
        )
        return Since(datetime.fromisoformat(json.loads(first)["jusqu_au"]), decisions)
    except (ValueError, KeyError, TypeError):
        raise DamagedBackup("liste illisible") from None

"""What was decided since a backup, kept beside it: erasures and revocations that a restore would undo.

An old backup brings back what was withdrawn after it: an import, a key, an organisation's access. The list
is taken from the audit trail of the living database, often, and leaves the server encrypted like the backups.
"""

import io
import json
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from observatoire.backup import sealing
from observatoire.backup.errors import DamagedBackup
from observatoire.store import inventory
from observatoire.store.engine import Database
from observatoire.store.inventory import Decision


class Replay(StrEnum):
    """What must be done again after a restore, the most pressing first."""

    ERASURE = "effacement ou retrait"
    DECISION = "décision"
    SENDING = "envoi"


_WITHDRAWN = re.compile(
    r"imports/[0-9a-f-]{36}|cles/\d+|editions/\d+/.*|(zones|ruptures|sources)/.*|clé révoquée.*"
)


@dataclass(frozen=True, slots=True)
class Since:
    """``until``: the moment at which the list was written; what came after is not in it."""

    until: datetime
    decisions: tuple[Decision, ...]

    def after(self, moment: datetime) -> list[tuple[Replay, Decision]]:
        """What came after a backup, the most pressing first."""
        found = [(kind_of(d), d) for d in self.decisions if d.at > moment]
        return sorted(found, key=lambda pair: (list(Replay).index(pair[0]), pair[1].at))


def kind_of(decision: Decision) -> Replay:
    """How pressing a decision is."""
    if _WITHDRAWN.fullmatch(decision.subject) or _WITHDRAWN.fullmatch(decision.action):
        return Replay.ERASURE
    return Replay.SENDING if decision.action == "envoi" else Replay.DECISION


def write(
    database: Database, path: Path, recipients: Sequence[str], now: datetime, days: int, operator: str
) -> int:
    """Replace the list by that of the last ``days``, as long as a backup lives; how many decisions.

    ``operator``: the name under which the command line writes in the journal.
    """
    to = sealing.recipients_of(recipients)
    with database.owning() as connection:
        found = inventory.decisions(connection, now - timedelta(days=days), operator)
    lines = [json.dumps({"jusqu_au": now.astimezone(UTC).isoformat()})]
    lines += [
        json.dumps([d.at.isoformat(), d.caller, d.action, d.subject], ensure_ascii=False) for d in found
    ]
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            sealing.seal(iter(["\n".join(lines).encode()]), out, to)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
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

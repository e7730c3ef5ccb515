"""Nothing of a file outlives its use: deposits, rows set aside, confirmations that nobody gave, old keys.

The durations stand in ``retention/kinds.py``: a deposit lives from its receipt to the end of its import,
seven days at most while it waits to be confirmed; rows set aside, and the text of a place to be checked, live
thirty days. An import removes its own deposit; what a crash left goes here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from observatoire.errors import ExpiredConfirmation
from observatoire.intake.desk import Desk
from observatoire.intake.retention.kinds import (
    DAYS_TO_CONFIRM,
    JOBS_KEPT,
    JOURNAL_KEPT,
    KEYS_KEPT,
    REJECTS_KEPT,
)
from observatoire.intake.vault import Vault
from observatoire.store import attempts, queue, retention, sessions
from observatoire.store.confidential import places as place_store
from observatoire.store.retention import Kept

BEING_WRITTEN = timedelta(hours=1)
"""A file younger than this may belong to an import that is not recorded yet."""


@dataclass(frozen=True, slots=True)
class Purged:
    """How many of each were removed."""

    deposits: int = 0
    rejects: int = 0
    drafts: int = 0
    held: int = 0
    keys: int = 0
    jobs: int = 0
    places: int = 0
    questions: int = 0
    sessions: int = 0
    attempts: int = 0


def purge(desk: Desk) -> Purged:
    """Remove what has expired at the desk's time; running it twice, or in two workers, changes nothing."""
    now = desk.now()
    with desk.database.importing() as connection:
        message = str(ExpiredConfirmation(DAYS_TO_CONFIRM))
        held = retention.refuse_held(connection, now - timedelta(days=DAYS_TO_CONFIRM), now, message)
        keys = retention.forget_keys(connection, now - KEYS_KEPT)
        jobs = queue.sweep(connection, now - JOBS_KEPT)
        places = place_store.forget_old(connection, now - desk.geocoding.kept)
        questions = retention.forget_journal(connection, now - JOURNAL_KEPT)
    with desk.database.identifying() as connection:
        ended = sessions.forget_ended(connection)
        tried = attempts.forget_old(connection)
    drafts = [_remove_drafts(vault, now) for vault in (desk.deposits, desk.rejects)]
    return Purged(
        deposits=_remove_deposits(desk, now),
        rejects=_remove_rejects(desk, now),
        drafts=sum(drafts),
        held=len(held),
        keys=keys,
        jobs=jobs,
        places=places,
        questions=questions,
        sessions=ended,
        attempts=tried,
    )


def _remove_drafts(vault: Vault, now: datetime) -> int:
    drafts = [name for name in vault.written_before(now - BEING_WRITTEN) if name.startswith(".")]
    for name in drafts:
        vault.remove(name)
    return len(drafts)


def _remove_deposits(desk: Desk, now: datetime) -> int:
    """Those whose import is over, or never was."""
    # The files are listed before the imports are read: one that comes in between is left alone.
    settled, kept = set(desk.deposits.written_before(now - BEING_WRITTEN)), _imports_of(desk, desk.deposits)
    gone = [code for code, of in kept.items() if (code in settled if of is None else not of.unfinished)]
    for code in gone:
        desk.deposits.remove(code)
    return len(gone)


def _remove_rejects(desk: Desk, now: datetime) -> int:
    """Those received too long ago, or that belong to no import."""
    settled, kept = set(desk.rejects.written_before(now - BEING_WRITTEN)), _imports_of(desk, desk.rejects)
    limit = now - REJECTS_KEPT
    gone = [c for c, of in kept.items() if (c in settled if of is None else of.received_at < limit)]
    for code in gone:
        desk.rejects.remove(code)
    return len(gone)


def _imports_of(desk: Desk, vault: Vault) -> dict[str, Kept | None]:
    """File of the vault to its import."""
    codes = vault.codes()
    ids = {code: id_ for code in codes if (id_ := _identifier(code)) is not None}
    with desk.database.reading() as connection:
        known = retention.kept(connection, set(ids.values()))
    return {code: known.get(ids[code]) if code in ids else None for code in codes}


def _identifier(code: str) -> UUID | None:
    try:
        return UUID(code)
    except ValueError:
        return None

"""Imports: received, run by a worker, confirmed, undone."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import BinaryIO

from observatoire.domain.period import Period
from observatoire.domain.source import Source
from observatoire.errors import Conflict, FieldError, FileTooLarge, InvalidRequest
from observatoire.intake import personal, running
from observatoire.intake.desk import Desk
from observatoire.intake.inspection import Inspected, Options, inspect
from observatoire.intake.parsing.dates import latest_admissible
from observatoire.intake.report import LineCounts
from observatoire.intake.vault import Deposit
from observatoire.store import imports
from observatoire.store.confidential import incidents, placements
from observatoire.store.engine import Connection, Database
from observatoire.store.imports import ImportRecord

Defer = Callable[[Connection, ImportRecord], None]
"""Puts the import in the worker's queue, in the transaction that records it."""

COPY_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the sender says of a file, besides its content."""

    file_name: str
    simulation: bool = False
    period: Period | None = None
    partial: bool = False
    as_of: date | None = None
    options: Options = field(default_factory=Options)


def receive(
    desk: Desk, stream: BinaryIO, source: Source, declaration: Declaration, *, caller: str, defer: Defer
) -> ImportRecord:
    """Take a file in: encrypted, recognised, recorded as ``en_attente`` and put in the queue.

    Raises:
        RefusedFile: the file as a whole can't be understood; nothing was kept.
        InvalidRequest: the declaration is impossible.
        Conflict: the source is about to be deleted.
    """
    refuse_leaving(source)
    started = desk.now()
    _check_extraction(declaration.as_of, started.date())
    _check_corrected(desk, source, declaration.options.corrects)
    id_ = uuid.uuid4()
    deposit, digest = _deposit(desk, stream, str(id_), personal.file_name(declaration.file_name))
    try:
        inspected = inspect(desk, deposit, source.code, declaration.options)
        record = _recorded(id_, deposit, digest, source, declaration, inspected, caller, started)
        with desk.database.importing() as connection:
            imports.add(connection, record)
            defer(connection, record)
    except BaseException:
        desk.deposits.remove(deposit.code)
        raise
    return record


def refuse_leaving(source: Source) -> None:
    """Nothing is received of a source, nor said about it, once its deletion was asked.

    Raises:
        Conflict.
    """
    if source.deletion_asked:
        raise Conflict("Cette source est en cours de suppression : elle ne reçoit plus rien.")


def import_now(
    desk: Desk, stream: BinaryIO, source: Source, declaration: Declaration, *, caller: str
) -> ImportRecord:
    """Receive a file and run its import in this process: the command line, and benchmarks."""
    record = receive(desk, stream, source, declaration, caller=caller, defer=lambda _c, _r: None)
    return running.run(desk, record.id)


def _deposit(desk: Desk, stream: BinaryIO, code: str, name: str) -> tuple[Deposit, str]:
    digest, size = hashlib.sha256(), 0
    with desk.deposits.write(code) as out:
        while block := stream.read(COPY_BLOCK):
            size += len(block)
            if size > desk.limits.max_bytes:
                raise FileTooLarge(f"{desk.limits.max_bytes // 1_000_000} Mo")
            digest.update(block)
            out.write(block)
    return Deposit(desk.deposits, code, name, size), digest.hexdigest()


def _recorded(
    id_: uuid.UUID,
    deposit: Deposit,
    digest: str,
    source: Source,
    declaration: Declaration,
    inspected: Inspected,
    caller: str,
    started: datetime,
) -> ImportRecord:
    layout = inspected.document.layout
    return ImportRecord(
        id=id_,
        source=source.code,
        state="en_attente",
        as_of=declaration.as_of or started.date(),
        caller=caller,
        started_at=started,
        finished_at=None,
        file={
            "nom": deposit.name,
            "octets": deposit.size,
            "sha256": digest,
            "encodage": layout.encoding,
            "separateur": layout.separator,
            "feuille": layout.sheet,
        },
        lines=LineCounts(0).wire(),
        sha256=digest,
        profile=f"{inspected.profile.code}@{inspected.profile.version}",
        simulation=declaration.simulation,
        period=declaration.period,
        period_deduced=declaration.period is None,
        partial=declaration.partial,
        options=asdict(declaration.options),
    )


def _check_extraction(as_of: date | None, today: date) -> None:
    """A file can't have been extracted after it was received: it would win over every later one.

    Raises:
        InvalidRequest: ``arrete_le`` is in the future (one day is left for time zones).
    """
    if as_of is not None and as_of > latest_admissible(today):
        expected = f"au plus tard le {today.isoformat()}"
        raise InvalidRequest(
            fields=(FieldError("arrete_le", "la date d'extraction est dans le futur", expected),)
        )


def _check_corrected(desk: Desk, source: Source, corrects: str | None) -> None:
    """A file can only mend the rejects of its own source.

    Raises:
        InvalidRequest: no such import of this source.
    """
    if corrects is None:
        return
    with desk.database.reading() as connection:
        mended = imports.get(connection, uuid.UUID(corrects))
    if mended is None or mended.source != source.code:
        expected = "l'identifiant d'un import de la même source"
        raise InvalidRequest(fields=(FieldError("corrige", "cet import n'existe pas ici", expected),))


def declare_nil(
    database: Database, source: Source, period: Period, as_of: date | None, *, caller: str
) -> ImportRecord:
    """Record « rien à signaler »: the months of ``period`` are zero, which is not missing.

    Raises:
        InvalidRequest: the period is not over: nobody knows yet that nothing happened.
        Conflict: the source is about to be deleted.
    """
    refuse_leaving(source)
    moment = datetime.now(UTC)
    if period.end > moment.date() + timedelta(days=1):
        expected = f"au plus tard le {(moment.date() + timedelta(days=1)).isoformat()}"
        raise InvalidRequest(fields=(FieldError("fin", "la période n'est pas terminée", expected),))
    _check_extraction(as_of, moment.date())
    record = ImportRecord(
        id=uuid.uuid4(),
        source=source.code,
        state="valide",
        as_of=as_of or moment.date(),
        caller=caller,
        started_at=moment,
        finished_at=moment,
        lines=LineCounts(0).wire(),
        nil=True,
        period=period,
        message="Rien à signaler sur la période.",
        progress=1.0,
    )
    with database.importing() as connection:
        imports.lock_source(connection, source.code)
        imports.add(connection, record)
    return record


def confirm(desk: Desk, record: ImportRecord, *, repair: bool, caller: str, defer: Defer) -> None:
    """Send an import held for review back to the queue, confirmed.

    Raises:
        Conflict: it is not held for review.
    """
    options = record.options | {"confirmed": True, "repair_encoding": repair}
    with desk.database.importing() as connection:
        values = {"options": options, "confirmed_by": caller, "progress": 0.0}
        if not imports.move(connection, record.id, {"a_confirmer"}, "en_attente", **values):
            raise Conflict(f"Cet import est « {record.state} » : il n'attend pas de confirmation.")
        defer(connection, record)


def undo_import(desk: Desk, record: ImportRecord, *, caller: str) -> None:
    """Take an import back: every figure is what it was before.

    Raises:
        Conflict: it is neither valid nor held for review (another undo may have come first).
    """
    assert record.number is not None
    with desk.database.importing() as connection:
        imports.lock_source(connection, record.source)
        if not imports.move(connection, record.id, {"valide", "a_confirmer"}, "annule"):
            raise Conflict(f"Cet import est « {record.state} » : seul un import valide peut être annulé.")
        with placements.following(connection, record.number):
            incidents.undo(connection, record.number)
        imports.mark_undone(connection, record.id, f"Annulé par {caller}.")
    desk.deposits.remove(str(record.id))
    desk.rejects.remove(str(record.id))

"""One import, run whole in one transaction: a batch at a time, from bytes to facts."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from uuid import UUID

import polars as pl

from observatoire.disclosure import gate
from observatoire.domain.period import Period, month_start, next_month
from observatoire.domain.source import Source
from observatoire.errors import NotFound, ObservatoireError, RefusedFile, UnavailableStore
from observatoire.intake.desk import Desk
from observatoire.intake.faults import FAULTS, content, shape_of
from observatoire.intake.inspection import Inspected, Options, inspect
from observatoire.intake.normalising import Context, normalise
from observatoire.intake.projecting import window_of, with_degrees
from observatoire.intake.reading.document import Batch, SetAside
from observatoire.intake.report import LineCounts, Message, anomalies_of
from observatoire.intake.staging import as_facts
from observatoire.intake.vault import Deposit
from observatoire.store import imports, sources
from observatoire.store.confidential import incidents
from observatoire.store.confidential.incidents import Staged, Staging, Upserted
from observatoire.store.engine import Connection
from observatoire.store.imports import ImportRecord, RejectRecord
from observatoire.store.reference import categories, gazetteer, territories

Show = Callable[[float], None]

QUARANTINE_SHARE, QUARANTINE_ROWS = 0.20, 10
"""An import with more rows than these in quarantine waits for the administration."""


def run(desk: Desk, id_: UUID) -> ImportRecord:
    """Run a waiting import; running it again after a crash is safe, since it is all or nothing.

    Returns:
        The import in its last state: ``valide``, ``simule``, ``a_confirmer``, ``refuse`` or ``echoue``.
        An import that is not waiting (done, undone) is returned as it is.

    Raises:
        UnavailableStore: the database can't be reached; nothing was written, try again.
    """
    with desk.database.importing() as connection:
        record = imports.get(connection, id_)
        if record is None:
            raise NotFound
        if not imports.move(connection, id_, {"en_attente", "en_cours"}, "en_cours", progress=0.0):
            return record
        source = sources.get(connection, record.source)
    try:
        done = _Run(desk, record, source).complete()
    except RefusedFile as refusal:
        done = _ended(desk, record, "refuse", str(refusal))
    except UnavailableStore:
        raise
    except ObservatoireError as failure:
        done = _ended(desk, record, "echoue", str(failure))
    if done.state != "a_confirmer":
        desk.deposits.remove(str(id_))
    return done


def fail(desk: Desk, id_: UUID, message: str) -> None:
    """End an import that could not be run; nothing of it was written."""
    with desk.database.importing() as connection:
        values = {"message": message, "finished_at": desk.now()}
        imports.move(connection, id_, {"en_attente", "en_cours"}, "echoue", **values)
    desk.deposits.remove(str(id_))
    desk.rejects.remove(str(id_))


def _ended(desk: Desk, record: ImportRecord, state: str, message: str) -> ImportRecord:
    ended = replace(record, state=state, message=message, finished_at=desk.now(), progress=1.0)
    with desk.database.importing() as connection:
        imports.finish(connection, ended)
    return ended


class _Run:
    """The run of one import: what it reads, what it counts."""

    def __init__(self, desk: Desk, record: ImportRecord, source: Source) -> None:
        self.desk, self.record, self.source = desk, record, source
        self.options = Options(**record.options)
        self.read = 0
        self.buckets: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()

    def complete(self) -> ImportRecord:
        """From the deposit to the final report."""
        size = self.record.file["octets"]
        deposit = Deposit(self.desk.deposits, str(self.record.id), self.record.file["nom"], size)
        inspected = inspect(self.desk, deposit, self.source.code, self.options)
        with self.desk.database.importing() as connection:
            imports.lock_source(connection, self.source.code)
            done = self._written(connection, inspected)
            imports.finish(connection, done)
        return done

    def _written(self, connection: Connection, inspected: Inspected) -> ImportRecord:
        assert self.record.number is not None
        reader = Normaliser(connection, self.desk, self.source, inspected, self.record.started_at.date())
        with incidents.staging(connection) as staging:
            for batch in inspected.document.batches():
                self._take(connection, batch, reader(batch), staging)
            ignored = self.options.ignore_alike or False
            duplicates, alike = staging.drop_repeats(ignore_alike=ignored)
            staged = gate.receipt(staging.summarise(self.record.started_at.date()))
            held = self._held(staged)
            savepoint = connection.begin_nested()
            upserted = gate.receipt(staging.apply(self.record.number, self.record.as_of))
            if held or self.record.simulation:
                savepoint.rollback()
            else:
                savepoint.commit()
        return self._reported(inspected, staged, upserted, duplicates, alike, held)

    def _take(self, connection: Connection, batch: Batch, draft: pl.DataFrame, staging: Staging) -> None:
        """One batch: facts to the staging area, the rest to the rejects."""
        assert self.record.number is not None
        staging.add(as_facts(draft, self.source.code))
        rejects = _rejects(batch.set_aside, draft)
        imports.add_rejects(connection, self.record.number, rejects)
        self.read += batch.lines_read
        self.buckets.update(reject.bucket for reject in rejects)
        self.codes.update(reject.code for reject in rejects)
        self._show()

    def _show(self) -> None:
        """Progress, on a second connection: the transaction of the import shows nothing before its end."""
        with suppress(UnavailableStore), self.desk.database.importing() as connection:
            imports.advance(connection, self.record.id, 0.5)

    def _held(self, staged: Staged) -> list[str]:
        """Why the import must be confirmed before it is written."""
        if self.options.confirmed or self.record.simulation:
            return []
        quarantined = self.buckets["quarantaine"]
        if quarantined > QUARANTINE_ROWS and quarantined > QUARANTINE_SHARE * self.read:
            return ["quarantaine"]
        return []

    def _reported(
        self,
        inspected: Inspected,
        staged: Staged,
        upserted: Upserted,
        duplicates: int,
        alike: int,
        held: list[str],
    ) -> ImportRecord:
        counts = LineCounts(
            read=self.read,
            created=upserted.created,
            revised=upserted.revised,
            unchanged=upserted.unchanged,
            duplicates=duplicates,
            quarantined=self.buckets["quarantaine"],
            set_aside=self.buckets["ecartees"],
        )
        counts.check()
        codes = self.codes + Counter(staged.anomalies)
        codes[content.DUPLICATE_KEY.code] += duplicates
        message = Message(counts, upserted.older, self.record.simulation)
        state = "a_confirmer" if held else "simule" if self.record.simulation else "valide"
        if held:
            message.more.append("l'import attend d'être confirmé : rien n'a été écrit")
        return replace(
            self.record,
            state=state,
            finished_at=None if held else self.desk.now(),
            lines=counts.wire(),
            anomalies=anomalies_of(+codes, inspected.document.layout.notices),
            location=_location(staged),
            period=self.record.period or _deduced(staged),
            message=str(message),
            progress=1.0,
            to_confirm=held,
        )


class Normaliser:
    """Batches of text to normalised rows, with a context made once."""

    def __init__(
        self, connection: Connection, desk: Desk, source: Source, inspected: Inspected, received: date
    ) -> None:
        """``received``: the day that bounds the dates of the facts."""
        self._connection = connection
        self._layout = inspected.document.layout
        self._profile = inspected.profile
        self._context = Context(
            source=source,
            profile=inspected.profile,
            categories=categories.every(connection),
            gazetteer=gazetteer.load(connection, None),
            covered=frozenset(c.code for c in territories.communes_of(connection, source.territory)),
            received=received,
            epoch=inspected.document.layout.epoch,
            pseudonymisation_key=desk.pseudonymisation_key,
        )

    def __call__(self, batch: Batch) -> pl.DataFrame:
        """Normalise one batch."""
        renamed = with_degrees(self._profile.rename(batch.rows, self._layout.header), self._profile.epsg)
        found = gazetteer.load(self._connection, window_of(renamed))
        return normalise(renamed, replace(self._context, gazetteer=found))


def _deduced(staged: Staged) -> Period | None:
    """From the first to the last month with a fact."""
    if staged.first_day is None or staged.last_day is None:
        return None
    return Period(month_start(staged.first_day), next_month(staged.last_day))


def _location(staged: Staged) -> dict[str, float | int | None]:
    share = round(staged.located / staged.facts, 4) if staged.facts else None
    return {"faits": staged.facts, "localises": staged.located, "part_localisee": share}


def _rejects(unread: tuple[SetAside, ...], draft: pl.DataFrame) -> list[RejectRecord]:
    rows = (
        draft.filter(pl.col("fault").is_not_null())
        .select("line", "fault", "date", "categorie", "raw_commune")
        .rows()
    )
    rejects = [
        RejectRecord(s.line, s.fault.code, s.fault.field, s.shape, s.fault.bucket.value) for s in unread
    ]
    for line, code, day, category, commune in rows:
        fault = FAULTS[code]
        value = {"date": day, "categorie": category}.get(fault.field, commune)
        rejects.append(RejectRecord(line, code, fault.field, shape_of(value), fault.bucket.value))
    return rejects

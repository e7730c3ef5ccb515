"""One import, run whole in one transaction: a batch at a time, from bytes to facts."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date
from time import monotonic
from uuid import UUID

from polars.exceptions import PanicException

from observatoire.disclosure import gate
from observatoire.domain.period import Period, month_start, next_month
from observatoire.domain.source import Source
from observatoire.errors import ImportFailed, NotFound, ObservatoireError, RefusedFile, UnavailableStore
from observatoire.intake import rejects
from observatoire.intake.contexts import Normaliser
from observatoire.intake.dating import Evidence
from observatoire.intake.desk import Desk
from observatoire.intake.geocoding.placing import Placing
from observatoire.intake.inspection import Inspected, Options, inspect
from observatoire.intake.metering import Metered
from observatoire.intake.profiles.model import Profile
from observatoire.intake.rejects import Rejects
from observatoire.intake.report import LineCounts, Message
from observatoire.intake.retention.arriving import Term
from observatoire.intake.retention.reducing import reduce_import
from observatoire.intake.staging import as_facts
from observatoire.intake.tally import Tally
from observatoire.intake.vault import Deposit
from observatoire.store import imports, sources
from observatoire.store.confidential import erasing, incidents, placements
from observatoire.store.confidential.incidents import Staged, Staging, Upserted
from observatoire.store.engine import Connection
from observatoire.store.imports import ImportRecord

logger = logging.getLogger("observatoire.intake")

SECONDS_BETWEEN_STEPS = 0.5
READING_SHARE = 0.8
"""Of the whole run, in the progress shown; the rest is the writing."""


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
            if record.state != "a_confirmer":  # its worker died between the end and this
                desk.deposits.remove(str(id_))
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
    except (Exception, PanicException) as error:  # noqa: BLE001 - whatever broke, the import ends and says so
        # Never the message: it may hold a cell of the file.
        logger.error("import %s broken by %s", id_, type(error).__name__)
        done = _ended(desk, record, "echoue", str(ImportFailed(type(error).__name__)))
    if done.state != "a_confirmer":
        desk.deposits.remove(str(id_))
    _settle(desk, done)
    return done


def _settle(desk: Desk, done: ImportRecord) -> None:
    """The rejects of the import that this one corrects are no longer needed."""
    corrected = Options(**done.options).corrects
    if corrected is None:
        return
    with desk.database.reading() as connection:
        mended = imports.get(connection, UUID(corrected))
    rejects.settle(desk.rejects, done, mended)


def fail(desk: Desk, id_: UUID, message: str) -> None:
    """End an import that could not be run; nothing of it was written."""
    with desk.database.importing() as connection:
        values = {"message": message, "finished_at": desk.now()}
        if not imports.move(connection, id_, {"en_attente", "en_cours"}, "echoue", **values):
            return
    desk.deposits.remove(str(id_))
    desk.rejects.remove(str(id_))


def _ended(desk: Desk, record: ImportRecord, state: str, message: str) -> ImportRecord:
    ended = replace(record, state=state, message=message, finished_at=desk.now(), progress=1.0)
    with desk.database.importing() as connection:
        imports.lock_source(connection, record.source)
        if (elsewhere := _ended_elsewhere(connection, record)) is not None:
            return elsewhere
        assert record.number is not None
        imports.forget_rejects(connection, record.number)
        imports.finish(connection, ended)
    return ended


def _ended_elsewhere(connection: Connection, record: ImportRecord) -> ImportRecord | None:
    """The import as another worker has ended it, this one being taken for dead; hold the source's lock."""
    found = imports.get(connection, record.id)
    return None if found is None or found.state == "en_cours" else found


class _Run:
    """The run of one import: what it reads, what it counts."""

    def __init__(self, desk: Desk, record: ImportRecord, source: Source) -> None:
        self.desk, self.record, self.source = desk, record, source
        self.options = Options(**record.options)
        self.tally = Tally()
        deposit = Deposit(desk.deposits, str(record.id), record.file["nom"], record.file["octets"])
        self.file = Metered(deposit)
        self.shown = monotonic()
        self.erased: frozenset[bytes] = frozenset()

    def complete(self) -> ImportRecord:
        """From the deposit to the final report."""
        assert self.record.number is not None
        inspected = inspect(self.desk, self.file, self.source.code, self.options)
        with self.desk.database.importing() as connection:
            imports.lock_source(connection, self.source.code)
            self.erased = erasing.erased_keys(connection, self.source.code)
            if (elsewhere := _ended_elsewhere(connection, self.record)) is not None:
                return elsewhere
            placements.hold(connection)
            with self.desk.database.importing() as aside:
                imports.forget_rejects(aside, self.record.number)
            done = self._written(connection, inspected)
            imports.finish(connection, done)
        return done

    def _written(self, connection: Connection, inspected: Inspected) -> ImportRecord:
        assert self.record.number is not None
        profile, layout = inspected.profile, inspected.document.layout
        first = not imports.any_valid(connection, self.source.code)
        with (
            incidents.staging(connection, self.record.number, self.record.as_of, first=first) as staging,
            rejects.writing(self.desk.rejects, str(self.record.id), profile, layout.header) as aside,
        ):
            term = Term.of(connection, self.source, self.desk.now().date())
            evidence, placing = self._read(inspected, term, staging, aside)
            self.tally.notices = [*layout.notices, *evidence.notices()]
            duplicates, self.tally.alike = staging.drop_repeats(ignore_alike=self._ignores_alike(profile))
            staged = gate.receipt(staging.staged)
            upserted = gate.receipt(staging.apply())
            held = [] if self.record.simulation else self.tally.doubts(staged, self.options)
            if held or self.record.simulation:
                staging.discard()
            else:
                placements.follow_import(connection, self.record.number)
                if upserted.met:
                    reduce_import(connection, self.record.number, term.before, staged.days)
                staging.keep()
                placing.settle(connection, self.desk.now())
        counts = self.tally.counts(upserted, duplicates)
        return self._reported(counts, staged, upserted, held)

    def _read(
        self, inspected: Inspected, term: Term, staging: Staging, aside: Rejects
    ) -> tuple[Evidence, Placing]:
        """Every batch: facts to the staging area, the rest to the rejects.

        Facts are written by a thread of its own while the next batch is normalised: the connection of the
        import is the thread's until it ends, so the reference is read, and rejects are written, on others.
        """
        assert self.record.number is not None
        evidence = Evidence(inspected.profile.time)
        with (
            self.desk.database.reading() as reference,
            self.desk.database.importing() as side,
            ThreadPoolExecutor(1, "import") as writer,
        ):
            normaliser = Normaliser(
                reference,
                self.desk,
                self.source,
                inspected.profile,
                inspected.document.layout,
                self.record.started_at.date(),
                self.record.period,
                servers=True,
                erased=self.erased,
            )
            writing: Future[None] | None = None
            for batch in inspected.document.batches():
                draft = normaliser(batch.rows)
                evidence.observe(draft)
                rejected = aside.take(batch, draft)
                imports.add_rejects(side, self.record.number, rejected)
                self.tally.add(batch.lines_read, rejected)
                prepared = staging.prepare(term.reduce(as_facts(draft, self.source.code)))
                if writing is not None:
                    writing.result()  # at most one batch waits: memory stays bounded
                writing = writer.submit(staging.write, prepared)
                self._show()
            if writing is not None:
                writing.result()
        return evidence, normaliser.placing

    def _ignores_alike(self, profile: Profile) -> bool:
        asked = self.options.ignore_alike
        return profile.lines.ignore_alike if asked is None else asked

    def _show(self) -> None:
        """Progress, on a second connection: the transaction of the import shows nothing before its end."""
        if monotonic() - self.shown < SECONDS_BETWEEN_STEPS:
            return
        self.shown = monotonic()
        with suppress(UnavailableStore), self.desk.database.importing() as connection:
            imports.advance(connection, self.record.id, round(READING_SHARE * self.file.share, 3))

    def _reported(
        self, counts: LineCounts, staged: Staged, upserted: Upserted, held: list[str]
    ) -> ImportRecord:
        message = Message(counts, upserted.older, self.record.simulation)
        state = "a_confirmer" if held else "simule" if self.record.simulation else "valide"
        if held:
            message.more.append("l'import attend d'être confirmé : rien n'a été écrit")
        return replace(
            self.record,
            state=state,
            finished_at=None if held else self.desk.now(),
            lines=counts.wire(),
            anomalies=self.tally.anomalies(staged, upserted, counts),
            location=_location(staged),
            quality=_quality(staged, self.record.started_at.date()),
            period=self.record.period or _deduced(staged),
            message=str(message),
            progress=1.0,
            to_confirm=held,
        )


def _deduced(staged: Staged) -> Period | None:
    """From the first to the last month with a fact."""
    if not staged.days:
        return None
    return Period(month_start(min(staged.days)), next_month(max(staged.days)))


def _location(staged: Staged) -> dict[str, float | int | None]:
    share = round(staged.located / staged.facts, 4) if staged.facts else None
    return {"faits": staged.facts, "localises": staged.located, "part_localisee": share}


def _quality(staged: Staged, received: date) -> dict[str, int | None]:
    """What the rows kept are worth; the delay in days, between the fact and its reception."""
    median = staged.median_day
    return {
        "faits": staged.facts,
        "localises": staged.located,
        "avec_heure": staged.with_hour,
        "classes": staged.classed,
        "delai_median_jours": None if median is None else (received - median).days,
    }

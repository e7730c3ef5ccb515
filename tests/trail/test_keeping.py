"""Nothing slips into a sealed range; nothing is rewritten; what is too old goes, whole seals at a time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from observatoire.errors import UnavailableStore
from observatoire.intake.desk import Desk
from observatoire.store import trail as store
from observatoire.trail import keeping
from observatoire.trail.verifying import Tampering
from observatoire.worker import service as worker
from support.trails import ENTRY, TODAY, Trail
from support.world import World


@pytest.fixture
def trail(shared_world: World, tmp_path: Path) -> Trail:
    found = Trail(shared_world.database, tmp_path)
    found.empty()
    return found


def count(trail: Trail, table: str) -> int:
    with trail.database.owning() as connection:
        return int(connection.execute(text(f"select count(*) from audit.{table}")).scalar_one())


def test_writers_and_sealers_at_once_leave_a_chain_that_holds(trail: Trail) -> None:
    with ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(trail.write, 15) for _ in range(6)]
        sealers = [pool.submit(lambda: [trail.seal() for _ in range(15)]) for _ in range(2)]
        for done in (*writers, *sealers):
            done.result()
    trail.seal()
    verified = trail.verify()
    assert verified.fault is None
    assert (verified.entries, verified.waiting) == (90, 0)
    assert verified.seals > 1


def test_an_entry_that_is_not_committed_holds_the_seal_and_then_enters_the_next(trail: Trail) -> None:
    trail.write(1)
    with trail.database.auditing() as slow:
        store.add(slow, ENTRY)
        with pytest.raises(UnavailableStore):
            trail.seal()
        assert count(trail, "seal") == 0
    made = trail.seal()
    assert made
    assert made.entries == 2


def test_a_writer_that_rolls_back_leaves_a_gap_and_no_alarm(trail: Trail) -> None:
    def fail() -> None:
        with trail.database.auditing() as connection:
            store.add(connection, ENTRY)
            raise ZeroDivisionError

    trail.write(1)
    with pytest.raises(ZeroDivisionError):
        fail()
    trail.sealed(1)
    assert trail.verify().fault is None


STATEMENTS = [
    "update audit.entry set reason = 'rien'",
    "delete from audit.entry",
    "truncate audit.entry",
    "update audit.seal set entries = 0",
    "delete from audit.seal",
    "truncate audit.seal, audit.entry",
    "update audit.purge set seal = 0",
    "select audit.forget(1)",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_not_even_the_owner_rewrites_by_mistake(trail: Trail, statement: str) -> None:
    trail.sealed(2, now=TODAY)
    trail.cheat("insert into audit.purge select 0, 0, digest, sealed_at, digest from audit.seal")

    def attempt() -> None:
        with trail.database.owning() as connection:
            connection.execute(text("update audit.seal set sealed_at = sealed_at where false"))
            connection.execute(text(statement))

    with pytest.raises(DBAPIError, match=r"append-only|old enough"):
        attempt()
    assert count(trail, "entry") == 2


def test_the_number_and_the_moment_are_the_database_s(trail: Trail) -> None:
    with trail.database.owning() as connection:
        connection.execute(
            text(
                "insert into audit.entry (id, at, key_label, organisation, role, action, object, filter, "
                "sources, outcome, status) values (999, '2001-01-01', '', '', '', '', '', '', '{}', '', 200)"
            )
        )
        written = connection.execute(text("select id, at > now() - interval '1 day' from audit.entry")).one()
    assert tuple(written) == (1, True)


def past(days: int) -> timedelta:
    return timedelta(days=days)


def test_entries_older_than_the_retention_leave_with_their_seals(trail: Trail) -> None:
    trail.sealed(2, 3, now=TODAY - past(800))
    trail.sealed(4, now=TODAY - past(500))
    trail.sealed(1, now=TODAY - past(100))
    trail.write(2)
    head = trail.verify().head
    assert keeping.forget(trail.database, trail.means, TODAY) == 9
    verified = trail.verify()
    assert verified.fault is None
    assert (verified.first, verified.seals, verified.entries, verified.waiting) == (4, 1, 1, 2)
    assert verified.head == head
    assert keeping.forget(trail.database, trail.means, TODAY) == 0
    trail.sealed(1)
    assert keeping.forget(trail.database, trail.means, TODAY + past(300)) == 1
    assert trail.verify().fault is None


def test_the_chain_goes_on_when_everything_was_forgotten(trail: Trail) -> None:
    trail.sealed(2, now=TODAY - past(500))
    assert keeping.forget(trail.database, trail.means, TODAY) == 2
    assert trail.verify().fault is None
    trail.sealed(2)
    verified = trail.verify()
    assert (verified.first, verified.seals, verified.fault) == (2, 1, None)


def test_what_was_forgotten_can_not_come_back_nor_its_purge_be_taken_back(trail: Trail) -> None:
    trail.sealed(2, now=TODAY - past(500))
    trail.sealed(1)
    assert keeping.forget(trail.database, trail.means, TODAY) == 2
    trail.cheat("update audit.entry set id = 1")
    fault = trail.verify().fault
    assert fault
    assert fault.kind is Tampering.ENTRY_INSERTED
    trail.cheat("update audit.entry set id = 3")
    trail.cheat("delete from audit.purge")
    fault = trail.verify().fault
    assert fault
    assert (fault.seal, fault.kind) == (1, Tampering.SEAL_REMOVED)


def test_no_seal_younger_than_thirty_days_leaves_whatever_the_server_s_clock_says(trail: Trail) -> None:
    trail.sealed(2, now=TODAY)
    with pytest.raises(DBAPIError, match="old enough"):
        keeping.forget(trail.database, trail.means, TODAY + past(5000))
    assert count(trail, "entry") == 2


def test_while_someone_verifies_nobody_seals_and_everybody_writes(trail: Trail) -> None:
    trail.write(1)
    with trail.database.auditing() as connection:
        store.hold_seals(connection)
        trail.write(1)
        assert trail.seal() is None
    assert trail.seal()


def test_a_worker_seals_as_soon_as_it_starts_and_outlives_a_failure(
    shared_world: World, trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk.of(shared_world.database, shared_world.settings)
    trail.write(1)
    calls: list[int] = []

    def counted(*arguments: object) -> None:
        calls.append(len(calls))
        if len(calls) == 1:
            raise OSError("DUPONT")
        keep(*arguments)  # type: ignore[arg-type]

    keep = keeping.keep
    monkeypatch.setattr(keeping, "keep", counted)
    monkeypatch.setattr(worker, "SEALING_SECONDS", 0.01)

    async def some_time() -> None:
        sealing = asyncio.create_task(worker._Service(desk, shared_world.settings)._seal_every_minute())
        while len(calls) < 3:
            await asyncio.sleep(0.01)
        sealing.cancel()

    asyncio.run(some_time())
    assert count(trail, "seal") == 1

"""Imports as stored: found again, listed latest first, counted as coverage while they are valid."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from observatoire.domain.period import Period
from observatoire.store import imports
from observatoire.store.imports import ImportRecord, RejectRecord
from support.scratch import scratch
from support.world import World

MARCH = Period(date(2025, 3, 1), date(2025, 4, 1))
APRIL = Period(date(2025, 4, 1), date(2025, 5, 1))


@pytest.fixture(scope="module")
def observatory(shared_world: World) -> World:
    for code in ("pm", "csu"):
        shared_world.source(code)
    return shared_world


@pytest.fixture
def connection(observatory: World) -> Iterator[Connection]:
    """A transaction of the import role whose work is thrown away."""
    with scratch(observatory) as opened:
        yield opened


def record(**changes: object) -> ImportRecord:
    now = datetime(2025, 5, 2, 10, tzinfo=UTC)
    values: dict[str, object] = {
        "id": uuid.uuid4(),
        "source": "pm",
        "state": "valide",
        "as_of": date(2025, 5, 1),
        "caller": "essai",
        "started_at": now,
        "finished_at": now,
        "lines": {"lues": 0},
        "period": MARCH,
        **changes,
    }
    return ImportRecord(**values)  # type: ignore[arg-type]


def test_an_import_is_read_as_it_was_written(connection: Connection) -> None:
    written = record(
        file={"nom": "é.csv"}, anomalies=[{"code": "HEU_24", "nombre": 1}], profile="x@1", message="« fait »"
    )
    number = imports.add(connection, written)
    read = imports.get(connection, written.id)
    assert read is not None
    assert read.number == number
    assert {name: getattr(read, name) for name in ImportRecord.__slots__ if name != "number"} == {
        name: getattr(written, name) for name in ImportRecord.__slots__ if name != "number"
    }


def test_an_import_that_does_not_exist_is_none(connection: Connection) -> None:
    assert imports.get(connection, uuid.uuid4()) is None


def test_imports_are_listed_latest_first_by_source_period_and_state(connection: Connection) -> None:
    one, two = record(), record(period=APRIL)
    other, simulated = record(source="csu"), record(state="simule", period=None)
    for each in (one, two, other, simulated):
        imports.add(connection, each)

    def listed(*sources: str, period: Period | None = None, state: str | None = None) -> list[uuid.UUID]:
        found, total = imports.every(connection, sources, period, state, 100, 0)
        assert total == len(found)
        return [each.id for each in found]

    assert listed("pm") == [simulated.id, two.id, one.id]
    assert listed("pm", "csu") == [simulated.id, other.id, two.id, one.id]
    assert listed("pm", period=MARCH) == [one.id]
    assert listed("pm", state="simule") == [simulated.id]
    assert listed() == []
    page, total = imports.every(connection, ["pm"], None, None, 1, 1)
    assert ([each.id for each in page], total) == ([two.id], 3)


def test_only_valid_imports_with_a_period_are_coverage(connection: Connection) -> None:
    kept = record(partial=True)
    for each in (kept, record(state="simule"), record(period=None), record(source="csu")):
        imports.add(connection, each)
    undone = record(period=APRIL)
    imports.add(connection, undone)
    imports.mark_undone(connection, undone.id, "Annulé.")
    (received,) = imports.received(connection, ["pm"])
    assert (received.id, received.period, received.partial, received.nil) == (kept.id, MARCH, True, False)


def test_rejects_come_back_in_file_order_and_go_with_the_undo(connection: Connection) -> None:
    each = record()
    number = imports.add(connection, each)
    rejects = [RejectRecord(line, "DAT_INVALIDE", "date", "99/99", "quarantaine") for line in (7, 3, 5)]
    imports.add_rejects(connection, number, rejects)
    imports.add_rejects(connection, number, [])
    assert [r.line for r in imports.rejects(connection, number)] == [3, 5, 7]
    imports.mark_undone(connection, each.id, "Annulé.")
    assert imports.rejects(connection, number) == []
    read = imports.get(connection, each.id)
    assert read is not None
    assert (read.state, read.message) == ("annule", "Annulé.")


def test_a_line_is_rejected_once(observatory: World) -> None:
    reject = RejectRecord(2, "DAT_INVALIDE", "date", "", "quarantaine")
    with pytest.raises(IntegrityError), observatory.database.importing() as connection:
        imports.add_rejects(connection, imports.add(connection, record()), [reject, reject])


def test_imports_of_one_source_wait_for_each_other_those_of_two_do_not(observatory: World) -> None:
    try_lock = text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
    with observatory.database.importing() as first, observatory.database.importing() as second:
        imports.lock_source(first, "pm")
        assert second.execute(try_lock, {"name": "import:csu"}).scalar_one() is True
        assert second.execute(try_lock, {"name": "import:pm"}).scalar_one() is False

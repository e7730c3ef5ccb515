"""Whatever an owner of the database does to what is sealed, without the key, is found."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from observatoire.store.engine import Database
from observatoire.trail import keeping
from observatoire.trail.heads import Head
from observatoire.trail.verifying import Tampering, verify
from support.trails import TODAY, Trail
from support.world import World

T = Tampering
COLUMNS = {
    "key_label": "'autre'",
    "organisation": "'autre'",
    "role": "'agent'",
    "action": "'lecture'",
    "object": "'imports'",
    "filter": "''",
    "sources": "array['pm']",
    "row_count": "null",
    "purpose": "null",
    "outcome": "'refuse'",
    "status": "404",
    "reason": "''",
    "at": "at + interval '1 microsecond'",
}
COPY = ", ".join(COLUMNS)


@pytest.fixture(scope="module")
def database(shared_world: World) -> Database:
    return shared_world.database


@pytest.fixture
def trail(database: Database, tmp_path: Path) -> Trail:
    found = Trail(database, tmp_path)
    found.empty()
    return found


def test_a_trail_that_nobody_touched_is_intact(trail: Trail) -> None:
    assert trail.verify().fault is None
    trail.sealed(3, 1, 2)
    trail.write(2)
    verified = trail.verify()
    assert (verified.seals, verified.entries, verified.waiting, verified.fault) == (3, 6, 2, None)


def test_nothing_to_seal_makes_no_seal(trail: Trail) -> None:
    assert trail.seal() is None
    trail.sealed(1)
    assert trail.seal() is None


@pytest.mark.parametrize("column", COLUMNS)
def test_no_column_of_an_entry_can_change(trail: Trail, column: str) -> None:
    trail.sealed(2, 3, 2)
    assert trail.cheat(f"update audit.entry set {column} = {COLUMNS[column]} where id = 4") == 1
    fault = trail.verify().fault
    assert fault
    assert (fault.seal, fault.kind) == (2, T.ENTRY_CHANGED)


CHEATS: dict[str, tuple[list[str], int, Tampering]] = {
    "an entry is removed": (["delete from audit.entry where id = 4"], 2, T.ENTRY_REMOVED),
    "a seal's last entry is removed": (["delete from audit.entry where id = 5"], 2, T.ENTRY_REMOVED),
    "two entries change places": (
        [
            "update audit.entry set id = -1 where id = 3",
            "update audit.entry set id = 3 where id = 4",
            "update audit.entry set id = 4 where id = -1",
        ],
        2,
        T.ENTRY_CHANGED,
    ),
    "an entry is slipped in before the first": (
        [f"insert into audit.entry (id, {COPY}) select 0, {COPY} from audit.entry where id = 1"],
        0,
        T.ENTRY_INSERTED,
    ),
    "a seal is dropped": (["delete from audit.seal where number = 2"], 2, T.SEAL_REMOVED),
    "a seal and its entries are dropped": (
        ["delete from audit.seal where number = 2", "delete from audit.entry where id between 3 and 5"],
        2,
        T.SEAL_REMOVED,
    ),
    "the seals after are renumbered": (
        ["delete from audit.seal where number = 2", "update audit.seal set number = 2 where number = 3"],
        2,
        T.SEAL_CHANGED,
    ),
    "the tail is cut": (
        ["delete from audit.seal where number = 3", "delete from audit.entry where id > 5"],
        3,
        T.SEAL_REMOVED,
    ),
    "the last seal is dropped and its entries left to be sealed again": (
        ["delete from audit.seal where number = 3"],
        3,
        T.SEAL_REMOVED,
    ),
    "everything is dropped": (["delete from audit.seal", "delete from audit.entry"], 1, T.SEAL_REMOVED),
    "the dates of a seal are moved": (
        ["update audit.seal set sealed_at = sealed_at - interval '1 year' where number = 2"],
        2,
        T.SEAL_CHANGED,
    ),
    "a purge is pretended": (
        [
            "insert into audit.purge select number, last_entry, digest, sealed_at, digest from audit.seal "
            "where number = 2",
            "delete from audit.seal where number <= 2",
            "delete from audit.entry where id <= 5",
        ],
        2,
        T.FALSE_PURGE,
    ),
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_the_first_seal_that_fails_is_named_with_what_was_done(trail: Trail, cheat: str) -> None:
    trail.sealed(2, 3, 2)
    trail.write(1)
    statements, seal, kind = CHEATS[cheat]
    for statement in statements:
        trail.cheat(statement)
    fault = trail.verify().fault
    assert fault
    assert (fault.seal, fault.kind) == (seal, kind)


def test_an_entry_put_where_a_number_was_never_used_is_found(trail: Trail) -> None:
    trail.write(1)
    trail.cheat("select nextval('audit.entry_number')")  # a writer that rolled back
    trail.write(1)
    trail.seal()
    assert trail.verify().fault is None
    trail.cheat(f"insert into audit.entry (id, {COPY}) select 2, {COPY} from audit.entry where id = 1")
    fault = trail.verify().fault
    assert fault
    assert (fault.seal, fault.kind) == (1, T.ENTRY_INSERTED)


def test_a_chain_made_again_with_another_key_does_not_pass(trail: Trail) -> None:
    trail.sealed(2, 2)
    trail.cheat("delete from audit.entry where id = 1")
    trail.cheat("delete from audit.seal")
    forger = replace(trail.means, key=b"f" * 32, head=trail.folder / "ailleurs")
    assert keeping.seal(trail.database, forger, TODAY)
    fault = trail.verify().fault
    assert fault
    assert (fault.seal, fault.kind) == (1, T.SEAL_CHANGED)


def test_a_head_on_paper_still_speaks_when_the_folder_is_lost(trail: Trail) -> None:
    trail.sealed(1, 1)
    paper = trail.verify().head
    assert paper
    assert Head.parse(str(paper)) == paper
    trail.means.head.unlink()
    lost = trail.verify().fault
    assert lost
    assert lost.kind is T.NO_HEAD
    assert verify(trail.database, trail.means, paper).fault is None
    trail.cheat("delete from audit.seal where number = 2")
    fault = verify(trail.database, trail.means, paper).fault
    assert fault
    assert (fault.seal, fault.kind) == (2, T.SEAL_REMOVED)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[int], list[str]]:
    """Sizes of seals, then statements that touch what they hold."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    entry, seal = st.integers(1, sum(sizes)), st.integers(1, len(sizes))
    changed = st.builds(
        lambda i, c: f"update audit.entry set {c} = {COLUMNS[c]} where id = {i}",
        entry, st.sampled_from(sorted(COLUMNS)),
    )  # fmt: skip
    one = st.one_of(
        changed,
        entry.map(lambda i: f"delete from audit.entry where id = {i}"),
        entry.map(lambda i: f"delete from audit.entry where id >= {i}"),
        entry.map(lambda i: f"update audit.entry set id = -id where id = {i}"),
        seal.map(lambda n: f"delete from audit.seal where number = {n}"),
        seal.map(lambda n: f"delete from audit.seal where number >= {n}"),
        seal.map(lambda n: f"update audit.seal set last_entry = last_entry + 1 where number = {n}"),
        seal.map(lambda n: f"update audit.seal set entries = entries + 1 where number = {n}"),
    )
    return sizes, draw(st.lists(one, min_size=1, max_size=3))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
def test_any_tampering_is_found(trail: Trail, history: tuple[list[int], list[str]]) -> None:
    sizes, statements = history
    trail.empty()
    trail.sealed(*sizes)
    assert trail.verify().fault is None
    touched = sum(trail.cheat(statement) for statement in statements)
    assert (trail.verify().fault is not None) == (touched > 0)

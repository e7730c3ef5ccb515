"""The database itself shows a caller its own rows and no other; forgetting to say who asks shows none.

Each lock is then broken on purpose, in a transaction that is taken back: the same questions turn red.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import InternalError, ProgrammingError

from observatoire.disclosure.policy import NOTHING, Reach, Role
from observatoire.store import imports, reach
from observatoire.store import sources as source_store
from observatoire.store.engine import DatabaseRole
from support.neighbours import Neighbours, caller
from support.rows import OWNERS, hidden, leaks, shown
from support.world import World

HERE = frozenset({"31555"})
SEEN_BY_THE_ADMINISTRATION = {"accounts.api_key"}


@pytest.fixture(scope="module")
def neighbours(shared_world: World) -> Neighbours:
    return Neighbours.settle(shared_world)


@contextmanager
def owner(world: World) -> Iterator[Connection]:
    """A transaction of the owner that is always taken back."""
    with world.database.owning() as connection:
        yield connection
        connection.rollback()


def agent(world: World) -> Reach:
    return reach.reach_of(world.database, caller(Role.AGENT, "Bailleur", HERE))


def test_every_table_holds_a_row_of_each_organisation(neighbours: Neighbours):
    with owner(neighbours.world) as connection:
        for one in shown(connection, NOTHING):
            assert {"Ville", "Bailleur", "Marseille"} <= set(one.every), one.table


def test_a_transaction_that_names_nobody_sees_nothing_at_all(neighbours: Neighbours):
    with owner(neighbours.world) as connection:
        assert {s.table: s.seen for s in shown(connection, NOTHING)} == {table: {} for table in OWNERS}
    with neighbours.world.database.consulting() as connection:
        assert source_store.every(connection) == []
        assert imports.every(connection, ["faits-ville", "faits-bailleur"], None, None, 10, 0) == ([], 0)


def test_the_reach_of_a_transaction_ends_with_it(neighbours: Neighbours):
    own = agent(neighbours.world)
    for _ in range(3):  # connections are pooled: the next transaction gets the same one
        with neighbours.world.database.consulting(own) as connection:
            assert [s.code for s in source_store.every(connection)] == ["faits-bailleur"]
        with neighbours.world.database.consulting() as connection:
            assert source_store.every(connection) == []


def test_an_agent_sees_the_rows_of_its_organisation_and_no_other(neighbours: Neighbours):
    with owner(neighbours.world) as connection:
        own = agent(neighbours.world)
        assert leaks(connection, own, "Bailleur") == set()
        assert hidden(connection, own, "Bailleur") == SEEN_BY_THE_ADMINISTRATION


@pytest.mark.parametrize("role", [Role.ELU, None])
def test_who_reads_only_what_is_published_sees_no_row(neighbours: Neighbours, role: Role | None):
    world = neighbours.world
    who = replace(caller(Role.AGENT, "Bailleur", HERE), role=role)
    with owner(world) as connection:
        found = shown(connection, reach.reach_of(world.database, who))
        assert {s.table: s.seen for s in found} == {table: {} for table in OWNERS}


@pytest.mark.parametrize("role", [Role.ANALYSTE, Role.COORDONNATEUR, Role.ADMINISTRATION])
def test_an_open_role_sees_what_lies_inside_its_grant(neighbours: Neighbours, role: Role):
    world = neighbours.world
    bounded = reach.reach_of(world.database, caller(role, "", HERE))
    with owner(world) as connection:
        seen = {s.table: set(s.seen) for s in shown(connection, bounded)}
    # The source of Ville covers 37 communes: its contract meets the grant, its rows go beyond it.
    rows = ("collection.import", "collection.reject", "confidential.own_fact", "confidential.place_to_check")
    for table in rows:
        assert seen[table] == {"Bailleur"}, table
    for table in ("collection.source", "collection.profile", "collection.notice", "collection.zone"):
        assert seen[table] == {"Bailleur", "Ville"}, table
    assert seen["accounts.api_key"] == set()


def test_without_bounds_everything_is_seen_but_keys_that_the_administration_alone_sees(
    neighbours: Neighbours,
):
    world = neighbours.world
    with owner(world) as connection:
        for role, closed in ((Role.ADMINISTRATION, set()), (Role.ANALYSTE, SEEN_BY_THE_ADMINISTRATION)):
            whole = reach.reach_of(world.database, caller(role, "", None))
            assert {s.table for s in shown(connection, whole) if s.seen != s.every} == closed


def test_the_consultation_writes_nothing(neighbours: Neighbours):
    def attempt() -> None:
        with neighbours.world.database.consulting(agent(neighbours.world)) as connection:
            connection.execute(text("create temporary table t (i int)"))

    with pytest.raises(InternalError, match="read-only transaction"):
        attempt()


@pytest.mark.parametrize(
    "table", ["confidential.fact", "confidential.fact_version", "accounts.journal", "published.count"]
)
def test_the_consultation_reads_no_table_of_facts_and_no_journal(neighbours: Neighbours, table: str):
    def attempt() -> None:
        with neighbours.world.database.consulting(agent(neighbours.world)) as connection:
            connection.execute(text(f"select count(*) from {table}"))

    with pytest.raises(ProgrammingError, match="permission denied"):
        attempt()


def test_no_digest_of_a_key_is_read_by_the_consultation(neighbours: Neighbours):
    def attempt() -> None:
        with neighbours.world.database.consulting(agent(neighbours.world)) as connection:
            connection.execute(text("select sha256 from accounts.api_key"))

    with pytest.raises(ProgrammingError, match="permission denied"):
        attempt()


# ---- the lock itself ------------------------------------------------------------------------------------


def unguarded(connection: Connection) -> set[str]:
    """Tables that the consultation may read and that no forced policy of its own guards."""
    rows = connection.execute(
        text(
            "select n.nspname || '.' || c.relname from pg_class c "
            "join pg_namespace n on n.oid = c.relnamespace "
            "where c.relkind in ('r', 'p') and n.nspname in ('collection', 'confidential', 'accounts') "
            "and has_any_column_privilege(:role, c.oid, 'SELECT') and not (c.relrowsecurity "
            "and c.relforcerowsecurity and exists (select from pg_policy p "
            "where p.polrelid = c.oid and cast(:role as regrole) = any(p.polroles)))"
        ),
        {"role": DatabaseRole.CONSULTATION.value},
    )
    return set(rows.scalars())


def test_whatever_the_consultation_may_read_is_guarded_and_forced(neighbours: Neighbours):
    with owner(neighbours.world) as connection:
        assert unguarded(connection) == set()
        assert {table for table in OWNERS if not _readable(connection, table)} == set()
        connection.execute(text("grant select on collection.switch to observatoire_consultation"))
        assert unguarded(connection) == {"collection.switch"}


def _readable(connection: Connection, table: str) -> bool:
    values = {"role": DatabaseRole.CONSULTATION.value, "table": table}
    found: bool = connection.execute(
        text("select has_any_column_privilege(:role, :table, 'SELECT')"), values
    ).scalar_one()
    return found


def test_even_an_owner_that_is_no_superuser_sees_nothing_but_what_it_works_on(neighbours: Neighbours):
    """The superuser of the tests passes over row-level security: another owner takes its place."""
    with owner(neighbours.world) as connection:
        seen = {}
        connection.execute(text("create role observatoire_essai nologin"))
        connection.execute(text("grant usage on schema collection to observatoire_essai"))
        for table in ("collection.reject", "collection.profile"):
            connection.execute(text(f"alter table {table} owner to observatoire_essai"))
            connection.execute(text("set local role observatoire_essai"))
            seen[table] = connection.execute(text(f"select count(*) from {table}")).scalar_one()
            connection.execute(text("reset role"))
        assert seen == {"collection.reject": 0, "collection.profile": 0}
        connection.execute(text("alter table collection.reject no force row level security"))
        connection.execute(text("set local role observatoire_essai"))
        assert connection.execute(text("select count(*) from collection.reject")).scalar_one() == 3


def test_settings_are_read_once_per_statement_never_once_per_row(neighbours: Neighbours):
    """A bare current_setting per row cost seconds on a million rows: each stands in a sub-select."""
    with owner(neighbours.world) as connection:
        policies = connection.execute(
            text("select qual from pg_policies where policyname = 'caller'")
        ).scalars()
        told = [qual for qual in policies if "current_setting" in qual]
    assert len(told) > 5
    for qual in told:
        for before in qual.split("current_setting")[:-1]:
            assert before.rfind("( SELECT") > before.rfind(")"), qual


@pytest.mark.parametrize("table", OWNERS)
def test_a_table_whose_lock_is_taken_off_is_seen_to_leak(neighbours: Neighbours, table: str):
    with owner(neighbours.world) as connection:
        own = agent(neighbours.world)
        connection.execute(text(f"alter table {table} disable row level security"))
        assert table in leaks(connection, own, "Bailleur")
        assert table in unguarded(connection)


@pytest.mark.parametrize("table", ["collection.import", "confidential.place_to_check"])
def test_a_policy_that_is_dropped_is_seen_to_hide_what_is_ones_own(neighbours: Neighbours, table: str):
    with owner(neighbours.world) as connection:
        connection.execute(text(f"drop policy caller on {table}"))
        assert table in hidden(connection, agent(neighbours.world), "Bailleur")
        assert table in unguarded(connection)


def test_a_policy_added_beside_the_others_is_seen_to_leak(neighbours: Neighbours):
    with owner(neighbours.world) as connection:
        opened = "create policy oops on collection.import to observatoire_consultation using (true)"
        connection.execute(text(opened))
        assert "collection.import" in leaks(connection, agent(neighbours.world), "Bailleur")


def test_facts_are_still_written_by_copy_and_read_guarded(neighbours: Neighbours):
    """COPY refuses a table that has policies: those of the facts stand on their parent."""
    with owner(neighbours.world) as connection:
        told = connection.execute(
            text(
                "select relname, relrowsecurity from pg_class where oid in "
                "('confidential.fact'::regclass, 'confidential.own_fact'::regclass) order by relname"
            )
        )
        assert [tuple(row) for row in told] == [("fact", False), ("own_fact", True)]
        only = connection.execute(text("select count(*) from only confidential.own_fact")).scalar_one()
        assert only == 0

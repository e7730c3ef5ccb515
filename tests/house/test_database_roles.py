"""Each database role can do what its room needs, and no more: asked of PostgreSQL itself."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from observatoire.store.engine import Database, DatabaseRole
from observatoire.store.tables import SCHEMAS, metadata
from support.rows import OWNERS
from support.world import World

TABLES = sorted(table.fullname for table in metadata.tables.values())
READ, WRITE = "SELECT", ("INSERT", "UPDATE", "DELETE", "TRUNCATE")

REFERENCE = {name for name in TABLES if name.startswith("reference.")}
COLLECTION = {name for name in TABLES if name.startswith("collection.")}
KEPT = {"confidential.edition_count", "confidential.edition_source"}
CONFIDENTIAL = {n for n in TABLES if n.startswith("confidential.")} - KEPT - {"confidential.own_fact"}
AUDIT = {name for name in TABLES if name.startswith("audit.")}
PUBLISHED = {name for name in TABLES if name.startswith("published.")}

ORGANISATIONS = {"accounts.organisation", "accounts.organisation_territory"}
PEOPLE = {
    f"accounts.{name}" for name in ("person", "invitation", "recovery_code", "identity", "session", "attempt")
}
"""Read by one role alone."""
GUARDED = {table for table in OWNERS if table != "accounts.api_key"}
"""What row-level security guards; of the keys, some columns alone may be read."""
WRITTEN_ONCE = {"collection.provenance"}
"""What a figure rested on is written by who answers, and never again by anyone."""

MAY_READ = {
    DatabaseRole.IMPORT: REFERENCE | COLLECTION | CONFIDENTIAL | ORGANISATIONS | {"accounts.api_key"},
    DatabaseRole.ANALYSIS: REFERENCE
    | COLLECTION
    | ORGANISATIONS
    | {"confidential.fact", "confidential.fact_zone", "accounts.api_key"},
    DatabaseRole.PUBLICATION: REFERENCE | COLLECTION | {"confidential.fact"} | KEPT | PUBLISHED,
    DatabaseRole.DIFFUSION: REFERENCE | PUBLISHED,
    DatabaseRole.CONSULTATION: GUARDED,
    DatabaseRole.AUDIT: AUDIT,
    DatabaseRole.IDENTIFICATION: PEOPLE | ORGANISATIONS,
}
MAY_WRITE = {
    DatabaseRole.IMPORT: {
        **{table: {"INSERT", "UPDATE", "DELETE"} for table in (COLLECTION | CONFIDENTIAL) - WRITTEN_ONCE},
        "collection.correspondence": {"INSERT"},  # a decision is never rewritten nor erased
        "accounts.api_key": {"INSERT", "UPDATE"},
        "accounts.organisation": {"INSERT", "UPDATE"},
        "accounts.organisation_territory": {"INSERT", "UPDATE", "DELETE"},
        "accounts.journal": {"INSERT"},
    },
    DatabaseRole.ANALYSIS: {"accounts.journal": {"INSERT"}, "collection.provenance": {"INSERT"}},
    DatabaseRole.PUBLICATION: {
        **{table: {"INSERT", "UPDATE", "DELETE"} for table in PUBLISHED},
        **{table: {"INSERT"} for table in KEPT},  # what was told is never rewritten nor erased
        "collection.provenance": {"INSERT"},
    },
    DatabaseRole.DIFFUSION: {},
    DatabaseRole.CONSULTATION: {},
    DatabaseRole.AUDIT: {table: {"INSERT"} for table in AUDIT},
    DatabaseRole.IDENTIFICATION: {
        **{table: {"INSERT", "UPDATE", "DELETE"} for table in PEOPLE},
        "accounts.person": {
            "INSERT",
            "UPDATE",
        },  # who has acted is never erased: its number is in the journals
        "accounts.journal": {"INSERT"},
    },
}
roles = pytest.mark.parametrize("role", MAY_READ)


def privileges(world: World, role: DatabaseRole) -> dict[str, set[str]]:
    with world.database.owning() as connection:
        rows = connection.execute(
            text(
                "select t, p from unnest(cast(:tables as text[])) t, unnest(cast(:kinds as text[])) p "
                "where has_table_privilege(:role, t, p) "
                "and has_schema_privilege(:role, split_part(t, '.', 1), 'USAGE')"
            ),
            {"tables": TABLES, "kinds": [READ, *WRITE], "role": role.value},
        ).all()
    found: dict[str, set[str]] = {}
    for table, kind in rows:
        found.setdefault(table, set()).add(kind)
    return found


@roles
def test_a_role_reads_the_tables_of_its_room(shared_world: World, role: DatabaseRole):
    held = privileges(shared_world, role)
    assert {table for table, kinds in held.items() if READ in kinds} == MAY_READ[role]


@roles
def test_a_role_writes_the_tables_of_its_room(shared_world: World, role: DatabaseRole):
    held = privileges(shared_world, role)
    written = {table: kinds - {READ} for table, kinds in held.items() if kinds - {READ}}
    assert written == MAY_WRITE[role]


@roles
def test_a_role_is_no_superuser_owns_nothing_and_creates_nothing(shared_world: World, role: DatabaseRole):
    with shared_world.database.owning() as connection:
        row = connection.execute(
            text("select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin from pg_roles "
                 "where rolname = :role"),
            {"role": role.value},
        ).one()  # fmt: skip
        assert not any(row)
        owned = connection.execute(
            text(
                "select count(*) from pg_class c join pg_roles r on r.oid = c.relowner where rolname = :role"
            ),
            {"role": role.value},
        ).scalar_one()
        assert owned == 0
        for schema in SCHEMAS:
            allowed = connection.execute(
                text("select has_schema_privilege(:role, :schema, 'CREATE')"),
                {"role": role.value, "schema": schema},
            ).scalar_one()
            assert not allowed, schema


WAYS_IN: dict[str, tuple[Callable[[Database], object], DatabaseRole]] = {
    "importing": (Database.importing, DatabaseRole.IMPORT),
    "reading": (Database.reading, DatabaseRole.ANALYSIS),
    "publishing": (Database.publishing, DatabaseRole.PUBLICATION),
    "diffusing": (Database.diffusing, DatabaseRole.DIFFUSION),
    "consulting": (Database.consulting, DatabaseRole.CONSULTATION),
    "auditing": (Database.auditing, DatabaseRole.AUDIT),
    "identifying": (Database.identifying, DatabaseRole.IDENTIFICATION),
}


@pytest.mark.parametrize("way", WAYS_IN)
def test_each_way_in_speaks_with_its_own_role_and_in_utc(shared_world: World, way: str):
    enter, role = WAYS_IN[way]
    with enter(shared_world.database) as connection:  # type: ignore[attr-defined]
        assert connection.execute(text("select current_user")).scalar_one() == role.value
        assert connection.execute(text("show timezone")).scalar_one() == "UTC"


REFUSED = {
    "diffusing": ["select count(*) from confidential.fact", "select * from accounts.api_key",
                  "select * from collection.import", "delete from published.count",
                  "select * from confidential.edition_count"],
    "reading": ["delete from confidential.fact", "update collection.source set label = ''",
                "select * from confidential.fact_version", "select * from published.count",
                "select * from accounts.journal",
                "select * from accounts.person", "create table public.t (i int)",
                "update collection.provenance set digest = ''", "delete from collection.provenance"],
    "importing": ["delete from published.count", "select * from published.count",
                  "delete from accounts.journal", "select * from accounts.journal",
                  "delete from reference.territory", "delete from accounts.api_key"],
    "auditing": ["update audit.entry set reason = ''", "delete from audit.entry", "delete from audit.seal",
                 "truncate audit.entry", "select * from collection.source", "select * from accounts.api_key"],
    "identifying": ["delete from accounts.person", "select * from accounts.api_key",
                    "select * from confidential.fact", "select * from collection.source"],
    "publishing": ["delete from confidential.fact", "delete from collection.import",
                   "select * from confidential.fact_history", "select * from accounts.api_key"],
}  # fmt: skip


@pytest.mark.parametrize(("way", "statement"), [(way, s) for way, ss in REFUSED.items() for s in ss])
def test_what_is_not_its_business_is_refused(shared_world: World, way: str, statement: str):
    enter, _ = WAYS_IN[way]

    def attempt() -> None:
        with enter(shared_world.database) as connection:  # type: ignore[attr-defined]
            assert isinstance(connection, Connection)
            connection.execute(text(statement))

    with pytest.raises(ProgrammingError, match="permission denied"):
        attempt()


@roles
def test_no_role_can_read_the_journal_or_change_what_it_says(shared_world: World, role: DatabaseRole):
    assert privileges(shared_world, role).get("accounts.journal", set()) <= {"INSERT"}

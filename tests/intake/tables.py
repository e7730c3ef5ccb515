"""What the database holds, whole: row counts, and a search for bytes that must not be there."""

from typing import Any

from sqlalchemy import text

from support.world import World

TABLES = """
    select format('%I.%I', schemaname, tablename) from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema') order by 1
"""


def row_counts(world: World) -> dict[str, int]:
    """Rows of every table of the database, but the audit trail: it keeps what was refused too."""
    with world.database.owning() as connection:
        names = connection.execute(text(TABLES)).scalars().all()
        return {
            name: connection.execute(text(f"select count(*) from {name}")).scalar_one()
            for name in names
            if not name.startswith("audit.")
        }


def tables_that_hold(world: World, marker: str) -> list[str]:
    """Tables with a row whose text, or bytes, contain a marker (ASCII, any case)."""
    values = {"marker": f"%{marker}%", "bytes": f"%{marker.encode().hex()}%"}
    search = "select exists (select from {} t where t::text ilike :marker or t::text like :bytes)"
    with world.database.owning() as connection:
        names = [n for n in connection.execute(text(TABLES)).scalars() if n != "reference.contour"]
        return [n for n in names if connection.execute(text(search.format(n)), values).scalar_one()]


def facts_of(world: World, source: str) -> list[dict[str, Any]]:
    """Facts of a source by local time, with ``lon`` and ``lat``."""
    with world.database.owning() as connection:
        found = connection.execute(
            text(
                "select *, st_x(geom) as lon, st_y(geom) as lat from confidential.fact "
                "where source = :source order by local_day, occurred_from, source_label, key"
            ),
            {"source": source},
        )
        return [dict(row) for row in found.mappings()]


def dump(world: World, source: str) -> dict[str, list[str]]:
    """Facts, versions and history of a source as PostgreSQL writes them: geometry to the last bit."""
    chosen = {
        "fact": "t.source = :source",
        "fact_history": "t.source = :source",
        "fact_version": "t.import_number in (select number from collection.import where source = :source)",
    }
    with world.database.owning() as connection:
        return {
            table: list(
                connection.execute(
                    text(f"select t::text from confidential.{table} t where {where} order by 1"),
                    {"source": source},
                ).scalars()
            )
            for table, where in chosen.items()
        }

"""Every table has a rule: a new one comes with its own, or this turns red."""

from sqlalchemy import text

from observatoire.intake import purging
from observatoire.intake.retention.kinds import rules
from observatoire.settings import Settings
from support.world import World

WITHOUT = {"public.alembic_version", "public.spatial_ref_sys"}


def test_every_table_of_the_database_is_in_a_rule_and_every_rule_names_tables_that_exist(
    shared_world: World,
) -> None:
    with shared_world.database.owning() as connection:
        found = set(
            connection.execute(
                text(
                    "select schemaname || '.' || tablename from pg_tables "
                    "where schemaname not in ('pg_catalog', 'information_schema')"
                )
            ).scalars()
        )
    ruled = {table for rule in rules(Settings()) for table in rule.tables}
    assert found - WITHOUT - ruled == set()
    assert ruled - found == set()


def test_each_rule_has_a_name_of_its_own_and_says_what_comes_then() -> None:
    found = rules(Settings())
    assert len({rule.kind for rule in found}) == len(found)
    assert all(rule.then and (rule.tables or rule.files) for rule in found)


def test_the_purge_of_the_hour_reads_the_same_durations(shared_world: World) -> None:
    days = {rule.kind: rule.days for rule in rules(Settings())}
    assert days["rejet"] == purging.REJECTS_KEPT.days
    assert days["cle_idempotence"] == purging.KEYS_KEPT.days
    assert days["questions"] == purging.JOURNAL_KEPT.days

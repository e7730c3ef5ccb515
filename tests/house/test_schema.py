"""The migrations lead exactly to ``store/tables``, there and back; no column can hold a person."""

import re

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, text

from observatoire.settings import Settings
from observatoire.store import schema
from observatoire.store.tables import SCHEMAS, metadata
from support.world import World


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection,
        opts={
            "include_schemas": True,
            "include_name": lambda name, kind, _: name in SCHEMAS if kind == "schema" else True,
            "include_object": alembic_helpers.include_object,
            "version_table_schema": "public",
            "compare_type": True,
            "compare_server_default": False,
        },
    )
    return compare_metadata(context, metadata)


def config_for(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Settings().migrations))
    config.attributes["connection"] = connection
    return config


def test_the_migrations_lead_to_the_tables_that_the_code_knows(shared_world: World):
    with shared_world.database.owning() as connection:
        assert differences(connection) == []


def test_the_comparison_would_see_a_column_that_is_missing(world: World):
    with world.database.owning() as connection:
        connection.execute(text("alter table confidential.fact drop column near_border"))
        assert differences(connection)


def test_there_is_one_head_and_every_revision_can_be_reached(shared_world: World):
    with shared_world.database.owning() as connection:
        script = ScriptDirectory.from_config(config_for(connection))
    assert len(script.get_heads()) == 1
    assert len(list(script.walk_revisions())) >= 1


def columns(connection: Connection) -> list[tuple[object, ...]]:
    rows = connection.execute(
        text(
            "select table_schema, table_name, column_name, data_type, is_nullable "
            "from information_schema.columns where table_schema = any(:schemas) order by 1, 2, 3"
        ),
        {"schemas": list(SCHEMAS)},
    )
    return [tuple(row) for row in rows]


def grants(connection: Connection) -> list[tuple[object, ...]]:
    rows = connection.execute(
        text(
            "select grantee, table_schema, table_name, privilege_type "
            "from information_schema.table_privileges "
            "where table_schema = any(:schemas) and grantee like 'observatoire_%' order by 1, 2, 3, 4"
        ),
        {"schemas": list(SCHEMAS)},
    )
    return [tuple(row) for row in rows]


def test_down_and_up_again_is_where_we_were(world: World):
    with world.database.owning() as connection:
        before = (columns(connection), grants(connection))
        assert before[1]
        command.downgrade(config_for(connection), "base")
        assert columns(connection) == []
        assert not schema.is_current(connection)
        command.upgrade(config_for(connection), "head")
        assert (columns(connection), grants(connection)) == before
        assert schema.is_current(connection)
        assert differences(connection) == []


def test_migrating_twice_changes_nothing(world: World):
    with world.database.owning() as connection:
        before = columns(connection)
    schema.migrate(world.database)
    with world.database.owning() as connection:
        assert columns(connection) == before


PERSONAL = re.compile(
    r"(^|_)(nom|noms|prenom|prenoms|first_?name|last_?name|surname|given_?name|person|personne|victim|victime|"
    r"birth|naissance|age|sexe|sex|gender|nationality|nationalite|phone|telephone|tel|mobile|mail|email|courriel|"
    r"plate|plaque|immatriculation|licence_plate|vin|address|adresse|street|rue|residence|lieu|"
    r"comment|commentaire|comments|description|narrative|recit|text|texte|note|notes|free|libre|observation|"
    r"observations|ip|user_agent|photo|image|video|ref|reference|reference_source)($|_)"
)
NAMES_OF_THINGS = {
    ("reference", "territory", "name"),
    ("collection", "place", "name"),
    ("collection", "switch", "name"),
}
"""The name of a commune, of a street or of a setting is not that of a person."""


def test_no_table_has_a_column_for_a_person_or_for_free_text(shared_world: World):
    with shared_world.database.owning() as connection:
        found = [
            row[:3]
            for row in columns(connection)
            if (PERSONAL.search(str(row[2])) or row[2] == "name") and row[:3] not in NAMES_OF_THINGS
        ]
    assert found == []


@pytest.mark.parametrize(
    "name", ["nom", "birth_date", "phone", "e_mail", "email", "plate", "commentaire", "text"]
)
def test_the_deny_list_knows_the_usual_names(name: str):
    assert PERSONAL.search(name)


def test_a_fact_holds_no_text_but_codes_and_the_label_of_its_category(shared_world: World):
    """Free text can only enter by a text column: these are all there are."""
    with shared_world.database.owning() as connection:
        texts = {
            str(row[2])
            for row in columns(connection)
            if row[:2] == ("confidential", "fact") and row[3] in ("text", "ARRAY", "jsonb")
        }
    assert texts == {
        "source", "category", "category_mode", "source_label", "time_precision", "location_precision",
        "location_method",
        "commune", "declared_commune", "arrondissement", "epci", "ept", "departement", "region",
        "qpv_2015", "qpv_2024", "iris", "unit", "anomalies",
        "zones",  # numbers
    }  # fmt: skip


def test_every_table_is_in_a_schema_of_ours_and_has_a_primary_key():
    for table in metadata.tables.values():
        assert table.schema in SCHEMAS
        assert table.primary_key.columns, table.fullname

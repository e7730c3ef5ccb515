"""Alembic environment: one connection, given by ``store.schema`` or built from the settings."""

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import create_engine

from observatoire.settings import Settings
from observatoire.store.engine import DatabaseRole, driver_url
from observatoire.store.tables import SCHEMAS, metadata


def include_name(name, type_, parent_names):
    return name in SCHEMAS if type_ == "schema" else True


def run(connection):
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_schemas=True,
        include_name=include_name,
        include_object=alembic_helpers.include_object,
        render_item=alembic_helpers.render_item,
        version_table_schema="public",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with create_engine(driver_url(Settings().database_url, DatabaseRole.OWNER)).connect() as connection:
        run(connection)
        connection.commit()

"""Migrations: bring a database to the head revision, or say that it is not there."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from observatoire.settings import Settings
from observatoire.store.engine import Database


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Settings().migrations))
    return config


def migrate(database: Database) -> None:
    """Upgrade to head; nothing happens when already there."""
    with database.owning() as connection:
        # An owner that is no superuser has no policy on some tables: better an error than rows left out.
        connection.execute(text("set local row_security = off"))
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(connection: Connection) -> bool:
    """Whether the database stands at the head revision."""
    current = MigrationContext.configure(
        connection, opts={"version_table_schema": "public"}
    ).get_current_revision()
    return current == ScriptDirectory.from_config(_config()).get_current_head()

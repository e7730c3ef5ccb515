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


def revision(connection: Connection) -> str | None:
    """The revision at which the database stands."""
    found = MigrationContext.configure(connection, opts={"version_table_schema": "public"})
    return found.get_current_revision()


def knows(told: str) -> bool:
    """Whether a revision is among those of this software."""
    return told in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def head() -> str:
    """The revision to which this software brings a database."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def is_current(connection: Connection) -> bool:
    """Whether the database stands at the head revision."""
    return revision(connection) == head()

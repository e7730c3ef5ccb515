"""A small observatory and its backup."""

from collections.abc import Iterator

import pytest

from observatoire.settings import Settings
from observatoire.store import accounts
from observatoire.store.schema import migrate
from support.backups import Safe, Small, empty_database


@pytest.fixture(scope="module")
def small(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    safe = Safe(tmp_path_factory.mktemp("coffre"))
    with empty_database(server) as database:
        migrate(database)
        settings = Settings(database_url=database.url, var=tmp_path_factory.mktemp("var"))
        for key in (settings.trail_key, settings.sealing_key, settings.pseudonymisation_key):
            key()
        with database.importing() as connection:
            accounts.write_journal(connection, "essai", "administrateur", "essai", "x", None)
        made = safe.create(database, settings)
        yield Small(database, settings, safe, made.path.read_bytes())

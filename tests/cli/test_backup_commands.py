"""``observatoire sauvegarde``, from the identity to the restore, as an operator types it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from observatoire.cli import backups
from observatoire.cli.context import OPERATOR, Context
from observatoire.settings import Settings
from observatoire.store import accounts
from observatoire.store.engine import Database
from observatoire.store.schema import migrate
from support.backups import empty_database

Command = Callable[..., Result]


@pytest.fixture
def database(server: str) -> Iterator[Database]:
    with empty_database(server) as found:
        migrate(found)
        yield found


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    found = Settings(database_url=database.url, var=tmp_path / "var")
    for key in (found.trail_key, found.sealing_key, found.pseudonymisation_key):
        key()
    return found


@pytest.fixture
def command(database: Database, settings: Settings) -> Command:
    app = typer.Typer()
    backups.register(app)
    found = Context(settings, database, lambda: None, lambda *_, **__: None)

    def run(*words: object) -> Result:
        return CliRunner().invoke(app, ["sauvegarde", *map(str, words)], obj=found)

    return run


def test_a_backup_is_made_verified_and_restored_with_what_must_be_done_again(
    database: Database, command: Command, server: str, tmp_path: Path
):
    identity, copies, since = tmp_path / "identite.txt", tmp_path / "copies", tmp_path / "suites.age"
    copies.mkdir()
    public = command("identite", identity).stdout.split(" : ")[1].split()[0]
    assert public.startswith("age1")
    assert identity.stat().st_mode & 0o777 == 0o600
    made = command("creer", copies, "--destinataire", public, "--garder", 3)
    assert (made.exit_code, made.exception) == (0, None)
    (backup,) = copies.iterdir()
    with database.importing() as connection:
        accounts.write_journal(connection, OPERATOR.name, "administrateur", "clé révoquée", "7", None)
    assert command("suites", since, "--destinataire", public).exit_code == 0
    assert "Sauvegarde intacte" in command("verifier", backup, "--identite", identity).stdout
    with empty_database(server) as target:
        done = command(
            "restaurer", backup, "--identite", identity, "--vers", target.url,
            "--fichiers", tmp_path / "retour", "--suites", since,
        )  # fmt: skip
        assert done.exit_code == 0, done.stderr
    assert "schéma, comptes et politiques de lignes conformes" in done.stdout
    assert "1 décision, dont 1 effacement ou retrait" in done.stdout
    assert "effacement ou retrait : clé révoquée 7 (ligne de commande)" in done.stdout
    assert "Journal d'audit intact" in done.stdout
    assert "est revenu" not in done.stdout


def test_a_revoked_key_would_open_again_and_the_restore_says_so_without_a_list(
    command: Command, settings: Settings, server: str, tmp_path: Path
):
    identity = tmp_path / "identite.txt"
    public = command("identite", identity).stdout.split(" : ")[1].split()[0]
    assert command("creer", tmp_path / "une.tar.age", "--destinataire", public).exit_code == 0
    with empty_database(server) as target:
        done = command(
            "restaurer", tmp_path / "une.tar.age", "--identite", identity, "--vers", target.url,
            "--fichiers", tmp_path / "retour",
        )  # fmt: skip
    assert "est revenu : retrouvez-le avant de rouvrir le service" in done.stdout
    assert command("creer", tmp_path / "absent.age", "--garder", 2, "--destinataire", public).exit_code == 1

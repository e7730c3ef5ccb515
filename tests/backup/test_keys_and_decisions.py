"""Keys are kept apart and never invented; what was decided since a backup is told once, by its urgency."""

import errno
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from observatoire.backup import creating, keys, sealing, since
from observatoire.backup.errors import (
    AlreadyThere,
    AnotherKey,
    MissingKeys,
    NoFolder,
    ShortTrail,
    UnreadableIdentity,
    WeakPassphrase,
    WrongPassphrase,
)
from observatoire.backup.replaying import Replay, kind_of
from observatoire.cli.context import OPERATOR
from observatoire.domain.trail import Action, Entry
from observatoire.settings import Settings
from observatoire.store import accounts, dumping, inventory, trail
from observatoire.store.inventory import Decision
from support.backups import NOW, Safe, Small


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_keys_are_sealed_by_a_passphrase_and_put_back_on_another_server(small: Small, tmp_path: Path):
    path, secret = tmp_path / "cles.age", "quatre mots tirés au sort"
    keys.write(small.settings, path, secret)
    assert small.settings.trail_key().hex().encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(WrongPassphrase):
        keys.put_back(Settings(var=tmp_path / "neuf"), path, "une autre phrase secrète")
    there = Settings(var=tmp_path / "neuf")
    assert len(keys.put_back(there, path, secret)) == 3
    assert there.trail_key() == small.settings.trail_key()
    assert there.sealing_key() == small.settings.sealing_key()
    with pytest.raises(WeakPassphrase, match="16 caractères"):
        keys.write(small.settings, tmp_path / "x", "court")


def test_a_key_in_place_is_never_replaced_by_another(small: Small, tmp_path: Path):
    there, kept = Settings(var=tmp_path / "neuf"), keys.kept(small.settings)
    assert len(keys.place(there, kept)) == 3
    assert keys.place(there, kept) == []
    (there.var / "cle_audit").write_text("00" * 32)
    with pytest.raises(AlreadyThere):
        keys.place(there, kept)
    assert there.trail_key() == bytes(32)
    with pytest.raises(AnotherKey, match="une autre clé"):
        keys.place(there, kept)


def test_neither_a_backup_nor_sealed_keys_make_keys_where_there_are_none(small: Small, tmp_path: Path):
    elsewhere = Settings(database_url=small.database.url, var=tmp_path / "ailleurs")
    with pytest.raises(MissingKeys, match="OBSERVATOIRE_VAR"):
        keys.write(elsewhere, tmp_path / "cles.age", "quatre mots tirés au sort")
    with pytest.raises(MissingKeys, match="Aucune n'est inventée"):
        creating.create(small.database, elsewhere, tmp_path, [small.safe.public], NOW)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A FAT stick: the system refuses links there."""

    def link(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    return tmp_path


def test_keys_an_identity_and_a_backup_go_to_a_stick_without_links(small: Small, stick: Path):
    secret = "quatre mots tirés au sort"
    keys.write(small.settings, stick / "cles.age", secret)
    keys.new_identity(stick / "identite.txt")
    assert len(sealing.identities_of(stick / "identite.txt")) == 1
    assert len(keys.put_back(Settings(var=stick / "neuf"), stick / "cles.age", secret)) == 3
    made = Safe(stick).create(small.database, small.settings)
    assert made.path.stat().st_size == made.size
    assert leftovers(stick) == []


def test_a_stick_without_links_never_loses_the_file_that_was_there(small: Small, stick: Path):
    (stick / "cles.age").write_bytes(b"d'avant")
    with pytest.raises(AlreadyThere, match="n'a pas été remplacé"):
        keys.write(small.settings, stick / "cles.age", "quatre mots tirés au sort")
    assert [(p.name, p.read_bytes()) for p in stick.iterdir()] == [("cles.age", b"d'avant")]
    with pytest.raises(NoFolder):
        keys.new_identity(stick / "absent" / "identite.txt")


def test_a_file_without_identity_is_told(tmp_path: Path):
    (tmp_path / "x").write_text("bonjour\n")
    for path in (tmp_path / "x", tmp_path / "absent"):
        with pytest.raises(UnreadableIdentity):
            sealing.identities_of(path)


def listed_at(small: Small, path: Path, moment: datetime, **settings: int) -> int:
    told = small.settings.model_copy(update=settings)
    return since.write(small.database, told, path, [small.safe.public], moment, OPERATOR.name)


def read_back(small: Small, path: Path) -> since.Since:
    with path.open("rb") as source:
        return since.read(source, small.safe.identities)


def test_a_list_that_the_audit_trail_is_too_short_to_fill_is_refused(small: Small, tmp_path: Path):
    (tmp_path / "suites.age").write_bytes(b"d'avant")
    with pytest.raises(ShortTrail, match="30 jours"):
        listed_at(small, tmp_path / "suites.age", NOW, audit_days=30, backup_days=31)
    assert (tmp_path / "suites.age").read_bytes() == b"d'avant"
    assert listed_at(small, tmp_path / "suites.age", NOW, audit_days=30, backup_days=30) >= 0


def test_what_was_withdrawn_since_comes_first_in_what_must_be_done_again(small: Small):
    path = small.safe.folder / "suites.age"
    with small.database.importing() as connection:
        accounts.write_journal(
            connection, "ligne de commande", "administrateur", "table des lieux", "ville", None
        )
        accounts.write_journal(connection, "ligne de commande", "administrateur", "clé révoquée", "7", None)
    with small.database.owning() as connection:
        moment = connection.execute(text("select max(at) from accounts.journal")).scalar_one()
    number = listed_at(small, path, moment)
    assert number == 2
    listed = read_back(small, path)
    found = listed.after(moment - timedelta(minutes=5))
    assert [(kind, d.subject) for kind, d in found] == [(Replay.ERASURE, "7"), (Replay.DECISION, "ville")]
    assert listed.after(moment) == []
    assert b"ville" not in path.read_bytes()


@pytest.mark.parametrize(
    ("action", "subject", "kind"),
    [
        ("envoi", "imports/8a1f0c7e-0000-4000-8000-000000000000", Replay.ERASURE),
        ("envoi", "imports", Replay.SENDING),
        ("administration", "cles/12", Replay.ERASURE),
        ("administration", "organisations/ville", Replay.ERASURE),
        ("administration", "observatoire conservation effacer", Replay.ERASURE),
        ("source supprimée", "bailleur", Replay.ERASURE),
        ("administration", "observatoire editions retirer", Replay.ERASURE),
        ("administration", "observatoire series annuler", Replay.ERASURE),
        ("personne désactivée", "4", Replay.ERASURE),
        ("second facteur retiré", "4", Replay.ERASURE),
        ("clé révoquée", "7", Replay.ERASURE),
        ("clé créée", "a1b2c3d4", Replay.DECISION),
        ("administration", "series-officielles/fichiers/3", Replay.ERASURE),
        ("administration", "sources/pm/effacements", Replay.ERASURE),
        ("administration", "sources/pm", Replay.ERASURE),
        ("administration", "personnes/4", Replay.ERASURE),
        ("administration", "sources/pm/profil", Replay.DECISION),
        ("administration", "ce-qui-viendra/1", Replay.DECISION),
    ],
)
def test_each_decision_has_its_urgency(action: str, subject: str, kind: Replay):
    assert kind_of(Decision(NOW, "essai", action, subject)) is kind


def test_a_command_is_told_once_with_its_object_and_a_backup_is_no_decision(small: Small):
    """« cle revoquer » leaves an entry and a line: the line says which key."""
    with small.database.owning() as connection:
        before = again(connection)
        for subject in ("observatoire cle revoquer", "observatoire sauvegarde creer", "imports/apercu"):
            trail.add(connection, entry_of(subject))
        trail.add(connection, entry_of("observatoire conservation effacer"))
        for action, what in (("clé révoquée", "77"), ("sauvegarde", "observatoire-x.tar.age")):
            accounts.write_journal(connection, OPERATOR.name, "administrateur", action, what, None)
        found = again(connection) - before
        connection.rollback()
    assert found == {
        (Replay.ERASURE, "clé révoquée", "77", ""),
        (Replay.ERASURE, "administration", "observatoire conservation effacer", ""),
    }


def test_an_erasure_on_the_server_says_of_what_source(small: Small):
    command = "observatoire conservation effacer"
    with small.database.owning() as connection:
        connection.execute(
            text(
                "insert into audit.entry (key_label, organisation, role, action, object, filter, sources, "
                "outcome, status) values (:by, '', 'administrateur', 'administration', :told, '', "
                "'{bailleur}', 'fait', 0)"
            ),
            {"by": OPERATOR.name, "told": command},
        )
        found = again(connection)
        connection.rollback()
    assert (Replay.ERASURE, "administration", command, "bailleur") in found


def entry_of(subject: str) -> Entry:
    return Entry(OPERATOR.name, "administrateur", Action.ADMINISTER, subject)


def again(connection: Connection) -> set[tuple[Replay, str, str, str]]:
    decisions = tuple(inventory.decisions(connection, NOW - timedelta(days=400), OPERATOR.name))
    told = since.Since(NOW, decisions).after(NOW - timedelta(days=400))
    return {(kind, d.action, d.subject, d.sources) for kind, d in told}


def test_no_password_is_an_argument_of_a_process(monkeypatch: pytest.MonkeyPatch):
    seen: list[list[str]] = []

    def popen(words: list[str], env: dict[str, str], **_: object) -> None:
        assert env["PGPASSWORD"] == "mot-de-passe"
        seen.append(words)
        raise InterruptedError

    monkeypatch.setattr(dumping.subprocess, "Popen", popen)
    address = "postgresql://obs:mot-de-passe@localhost/base"
    for started in (dumping.dump(address, "x"), dumping.restore(address)):
        with pytest.raises(InterruptedError):
            started.__enter__()
    assert len(seen) == 2
    assert "mot-de-passe" not in str(seen)

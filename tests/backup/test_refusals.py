"""A file that was cut, changed, reordered, made for another or by another restores nothing at all."""

import io
import re
import resource
import subprocess
import tarfile
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from observatoire.backup import archive, creating, sealing, verifying
from observatoire.backup.errors import (
    AlreadyThere,
    BackupRefused,
    DamagedBackup,
    ForeignBackup,
    MissingKeys,
    NewerSchema,
    NoFolder,
    NoRecipient,
    NoSpace,
    NoTarget,
    NotAsSaved,
    NotEmpty,
    UnknownRecipient,
    WrongIdentity,
)
from observatoire.settings import Settings
from observatoire.store import dumping, inventory
from observatoire.store.engine import Database
from observatoire.store.errors import StoppedCommand
from support.backups import NOW, Safe, Small, empty_database

BLOCK = 65_536 + 16
"""One sealed block of age."""


@pytest.fixture
def target(server: str) -> Iterator[Database]:
    with empty_database(server) as database:
        yield database


def test_a_whole_backup_is_told_intact(small: Small):
    verified = small.verify(small.sealed)
    assert verified.signed is True
    assert verified.manifest.tables["accounts.journal"] == 1
    assert len(small.sealed) > 2 * BLOCK


@given(data=st.data())
def test_one_bit_changed_anywhere_is_refused(small: Small, data: st.DataObject):
    at = data.draw(st.integers(0, len(small.sealed) - 1))
    changed = bytearray(small.sealed)
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(BackupRefused):
        small.verify(bytes(changed))


@given(data=st.data())
def test_a_file_cut_anywhere_is_refused(small: Small, data: st.DataObject):
    with pytest.raises(DamagedBackup, match="tronqué"):
        small.verify(small.sealed[: data.draw(st.integers(0, len(small.sealed) - 1))])


def test_blocks_in_another_order_are_refused(small: Small):
    body = small.sealed.index(b"\n", small.sealed.index(b"--- ")) + 1 + 16  # header, then the nonce
    one, two = small.sealed[body : body + BLOCK], small.sealed[body + BLOCK : body + 2 * BLOCK]
    swapped = small.sealed[:body] + two + one + small.sealed[body + 2 * BLOCK :]
    assert len(swapped) == len(small.sealed)
    with pytest.raises(DamagedBackup):
        small.verify(swapped)


def test_bytes_added_at_the_end_are_refused(small: Small):
    with pytest.raises(DamagedBackup):
        small.verify(small.sealed + b"x")
    with pytest.raises(DamagedBackup, match="suivent"):
        small.verify(small.resealed(small.clear + b"x"))


def test_another_identity_does_not_open_it(small: Small, tmp_path: Path):
    with pytest.raises(WrongIdentity, match="autre destinataire"):
        verifying.verify(io.BytesIO(small.sealed), Safe(tmp_path).identities, None)


def test_whoever_has_the_public_key_can_not_pass_a_database_of_their_own_for_ours(small: Small):
    with pytest.raises(ForeignBackup, match="autre clé"):
        verifying.verify(io.BytesIO(small.sealed), small.safe.identities, b"k" * 32)
    forged = small.clear.replace(b'"accounts.journal": 1', b'"accounts.journal": 2')
    assert forged != small.clear
    with pytest.raises(ForeignBackup):
        small.verify(small.resealed(forged))


def test_without_the_keys_a_file_is_told_intact_and_its_origin_unknown(small: Small):
    assert verifying.verify(io.BytesIO(small.sealed), small.safe.identities, None).signed is None


def blocks(clear: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(clear)) as tar:
        for one in tar:
            held = tar.extractfile(one)
            assert held is not None
            yield one, held.read()


def packed(members: list[tuple[str, bytes]]) -> bytes:
    return b"".join(b"".join(archive.member(name, data)) for name, data in members) + archive.end()


def test_a_member_out_of_place_or_that_would_be_written_elsewhere_is_refused(small: Small):
    whole = [(one.name, data) for one, data in blocks(small.clear)]
    manifest = whole[-1]
    for wrong in (
        whole[:-1],
        [*whole, ("base/000000002", b"x")],
        [("fichiers/../cle_audit", b"x"), *whole],
        [("fichiers/depots/../../x", b"x"), *whole],
        [("base/000000002", b"x"), manifest],
        [(whole[0][0], whole[0][1] + b"x"), manifest],
        [*whole[:-1], (manifest[0], b"{}")],
    ):
        with pytest.raises(DamagedBackup):
            small.verify(small.resealed(packed(wrong)))


def test_a_dump_opens_without_this_software(small: Small, tmp_path: Path):
    """``tar x`` of what ``age -d`` gives, then ``cat base/* | pg_restore``: as docs/exploitation.md says."""
    subprocess.run(["tar", "x", "-C", tmp_path], input=small.clear, check=True, capture_output=True)
    assert {path.name for path in tmp_path.iterdir()} >= {"base", "manifeste.json"}
    words = f"cat base/* | {dumping.command('pg_restore')} --list"
    listed = subprocess.run(words, shell=True, cwd=tmp_path, check=True, capture_output=True, text=True)
    tables = set(re.findall(r"TABLE DATA (\S+) (\S+)", listed.stdout))
    assert tables >= {tuple(table.split(".")) for table in small.verify(small.sealed).manifest.tables}


# ---- restoring ------------------------------------------------------------------------------------------


def assert_untouched(target: Database, var: Path) -> None:
    assert inventory.stands_empty(target)
    assert not var.exists() or not list(var.iterdir())


def test_a_damaged_file_leaves_the_database_empty(small: Small, target: Database, tmp_path: Path):
    with pytest.raises(DamagedBackup):
        small.safe.restore(small.sealed[:-1], target, small.settings, tmp_path / "var")
    assert_untouched(target, tmp_path / "var")


class CutWhileRead(io.BytesIO):
    """A file that loses its end after it was verified."""

    passes = 0

    def seek(self, *where: int) -> int:
        self.passes += 1
        if self.passes == 2:
            self.truncate(len(self.getvalue()) - 1)
        return super().seek(*where)


def test_a_file_that_changes_after_it_was_verified_leaves_nothing_half_restored(
    small: Small, target: Database, tmp_path: Path
):
    with pytest.raises(DamagedBackup):
        small.safe.restore_from(CutWhileRead(small.sealed), target, small.settings, tmp_path / "var")
    assert_untouched(target, tmp_path / "var")


class ForeignOnceVerified(io.BytesIO):
    """A file that becomes another's after it was verified: whole, for us, and signed by another key."""

    def __init__(self, ours: bytes, foreign: bytes) -> None:
        super().__init__(ours)
        self.foreign, self.passes = foreign, 0

    def seek(self, *where: int) -> int:
        self.passes += 1
        if self.passes == 2:
            super().seek(0)
            self.truncate(0)
            self.write(self.foreign)
        return super().seek(*where)


def test_the_last_block_is_not_given_before_the_signature_is_looked_at(
    small: Small, target: Database, tmp_path: Path
):
    *whole, _ = [(one.name, data) for one, data in blocks(small.clear)]
    manifest = small.verify(small.sealed).manifest.signed(b"k" * 32)
    foreign = small.resealed(packed([*whole, (archive.MANIFEST, manifest)]))
    given: list[str] = []
    with pytest.raises(ForeignBackup):
        verifying.read(
            io.BytesIO(foreign),
            small.safe.identities,
            lambda name, _: given.append(name),
            lambda *_: None,
            small.settings.trail_key(),
        )
    assert whole[-1][0] not in given
    with pytest.raises(ForeignBackup):
        small.safe.restore_from(
            ForeignOnceVerified(small.sealed, foreign), target, small.settings, tmp_path / "var"
        )
    assert_untouched(target, tmp_path / "var")


def test_a_row_lost_on_the_way_undoes_everything(
    small: Small, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def settle(database: Database, _: str) -> None:
        with database.owning() as connection:
            connection.execute(text("delete from accounts.journal"))

    monkeypatch.setattr(inventory, "settle", settle)
    with pytest.raises(NotAsSaved, match=r"accounts\.journal"):
        small.safe.restore(small.sealed, target, small.settings, tmp_path / "var")
    assert_untouched(target, tmp_path / "var")


def test_a_policy_lost_on_the_way_undoes_everything(
    small: Small, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def settle(database: Database, _: str) -> None:
        with database.owning() as connection:
            connection.execute(text("alter table accounts.api_key no force row level security"))

    monkeypatch.setattr(inventory, "settle", settle)
    with pytest.raises(NotAsSaved, match="politiques"):
        small.safe.restore(small.sealed, target, small.settings, tmp_path / "var")
    assert_untouched(target, tmp_path / "var")


@pytest.mark.parametrize(
    "other",
    ["for all using (true) with check (false)", "as restrictive for all using (true)"],
    ids=["what may be written", "whether others override it"],
)
def test_policies_that_differ_only_in_what_may_be_written_or_overridden_are_told_apart(
    small: Small, other: str
):
    def guards(connection: Connection, policy: str) -> list[str]:
        connection.execute(text(f"create policy essai on accounts.api_key {policy}"))
        found = inventory.take(connection).guards["accounts.api_key"]
        connection.execute(text("drop policy essai on accounts.api_key"))
        return found

    with small.database.owning() as connection:
        assert guards(connection, "for all using (true)") != guards(connection, other)
        connection.rollback()


def test_a_dump_that_the_database_refuses_is_told_in_words(small: Small, target: Database, tmp_path: Path):
    manifest = small.verify(small.sealed).manifest
    tally = archive.Tally()
    name = tally.block(b"PGDMP, mais rien d'autre")
    false = replace(manifest, size=tally.size, sha256=tally.dump.hexdigest())
    made = packed(
        [(name, b"PGDMP, mais rien d'autre"), (archive.MANIFEST, false.signed(small.settings.trail_key()))]
    )
    with pytest.raises(StoppedCommand, match="« pg_restore » s'est arrêtée"):
        small.safe.restore(small.resealed(made), target, small.settings, tmp_path / "var")
    assert_untouched(target, tmp_path / "var")


def test_a_newer_schema_is_refused_before_anything_is_written(small: Small, target: Database, tmp_path: Path):
    *whole, _ = [(one.name, data) for one, data in blocks(small.clear)]
    newer = replace(small.verify(small.sealed).manifest, revision="9999")
    made = packed([*whole, (archive.MANIFEST, newer.signed(small.settings.trail_key()))])
    with pytest.raises(NewerSchema, match="9999"):
        small.safe.restore(small.resealed(made), target, small.settings, tmp_path / "var")
    assert_untouched(target, tmp_path / "var")


def test_a_database_that_nobody_has_created_is_named_with_what_to_do(small: Small, tmp_path: Path):
    absent = Database(small.database.url.replace("/obs_", "/absente_"), pooled=False)
    assert absent.url != small.database.url
    with pytest.raises(NoTarget, match="createdb absente_"):
        small.safe.restore(small.sealed, absent, small.settings, tmp_path / "var")


def test_a_folder_that_holds_files_is_refused(small: Small, target: Database, tmp_path: Path):
    (tmp_path / "depots").mkdir()
    (tmp_path / "depots" / "autre").touch()
    with pytest.raises(NotEmpty, match="n'est pas vide"):
        small.safe.restore(small.sealed, target, small.settings, tmp_path)
    assert inventory.stands_empty(target)


def test_keys_are_asked_for_and_never_made_by_a_restore(small: Small, target: Database, tmp_path: Path):
    with pytest.raises(MissingKeys, match="rendre-cles"):
        small.safe.restore(small.sealed, target, Settings(var=tmp_path / "vide"), tmp_path / "var")
    assert not (tmp_path / "vide").exists()


def test_policies_of_an_owner_of_another_name_become_those_of_the_new_owner(
    small: Small, target: Database, tmp_path: Path
):
    small.safe.restore(small.sealed, target, small.settings, tmp_path / "var")
    with target.owning() as connection:
        guards = inventory.take(connection).guards
        connection.execute(text("create role observatoire_ancien nologin"))
        for table in guards:
            connection.execute(text(f"alter policy owner on {table} to observatoire_ancien")) if any(
                told.startswith("owner ") for told in guards[table]
            ) else None
        assert inventory.take(connection).guards != guards
        for statement in connection.execute(
            text(inventory.query("policies_of_another_owner")), {"owner": "observatoire_ancien"}
        ).scalars():
            connection.execute(text(statement))
        assert inventory.take(connection).guards == guards
        connection.rollback()


# ---- making ---------------------------------------------------------------------------------------------


def test_a_backup_never_replaces_another(small: Small):
    with pytest.raises(AlreadyThere, match="existe déjà"):
        small.safe.create(small.database, small.settings)


def test_a_full_disk_is_told_and_leaves_nothing(small: Small, tmp_path: Path):
    """A limit on the size of files stands for the disk: the system refuses the write in the same way."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(NoSpace, match="plus de place"):
            Safe(tmp_path).create(small.database, small.settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


class LongDump(io.RawIOBase):
    """A dump of so many blocks, each read anew."""

    def __init__(self, blocks: int) -> None:
        self.left = blocks

    def read(self, _: int = -1) -> bytes:
        self.left -= 1
        return bytes(archive.BLOCK) if self.left >= 0 else b""


def peak_of_sealing(small: Small, contents: Callable[[LongDump], Iterator[bytes]], blocks: int) -> int:
    """Bytes of Python's own memory, at most, while so long a dump is sealed."""
    to = sealing.recipients_of([small.safe.public])
    tracemalloc.start()
    try:
        with open("/dev/null", "wb") as out:
            sealing.seal(contents(LongDump(blocks)), out, to)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_database(small: Small):
    def as_it_comes(dump: LongDump) -> Iterator[bytes]:
        return archive.dump_members(dump, archive.Tally())

    def kept_whole(dump: LongDump) -> Iterator[bytes]:
        return iter(list(as_it_comes(dump)))

    assert peak_of_sealing(small, as_it_comes, 24) < 3 * archive.BLOCK
    assert peak_of_sealing(small, kept_whole, 6) >= 6 * archive.BLOCK


def test_a_missing_folder_and_a_database_that_does_not_answer_are_told(small: Small, tmp_path: Path):
    with pytest.raises(NoFolder):
        creating.create(small.database, small.settings, tmp_path / "x" / "y", [small.safe.public], NOW)
    with pytest.raises(UnknownRecipient, match="age1"):
        creating.create(small.database, small.settings, tmp_path, ["ssh-rsa AAAA"], NOW)
    with pytest.raises(NoRecipient, match="BACKUP_RECIPIENTS"):
        creating.create(small.database, small.settings, tmp_path, [], NOW)
    assert list(tmp_path.iterdir()) == []


def test_a_dump_that_fails_leaves_no_file(small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(creating._Seen, "snapshot", "00000000-00000000-0", raising=False)
    monkeypatch.setattr(creating._Seen, "__enter__", lambda self: self)
    monkeypatch.setattr(creating._Seen, "head", None, raising=False)
    with pytest.raises(StoppedCommand, match="pg_dump"):
        Safe(tmp_path).create(small.database, small.settings)
    assert list(tmp_path.iterdir()) == []


def test_the_last_ones_are_kept_and_none_outlives_its_ninety_days(tmp_path: Path):
    for days in (0, 1, 2, 3, 89, 91):
        (tmp_path / creating.name_at(NOW - timedelta(days=days))).touch()
    (tmp_path / "autre.tar.age").touch()
    gone = creating.rotate(tmp_path, 10, NOW, 90)
    assert gone == [creating.name_at(NOW - timedelta(days=91))]
    assert len(creating.rotate(tmp_path, 2, NOW, 90)) == 3
    assert len(list(tmp_path.iterdir())) == 3


def test_a_file_that_somebody_has_named_is_neither_counted_nor_deleted(tmp_path: Path):
    named = ["observatoire-avant-migration.tar.age", "observatoire-20260101.tar.age", "observatoire-.tar.age"]
    backups = [creating.name_at(NOW - timedelta(days=days)) for days in (0, 400)]
    for name in (*named, *backups):
        (tmp_path / name).touch()
    assert creating.rotate(tmp_path, 1, NOW, 90) == [backups[1]]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*named, backups[0]])


def test_the_last_backup_is_never_deleted(tmp_path: Path):
    (tmp_path / creating.name_at(NOW - timedelta(days=400))).touch()
    assert creating.rotate(tmp_path, 1, NOW, 90) == []

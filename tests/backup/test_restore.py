"""A living observatory is backed up and restored in another database: it answers the same, byte for byte."""

import io
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from observatoire.backup import archive, keys, restoring, sealing
from observatoire.backup.creating import Made
from observatoire.backup.errors import NotEmpty
from observatoire.backup.restoring import Restored
from observatoire.disclosure.policy import NOTHING
from observatoire.store import dumping, inventory
from observatoire.trail import keeping
from support.backups import Safe, empty_database
from support.neighbours import YEAR, Neighbours, export
from support.rows import OWNERS, shown
from support.world import World

QUESTIONS = (
    ("/analyses/synthese", {"territoire": "commune:31555", **YEAR}),
    ("/analyses/tendances", {"territoire": "epci:243100518", "source": "faits-ville", **YEAR}),
    ("/analyses/creneaux-horaires", {"territoire": "commune:31555", "source": "faits-bailleur", **YEAR}),
    ("/analyses/couverture", {"territoire": "commune:31555", **YEAR}),
    ("/imports", {}),
    ("/sources", {}),
    ("/organisations", {}),
    ("/cles", {}),
    ("/zones", {}),
    ("/editions", {}),
    ("/categories/a-classer", {}),
    ("/lieux/a-verifier", {}),
)

CALLERS = ("administration", "clé de Bailleur", None)


@dataclass
class Twins:
    """The observatory, its backup, and what came back."""

    neighbours: Neighbours
    made: Made
    restored: Restored
    back: World
    safe: Safe
    digest: str
    answers: dict[tuple[str, str | None], tuple[httpx.Response, httpx.Response]]

    @property
    def world(self) -> World:
        return self.neighbours.world


@pytest.fixture(scope="module")
def twins(shared_world: World, server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    neighbours, safe = Neighbours.settle(shared_world), Safe(tmp_path_factory.mktemp("coffre"))
    answer = shared_world.client.post("/api/v1/editions", headers=shared_world.admin)
    assert answer.status_code == 201, answer.text
    question = {"territoire": "commune:31555", "source": "faits-bailleur", **YEAR}
    digest = shared_world.get("/analyses/tendances", **question)["preuve"]["provenance"]["empreinte"]
    keeping.seal(shared_world.database, keeping.Means.of(shared_world.settings), datetime.now(UTC))
    files = tmp_path_factory.mktemp("var")
    made = safe.create(shared_world.database, shared_world.settings, datetime.now(UTC))
    with empty_database(server) as target:
        restored = safe.restore(made.path.read_bytes(), target, shared_world.settings, files)
        back = World(target, restoring.settings_for(shared_world.settings, files), keys=shared_world.keys)
        answers = {  # before any other test sends something to one of the two
            (path, key): (asked(shared_world, path, more, key), asked(back, path, more, key))
            for path, more in QUESTIONS
            for key in CALLERS
        }
        yield Twins(neighbours, made, restored, back, safe, digest, answers)


def asked(world: World, path: str, parameters: dict[str, str], key: str | None) -> httpx.Response:
    headers = World.headers(world.keys[key]) if key else {}
    return world.client.get(f"/api/v1{path}", params=parameters, headers=headers)


@pytest.mark.parametrize("path", [path for path, _ in QUESTIONS])
def test_the_same_question_has_the_same_answer_byte_for_byte(twins: Twins, path: str):
    for key in CALLERS:
        before, after = twins.answers[path, key]
        assert (after.status_code, without_use(after)) == (before.status_code, without_use(before))
        if key == "administration":
            assert before.status_code == 200, before.text


def without_use(answer: httpx.Response) -> str:
    """When a key last opened is what asking changes."""
    return re.sub(r'"utilisee_le":("[^"]*"|null)', "", answer.text)


def test_a_digest_given_before_is_traced_after(twins: Twins):
    traced = twins.back.get(f"/provenance/{twins.digest}")
    assert traced == twins.world.get(f"/provenance/{twins.digest}")


def test_an_upload_and_the_rows_set_aside_are_read_again(twins: Twins):
    path = f"/api/v1/imports/{twins.neighbours.imports['Ville']}/rejets"
    before, after = (w.client.get(path, headers=w.admin) for w in (twins.world, twins.back))
    assert after.status_code == 200
    assert after.content == before.content


def test_every_table_has_as_many_rows_as_the_manifest_says(twins: Twins):
    assert twins.made.manifest.tables["reference.territory"] > 30_000
    assert twins.made.manifest.tables["confidential.fact"] == 18
    assert len(twins.made.manifest.files) > 1


def test_row_level_security_stands_as_before(twins: Twins):
    with twins.back.database.owning() as connection:
        found = shown(connection, NOTHING)
        assert {s.table: s.seen for s in found} == {table: {} for table in OWNERS}
        assert inventory.take(connection).guards == twins.made.manifest.guards
        connection.rollback()
    assert len(twins.made.manifest.guards) >= len(OWNERS)


def test_roles_of_the_database_still_do_their_work_and_no_other(twins: Twins):
    grants = text(
        "select grantee, table_schema, table_name, privilege_type from information_schema.table_privileges "
        "where grantee like 'observatoire_%' order by 1, 2, 3, 4"
    )
    found = []
    for world in (twins.world, twins.back):
        with world.database.owning() as connection:
            found.append([tuple(row) for row in connection.execute(grants)])
    assert found[0] == found[1] != []


def test_the_audit_trail_comes_back_whole_and_goes_on(twins: Twins):
    assert twins.restored.trail.fault is None
    assert twins.restored.trail.seals == 1
    twins.back.get("/audit")
    assert keeping.seal(twins.back.database, keeping.Means.of(twins.back.settings), datetime.now(UTC))


def test_what_is_sent_again_after_the_restore_is_recognised(twins: Twins):
    with twins.back.database.owning() as connection:  # the neighbours' profiles are empty ones
        connection.execute(text("delete from collection.profile"))
    report = twins.back.send(export(6, "31555"), "faits-bailleur", **YEAR)
    assert (report["lignes"]["inchangees"], report["lignes"]["creees"]) == (6, 0)


def test_neither_the_backup_nor_a_folder_holds_a_clear_byte_of_the_data(twins: Twins):
    sealed = twins.made.path.read_bytes()
    assert sealed.startswith(b"age-encryption.org/v1\n")
    for clear in (b"PGDMP", b"faits-bailleur", b"Les Tilleuls", b"confidential", b"ustar"):
        assert clear not in sealed
    for folder in (twins.made.path.parent, twins.world.settings.var, twins.back.settings.var):
        assert [
            p for p in Path(folder).iterdir() if p.name.startswith((".restauration", ".observatoire"))
        ] == []


def test_no_key_of_the_installation_is_in_the_backup(twins: Twins):
    assert all(not saved.name.startswith("cle_") for saved in twins.made.manifest.files)
    with twins.made.path.open("rb") as source, sealing.opened(source, twins.safe.identities) as stream:
        clear = stream.read()
    shapes = [shape for key in keys.kept(twins.world.settings).values() for shape in shapes_of(key)]
    assert len(shapes) == 9
    assert [shape for shape in shapes if shape in clear] == []
    told = written_out(clear)
    assert b"COPY accounts.api_key" in told
    assert [shape for shape in shapes if shape in told] == []


def shapes_of(key: str) -> tuple[bytes, bytes, bytes]:
    """A key as its file holds it, in capitals, and as it is used."""
    return key.encode(), key.upper().encode(), bytes.fromhex(key)


def written_out(clear: bytes) -> bytes:
    """The dump as SQL: it is compressed within the backup."""
    dump = b"".join(
        data for name, data in archive.members(io.BytesIO(clear)) if name.startswith(archive.BASE)
    )
    words = [dumping.command("pg_restore"), "--data-only", "--file=-", "--exclude-schema=reference"]
    return subprocess.run(words, input=dump, check=True, capture_output=True).stdout


def test_a_database_that_holds_something_is_refused_and_left_as_it_is(twins: Twins, tmp_path: Path):
    before = twins.back.get("/sources")
    with pytest.raises(NotEmpty, match="n'est pas vide"):
        twins.safe.restore(
            twins.made.path.read_bytes(), twins.back.database, twins.world.settings, tmp_path / "var"
        )
    assert twins.back.get("/sources") == before

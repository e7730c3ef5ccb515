"""A file full of persons goes through every path; then every byte that was kept, logged or told is searched.

What no profile maps must leave nothing at all. What is mapped and looks personal must be set aside,
masked in the rejects, and leave nothing either.
"""

import contextlib
import logging
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from starlette.formparsers import MultiPartParser

from intake.tables import TABLES
from observatoire.intake import contexts, normalising, running, service
from support.files import PM_HEADER, pm_row
from support.world import World

ROOT = Path(__file__).resolve().parents[2]

FREE_TEXT = ["Bézout", "Éléonore", "Zorglubec", "Quertinmont", "0687654321", "frère du Requérant"]
"""Only ever written in columns that no profile maps, in titles and in footers."""
TOLD = [
    "Dupontel", "Lévêquois", "06 12 34 56 78", "0612345678", "AB-123-CD", "jean.dupontel@exemple.fr",
    "01/02/1961", "1234 AB 31", "2 85 07 31 555 123 07", "FR76 3000 6000 0112 3456 7890 189",
]  # fmt: skip
"""Written in columns that a profile maps."""
MARKERS = [*FREE_TEXT, *TOLD]

MAPPED_CELLS = [
    {"nature": "Différend avec M. Dupontel"},
    {"nature": "DIFFEREND MME LÉVÊQUOIS"},
    {"nature": "Appeler 06 12 34 56 78"},
    {"nature": "DUPONTEL Jean, né le 01/02/1961"},
    {"nature": "véhicule 1234 AB 31"},
    {"reference": "0612345678"},
    {"reference": "AB-123-CD"},
    {"reference": "2 85 07 31 555 123 07"},
    {"date": "jean.dupontel@exemple.fr"},
    {"date": "31/02/2025", "nature": "Mme Dupontel"},
    {"hour": "vers 22h, M. Dupontel"},
    {"code": "Mme Lévêquois", "point": ("", "")},
    {"code": "99999", "point": ("", ""), "nature": "FR76 3000 6000 0112 3456 7890 189"},
    {"point": ("06 12 34 56 78", "6279642,9")},
]
UNMAPPED = "M. Éléonore Bézout, frère du Requérant, 0687654321"


ENCODINGS = ("utf-8", "cp1252", "utf-16-le", "utf-16-be")


def variants(marker: str, encodings: tuple[str, ...] = ENCODINGS) -> set[bytes]:
    """A marker as a careless program could leave it: case, accents, encodings, hexadecimal."""
    bare = "".join(c for c in unicodedata.normalize("NFD", marker) if not unicodedata.combining(c))
    found = set()
    for word in {marker, bare, unicodedata.normalize("NFD", marker)}:
        for written in {word, word.upper(), word.lower(), word.title()}:
            for encoding in encodings:
                with contextlib.suppress(UnicodeEncodeError):
                    found.add(written.encode(encoding))
    return found | {form.hex().encode() for form in found}


BEGUN: dict[Path, float] = {}
"""When the test of a temporary folder began."""

NEEDLES = {marker: variants(marker) for marker in MARKERS}
STORED = {marker: {marker.encode(), marker.upper().encode(), marker.lower().encode()} for marker in MARKERS}
"""As the database would store them: its files are large, and all in UTF-8."""


def held(content: bytes, needles: dict[str, set[bytes]] = NEEDLES) -> list[str]:
    """The markers that some bytes hold."""
    return [marker for marker, forms in needles.items() if any(form in content for form in forms)]


def whole_file(encoding: str = "cp1252") -> bytes:
    """A municipal police's export: three columns of free text, persons in the mapped ones, good rows too."""
    rows = [pm_row(f"2025-{n:03}", date=f"{13 + n % 10}/03/2025") for n in range(80)]
    rows += [
        pm_row(**({"reference": f"2025-{100 + n}"} | cells))  # type: ignore[arg-type]
        for n, cells in enumerate(MAPPED_CELLS)
    ]
    lines = [f"{PM_HEADER};Requérant;Observations"]
    lines += [f"{row};{UNMAPPED};Zorglubec Quertinmont" for row in rows]
    lines += ["3;Zorglubec;court", "TOTAL;94;;;;;;;;", f"Édité le 03/04/2025 par {UNMAPPED};;;;;;;;;"]
    return "\r\n".join([*lines, ""]).encode(encoding)


# ---- where to search ----------------------------------------------------------------------------------


def rows_that_hold(world: World) -> dict[str, list[str]]:
    """Tables (the reference data left out) to the markers that their rows, written as text, hold."""
    found = {}
    with world.database.owning() as connection:
        for name in connection.execute(text(TABLES)).scalars().all():
            if name.startswith(("reference.", "public.")):
                continue
            rows = connection.execute(text(f"select t::text from {name} t")).scalars()
            if markers := held("\n".join(rows).encode()):
                found[name] = markers
    return found


def files_that_hold(*folders: Path) -> dict[str, list[str]]:
    """Files of some folders to the markers that their bytes or their names hold."""
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    found = {str(path): held(path.read_bytes() + path.name.encode()) for path in paths}
    return {path: markers for path, markers in found.items() if markers}


def server_files(world: World, since: float) -> list[Path]:
    """Files of this database written since a moment, and the server's log, where they can be read."""
    with world.database.owning() as connection:
        connection.execute(text("checkpoint"))
        data = Path(connection.execute(text("show data_directory")).scalar_one())
        number = connection.execute(text("select oid from pg_database where datname = current_database()"))
        base = data / "base" / str(number.scalar_one())
    with contextlib.suppress(PermissionError):
        paths = [path for path in (*base.glob("*"), data.parent / "log") if path.is_file()]
        return [path for path in paths if path.stat().st_mtime >= since]
    return []


@pytest.fixture
def observatory(shared_world: World) -> World:
    """One observatory for the paths that must leave nothing: what one left, the next would find."""
    if "police" not in shared_world.keys:
        shared_world.source("pm")
        shared_world.keys["police"] = ""
    return shared_world


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*"))


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of every temporary file that is made during the test; none of them is removed by us."""
    folder = tmp_path / "temporaires"
    folder.mkdir()
    BEGUN[folder] = time.time() - 1
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def rollovers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Sizes of what was spooled to disk in clear."""
    spooled: list[int] = []
    genuine = tempfile.SpooledTemporaryFile.rollover

    def rollover(self: Any) -> None:
        spooled.append(self.tell())
        genuine(self)

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", rollover)
    return spooled


def told_nothing(world: World, temporary: Path, log: pytest.LogCaptureFixture, capture: Any) -> None:
    """Nothing in the tables, on disk, in the logs, on the terminal."""
    assert rows_that_hold(world) == {}
    assert files_that_hold(world.settings.var, temporary) == {}
    for path in server_files(world, BEGUN[temporary]):
        with contextlib.suppress(PermissionError, FileNotFoundError):
            assert held(path.read_bytes(), STORED) == [], path
    logged = "\n".join(f"{r.getMessage()} {r.args} {r.exc_info} {r.exc_text}" for r in log.records)
    assert held(logged.encode()) == []
    out, err = capture.readouterr()
    assert held((out + err).encode()) == []


def post(world: World, content: bytes, path: str = "imports", **fields: str) -> Any:
    return world.client.post(
        f"/api/v1/{path}",
        data={"source": "pm", **fields},
        files={"fichier": (fields.pop("name", "export.csv"), content)},
        headers=world.admin,
    )


# ---- every path -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_pii_libre_an_import_a_simulation_and_their_rejects_leave_no_person(
    observatory: World,
    temporary: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    encoding: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    for fields in ({"simulation": "true"}, {}):
        report = observatory.send(whole_file(encoding), **fields)
        assert report["lignes"]["creees"] + report["lignes"]["inchangees"] == 80, report
        assert report["lignes"]["quarantaine"] == len(MAPPED_CELLS) + 1
        assert report["lignes"]["ecartees"] == 2
        answers = [
            observatory.client.get(f"/api/v1/imports/{report['id']}{path}", headers=observatory.admin)
            for path in ("", "/rejets", "/rejets?f=json", "/rapport", "/rapport?f=json")
        ]
        assert {answer.status_code for answer in answers} == {200}
        assert [held(answer.content) for answer in answers] == [[]] * len(answers)
        assert "[masqué]" in answers[1].text
    told_nothing(observatory, temporary, caplog, capfd)


def test_a_preview_tells_no_person_and_writes_nothing(
    observatory: World, temporary: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = post(observatory, whole_file(), "imports/apercu")
    assert answer.status_code == 200, answer.text
    assert held(answer.content) == []
    told_nothing(observatory, temporary, caplog, capfd)


REFUSED = {
    "en-tête inconnu": lambda: f"Nom;Prénom;Téléphone\r\n{UNMAPPED};Zorglubec;06 12 34 56 78\r\n".encode(),
    "sans en-tête": lambda: f"{UNMAPPED};Mme Lévêquois;06 12 34 56 78;AB-123-CD\r\n".encode() * 3,
    "binaire": lambda: b"%PDF-1.4 " + UNMAPPED.encode(),
    "octet nul": lambda: whole_file() + b"\x00",
    "colonnes en trop": lambda: ("Zorglubec;" * 400 + "\r\n" + "Mme Dupontel;" * 400).encode(),
    "cellule démesurée": lambda: f"{PM_HEADER}\r\n1;{'Dupontel ' * 2000};;;;;;\r\n".encode(),
    "encodage illisible": lambda: b"\xff\xfeD" + "Dupontel".encode("utf-16-le") + b"\x00",
}


@pytest.mark.parametrize("file", REFUSED)
def test_a_refused_file_leaves_and_tells_no_person(
    observatory: World,
    temporary: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    file: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    kept = listed(observatory.settings.var / "depots")  # those of imports held for review by other tests
    answer = post(observatory, REFUSED[file]())
    if answer.status_code == 202:  # refused, or set aside, by the worker
        answer = observatory.client.get(
            f"/api/v1/imports/{observatory.done(answer.json()['id'])['id']}", headers=observatory.admin
        )
    assert held(answer.content) == []
    assert listed(observatory.settings.var / "depots") == kept
    told_nothing(observatory, temporary, caplog, capfd)


def boom(cell: str) -> Any:
    def crash(*_: Any, **__: Any) -> Any:
        raise ValueError(f"impossible de lire « {cell} » : {UNMAPPED}")

    return crash


def test_a_crash_in_the_middle_tells_its_kind_and_never_its_message(
    observatory: World,
    temporary: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(contexts, "normalise", boom("M. Dupontel"))
    report = observatory.send(whole_file())
    assert report["etat"] == "echoue"
    assert "ValueError" in report["message"]
    assert held(str(report).encode()) == []
    assert listed(observatory.settings.var / "depots") == []
    assert report["id"] not in listed(observatory.settings.var / "rejets")
    told_nothing(observatory, temporary, caplog, capfd)


def test_a_crash_after_some_rows_were_set_aside_leaves_no_draft_of_them(
    observatory: World, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_location", boom("M. Dupontel"))
    assert observatory.send(whole_file())["etat"] == "echoue"
    assert [name for name in listed(observatory.settings.var / "rejets") if name.startswith(".")] == []
    assert rows_that_hold(observatory) == {}


def test_a_crash_while_a_file_is_received_reaches_no_log_of_the_server(
    observatory: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that went through the application would be logged by the server with its message."""
    caplog.set_level(logging.DEBUG)
    # This client raises what the application lets through.
    monkeypatch.setattr(observatory, "client", TestClient(observatory.client.app))
    monkeypatch.setattr(service, "inspect", boom("M. Dupontel"))
    answer = post(observatory, whole_file())
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert held(answer.content) == []
    assert "ValueError" in caplog.text
    assert held(caplog.text.encode()) == []


def test_an_error_of_the_database_is_not_told_with_its_parameters(
    observatory: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)

    def add_rejects(connection: Any, number: int, rejects: Any) -> None:
        connection.execute(
            text("insert into collection.reject values (:n, :c)"), {"n": number, "c": UNMAPPED}
        )

    monkeypatch.setattr(running.imports, "add_rejects", add_rejects)
    report = observatory.send(whole_file())
    assert report["etat"] == "echoue"
    assert held(str(report).encode() + caplog.text.encode()) == []


def test_the_command_line_prints_no_person(observatory: World, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(whole_file())
    done = subprocess.run(
        [sys.executable, "-m", "observatoire", "importer", str(file), "--source", "pm"],
        env={
            "OBSERVATOIRE_DATABASE_URL": observatory.database.url,
            "OBSERVATOIRE_VAR": str(observatory.settings.var),
            "PYTHONPATH": str(ROOT / "src"),
            "PATH": "",
        },
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"PII_LIBRE" in done.stdout
    assert held(done.stdout + done.stderr) == []
    assert rows_that_hold(observatory) == {}


def test_a_file_s_name_that_names_a_person_is_not_kept(observatory: World) -> None:
    answer = observatory.client.post(
        "/api/v1/imports",
        data={"source": "pm"},
        files={"fichier": ("plainte_M._Dupontel_0612345678.csv", whole_file())},
        headers=observatory.admin,
    )
    assert answer.json()["fichier"]["nom"] == "fichier.csv"
    observatory.done(answer.json()["id"])
    assert rows_that_hold(observatory) == {}


# ---- what lies in between -------------------------------------------------------------------------------


def test_a_large_upload_is_never_spooled_in_clear(
    observatory: World, temporary: Path, rollovers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    head, _, body = whole_file().partition(b"\r\n")
    content = head + b"\r\n" + body * (3_000_000 // len(body) + 1)
    assert len(content) > 3_000_000
    answer = post(observatory, content)
    assert answer.status_code == 202
    assert rollovers == []
    assert files_that_hold(temporary, observatory.settings.var) == {}
    observatory.done(answer.json()["id"])


def test_a_waiting_file_lies_encrypted(observatory: World) -> None:
    answer = post(observatory, whole_file())
    assert answer.json()["etat"] == "en_attente"
    assert answer.json()["id"] in listed(observatory.settings.var / "depots")
    assert files_that_hold(observatory.settings.var) == {}
    assert rows_that_hold(observatory) == {}
    observatory.done(answer.json()["id"])


def test_a_label_that_is_in_no_list_is_kept_when_short_and_forgotten_when_it_is_prose(world: World) -> None:
    world.source()
    prose = "chose inconnue " * 12
    report = world.send(
        "\r\n".join([PM_HEADER, pm_row("1", nature="Chose inconnue"), pm_row("2", nature=prose)]).encode()
    )
    assert report["lignes"]["creees"] == 2
    with world.database.owning() as connection:
        labels = (
            connection.execute(text("select source_label from confidential.fact order by 1")).scalars().all()
        )
    assert labels == ["Chose inconnue", None]


# ---- the search itself finds what is there -----------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16-le"])
@pytest.mark.parametrize("written", [str, str.upper, str.lower], ids=lambda f: f.__name__)
@pytest.mark.parametrize("marker", ["Lévêquois", "Dupontel", "AB-123-CD"])
def test_the_search_finds_a_marker_whatever_its_case_and_encoding(
    marker: str, written: Any, encoding: str
) -> None:
    content = b"\x00\x01 " + written(marker).encode(encoding) + b" \xff"
    assert marker in held(content)
    assert marker in held(content.hex().encode())


def test_the_search_finds_a_person_that_a_table_holds(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the check of the fields left out, every path above would be red."""
    world.source()
    begun = time.time() - 1

    def blind(frame: pl.DataFrame) -> pl.DataFrame:
        nothing = pl.lit(None, dtype=pl.String)
        return frame.with_columns(nothing.alias("fault_personal"), nothing.alias("personal_field"))

    monkeypatch.setattr(normalising, "with_personal", blind)
    world.send(whole_file())
    found = rows_that_hold(world)
    assert set(found) == {"confidential.fact"}
    assert {"Dupontel", "Lévêquois", "06 12 34 56 78", "01/02/1961", "1234 AB 31"} <= set(
        found["confidential.fact"]
    )
    paths = [path for path in server_files(world, begun) if path.name != "log"]
    if paths:
        assert any("Dupontel" in held(path.read_bytes(), STORED) for path in paths)


def test_the_search_sees_a_spooled_upload(
    observatory: World, rollovers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 1000)
    post(observatory, whole_file())
    assert rollovers

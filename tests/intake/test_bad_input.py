"""What is refused is refused whole: problem+json, in French, and not a row of any table moves."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from intake.tables import row_counts
from observatoire.disclosure.policy import Role
from observatoire.web.app import build_app
from observatoire.worker.draining import drain
from support.files import PM_HEADER, pm_file, pm_row
from support.world import World

GOOD = pm_file([pm_row("1"), pm_row("2")])
FRENCH = (" le ", " la ", " les ", " un ", " une ", " de ", " du ", " ne ", " n'est ", " n'existe ", "« ")


@pytest.fixture(scope="module")
def observatory(shared_world: World) -> World:
    """Two sources, one import: something to lose."""
    shared_world.source("pm", organisation="ville")
    shared_world.source("bailleur", kind="bailleur", organisation="habitat")
    shared_world.send(GOOD)
    shared_world.key("agent", Role.AGENT, "ville", "commune:31555")
    shared_world.key("locataire", Role.PARTENAIRE, "habitat", "commune:31555")
    return shared_world


@pytest.fixture
def unmoved(observatory: World) -> Iterator[World]:
    """The observatory, whose every table must count the same rows afterwards."""
    before = row_counts(observatory)
    yield observatory
    assert row_counts(observatory) == before


def post(world: World, headers: dict[str, str] | None = None, **request: Any) -> Any:
    return world.client.post(
        "/api/v1/imports", headers=world.admin if headers is None else headers, **request
    )


def sent(content: bytes = GOOD, **fields: str) -> dict[str, Any]:
    return {"data": {"source": "pm", **fields}, "files": {"fichier": ("export.csv", content)}}


def assert_problem(answer: Any, status: int, code: str, *words: str) -> dict[str, Any]:
    """RFC 9457, in French, of the code expected."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    body: dict[str, Any] = answer.json()
    assert body["type"].rpartition("/")[2] == code
    assert body["status"] == status
    assert body["title"]
    assert body["instance"].startswith("/api/v1/")
    assert any(mark in body["detail"] for mark in FRENCH), body["detail"]
    for word in words:
        assert word in answer.text
    return body


# ---- the file ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        pytest.param(b"", "fichier_vide", "aucune ligne", id="no byte"),
        pytest.param(b" \r\n\r\n", "fichier_vide", "aucune ligne", id="blank"),
        pytest.param(PM_HEADER.encode(), "fichier_vide", "aucune ligne", id="header alone"),
        pytest.param(b"%PDF-1.7\n", "fichier_binaire", "PDF", id="PDF"),
        pytest.param(b"PK\x03\x04\x14", "fichier_binaire", "classeur", id="workbook"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "fichier_binaire", "XLS", id="old workbook"),
        pytest.param(GOOD.replace(b"Tapage", b"\x00"), "fichier_binaire", "octets nuls", id="nul"),
        pytest.param(
            GOOD.decode("cp1252").replace("Tapage", "\x00").encode("utf-16"),
            "fichier_binaire",
            "octets nuls",
            id="nul in UTF-16",
        ),
        pytest.param(GOOD + b"\x81\x8d", "encodage_illisible", "Windows-1252", id="undecodable"),
        pytest.param(b"\xff\xfea", "encodage_illisible", "UTF-8", id="cut UTF-16"),
        pytest.param(b"a;b\n1;2\n", "colonnes_non_reconnues", "Rien n'a été écrit", id="other columns"),
        pytest.param(GOOD.replace(b"Nature", b"Motif"), "colonnes_non_reconnues", "« Nature »", id="renamed"),
        pytest.param(b'"' + GOOD, "colonnes_non_reconnues", "manque", id="header never closed"),
    ],
)
def test_a_file_that_is_not_an_export_is_refused(
    unmoved: World, content: bytes, code: str, word: str
) -> None:
    assert_problem(post(unmoved, **sent(content)), 422, code, word)


@pytest.mark.parametrize(
    ("limit", "word"),
    [({"max_bytes": 50}, "limite"), ({"max_columns": 3}, "3 colonnes")],
    ids=str,
)
def test_a_file_over_a_limit_is_too_large(unmoved: World, limit: dict[str, int], word: str) -> None:
    settings = unmoved.settings.model_copy(update=limit)
    client = TestClient(build_app(unmoved.database, settings), raise_server_exceptions=False)
    answer = client.post("/api/v1/imports", headers=unmoved.admin, **sent())
    assert_problem(answer, 413, "fichier_trop_grand", word, "découpez")


def test_a_file_with_too_many_rows_is_refused_as_it_is_read_and_nothing_of_it_is_kept(
    observatory: World,
) -> None:
    drain(observatory.database, observatory.settings)
    before = row_counts(observatory)
    settings = observatory.settings.model_copy(update={"max_rows": 1})
    few = World(observatory.database, settings, keys=observatory.keys)
    report = few.send(pm_file([pm_row("1"), pm_row("2")]))
    assert report["etat"] == "refuse"
    assert "1 lignes" in report["message"]
    assert nothing_but_the_report(observatory, before)
    assert list((settings.var / "depots").glob("*")) == []


# ---- the declaration ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "code", "word"),
    [
        ({"source": "inconnue"}, "source_inconnue", "« inconnue »"),
        ({"source": ""}, "parametre_invalide", "source"),
        ({"source": "p\x00m"}, "caractere_interdit", "caractère nul"),
        ({"profil": "logitud"}, "profil_inconnu", "police_municipale"),
        ({"profil": "bailleur"}, "colonnes_non_reconnues", "« Référence »"),
        ({"debut": "2025-04-01", "fin": "2025-03-01"}, "periode_inversee", "fin"),
        ({"debut": "2025-03-01", "fin": "2025-03-01"}, "periode_inversee", "fin"),
        ({"debut": "2025-03-01"}, "parametre_invalide", '"fin"'),
        ({"fin": "2025-03-01"}, "parametre_invalide", '"debut"'),
        ({"debut": "01/03/2025", "fin": "2025-04-01"}, "parametre_invalide", "AAAA-MM-JJ"),
        ({"arrete_le": "hier"}, "parametre_invalide", "AAAA-MM-JJ"),
        ({"simulation": "peut-être"}, "parametre_invalide", "true"),
        ({"couverture": "moyenne"}, "parametre_invalide", "couverture"),
    ],
    ids=str,
)
def test_a_declaration_that_cannot_be_read_names_what_to_change(
    unmoved: World, fields: dict[str, str], code: str, word: str
) -> None:
    body = assert_problem(post(unmoved, **sent(**fields)), 422, code, word)
    if code == "parametre_invalide":
        assert {fault["champ"] for fault in body["erreurs"]} <= {*fields, "debut", "fin"}


def test_a_request_without_its_file_or_its_source_names_it(unmoved: World) -> None:
    for request, field in (
        ({"data": {"source": "pm"}}, "fichier"),
        ({"files": {"fichier": ("e.csv", GOOD)}}, "source"),
        ({"data": {"source": "pm", "fichier": "du texte"}}, "fichier"),
    ):
        body = assert_problem(post(unmoved, **request), 422, "parametre_invalide")
        assert [fault["champ"] for fault in body["erreurs"]] == [field]


@pytest.mark.parametrize("name", ["nul\x00.csv", "é" * 500, "../../etc/passwd", ""])
def test_a_strange_file_name_breaks_nothing(observatory: World, name: str) -> None:
    answer = observatory.client.post(
        "/api/v1/imports",
        headers=observatory.admin,
        data={"source": "pm", "simulation": "true"},
        files={"fichier": (name, GOOD)},
    )
    assert answer.status_code in (202, 422)
    if answer.status_code == 202:
        assert len(answer.json()["fichier"]["nom"]) <= 200


# ---- who sends ----------------------------------------------------------------------------------


def test_without_a_key_nothing_is_received(unmoved: World) -> None:
    assert_problem(post(unmoved, headers={}, **sent()), 401, "non_authentifie", "Bearer")
    wrong = unmoved.headers("obs_fausse")
    assert_problem(post(unmoved, headers=wrong, **sent()), 401, "non_authentifie")


def test_the_source_of_another_organisation_reads_as_one_that_does_not_exist(unmoved: World) -> None:
    key = unmoved.headers(unmoved.keys["locataire"])
    foreign = assert_problem(post(unmoved, headers=key, **sent(source="pm")), 422, "source_inconnue")
    missing = assert_problem(post(unmoved, headers=key, **sent(source="xx")), 422, "source_inconnue")
    assert foreign["detail"].replace("pm", "xx") == missing["detail"]


# ---- imports, sources, nil ----------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_import_that_does_not_exist_is_not_found(unmoved: World, method: str) -> None:
    address = "/api/v1/imports/00000000-0000-4000-8000-000000000000"
    assert_problem(unmoved.client.request(method, address, headers=unmoved.admin), 404, "introuvable")
    answer = unmoved.client.request(method, "/api/v1/imports/douze", headers=unmoved.admin)
    assert_problem(answer, 422, "parametre_invalide", "un identifiant est attendu")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_the_import_of_another_organisation_is_not_found_either(unmoved: World, method: str) -> None:
    (mine,) = (i for i in unmoved.get("/imports")["imports"] if i["etat"] == "valide")
    key = unmoved.headers(unmoved.keys["locataire"])
    foreign = unmoved.client.request(method, f"/api/v1/imports/{mine['id']}", headers=key)
    assert_problem(foreign, 404, "introuvable")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"territoire": "commune:99999"}, 422, "territoire_inconnu"),
        ({"territoire": "epci:000000000"}, 422, "territoire_inconnu"),
        ({"territoire": "ville:31555"}, 422, "territoire_invalide"),
        ({"territoire": "31555"}, 422, "territoire_invalide"),
        ({"territoire": 31555}, 422, "parametre_invalide"),
        ({"type": "milice"}, 422, "parametre_invalide"),
        ({"code": "PM Toulouse"}, 422, "parametre_invalide"),
        ({"fuseau": "Europe/Toulouse"}, 422, "parametre_invalide"),
        ({"inattendu": 1}, 422, "parametre_invalide"),
        ({"code": "pm"}, 409, "conflit"),
    ],
    ids=str,
)
def test_a_source_that_makes_no_sense_is_not_created(
    unmoved: World, change: dict[str, Any], status: int, code: str
) -> None:
    body = {"code": "neuve", "libelle": "Neuve", "type": "csu", "territoire": "commune:31555", **change}
    answer = unmoved.client.post("/api/v1/sources", json=body, headers=unmoved.admin)
    assert_problem(answer, status, code)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"debut": "2025-04-01", "fin": "2025-03-01"}, 422, "periode_inversee"),
        ({"debut": "2025-03-01"}, 422, "parametre_invalide"),
        ({"debut": "mars", "fin": "avril"}, 422, "parametre_invalide"),
        ([], 422, "parametre_invalide"),
    ],
    ids=str,
)
def test_a_nil_declaration_that_cannot_be_read_covers_nothing(
    unmoved: World, body: Any, status: int, code: str
) -> None:
    answer = unmoved.client.post("/api/v1/sources/pm/neant", json=body, headers=unmoved.admin)
    assert_problem(answer, status, code)


def test_nobody_declares_nil_for_a_source_that_does_not_exist(unmoved: World) -> None:
    body = {"debut": "2025-03-01", "fin": "2025-04-01"}
    answer = unmoved.client.post("/api/v1/sources/inconnue/neant", json=body, headers=unmoved.admin)
    assert_problem(answer, 422, "source_inconnue")


# ---- a failure in the middle -----------------------------------------------------------------------


def nothing_but_the_report(world: World, before: dict[str, int]) -> bool:
    """The import is listed, the queue remembers its job; no other table has one row more."""
    after = row_counts(world)
    before = before | {"collection.import": before["collection.import"] + 1}
    return {t: n for t, n in after.items() if not t.startswith("queue.")} == {
        t: n for t, n in before.items() if not t.startswith("queue.")
    }


def test_a_failure_while_writing_leaves_nothing_behind(
    observatory: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from observatoire.store.confidential import incidents

    def broken(*_: object) -> None:
        raise RuntimeError("Dupont Jean, 06 12 34 56 78")

    content = pm_file([pm_row("neuf"), pm_row("1", hour="10:00"), pm_row("x", date="?")])
    drain(observatory.database, observatory.settings)  # what other tests of the module left waiting
    before = row_counts(observatory)
    monkeypatch.setattr(incidents.Staging, "apply", broken)
    report = observatory.send(content)
    assert nothing_but_the_report(observatory, before)
    assert report["etat"] == "echoue"
    assert "rien n'a été écrit" in report["message"]
    assert "Dupont" not in str(report)


def test_a_broken_law_writes_nothing(observatory: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from observatoire.intake.reading.document import Batch

    drain(observatory.database, observatory.settings)
    monkeypatch.setattr(Batch, "lines_read", property(lambda batch: batch.rows.height + 1))
    before = row_counts(observatory)
    report = observatory.send(pm_file([pm_row("neuf")]))
    assert nothing_but_the_report(observatory, before)
    assert report["etat"] == "echoue"
    assert "conservation" in report["message"]

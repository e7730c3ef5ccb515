"""Facts sent as a JSON list: the rules of a file, and one reception however often it is sent."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from intake.tables import facts_of
from observatoire.disclosure.policy import Role
from support.world import TOULOUSE, World, lines_law

CAPITOLE = {"longitude": 1.4442, "latitude": 43.6045}


@pytest.fixture(scope="module", autouse=True)
def sources(shared_world: World) -> None:
    shared_world.source("pm", organisation="ville", territory=TOULOUSE)
    for n in range(9):
        shared_world.source(f"pm-{n}", organisation="ville", territory=TOULOUSE)
    shared_world.source("bailleur", "bailleur", organisation="bailleur")


def fact(reference: str = "2025-1", **more: Any) -> dict[str, Any]:
    return {
        "reference": reference, "date": "2025-03-12", "heure": "22:45", "categorie": "A101",
        "commune": "31555", **CAPITOLE, **more,
    }  # fmt: skip


def post(
    world: World,
    facts: object,
    key: str | None = "cle-1",
    headers: dict[str, str] | None = None,
    content: bytes | None = None,
    **params: str,
) -> httpx.Response:
    sent = {"Content-Type": "application/json", **(world.admin if headers is None else headers)}
    if key is not None:
        sent["Idempotency-Key"] = key
    body = json.dumps(facts).encode() if content is None else content
    return world.client.post("/api/v1/faits", content=body, headers=sent, params={"source": "pm", **params})


def report_of(world: World, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    report = world.done(answer.json()["id"])
    assert lines_law(report)
    return report


def number_of_imports(world: World) -> int:
    with world.database.owning() as connection:
        number: int = connection.execute(text("select count(*) from collection.import")).scalar_one()
        return number


def test_facts_are_stored_as_those_of_a_file(shared_world: World):
    facts = [fact("a"), fact("b", heure=None, longitude=None, latitude=None), fact("c", date="31/02/2025")]
    answer = post(shared_world, facts, "stocke", source="pm-0")
    assert answer.headers["location"] == f"/api/v1/imports/{answer.json()['id']}"
    report = report_of(shared_world, answer)
    assert report["etat"] == "valide"
    assert report["profil"] == "faits@1"
    assert (report["lignes"]["lues"], report["lignes"]["creees"], report["lignes"]["quarantaine"]) == (
        3,
        2,
        1,
    )
    stored = facts_of(shared_world, "pm-0")
    assert [row["category"] for row in stored] == ["A101", "A101"]
    assert sorted((row["local_hour"] is None, row["lon"] is None) for row in stored) == [
        (False, False),
        (True, True),
    ]


def test_a_corrected_fact_revises_the_one_of_its_reference(shared_world: World):
    report_of(shared_world, post(shared_world, [fact("r")], "r1", source="pm-1", arrete_le="2025-06-30"))
    again = post(shared_world, [fact("r", categorie="A301")], "r2", source="pm-1", arrete_le="2025-07-31")
    assert report_of(shared_world, again)["lignes"]["revisees"] == 1
    assert [row["category"] for row in facts_of(shared_world, "pm-1")] == ["A301"]


def test_the_declaration_is_that_of_a_file(shared_world: World):
    answer = post(
        shared_world, [fact()], "declare", source="pm-2",
        debut="2025-03-01", fin="2025-05-01", couverture="partielle", arrete_le="2025-05-02",
    )  # fmt: skip
    report = report_of(shared_world, answer)
    assert report["periode"] == {"debut": "2025-03-01", "fin": "2025-05-01", "deduite": False}
    assert (report["couverture"], report["arrete_le"]) == ("partielle", "2025-05-02")


def test_a_simulation_writes_nothing(shared_world: World):
    report = report_of(shared_world, post(shared_world, [fact()], "simule", source="pm-3", simulation="true"))
    assert (report["etat"], report["lignes"]["creees"]) == ("simule", 1)
    assert facts_of(shared_world, "pm-3") == []


def test_what_is_not_a_field_does_not_enter(shared_world: World):
    report = report_of(
        shared_world,
        post(shared_world, [fact(temoin="DUPONT", commentaire="Jean")], "inconnu", source="pm-4"),
    )
    assert report["lignes"]["creees"] == 1
    (stored,) = facts_of(shared_world, "pm-4")
    assert "DUPONT" not in str(stored)


# ---- the key -----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [None, "", " ", "é" * 3, "x" * 201, "a\tb"])
def test_a_key_of_printable_characters_is_wanted(shared_world: World, key: str | None):
    sent = {"Content-Type": "application/json", **shared_world.admin}
    if key is not None:
        sent["Idempotency-Key"] = key  # type: ignore[assignment]
    raw = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
    answer = shared_world.client.post(
        "/api/v1/faits", content=b"[]", headers=httpx.Headers(raw), params={"source": "pm"}
    )
    assert answer.status_code == 422, answer.text
    assert "Idempotency-Key" in answer.json()["detail"] or "idempotency-key" in answer.json()["detail"]


def test_the_same_list_with_the_same_key_is_received_once(shared_world: World):
    before = number_of_imports(shared_world)
    first = post(shared_world, [fact()], "double", source="pm-5")
    assert "idempotent-replayed" not in first.headers
    again = post(shared_world, [fact()], "double", source="pm-5")
    assert again.status_code == 202
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert again.json()["id"] == first.json()["id"]
    assert number_of_imports(shared_world) == before + 1
    assert report_of(shared_world, again)["lignes"]["creees"] == 1
    assert post(shared_world, [fact()], "double", source="pm-5").json()["etat"] == "valide"


@pytest.mark.parametrize("change", ["body", "source", "simulation", "arrete_le"])
def test_the_same_key_for_something_else_is_a_conflict(shared_world: World, change: str):
    key = f"conflit {change}"
    first = post(shared_world, [fact()], key, source="pm-6")
    assert first.status_code == 202
    before = number_of_imports(shared_world)
    other = {
        "body": lambda: post(shared_world, [fact("autre")], key, source="pm-6"),
        "source": lambda: post(shared_world, [fact()], key, source="pm-7"),
        "simulation": lambda: post(shared_world, [fact()], key, source="pm-6", simulation="true"),
        "arrete_le": lambda: post(shared_world, [fact()], key, source="pm-6", arrete_le="2025-07-31"),
    }[change]()
    assert other.status_code == 409, other.text
    assert other.json()["type"].endswith("/cle_deja_employee")
    assert number_of_imports(shared_world) == before
    assert shared_world.get(f"/imports/{first.json()['id']}")["id"] == first.json()["id"]


def test_a_key_belongs_to_its_caller(shared_world: World):
    """Two organisations may name their keys alike, and a label is no identity."""
    ours = shared_world.headers(shared_world.key("système", Role.AGENT, "ville"))
    theirs = shared_world.headers(shared_world.key("systeme", Role.PARTENAIRE, "bailleur"))
    with shared_world.database.owning() as connection:
        connection.execute(text("update accounts.api_key set label = 'système' where label = 'systeme'"))
    first = post(shared_world, [fact()], "commune", ours, source="pm-8")
    second = post(shared_world, [fact()], "commune", theirs, source="bailleur")
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] != second.json()["id"]


def test_a_list_that_is_refused_does_not_use_its_key(shared_world: World):
    assert post(shared_world, [], "refus").status_code == 422
    assert post(shared_world, [fact("après")], "refus").status_code == 202


@pytest.mark.parametrize("attempt", range(5))
def test_eight_requests_at_once_with_one_key_make_one_import(shared_world: World, attempt: int):
    before = number_of_imports(shared_world)
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(
                lambda _: post(shared_world, [fact(f"course {attempt}")], f"course {attempt}"), range(8)
            )
        )
    assert {answer.status_code for answer in answers} == {202}, [answer.text for answer in answers]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert number_of_imports(shared_world) == before + 1
    assert len(list((shared_world.settings.var / "depots").glob("*"))) >= 1
    report_of(shared_world, answers[0])
    assert not list((shared_world.settings.var / "depots").glob(f"*{answers[0].json()['id']}*"))


def test_of_two_contents_at_once_with_one_key_one_is_a_conflict(shared_world: World):
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: post(shared_world, [fact(f"duel {n % 2}")], "duel"), range(8)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [202] * 4 + [409] * 4


# ---- the body ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"faits": []}', b"reference;date\r\n1;2025-03-12\r\n", b'"texte"', b"null"]
)
def test_a_body_that_is_no_list_is_refused(shared_world: World, content: bytes):
    answer = post(shared_world, None, "liste", content=content)
    assert answer.status_code == 422, answer.text
    assert answer.json()["erreurs"][0]["champ"] == "corps"


@pytest.mark.parametrize("content", [b"[", b'[{"date": }]', b"[1, 2]", b"[[]]", b"[null]", b"[{}]", b"[]"])
def test_a_list_that_holds_no_fact_is_refused(shared_world: World, content: bytes):
    before = number_of_imports(shared_world)
    answer = post(shared_world, None, "vide", content=content)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert number_of_imports(shared_world) == before


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_page_of_another_site_cannot_send_facts(shared_world: World, kind: str):
    answer = shared_world.client.post(
        "/api/v1/faits", content=json.dumps([fact()]), params={"source": "pm"},
        headers={**shared_world.admin, "Content-Type": kind, "Idempotency-Key": "page"},
    )  # fmt: skip
    assert answer.status_code == 422
    assert answer.json()["erreurs"][0]["champ"] == "Content-Type"


def test_the_essential_keys_are_asked_for(shared_world: World):
    without = {k: v for k, v in fact().items() if k != "categorie"}
    answer = post(shared_world, [without], "manque")
    assert answer.status_code == 422
    assert "categorie" in answer.json()["detail"]


def test_a_list_larger_than_a_file_may_be_is_refused(shared_world: World):
    limit = shared_world.settings.max_bytes
    answer = post(shared_world, None, "lourd", content=b"[" + b" " * limit + b"]")
    assert answer.status_code in (413, 422)
    assert answer.json()["type"].endswith("/fichier_trop_grand")


# ---- who ---------------------------------------------------------------------------------------


def test_only_who_may_send_a_file_may_send_facts(shared_world: World):
    assert post(shared_world, [fact()], "qui", {}).status_code == 401
    analyst = shared_world.headers(shared_world.key("analyste des faits", Role.ANALYSTE))
    assert post(shared_world, [fact()], "qui", analyst).status_code == 403
    stranger = shared_world.headers(shared_world.key("autre agent", Role.AGENT, "ailleurs"))
    refused = post(shared_world, [fact()], "qui", stranger)
    assert refused.status_code == 422
    assert refused.json()["type"].endswith("/source_inconnue")

"""Who reads what over HTTP: keys, grants, organisations. Another's object does not exist."""

import base64
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql

from observatoire.disclosure.policy import Role
from observatoire.domain.territory import NATION
from observatoire.store import accounts
from observatoire.web import security
from support.files import LANDLORD_HEADER, pm_file, pm_row
from support.world import EPCI, TOULOUSE, World

YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}


@dataclass
class Neighbours:
    """Three organisations, their sources, one import of each, and the keys that look at them."""

    world: World
    imports: dict[str, str]
    headers: dict[str, dict[str, str]]

    def get(self, who: str, path: str, status: int = 200, **params: Any) -> Any:
        return self.world.get(path, self.headers[who], status, **params)


def landlord_file(rows: int, code: str = "31555") -> bytes:
    lines = [f"{code}-{i};12/03/2025;22:10;Les Tilleuls;{code};Tapage nocturne;" for i in range(rows)]
    return "\r\n".join([LANDLORD_HEADER, *lines, ""]).encode()


@pytest.fixture(scope="module")
def neighbours(shared_world: World) -> Neighbours:
    world = shared_world
    world.source("pm", organisation="Ville")
    world.source("bailleur", "bailleur", TOULOUSE, organisation="Bailleur", visibilite="public")
    world.source("ailleurs", "bailleur", "commune:13055", organisation="Marseille", visibilite="public")
    bad = pm_row("9", date="31/02/2025")
    imports = {
        "Ville": world.send(pm_file([*(pm_row(str(i)) for i in range(6)), bad]), "pm", **YEAR)["id"],
        "Bailleur": world.send(landlord_file(8), "bailleur", **YEAR)["id"],
        "Marseille": world.send(landlord_file(3, "13055"), "ailleurs", **YEAR)["id"],
    }
    assert world.client.post("/api/v1/editions", headers=world.admin).status_code == 201
    keys = {
        "agent": (Role.AGENT, "Ville", EPCI),
        "bailleur": (Role.PARTENAIRE, "Bailleur", EPCI),
        "analyste": (Role.ANALYSTE, "Observatoire", EPCI),
        "agent de Marseille": (Role.AGENT, "Marseille", "commune:13055"),
    }
    headers = {name: world.headers(world.key(name, *parts)) for name, parts in keys.items()}
    return Neighbours(world, imports, {**headers, "public": {}, "administration": world.admin})


READ = {"administration": {"pm", "bailleur"}, "analyste": {"pm", "bailleur"}, "agent": {"pm"}}
READ["bailleur"] = {"bailleur"}


@pytest.mark.parametrize("who", READ)
def test_inside_the_grant_a_key_reads_its_sources_and_the_rest_is_only_counted(
    neighbours: Neighbours, who: str
):
    answer = neighbours.get(who, "/analyses/synthese", territoire=TOULOUSE, **YEAR)
    groups = answer["resultat"]["groupes"]
    assert {s["source"] for group in groups for s in group["sources"]} == READ[who]
    assert answer["preuve"]["diffusion"]["audience"] == "interne"
    assert answer["preuve"]["couverture"]["autres_sources"] == 2 - len(READ[who])
    assert {s["source"] for s in answer["preuve"]["couverture"]["sources"]} == READ[who]
    facts = {"pm": 6, "bailleur": 8}
    assert {g["groupe"]: g["faits"]["valeur"] for g in groups} == {c: facts[c] for c in READ[who]}


def test_the_analyses_that_need_one_group_follow_the_same_rule(neighbours: Neighbours):
    slots = neighbours.get("agent", "/analyses/creneaux-horaires", territoire=TOULOUSE, **YEAR)
    assert slots["preuve"]["effectif"]["total"] == 6
    slots = neighbours.get("bailleur", "/analyses/creneaux-horaires", territoire=TOULOUSE, **YEAR)
    assert slots["preuve"]["effectif"]["total"] == 8
    problem = neighbours.get("analyste", "/analyses/creneaux-horaires", 422, territoire=TOULOUSE, **YEAR)
    assert problem["type"].endswith("/sources_non_additionnables")


@pytest.mark.parametrize("who", ["agent", "bailleur"])
def test_anothers_source_cannot_be_named_and_is_not_suggested(neighbours: Neighbours, who: str):
    other = ({"pm", "bailleur"} - READ[who]).pop()
    for code in (other, "nulle-part"):
        problem = neighbours.get(who, "/analyses/synthese", 422, territoire=TOULOUSE, source=code, **YEAR)
        assert problem["type"].endswith("/code_inconnu")
        assert problem["erreurs"][0]["valeur_attendue"] == READ[who].copy().pop()


@pytest.mark.parametrize("who", ["agent", "bailleur", "analyste", "public"])
def test_outside_the_grant_the_answer_is_the_published_grid(neighbours: Neighbours, who: str):
    answer = neighbours.get(who, "/analyses/synthese", territoire="commune:13055", **YEAR)
    assert answer["preuve"]["diffusion"]["edition"] == 1
    (group,) = answer["resultat"]["groupes"]
    assert group["annees"][0]["faits"] == {"valeur": None, "etat": "secret"}
    assert "sources" not in group
    part = {"debut": "2025-03-01", "fin": "2025-04-01"}
    neighbours.get(who, "/analyses/synthese", 422, territoire="commune:13055", **part)


@pytest.mark.parametrize("who", ["agent", "bailleur", "analyste"])
@pytest.mark.parametrize("territory", ["departement:31", "region:76", "nation:FR"])
def test_a_territory_that_reaches_beyond_the_grant_is_outside_it(
    neighbours: Neighbours, who: str, territory: str
):
    answer = neighbours.get(who, "/analyses/synthese", territoire=territory, **YEAR)
    assert answer["preuve"]["diffusion"]["audience"] == "partenaires"


# ---- keys ---------------------------------------------------------------------------------


BAD_HEADERS = {
    "unknown": "Bearer obs_inconnue",
    "empty": "Bearer ",
    "other scheme": "Digest abc",
    "no scheme": "obs_inconnue",
    "not base64": "Basic %%%",
    "basic without password": "Basic " + base64.b64encode(b"seul").decode(),
    "basic with a wrong password": "Basic " + base64.b64encode(b"cle:obs_inconnue").decode(),
    "basic not utf-8": "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
}


@pytest.mark.parametrize("header", BAD_HEADERS)
@pytest.mark.parametrize("path", ["/sources", "/analyses/synthese?territoire=nation:FR"])
def test_a_header_without_a_valid_key_is_401_even_where_the_public_may_read(
    neighbours: Neighbours, header: str, path: str
):
    headers = {"Authorization": BAD_HEADERS[header]}
    answer = neighbours.world.client.get(f"/api/v1{path}", headers=headers)
    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["type"].endswith("/non_authentifie")
    assert "obs_inconnue" not in answer.text


def new_key(world: World, **more: Any) -> str:
    with world.database.importing() as connection:
        return accounts.create_key(connection, "passagère", "analyste", "Observatoire", [NATION], **more)


def status_with(world: World, key: str) -> int:
    return world.client.get("/api/v1/sources", headers=world.headers(key)).status_code


def test_an_expired_key_is_401_and_one_not_yet_expired_is_good(neighbours: Neighbours):
    now = datetime.now(UTC)
    assert status_with(neighbours.world, new_key(neighbours.world, expires_at=now - timedelta(days=1))) == 401
    assert status_with(neighbours.world, new_key(neighbours.world, expires_at=now + timedelta(days=1))) == 200


def test_a_revoked_key_is_dead_half_a_minute_later_at_most(
    neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
):
    key = new_key(neighbours.world)
    assert status_with(neighbours.world, key) == 200
    with neighbours.world.database.importing() as connection:
        accounts.revoke_label(connection, "passagère")
    later = security.time.monotonic() + security.REMEMBERED_SECONDS + 1
    monkeypatch.setattr(security.time, "monotonic", lambda: later)
    assert security.REMEMBERED_SECONDS <= 30
    assert status_with(neighbours.world, key) == 401


def test_a_gis_client_gives_the_key_as_the_password_of_basic_authentication(neighbours: Neighbours):
    key = neighbours.world.keys["agent"]
    sources = neighbours.world.client.get("/api/v1/sources", auth=("peu importe", key)).json()
    assert [s["code"] for s in sources["sources"]] == ["pm"]


def every_row(world: World) -> list[str]:
    """Every row of every table of the database, as text."""
    rows: list[str] = []
    with psycopg.connect(world.database.url) as connection:
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_type = 'BASE TABLE' "
            "and table_schema not in ('pg_catalog', 'information_schema', 'reference')"
        ).fetchall()
        for schema, table in tables:
            query = sql.SQL("select to_json(t)::text from {} t").format(sql.Identifier(schema, table))
            rows += [row[0] for row in connection.execute(query)]
    return rows


def test_no_key_is_stored_in_clear(neighbours: Neighbours):
    rows = every_row(neighbours.world)
    assert any("passagère" in row or "agent" in row for row in rows)
    for name, key in neighbours.world.keys.items():
        secret = key.removeprefix(accounts.PREFIX)
        assert not [row for row in rows if secret in row or secret[8:24] in row], name
        assert [row for row in rows if accounts.digest(key) in row], name


def test_the_journal_says_who_asked_what_and_holds_no_value(neighbours: Neighbours):
    neighbours.get("analyste", "/analyses/synthese", territoire=TOULOUSE, **YEAR)
    with psycopg.connect(neighbours.world.database.url) as connection:
        columns = "caller, role, action, question, audience"
        lines = connection.execute(f"select {columns} from accounts.journal order by id").fetchall()
    last = lines[-1]
    assert last[:3] == ("analyste", "analyste", "lecture")
    assert TOULOUSE in last[3]
    assert last[4] == "interne"


# ---- another organisation's objects ---------------------------------------------------------


def alike(neighbours: Neighbours, who: str, method: str, one: str, other: str) -> None:
    """Two addresses answer 404 with the same body, but for the address itself."""
    bodies = []
    for path in (one, other):
        answer = neighbours.world.client.request(method, f"/api/v1{path}", headers=neighbours.headers[who])
        assert answer.status_code == 404, answer.text
        assert answer.json().pop("instance") == f"/api/v1{path}"
        bodies.append({k: v for k, v in answer.json().items() if k != "instance"})
    assert bodies[0] == bodies[1]


FOREIGN = [
    ("agent", "Bailleur"),
    ("bailleur", "Ville"),
    ("agent de Marseille", "Ville"),
    ("agent", "Marseille"),
]


@pytest.mark.parametrize(("who", "owner"), FOREIGN)
@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("GET", "/rejets"), ("DELETE", "")])
def test_anothers_import_and_one_that_never_was_are_answered_alike(
    neighbours: Neighbours, who: str, owner: str, method: str, tail: str
):
    theirs, never = neighbours.imports[owner], uuid.uuid4()
    alike(neighbours, who, method, f"/imports/{theirs}{tail}", f"/imports/{never}{tail}")


@pytest.mark.parametrize(
    ("who", "code"), [("agent", "bailleur"), ("bailleur", "pm"), ("agent de Marseille", "pm")]
)
def test_anothers_source_and_one_that_never_was_are_answered_alike(
    neighbours: Neighbours, who: str, code: str
):
    alike(neighbours, who, "GET", f"/sources/{code}", "/sources/nulle-part")


@pytest.mark.parametrize(("who", "code"), [("agent", "bailleur"), ("bailleur", "pm")])
def test_sending_for_anothers_source_reads_as_for_one_that_never_was(
    neighbours: Neighbours, who: str, code: str
):
    told = []
    for source in (code, "nulle-part"):
        answer = neighbours.world.client.post(
            "/api/v1/imports",
            data={"source": source},
            files={"fichier": ("export.csv", pm_file([pm_row()]))},
            headers=neighbours.headers[who],
        )
        assert answer.status_code == 422
        told.append(answer.text.replace(source, "…"))
    assert told[0] == told[1]
    for source in (code, "nulle-part"):
        body = {"debut": "2024-01-01", "fin": "2024-02-01"}
        answer = neighbours.world.client.post(
            f"/api/v1/sources/{source}/neant", json=body, headers=neighbours.headers[who]
        )
        told.append(answer.text.replace(source, "…"))
    assert told[2] == told[3]


def test_an_analyst_reads_imports_and_cannot_send_nor_undo(neighbours: Neighbours):
    theirs = neighbours.imports["Bailleur"]
    assert neighbours.get("analyste", f"/imports/{theirs}")["lignes"]["lues"] == 8
    answer = neighbours.world.client.delete(
        f"/api/v1/imports/{theirs}", headers=neighbours.headers["analyste"]
    )
    assert answer.status_code == 403


LISTED = {"administration": {"pm", "bailleur", "ailleurs"}, "agent": {"pm"}, "bailleur": {"bailleur"}}
LISTED |= {"agent de Marseille": {"ailleurs"}, "analyste": {"pm", "bailleur"}}


@pytest.mark.parametrize("who", LISTED)
def test_lists_hold_what_the_key_may_read_and_count_the_rest(neighbours: Neighbours, who: str):
    sources = neighbours.get(who, "/sources")
    assert {s["code"] for s in sources["sources"]} == LISTED[who]
    assert sources["autres_sources"] == 3 - len(LISTED[who])
    imports = neighbours.get(who, "/imports")
    assert {i["source"] for i in imports["imports"]} == LISTED[who]
    assert imports["total"] == len(LISTED[who])


def test_an_analyst_does_not_read_counts_of_an_import_outside_its_grant(neighbours: Neighbours):
    """The report of an import holds exact counts: « 3 créées » in Marseille is a count of 1 to 4."""
    theirs = neighbours.imports["Marseille"]
    alike(neighbours, "analyste", "GET", f"/imports/{theirs}", f"/imports/{uuid.uuid4()}")
    alike(neighbours, "analyste", "GET", f"/imports/{theirs}/rejets", f"/imports/{uuid.uuid4()}/rejets")
    assert neighbours.get("analyste", "/imports", source="ailleurs")["imports"] == []


def test_asking_for_the_imports_of_anothers_source_lists_none(neighbours: Neighbours):
    assert neighbours.get("agent", "/imports", source="bailleur") == {"imports": [], "total": 0}
    assert neighbours.get("agent", "/imports", source="nulle-part") == {"imports": [], "total": 0}


def test_the_imports_named_by_the_proof_are_those_that_the_figure_rests_on(neighbours: Neighbours):
    answer = neighbours.get("agent", "/analyses/synthese", territoire=TOULOUSE, **YEAR)
    link = answer["preuve"]["provenance"]["lien"].removeprefix("/api/v1")
    listed = neighbours.world.client.get(f"/api/v1{link}", headers=neighbours.headers["agent"]).json()
    assert [i["id"] for i in listed["imports"]] == [neighbours.imports["Ville"]]


def test_rejects_are_the_rows_of_the_file_with_their_reason_for_who_may_read_it(neighbours: Neighbours):
    path = f"/api/v1/imports/{neighbours.imports['Ville']}/rejets"
    answer = neighbours.world.client.get(path, headers=neighbours.headers["agent"])
    assert answer.headers["cache-control"] == "private, no-store"
    text = answer.content.decode("utf-8-sig")
    assert len(text.strip().splitlines()) == 2
    assert ";31/02/2025;" in text

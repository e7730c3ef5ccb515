"""The audit trail seen from the door: what is written, what each may read of it, what it refuses."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from observatoire.disclosure.policy import Role
from support.files import pm_file, pm_row
from support.world import EPCI, TOULOUSE, World

ROWS = [pm_row("1", date="13/03/2025"), pm_row("2", date="31/02/2025"), pm_row("3", date="?")]


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    shared_world.source("residences", kind="bailleur", organisation="bailleur-x")
    shared_world.source("police", organisation="ville")
    return shared_world


@pytest.fixture(scope="module")
def imports(town: World) -> dict[str, str]:
    return {code: town.send(pm_file(ROWS), code)["id"] for code in ("residences", "police")}


def key(town: World, role: Role, organisation: str, grant: str = EPCI) -> dict[str, str]:
    return town.headers(town.key(f"{role} {organisation} {grant}", role, organisation, grant))


def trail(town: World, headers: dict[str, str] | None = None, **params: Any) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = town.get("/audit", headers, **params)["entrees"]
    return entries


def test_an_export_of_rejects_says_who_what_how_many_and_why(town: World, imports: dict[str, str]) -> None:
    analyst = key(town, Role.ANALYSTE, "ville")
    path = f"/api/v1/imports/{imports['residences']}/rejets"
    assert town.client.get(path, params={"finalite": "controle"}, headers=analyst).status_code == 200
    (entry,) = trail(town, action="export_rejets", limit=1)
    assert entry["libelle_cle"] == f"analyste ville {EPCI}"
    assert (entry["organisation"], entry["role"]) == ("ville", "analyste")
    assert entry["objet"] == f"imports/{imports['residences']}/rejets"
    assert entry["sources"] == ["residences"]
    assert (entry["lignes_sorties"], entry["finalite"], entry["issue"]) == (2, "controle", "fait")


@pytest.mark.parametrize("stated", [{}, {"X-Finalite": ""}, {"X-Finalite": "par curiosité".encode()}])
@pytest.mark.parametrize("path", ["/imports/{}/rejets", "/lieux/a-verifier"])
def test_points_and_rejects_want_a_purpose_of_the_list(
    town: World, imports: dict[str, str], path: str, stated: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(town.client.headers, "X-Finalite")
    answer = town.client.get(f"/api/v1{path.format(imports['police'])}", headers={**town.admin, **stated})
    assert answer.status_code == 422, answer.text
    assert "inalite" in str(answer.json()["erreurs"])
    assert trail(town, limit=1)[0]["issue"] == "refuse"


def test_a_partner_reads_what_was_done_with_its_own_sources_by_organisation_only(
    town: World, imports: dict[str, str]
) -> None:
    analyst, partner = key(town, Role.ANALYSTE, "ville"), key(town, Role.PARTENAIRE, "bailleur-x")
    for code in imports:
        assert town.client.get(f"/api/v1/imports/{imports[code]}/rapport", headers=analyst).status_code == 200
    entries = trail(town, partner)
    assert {tuple(entry["sources"]) for entry in entries} == {("residences",)}
    assert {entry["libelle_cle"] for entry in entries} == {entry["role"] for entry in entries} == {None}
    assert "ville" in {entry["organisation"] for entry in entries if entry["action"] == "lecture_rapport"}
    assert trail(town, partner, source="police") == []
    assert imports["police"] not in str(entries)


def test_a_number_that_other_sources_share_is_not_told_to_a_partner(town: World) -> None:
    assert town.get("/categories/a-classer", source=["residences", "police"])
    theirs = trail(town, key(town, Role.PARTENAIRE, "bailleur-x"), action="lecture_libelles", limit=1)[0]
    ours = trail(town, action="lecture_libelles", limit=1)[0]
    assert theirs["numero"] == ours["numero"]
    assert ours["lignes_sorties"] is not None
    assert (theirs["lignes_sorties"], theirs["sources"]) == (None, ["residences"])


def test_a_refused_read_is_written_and_its_owner_sees_it(town: World, imports: dict[str, str]) -> None:
    stranger = key(town, Role.PARTENAIRE, "transport")
    path = f"/api/v1/imports/{imports['residences']}/rapport"
    assert town.client.get(path, headers=stranger).status_code == 404
    entry = trail(town, key(town, Role.PARTENAIRE, "bailleur-x"), limit=1)[0]
    assert (entry["organisation"], entry["issue"], entry["motif"]) == ("transport", "refuse", "introuvable")


def test_an_invalid_key_leaves_an_entry_and_no_trace_of_itself(town: World) -> None:
    answer = town.client.get("/api/v1/sources", headers=town.headers("obs_tres-secrete"))
    assert answer.status_code == 401
    entry = trail(town, limit=1)[0]
    assert (entry["libelle_cle"], entry["role"], entry["motif"]) == ("", "public", "non_authentifie")
    with town.database.owning() as connection:
        found = connection.execute(text("select count(*) from audit.entry e where e::text like '%secrete%'"))
        assert found.scalar_one() == 0


def test_the_administration_of_a_commune_reads_what_touches_its_grant(town: World) -> None:
    town.source("ailleurs", territory="commune:13055", organisation="marseille")
    town.get("/sources/ailleurs/rapport")
    near = key(town, Role.ADMINISTRATION, "", "commune:13055")
    assert {tuple(entry["sources"]) for entry in trail(town, near)} == {("ailleurs",)}
    assert trail(town, near)[0]["libelle_cle"] == "administration"
    assert trail(town, key(town, Role.ADMINISTRATION, "", TOULOUSE), source="ailleurs") == []


def test_who_has_no_organisation_reads_nothing_and_without_a_key_nobody_does(town: World) -> None:
    assert trail(town, key(town, Role.ANALYSTE, "")) == []
    assert town.client.get("/api/v1/audit").status_code == 401


def test_the_pages_hold_every_entry_once(town: World) -> None:
    cursor, numbers = None, []
    while True:
        params = {"limit": 3, "action": "envoi"} | ({"curseur": cursor} if cursor else {})
        answer = town.client.get("/api/v1/audit", params=params, headers=town.admin)
        numbers += [entry["numero"] for entry in answer.json()["entrees"]]
        cursor = answer.json()["curseur_suivant"]
        assert ('rel="next"' in answer.headers.get("Link", "")) == (cursor is not None)
        if cursor is None:
            break
    assert numbers == sorted(set(numbers), reverse=True)
    assert numbers == [entry["numero"] for entry in trail(town, action="envoi", limit=500)]
    assert len(numbers) >= 2


def test_what_can_not_be_written_is_not_answered(
    town: World, imports: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with town.database.owning() as connection:
        connection.execute(text("revoke insert on audit.entry from observatoire_audit"))
    try:
        path = f"/api/v1/imports/{imports['police']}/rejets"
        answer = town.client.get(path, headers=town.admin)
        open_to_all = town.client.get(f"/api/v1/territoires/{TOULOUSE}")
    finally:
        with town.database.owning() as connection:
            connection.execute(text("grant insert on audit.entry to observatoire_audit"))
    assert answer.status_code == 503
    assert answer.json()["type"].endswith("/audit_indisponible")
    assert "31/02/2025" not in answer.text
    assert "content-disposition" not in answer.headers
    assert open_to_all.status_code == 200


def test_an_unforeseen_failure_is_written_as_one(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Jean Dupont")

    monkeypatch.setattr("observatoire.analyses.source_report.report", broken)
    assert town.client.get("/api/v1/sources/police/rapport", headers=town.admin).status_code == 500
    entry = trail(town, limit=1)[0]
    assert (entry["action"], entry["issue"], entry["sources"]) == ("lecture_rapport", "echoue", ["police"])


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_a_name_that_no_column_can_hold_is_refused_and_written_all_the_same(town: World, name: str) -> None:
    body = json.dumps({"source": name, "correspondances": [{"libelle": "x", "categorie": "A101"}]})
    headers = town.admin | {"Content-Type": "application/json"}
    answer = town.client.put("/api/v1/categories/correspondances", content=body, headers=headers)
    assert answer.status_code in {404, 422}, answer.text
    assert trail(town, limit=1)[0]["sources"] == []
    assert town.client.patch("/api/v1/sources", headers=town.admin).status_code == 405


def test_the_filter_holds_codes_and_dates(town: World) -> None:
    town.client.get(
        "/api/v1/analyses/points-chauds",
        params={"territoire": EPCI, "debut": "2025-01-01", "categorie": "A1", "source": "police", "q": "x"},
    )
    assert trail(town, limit=1)[0]["filtre"] == f"categorie=A1&debut=2025-01-01&territoire={EPCI}"
    assert trail(town, limit=1)[0]["action"] == "lecture_audit"

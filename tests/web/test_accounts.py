"""Organisations, keys, and who is asking: through the API, by the administration and by those who ask."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from observatoire.disclosure.policy import Role
from observatoire.store import accounts
from support.neighbours import export
from support.world import EPCI, TOULOUSE, World

TODAY = datetime.now(UTC).date()
YEAR = {"debut": "2024-01-01", "fin": "2025-01-01"}


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    world = shared_world
    world.source("pm", organisation="Ville")
    world.source("residences", "bailleur", TOULOUSE, organisation="Bailleur", visibilite="partenaires")
    months = {"debut": "2024-01-01", "fin": "2025-01-01"}
    rows = export(40, "31555").replace(b"/2025;", b"/2024;").replace(b"31/02/2024", b"32/01/2024")
    world.send(rows, "residences", **months)
    assert world.client.post("/api/v1/editions", headers=world.admin).status_code == 201
    return world


def call(town: World, method: str, path: str, status: int, body: Any = None, **headers: str) -> Any:
    answer = town.client.request(method, f"/api/v1{path}", json=body, headers=headers or town.admin)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def organisation(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "libelle": code.title(), "type": "epci", **more}


def territory(code: str, since: date = date(2020, 1, 1), until: date | None = None) -> dict[str, Any]:
    return {"territoire": code, "valide_depuis": str(since), "valide_jusqua": str(until) if until else None}


def new_key(town: World, **body: Any) -> dict[str, str]:
    made = call(town, "POST", "/cles", 201, {"libelle": "essai", "role": "analyste", **body})
    return town.headers(made["cle"])


# ---- organisations --------------------------------------------------------------------------------------


def test_whoever_sends_is_an_organisation_of_the_kind_that_its_source_tells(town: World):
    known = {o["code"]: (o["type"], o["active"]) for o in town.get("/organisations")["organisations"]}
    assert known["Ville"] == ("epci", True)
    assert known["Bailleur"] == ("bailleur", True)


def test_an_organisation_is_described_once_and_then_anew(town: World):
    made = call(town, "POST", "/organisations", 201, organisation("metropole", territoires=[territory(EPCI)]))
    assert (made["libelle"], made["type"], made["active"]) == ("Metropole", "epci", True)
    assert made["territoires"] == [territory(EPCI)]
    problem = call(town, "POST", "/organisations", 409, organisation("metropole"))
    assert "PUT /organisations" in problem["detail"]
    changed = organisation("metropole", libelle="Toulouse Métropole", active=False)
    call(town, "PUT", "/organisations/metropole", 200, changed)
    assert town.get("/organisations/metropole")["territoires"] == []
    assert not town.get("/organisations/metropole")["active"]


@pytest.mark.parametrize("code", ["Cœur d’Hérault — n° 2", "50 % social?a=1#b", "警察"])
def test_the_address_of_a_new_organisation_leads_to_it_however_it_is_named(town: World, code: str):
    body = organisation(code) | {"libelle": "Sous un nom peu commun"}
    made = town.client.post("/api/v1/organisations", json=body, headers=town.admin)
    assert made.status_code == 201, made.text
    found = town.client.get(made.headers["location"], headers=town.admin)
    assert (found.status_code, found.json()["code"]) == (200, code)


BAD_TERRITORIES = {
    "unknown": [territory("commune:99999")],
    "part of a commune": [territory("arrondissement:75118")],
    "reversed": [territory(EPCI, date(2024, 1, 1), date(2023, 1, 1))],
    "twice": [territory(EPCI), territory(EPCI)],
}


@pytest.mark.parametrize("case", BAD_TERRITORIES)
def test_a_territory_that_can_not_be_is_refused_and_nothing_is_kept(town: World, case: str):
    body = organisation(f"mal-{case}", territoires=BAD_TERRITORIES[case])
    problem = call(town, "POST", "/organisations", 422, body)
    assert problem["erreurs"][0]["champ"].startswith("territoire")
    town.get(f"/organisations/mal-{case}", status=404)


def test_an_organisation_is_known_to_itself_and_to_those_who_read_its_sources(town: World):
    def known(role: Role, own: str, grant: str = EPCI) -> set[str]:
        headers = town.headers(town.key(f"{role} {own} {grant}", role, own, grant))
        return {o["code"] for o in town.get("/organisations", headers)["organisations"]}

    assert known(Role.AGENT, "Ville") == {"Ville"}
    assert known(Role.ANALYSTE, "", TOULOUSE) == {"Ville", "Bailleur"}
    assert known(Role.ANALYSTE, "Seule", "commune:13055") == {"Seule"}
    assert known(Role.ELU, "Ville") == set()


# ---- keys -----------------------------------------------------------------------------------------------


def test_a_key_is_seen_once_listed_without_its_secret_and_revoked(town: World):
    made = call(town, "POST", "/cles", 201, {"libelle": "SIG", "role": "analyste", "perimetre": [EPCI]})
    key = made["cle"]
    listed = next(k for k in town.get("/cles")["cles"] if k["libelle"] == "SIG")
    assert (listed["role"], listed["perimetre"], listed["organisation"]) == ("analyste", [EPCI], None)
    assert key.startswith(listed["prefixe"])
    everything = town.client.get("/api/v1/cles", headers=town.admin).text
    assert key not in everything
    assert accounts.digest(key) not in everything
    call(town, "GET", "/sources", 200, None, **town.headers(key))
    call(town, "DELETE", f"/cles/{listed['numero']}", 204)
    with town.database.reading() as connection:
        assert accounts.find_key(connection, key) is None
    revoked = next(k for k in town.get("/cles")["cles"] if k["libelle"] == "SIG")["revoquee_le"]
    call(town, "DELETE", f"/cles/{listed['numero']}", 204)
    assert next(k for k in town.get("/cles")["cles"] if k["libelle"] == "SIG")["revoquee_le"] == revoked
    call(town, "DELETE", "/cles/999999", 404)


def test_what_is_done_to_keys_and_organisations_is_written_in_the_journal_without_the_key(town: World):
    made = call(town, "POST", "/cles", 201, {"libelle": "journal", "role": "analyste"})
    with town.database.owning() as connection:
        lines = connection.execute(text("select caller, action, question from accounts.journal order by id"))
        told = [tuple(line) for line in lines]
    assert told[-1] == ("administration", "clé créée", made["cle"][:8])
    assert not [line for line in told if made["cle"] in str(line)]


BAD_KEYS = {
    "organisation": {"role": "agent", "perimetre": [EPCI]},
    "perimetre": {"role": "analyste", "perimetre": ["arrondissement:75118"]},
    "expire_le": {"role": "analyste", "expire_le": "2020-01-01T00:00:00Z"},
}


@pytest.mark.parametrize("field", BAD_KEYS)
def test_a_key_that_would_open_nothing_or_too_much_is_refused(town: World, field: str):
    problem = call(town, "POST", "/cles", 422, {"libelle": "mal faite", **BAD_KEYS[field]})
    assert problem["erreurs"][0]["champ"] == field
    assert "mal faite" not in {k["libelle"] for k in town.get("/cles")["cles"]}


def test_an_administrator_with_bounds_gives_no_key_it_could_give_itself_any(town: World):
    headers = town.headers(town.key("bornée", Role.ADMINISTRATION, "", EPCI))
    call(town, "POST", "/cles", 403, {"libelle": "x", "role": "administrateur"}, **headers)
    call(town, "GET", "/cles", 403, None, **headers)
    call(town, "POST", "/organisations", 403, organisation("x"), **headers)


def test_a_key_without_territories_has_those_in_force_of_its_organisation(town: World):
    parts = [
        territory("commune:13055", until=TODAY),
        territory(EPCI, until=TODAY + timedelta(days=1)),
        territory("commune:69123", TODAY + timedelta(days=1)),
    ]
    call(town, "POST", "/organisations", 201, organisation("mouvante", territoires=parts))
    headers = new_key(town, organisation="mouvante")
    assert town.get("/moi", headers)["perimetre"] == [EPCI]


def test_the_keys_of_an_organisation_that_is_no_longer_active_open_nothing(town: World):
    call(town, "POST", "/organisations", 201, organisation("partie", territoires=[territory(EPCI)]))
    open_key, later = (new_key(town, organisation="partie")["Authorization"][7:] for _ in range(2))
    call(town, "GET", "/sources", 200, None, **town.headers(open_key))
    call(town, "PUT", "/organisations/partie", 200, organisation("partie", active=False))
    assert call(town, "GET", "/sources", 401, None, **town.headers(later))["type"].endswith("non_authentifie")
    call(town, "PUT", "/organisations/partie", 200, organisation("partie", territoires=[territory(EPCI)]))
    call(town, "GET", "/sources", 200, None, **town.headers(later))


# ---- who is asking --------------------------------------------------------------------------------------


def test_without_a_key_one_is_the_public(town: World):
    me = town.get("/moi", {}, territoire=TOULOUSE)
    assert (me["nom"], me["role"], me["organisation"], me["perimetre"]) == (None, None, None, [])
    assert me["audience_ailleurs"] == "public"
    assert me["audiences"] == [
        {"territoire": TOULOUSE, "audience": "public", "sources": [], "autres_sources": 2}
    ]


STANDINGS = {
    "agent": (Role.AGENT, "Ville", "interne", ["pm"], "partenaires"),
    "partenaire": (Role.PARTENAIRE, "Bailleur", "interne", ["residences"], "partenaires"),
    "analyste": (Role.ANALYSTE, "", "interne", ["pm", "residences"], "partenaires"),
    "coordonnateur": (Role.COORDONNATEUR, "Ville", "interne", ["pm", "residences"], "partenaires"),
    "agent sans source": (Role.AGENT, "Ailleurs", "partenaires", [], "partenaires"),
    "elu": (Role.ELU, "Ville", "groupe", [], "public"),
}


@pytest.mark.parametrize("who", STANDINGS)
def test_one_is_told_as_what_one_is_answered_and_is_answered_so(town: World, who: str):
    role, own, audience, sources, elsewhere = STANDINGS[who]
    headers = town.headers(town.key(who, role, own, EPCI))
    me = town.get("/moi", headers, territoire=[TOULOUSE, "commune:13055"])
    assert (me["nom"], me["role"], me["audience_ailleurs"]) == (who, role.value, elsewhere)
    here, away = me["audiences"]
    assert (here["audience"], here["sources"], here["autres_sources"]) == (
        audience, sources, 2 if audience == "groupe" else 2 - len(sources)
    )  # fmt: skip
    assert (away["audience"], away["sources"]) == (elsewhere, [])
    answer = town.get("/analyses/synthese", headers, territoire=TOULOUSE, **YEAR)
    assert answer["preuve"]["diffusion"]["audience"] == audience


def test_the_working_group_reads_at_home_what_partners_read_and_nothing_finer(town: World):
    """The landlord's figures go to partners at most: an elected member reads them, the public does not."""
    elected = town.headers(town.key("elu", Role.ELU, "Ville", EPCI))
    asked = {"territoire": TOULOUSE, **YEAR}
    mine = town.get("/analyses/synthese", elected, **asked)
    assert [g["groupe"] for g in mine["resultat"]["groupes"]] == ["residences"]
    assert mine["preuve"]["diffusion"]["edition"] == 1
    assert town.get("/analyses/synthese", {}, **asked)["resultat"]["groupes"] == []
    part = {"territoire": TOULOUSE, "debut": "2024-03-01", "fin": "2024-04-01"}
    assert town.get("/analyses/synthese", elected, 422, **part)["type"].endswith("hors_diffusion")
    for path in ("/imports", "/sources", "/avis", "/zones"):
        listed = town.get(path, elected)
        assert not any(v for v in listed.values() if isinstance(v, list)), path

"""Facts one by one: for who holds the grant and may read the source, without anything that names."""

import csv
import io
from typing import Any

import pytest
from sqlalchemy import text

from observatoire.disclosure.policy import Role
from observatoire.domain.territory import TerritoryCode
from observatoire.store import accounts
from support.files import pm_file, pm_row
from support.world import EPCI, TOULOUSE, World

COLOMIERS = "commune:31149"
YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}


def rows(town: str, number: int, mark: str) -> list[str]:
    point = ("574357,3", "6279642,9") if town == "31555" else ("", "")
    hours = ["22h45", "", "soirée"]
    return [
        pm_row(
            f"{mark}-{i}", f"{1 + i % 9:02d}/03/2025", hours[i % 3], "Tapage nocturne", code=town, point=point
        )
        for i in range(number)
    ]


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    shared_world.source("pm", organisation="ville", territory=TOULOUSE)
    shared_world.source("voisine", organisation="voisine", territory=COLOMIERS)
    shared_world.source("large", organisation="metropole", groupe="large")
    shared_world.source("rue", organisation="ville", territory=TOULOUSE, precision="voie", groupe="rue")
    for source, code, number in (("pm", "31555", 30), ("voisine", "31149", 7), ("rue", "31555", 3)):
        shared_world.send(pm_file(rows(code, number, source)), source, **YEAR)
    shared_world.send(pm_file(rows("31555", 4, "l") + rows("31149", 2, "m")), "large", **YEAR)
    return shared_world


def key(town: World, name: str, role: Role, organisation: str = "", grant: str = EPCI, **more: Any) -> dict:
    with town.database.importing() as connection:
        made = accounts.create_key(
            connection, name, role.value, organisation, [TerritoryCode.parse(grant)], **more
        )
    return town.headers(made)


def ask(town: World, headers: dict[str, str] | None = None, **params: Any) -> dict[str, Any]:
    asked = {"territoire": TOULOUSE, **YEAR, **params}
    answer: dict[str, Any] = town.get("/faits", headers, **asked)
    return answer


def test_a_fact_says_when_where_and_what_and_nothing_that_names(town: World):
    fact = ask(town, source="pm", limit=1)["faits"][0]
    assert {k: fact[k] for k in ("source", "categorie", "jour", "commune", "precision_lieu")} == {
        "source": "pm", "categorie": "A101", "jour": "2025-03-01", "commune": "31555",
        "precision_lieu": "point",
    }  # fmt: skip
    assert fact["longitude"] is None
    assert set(fact) == {
        "source", "categorie", "jour", "heure_locale", "precision_temps", "debut", "fin", "precision_lieu",
        "commune", "arrondissement", "iris", "qpv", "longitude", "latitude", "quantite", "unite", "import",
    }  # fmt: skip
    assert town.get(f"/imports/{fact['import']}")["source"] == "pm"


def test_the_bounds_of_a_fact_are_told_only_where_they_say_more_than_its_day(town: World):
    told = {f["precision_temps"]: f for f in ask(town, source="pm")["faits"]}
    assert told["minute"]["heure_locale"] == 22
    assert told["minute"]["debut"] == f"{told['minute']['jour']}T21:45:00Z"
    assert (told["jour"]["debut"], told["jour"]["heure_locale"]) == (None, None)
    assert told["creneau"]["fin"] > told["creneau"]["debut"]


def test_pages_by_cursor_hold_every_fact_once_and_as_many_as_are_counted(town: World):
    seen, cursor = [], None
    while True:
        page = ask(town, source="pm", limit=7, **({"curseur": cursor} if cursor else {}))
        seen += page["faits"]
        cursor = page["curseur_suivant"]
        if cursor is None:
            break
    assert [f["jour"] for f in seen] == sorted(f["jour"] for f in seen)
    counted = town.get("/analyses/synthese", territoire=TOULOUSE, source="pm", **YEAR)
    assert len(seen) == counted["resultat"]["groupes"][0]["faits"]["valeur"] == 30
    with town.database.owning() as connection:
        days = connection.execute(
            text("select local_day::text from confidential.fact where source = 'pm' order by local_day")
        )
        assert [f["jour"] for f in seen] == list(days.scalars())


def test_the_next_page_is_linked(town: World):
    params = {"territoire": TOULOUSE, **YEAR, "source": "pm", "limit": 20}
    first = town.client.get("/api/v1/faits", params=params, headers=town.admin)
    link = first.headers["link"]
    assert link.endswith('; rel="next"')
    second = town.client.get(link[1 : link.index(">")], headers=town.admin)
    assert len(second.json()["faits"]) == 10
    assert "link" not in second.headers
    assert first.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("cursor", ["", "abc", "é", "AAAAAAAAAAAAAAAAAAAA", "A" * 200])
def test_a_cursor_that_no_page_gave_is_refused(town: World, cursor: str):
    answer = town.client.get(
        "/api/v1/faits", params={"territoire": TOULOUSE, "curseur": cursor}, headers=town.admin
    )
    assert answer.status_code == (200 if cursor == "" else 422)
    if cursor:
        assert answer.json()["type"].endswith("/curseur_inconnu")


def test_a_cursor_of_another_question_is_refused(town: World):
    cursor = ask(town, source="pm", limit=3)["curseur_suivant"]
    asked = {"territoire": TOULOUSE, **YEAR, "source": "rue", "curseur": cursor}
    refused = town.client.get("/api/v1/faits", params=asked, headers=town.admin)
    assert refused.json()["type"].endswith("/curseur_inconnu")


def test_coordinates_need_the_scope_and_a_contract_that_allows_them(town: World):
    params = {"territoire": TOULOUSE, **YEAR, "points": "true"}
    refused = town.client.get("/api/v1/faits", params=params, headers=town.admin)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (403, "portee_insuffisante")
    scoped = key(town, "sig", Role.ANALYSTE, scopes=["points"])
    found = ask(town, scoped, points="true")
    by_source = {f["source"]: f for f in found["faits"]}
    assert by_source["pm"]["longitude"] == pytest.approx(1.4442, abs=0.01)
    assert by_source["rue"]["longitude"] is None
    assert any("« rue »" in told and "exclut le point" in told for told in found["avertissements"])
    assert all(f["longitude"] is None for f in ask(town, scoped)["faits"])


def test_a_stated_purpose_is_asked_for_and_the_trail_says_how_many_rows_left(town: World):
    params = {"territoire": TOULOUSE, **YEAR, "source": "pm"}
    refused = town.client.get(
        "/api/v1/faits", params=params, headers=town.admin | {"X-Finalite": "curiosite"}
    )
    assert refused.status_code == 422
    ask(town, source="pm")
    entry = town.get("/audit", action="lecture_points")["entrees"][0]
    assert (entry["lignes_sorties"], entry["sources"], entry["finalite"]) == (30, ["pm"], "controle")
    assert entry["filtre"] == f"debut=2025-01-01&fin=2026-01-01&territoire={TOULOUSE}"


def test_an_agent_and_a_partner_list_their_own_facts_only(town: World):
    for role in (Role.AGENT, Role.PARTENAIRE):
        found = ask(town, key(town, role.value, role, "ville"))
        assert {f["source"] for f in found["faits"]} == {"pm", "rue"}
        assert found["autres_sources"] == 1


def test_outside_the_grant_nothing_is_listed(town: World):
    abroad = key(town, "ailleurs", Role.ANALYSTE, grant="commune:13055")
    elected = key(town, "elu", Role.ELU, "ville")
    for headers in (abroad, elected):
        refused = town.client.get("/api/v1/faits", params={"territoire": TOULOUSE}, headers=headers)
        assert refused.json()["type"].endswith("/hors_diffusion")
    nobody = town.client.get("/api/v1/faits", params={"territoire": TOULOUSE})
    assert nobody.status_code == 401


def test_a_source_wider_than_the_grant_is_named_rather_than_thought_empty(town: World):
    of_toulouse = key(town, "toulouse", Role.ANALYSTE, grant=TOULOUSE)
    found = ask(town, of_toulouse)
    assert {f["source"] for f in found["faits"]} == {"pm", "rue"}
    assert found["sources_listees"] == ["pm", "rue"]
    assert any("« large »" in told and "débordent" in told for told in found["avertissements"])
    assert len(ask(town, source="large")["faits"]) == 4


def test_a_zone_is_counted_not_listed(town: World):
    zone = "zone:00000000-0000-4000-8000-000000000000"
    refused = town.client.get("/api/v1/faits", params={"territoire": zone}, headers=town.admin)
    assert refused.status_code == 422
    assert "sans liste" in refused.text


def test_a_spreadsheet_and_a_map_read_the_same_facts(town: World):
    scoped = key(town, "carte", Role.ANALYSTE, scopes=["points"])
    facts = ask(town, scoped, source="pm", points="true")["faits"]
    params = {"territoire": TOULOUSE, **YEAR, "source": "pm", "points": "true"}
    told = town.client.get("/api/v1/faits", params=params | {"f": "csv"}, headers=scoped)
    lines = list(csv.DictReader(io.StringIO(told.content.decode("utf-8-sig")), delimiter=";"))
    assert [(line["jour"], line["heure_locale"] or None) for line in lines] == [
        (f["jour"], None if f["heure_locale"] is None else str(f["heure_locale"])) for f in facts
    ]
    drawn = town.client.get("/api/v1/faits", params=params | {"f": "geojson"}, headers=scoped).json()
    assert [tuple(f["geometry"]["coordinates"]) for f in drawn["features"]] == [
        (f["longitude"], f["latitude"]) for f in facts
    ]

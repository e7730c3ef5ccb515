"""The matrix source × month: dated territories, calendars, nil months, provisional months."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from support.files import pm_file, pm_row
from support.world import EPCI, TOULOUSE, World

COLOMIERS = "commune:31149"
NOWHERE = ("", "")
TODAY = datetime.now(UTC).date()


def month(back: int) -> date:
    """The first day of the month that began ``back`` months ago (0: this one)."""
    rank = TODAY.year * 12 + TODAY.month - 1 - back
    return date(rank // 12, rank % 12 + 1, 1)


def states(world: World, source: str, territory: str, start: date | str, end: date | str) -> dict[str, str]:
    asked = {"territoire": territory, "debut": str(start), "fin": str(end), "source": source}
    (line,) = world.get("/analyses/couverture", **asked)["resultat"]["sources"]
    return {m["periode"]: m["etat"] for m in line["mois"]}


@pytest.fixture(scope="module")
def extended(shared_world: World) -> World:
    """A police that covered Toulouse, then the whole of the EPCI from the middle of a month."""
    world = shared_world
    parts = [
        {"territoire": TOULOUSE, "valide_depuis": "2024-01-01"},
        {"territoire": EPCI, "valide_depuis": "2024-06-15"},
    ]
    world.source("pm", territoires=parts)
    rows = [
        pm_row("1", "10/03/2024"),
        pm_row("2", "11/03/2024", code="31149", point=NOWHERE),
        pm_row("3", "20/06/2024", code="31149", point=NOWHERE),
        pm_row("4", "10/09/2024", code="31149", point=NOWHERE),
        pm_row("5", "11/09/2024"),
    ]
    world.send(pm_file(rows), debut="2024-01-01", fin="2025-01-01")
    return world


def test_a_month_is_partial_where_the_territory_in_force_is_a_part_of_the_question(extended: World):
    told = states(extended, "pm", EPCI, "2024-01-01", "2025-01-01")
    assert [told[f"2024-{m:02d}"] for m in range(1, 13)] == ["partiel"] * 6 + ["recu"] * 6


def test_a_commune_is_covered_from_the_day_it_enters_the_territory(extended: World):
    assert set(states(extended, "pm", TOULOUSE, "2024-01-01", "2025-01-01").values()) == {"recu"}
    told = states(extended, "pm", COLOMIERS, "2024-01-01", "2025-01-01")
    assert [told[f"2024-{m:02d}"] for m in range(1, 13)] == ["absent"] * 5 + ["partiel"] + ["recu"] * 6


def test_a_fact_counts_only_where_the_territory_of_its_day_holds_it(extended: World):
    asked = {"territoire": COLOMIERS, "debut": "2024-01-01", "fin": "2025-01-01"}
    series = extended.get("/analyses/tendances", **asked)["resultat"]["series"]
    by_month = {point["periode"]: point["faits"] for point in series}
    assert by_month["2024-03"] == {"valeur": None, "etat": "absent"}
    assert by_month["2024-06"] == {"valeur": 1, "etat": "publie"}
    assert by_month["2024-09"] == {"valeur": 1, "etat": "publie"}
    whole = extended.get("/analyses/synthese", **asked | {"territoire": EPCI, "source": "pm"})
    assert whole["resultat"]["groupes"][0]["faits"]["valeur"] == 4


def test_the_contract_tells_its_successive_territories_and_can_be_sent_back_as_it_is(extended: World):
    contract = extended.get("/sources/pm")
    assert contract["territoires"] == [
        {"territoire": TOULOUSE, "valide_depuis": "2024-01-01", "valide_jusqua": "2024-06-15"},
        {"territoire": EPCI, "valide_depuis": "2024-06-15", "valide_jusqua": None},
    ]
    again = extended.client.put("/api/v1/sources/pm", json=contract, headers=extended.admin)
    assert again.json() == contract


@pytest.mark.parametrize(
    ("parts", "until"),
    [
        ([{"territoire": TOULOUSE, "valide_depuis": "2024-01-01"}], None),
        (
            [
                {"territoire": TOULOUSE, "valide_depuis": "2024-06-01"},
                {"territoire": EPCI, "valide_depuis": "2024-01-01"},
            ],
            None,
        ),
        (
            [
                {"territoire": TOULOUSE, "valide_depuis": "2024-01-01", "valide_jusqua": "2024-03-01"},
                {"territoire": EPCI, "valide_depuis": "2024-06-01"},
            ],
            None,
        ),
        ([{"territoire": EPCI, "valide_depuis": "2024-01-01"}], "2023-01-01"),
        ([{"territoire": "qpv:QN03190Z", "valide_depuis": "2024-01-01"}], None),
    ],
)
def test_territories_that_do_not_follow_each_other_are_refused(
    extended: World, parts: list[dict[str, str]], until: str | None
):
    body = {"code": "mal", "libelle": "mal", "type": "autre", "territoire": EPCI, "territoires": parts}
    if until:
        body["couvert_jusqua"] = until
    answer = extended.client.post("/api/v1/sources", json=body, headers=extended.admin)
    assert answer.status_code == 422
    assert answer.json()["erreurs"][0]["champ"] in ("territoires", "territoire", "couvert_jusqua")
    assert extended.client.get("/api/v1/sources/mal", headers=extended.admin).status_code == 404


CALENDAR: dict[str, Any] = {"periodicite": "mensuelle", "delai_jours": 40}


def test_each_month_is_received_late_nil_partial_to_come_or_missing(shared_world: World):
    world = shared_world
    calendar = {**CALENDAR, "attendu_depuis": str(month(8)), "mois_suspendus": [f"{month(5):%Y-%m}"]}
    world.source("attendue", "bailleur", TOULOUSE, calendrier=calendar)
    world.send(pm_file([pm_row("a", f"{month(8):%d/%m/%Y}")]), "attendue", debut=month(8), fin=month(7))
    whole = {"debut": str(month(7)), "fin": str(month(6))}
    world.client.post("/api/v1/sources/attendue/neant", json=whole, headers=world.admin)
    partial = {"debut": month(4), "fin": month(3), "couverture": "partielle"}
    world.send(pm_file([pm_row("b", f"{month(4):%d/%m/%Y}")]), "attendue", **partial)

    told = states(world, "attendue", TOULOUSE, month(9), month(-1))

    assert [told[f"{month(back):%Y-%m}"] for back in range(9, 2, -1)] == [
        "absent", "recu", "neant", "en_retard", "absent", "partiel", "en_retard",
    ]  # fmt: skip
    assert told[f"{month(0):%Y-%m}"] == "a_venir"


def test_an_undone_nil_month_is_late_again(shared_world: World):
    world = shared_world
    world.source("nulle", territory=TOULOUSE, calendrier={**CALENDAR, "attendu_depuis": "2024-01-01"})
    body = {"debut": "2024-02-01", "fin": "2024-03-01"}
    nil = world.client.post("/api/v1/sources/nulle/neant", json=body, headers=world.admin).json()
    asked = {"territoire": TOULOUSE, "source": "nulle", **body}

    def told() -> tuple[str, dict[str, Any]]:
        summary = world.get("/analyses/synthese", **asked)["resultat"]["groupes"][0]["faits"]
        return states(world, "nulle", TOULOUSE, "2024-02-01", "2024-03-01")["2024-02"], summary

    assert told() == ("neant", {"valeur": 0, "etat": "zero"})
    undone = world.client.delete(f"/api/v1/imports/{nil['id']}", headers=world.admin)
    assert undone.json()["etat"] == "annule"
    assert told() == ("en_retard", {"valeur": None, "etat": "absent"})
    again = world.client.delete(f"/api/v1/imports/{nil['id']}", headers=world.admin)
    assert again.status_code == 409


def test_nobody_declares_that_nothing_happened_before_the_end(extended: World):
    body = {"debut": str(month(0)), "fin": str(TODAY + timedelta(days=3))}
    answer = extended.client.post("/api/v1/sources/pm/neant", json=body, headers=extended.admin)
    assert answer.status_code == 422
    assert answer.json()["erreurs"][0]["champ"] == "fin"


def test_the_months_that_may_still_move_are_provisional_and_enter_no_trend(shared_world: World):
    world = shared_world
    settling = (TODAY - month(2)).days
    world.source("mouvante", territory=TOULOUSE, delai_consolidation_jours=settling)
    rows = [pm_row(f"{back}", f"{month(back):%d/%m/%Y}") for back in range(6, 0, -1)]
    world.send(pm_file(rows), "mouvante", debut=month(6), fin=month(0))
    asked = {"territoire": TOULOUSE, "source": "mouvante", "debut": str(month(6)), "fin": str(month(0))}

    answer = world.get("/analyses/tendances", **asked)

    proof = answer["preuve"]
    moving = [f"{month(2):%Y-%m}", f"{month(1):%Y-%m}"]
    assert proof["couverture"]["provisoire_depuis"] == str(month(2))
    assert proof["couverture"]["sources"][0]["mois_provisoires"] == moving
    assert [p["periode"] for p in answer["resultat"]["series"] if p["provisoire"]] == moving
    assert {"motif": "mois_provisoire", "nombre": 2} in proof["effectif"]["exclus"]
    assert proof["effectif"]["retenus"] == 4
    assert any("provisoires depuis" in text for text in proof["avertissements"])
    (line,) = world.get("/analyses/couverture", **asked)["resultat"]["sources"]
    assert [m["periode"] for m in line["mois"] if m["provisoire"]] == moving


def test_without_a_delay_declared_or_measured_nothing_is_provisional(extended: World):
    asked = {"territoire": TOULOUSE, "debut": "2024-01-01", "fin": "2025-01-01", "source": "pm"}
    proof = extended.get("/analyses/tendances", **asked)["preuve"]["couverture"]
    assert proof["provisoire_depuis"] is None
    assert proof["sources"][0]["mois_provisoires"] == []

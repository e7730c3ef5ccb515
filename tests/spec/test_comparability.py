"""Two sides of a comparison count the same thing, over the same months; or the answer says why not."""

from typing import Any

import pytest

from observatoire.disclosure.policy import Role
from support.files import pm_file, pm_row
from support.world import EPCI, TOULOUSE, World

COLOMIERS, BORDEAUX, LYON = "commune:31149", "commune:33063", "commune:69123"
TOWNS = {"toulouse": "31555", "colomiers": "31149", "bordeaux": "33063"}
FACTS = {"31555": 40, "31149": 12, "33063": 25, "31069": 9}
BURGLARIES = 30
YEARS = range(2022, 2026)
BREAKS = {"toulouse": "2022-05-01", "colomiers": "2024-06-15", "ensemble": "2024-03-10"}
LATE = "colomiers"
"""Its November and December 2025 never came."""
PEERS = {"avec": "pairs", "criteres": "population"}


def rows_of(source: str, codes: list[str], year: int) -> list[str]:
    told = [(code, "A101", n) for code in codes for n in range(FACTS[code] + year - 2022)]
    told += [(code, "D201", n) for code in codes if code == "31555" for n in range(BURGLARIES)]
    return [
        pm_row(
            f"{source}-{c}-{leaf}-{n}-{year}",
            f"{1 + n % 28:02d}/{1 + n % 10:02d}/{year}",
            nature=leaf,
            code=c,
        )
        for c, leaf, n in told
    ]


def expected(code: str, year: int) -> int:
    return FACTS[code] + year - 2022


@pytest.fixture(scope="module")
def towns(shared_world: World) -> World:
    """Three towns, each with its own police and one group; and one source of a whole EPCI."""
    world = shared_world
    common = {"visibilite": "public", "couvert_depuis": "2022-01-01"}
    for source, code in TOWNS.items():
        world.source(source, territory=f"commune:{code}", groupe="polices", **common)
    world.source("ensemble", **common)
    for source in (*TOWNS, "ensemble"):
        codes = [TOWNS[source]] if source in TOWNS else ["31555", "31149", "31069"]
        end = "2025-11-01" if source == LATE else "2026-01-01"
        rows = [row for year in YEARS for row in rows_of(source, codes, year)]
        world.send(pm_file(rows), source, debut="2022-01-01", fin=end)
    for source, day in BREAKS.items():
        body = {"jour": day, "type": "logiciel", "motif": "Nouveau logiciel de main courante"}
        path = f"/api/v1/sources/{source}/ruptures"
        assert world.client.post(path, json=body, headers=world.admin).status_code == 201
    assert world.client.post("/api/v1/editions", headers=world.admin).status_code == 201
    return world


def lines(world: World, year: int, headers: dict[str, str] | None = None, **asked: Any) -> dict[str, Any]:
    question = {
        "territoire": TOULOUSE,
        "source": "polices",
        "categorie": "A1",
        "avec": "epci",
        "debut": f"{year}-01-01",
        "fin": f"{year + 1}-01-01",
        **asked,
    }
    answer = world.get("/analyses/comparaisons", headers, **{k: v for k, v in question.items() if v})
    return {row["territoire"]: row for row in answer["resultat"]["lignes"]}


def outside(world: World, year: int, group: str, **asked: Any) -> tuple[dict[str, Any], Any]:
    """(rows of a group by territory, the whole answer) as a reader without a key gets them."""
    question = {"territoire": TOULOUSE, "categorie": "A1", "avec": "epci", **asked}
    years = {"debut": f"{year}-01-01", "fin": f"{year + 1}-01-01"}
    answer = world.get("/analyses/comparaisons", {}, **question, **years)
    groups = {g["groupe"]: g["lignes"] for g in answer["resultat"]["groupes"]}
    return {row["territoire"]: row for row in groups.get(group, ())}, answer


def residents(world: World, *codes: str) -> int:
    return sum(world.get(f"/territoires/commune:{code}", {})["population"] for code in codes)


def is_silent(row: dict[str, Any]) -> bool:
    """Nothing local is told of it."""
    figures = (
        "taux_pour_mille",
        "taux_bas",
        "taux_haut",
        "taux_lisse",
        "population",
        "base_du_taux",
        "position",
    )
    return row["faits"]["valeur"] is None and not any(row[name] for name in figures)


def test_an_epci_covered_in_part_is_told_of_its_covered_communes_and_of_their_residents_alone(towns: World):
    row = lines(towns, 2023)[EPCI]
    people = residents(towns, "31555", "31149")
    assert row["faits"]["valeur"] == expected("31555", 2023) + expected("31149", 2023)
    assert row["population"]["valeur"] == row["base_du_taux"]["valeur"] == people
    assert row["taux_pour_mille"] == pytest.approx(1000 * row["faits"]["valeur"] / people)
    assert (row["communes_couvertes"], row["communes"]) == (2, 37)
    assert row["part_population"] == pytest.approx(
        people / towns.get(f"/territoires/{EPCI}", {})["population"]
    )
    assert "2 communes couvertes sur 37" in row["phrase"]


def test_an_epci_of_which_less_than_half_is_covered_bears_no_figure(towns: World):
    row = lines(towns, 2023, territoire=COLOMIERS, source="colomiers")[EPCI]
    assert is_silent(row)
    assert "aucune autre commune" in row["non_comparable"]
    far = lines(towns, 2023, avec="departement,region,nation")
    for place in ("departement:31", "region:76"):
        assert is_silent(far[place])
        assert "moins de la moitié" in far[place]["non_comparable"]


def test_a_commune_that_no_source_covers_is_not_a_zero_beside_those_that_are(towns: World):
    rows = lines(towns, 2023, territoire=EPCI, avec="communes")
    assert rows["commune:31149"]["faits"]["valeur"] == expected("31149", 2023)
    blagnac = rows["commune:31069"]
    assert is_silent(blagnac)
    assert "ne couvre pas cette commune" in blagnac["non_comparable"]
    assert blagnac["faits"]["etat"] == "absent"


def test_a_month_that_came_on_one_side_only_makes_the_other_non_comparable(towns: World):
    rows = lines(towns, 2025)
    assert rows[TOULOUSE]["faits"]["valeur"] == expected("31555", 2025)
    assert is_silent(rows[EPCI])
    assert "2025-11, 2025-12" in rows[EPCI]["non_comparable"]
    whole = lines(towns, 2025, territoire=EPCI, avec="communes")
    assert "(10 mois comptés sur 12)" in whole["commune:31555"]["phrase"], "left out of every row alike"


def test_a_similar_town_has_its_own_facts_over_its_own_residents(towns: World):
    rows = lines(towns, 2023, **PEERS)
    row = rows[BORDEAUX]
    assert row["role"] == "pair"
    assert row["faits"]["valeur"] == expected("33063", 2023)
    assert row["taux_pour_mille"] == pytest.approx(1000 * expected("33063", 2023) / residents(towns, "33063"))
    assert rows[TOULOUSE]["faits"]["valeur"] == expected("31555", 2023)
    assert rows[TOULOUSE]["base_du_taux"]["millesime"] == row["base_du_taux"]["millesime"]


def test_a_similar_town_that_no_source_covers_is_named_and_told_nothing_of(towns: World):
    row = lines(towns, 2023, **PEERS)[LYON]
    assert is_silent(row)
    assert row["non_comparable"] == "« toulouse » n'y couvre aucune commune"


def test_a_similar_town_outside_the_grant_stays_closed_though_its_source_be_read(towns: World):
    headers = towns.headers(towns.key("toulousain", Role.ANALYSTE, grant=TOULOUSE))
    row = lines(towns, 2023, headers, **PEERS)[BORDEAUX]
    assert is_silent(row)
    assert "hors de votre périmètre" in row["non_comparable"]


def test_a_break_of_the_larger_side_alone_makes_it_non_comparable(towns: World):
    row = lines(towns, 2024)[EPCI]
    assert is_silent(row)
    assert "rupture de série de « colomiers » le 15/06/2024" in row["non_comparable"]


@pytest.mark.parametrize("asked", [{}, PEERS])
def test_a_break_of_the_town_asked_about_alone_makes_the_others_non_comparable(
    towns: World, asked: dict[str, str]
):
    rows = lines(towns, 2022, **asked)
    other = rows[BORDEAUX if asked else EPCI]
    assert is_silent(other)
    assert "rupture de série de « toulouse » le 01/05/2022" in other["non_comparable"]
    assert rows[TOULOUSE]["faits"]["valeur"] == expected("31555", 2022)


def test_communes_that_did_not_go_through_the_same_break_are_not_read_together(towns: World):
    rows = lines(towns, 2024, territoire=EPCI, avec="communes")
    assert all(is_silent(row) for row in rows.values() if row["role"] == "commune")
    assert "rupture de série de « colomiers »" in rows["commune:31555"]["non_comparable"]
    before = lines(towns, 2023, territoire=EPCI, avec="communes")
    assert before["commune:31555"]["comparable"]


def test_a_break_that_both_sides_share_parts_nobody(towns: World):
    rows = lines(towns, 2024, source="ensemble", avec="epci")
    assert rows[EPCI]["faits"]["valeur"] == sum(expected(c, 2024) for c in ("31555", "31149", "31069"))
    together = lines(towns, 2024, source="ensemble", territoire=EPCI, avec="communes")
    assert all(row["comparable"] for row in together.values())
    published, _ = outside(towns, 2024, "ensemble")
    assert published[EPCI]["comparable"]


def test_without_dwellings_there_is_no_rate_of_burglaries_and_no_residents_in_their_place(towns: World):
    row = lines(towns, 2023, categorie="D201")[TOULOUSE]
    assert row["faits"]["valeur"] == BURGLARIES
    assert row["population"]["valeur"] == residents(towns, "31555")
    assert row["base_du_taux"] is row["taux_pour_mille"] is row["taux_bas"] is row["taux_haut"] is None
    assert row["motif"].startswith("non calculable : aucun nombre de logements connu jusqu'à 2023")
    assert "chargez la base communale du SSMSI" in row["phrase"]
    assert "habitants" not in row["phrase"]


def test_a_published_comparison_tells_the_same_partial_coverage(towns: World):
    rows, _ = outside(towns, 2023, "polices")
    assert rows[EPCI]["faits"]["valeur"] == expected("31555", 2023) + expected("31149", 2023)
    assert rows[EPCI]["base_du_taux"]["valeur"] == residents(towns, "31555", "31149")
    assert (rows[EPCI]["communes_couvertes"], rows[EPCI]["communes"]) == (2, 37)


def test_a_published_peer_is_told_from_the_edition_and_the_others_are_not(towns: World):
    rows, _ = outside(towns, 2023, "polices", **PEERS)
    assert rows[BORDEAUX]["faits"]["valeur"] == expected("33063", 2023)
    assert is_silent(rows[LYON])
    assert rows[LYON]["non_comparable"] == "l'édition n'y couvre aucune commune"


def test_a_published_break_on_one_side_only_is_non_comparable_too(towns: World):
    rows, _ = outside(towns, 2024, "polices")
    assert is_silent(rows[EPCI])
    assert "rupture de série de « colomiers » le 15/06/2024" in rows[EPCI]["non_comparable"]
    peers, _ = outside(towns, 2022, "polices", **PEERS)
    assert "rupture de série de « toulouse »" in peers[BORDEAUX]["non_comparable"]


def test_the_last_year_of_an_edition_that_did_not_wholly_come_has_no_rate(towns: World):
    rows, answer = outside(towns, 2025, "polices", territoire=EPCI, avec="communes")
    parameters = answer["preuve"]["methode"]["parametres"]
    assert parameters["mois"] == {"ensemble": 12, "polices": 10}
    assert parameters["entonnoir"]["polices"] is None
    for row in rows.values():
        assert row["taux_pour_mille"] is row["taux_bas"] is row["taux_lisse"] is row["position"] is None
    told = rows["commune:31555"]
    assert told["motif"] == "non calculable : 10 mois reçus sur 12, le compte est partiel"
    assert told["motif"] in told["phrase"]
    assert rows["commune:31069"]["faits"]["etat"] != "zero"
    assert any("10 mois reçus sur 12" in told for told in answer["preuve"]["avertissements"])
    other, _ = outside(towns, 2025, "ensemble")
    assert other[EPCI]["taux_pour_mille"] is not None, "another group is not touched"


def test_the_year_that_runs_is_in_no_edition_and_reads_as_nothing_rather_than_zero(towns: World):
    rows, answer = outside(towns, 2026, "polices")
    assert rows == {}
    assert any("ce n'est pas un zéro" in told for told in answer["preuve"]["avertissements"])

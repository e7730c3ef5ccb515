"""Two classifications of the same facts: a recount finds each cell, and what is missing is no zero."""

import itertools
import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from observatoire.disclosure.policy import Role
from observatoire.domain.crossing import Axis, Dimension
from support.files import pm_file, pm_row
from support.scatter import comma
from support.series import NEW_COMMUNES, load, new_row, table
from support.world import EPCI, TOULOUSE, World

YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}
COLOMIERS, BLAGNAC = "31149", "31069"
POINTS = {"31555": (574357.3, 6279642.9), COLOMIERS: (566300.0, 6280500.0), BLAGNAC: (569300.0, 6283900.0)}
NATURES = ("Tapage nocturne", "Tag", "Stationnement gênant", "Vol à la roulotte", "Chose inconnue")
HOURS = ("22h45", "08h10", "", "15h00", "03h30")


def facts(number: int, seed: int) -> list[str]:
    """Facts over three communes and a year; some without hour, some without point, some to be classed."""
    chance = random.Random(seed)
    rows = []
    for rank in range(number):
        code = chance.choice(list(POINTS))
        x, y = (value + chance.uniform(-1500, 1500) for value in POINTS[code])
        point = ("", "") if chance.random() < 0.2 else (comma(x), comma(y))
        day = date(2025, 1, 1) + timedelta(days=chance.randrange(365))
        rows.append(
            pm_row(
                f"{seed}-{rank}",
                f"{day:%d/%m/%Y}",
                chance.choice(HOURS),
                chance.choice(NATURES),
                code=code,
                point=point,
            )
        )
    return rows


@pytest.fixture(scope="module")
def city(shared_world: World) -> World:
    """Two sources that add up, one of them of Toulouse alone; a third that adds up with neither."""
    world = shared_world
    world.source("pm", groupe="ville")
    world.source("csu", territory=TOULOUSE, groupe="ville")
    world.source("bailleur", "bailleur", territory=TOULOUSE, precision="commune")
    world.send(pm_file(facts(700, 1)), "pm", **YEAR)
    world.send(pm_file(facts(300, 2)), "csu", **YEAR)
    world.send(pm_file(facts(60, 3)), "bailleur", **YEAR)
    members = [c["code"] for c in world.get("/territoires", niveau="commune", dans=EPCI)["territoires"]]
    load(world, table(NEW_COMMUNES, [new_row(c, 3, population=100, dwellings=60) for c in members]))
    return world


def cross(world: World, lines: str, columns: str, status: int = 200, **asked: Any) -> Any:
    question = {"territoire": EPCI, "source": "ville", **YEAR, "lignes": lines, "colonnes": columns, **asked}
    return world.get("/analyses/croisements", status=status, **question)


def cells(answer: dict[str, Any]) -> dict[tuple[str, str], int]:
    """Facts by (row, column), those that have some; margins are checked on the way."""
    result = answer["resultat"]
    rows, columns = result["lignes"]["classes"], result["colonnes"]["classes"]
    numbers = [[cell["faits"]["valeur"] or 0 for cell in row] for row in result["matrice"]]
    assert [c["total"]["valeur"] or 0 for c in rows] == [sum(row) for row in numbers]
    assert [c["total"]["valeur"] or 0 for c in columns] == [
        sum(column) for column in zip(*numbers, strict=True)
    ]
    return {
        (row["code"], column["code"]): numbers[i][j]
        for i, row in enumerate(rows)
        for j, column in enumerate(columns)
        if numbers[i][j]
    }


# ---- a slow recount ---------------------------------------------------------------------------------

DUMP = """
    select source, category, commune, epci, departement, region, qpv_2024, cell, geom is not null as pointed,
        hour_of_week, local_day, time_precision
    from confidential.fact where source in ('pm', 'csu') and category not like 'S%'
        and local_day >= '2025-01-01' and local_day < '2026-01-01' and epci = '243100518'
        and (source = 'pm' or commune = '31555')
"""


def classed(fact: Any, dimension: Dimension) -> tuple[str | None, str | None]:
    """(class, or why there is none), read off a row of the dump."""
    if dimension.axis is Axis.WHAT:
        size = {Dimension.DOMAIN: 1, Dimension.FAMILY: 2}.get(dimension, 4)
        return (None, "a_classer") if fact.category == "Z999" else (fact.category[:size], None)
    if dimension is Dimension.QPV:
        if fact.cell is None:
            return None, "precision_insuffisante" if fact.pointed else "non_localise"
        return ("hors" if fact.qpv_2024 is None else "dans"), None
    if dimension is Dimension.SLOT:
        unknown = fact.hour_of_week is None
        return (None, "heure_inconnue") if unknown else (str(fact.hour_of_week % 24 // 6), None)
    if dimension is Dimension.WEEKDAY:
        return str(fact.local_day.isoweekday()), None
    if dimension.axis is Axis.WHEN:
        return f"{fact.local_day:%Y-%m}"[: 4 if dimension is Dimension.YEAR else 7], None
    return getattr(fact, dimension.value), None


EVERY_PAIR = [
    (a, b)
    for a, b in itertools.combinations(Dimension, 2)
    if a.axis is not b.axis and {a.axis, b.axis} != {Axis.WHAT, Axis.HOUR}
]
PAIRS = [
    *EVERY_PAIR[::3],
    (Dimension.QPV, Dimension.DOMAIN),
    (Dimension.FAMILY, Dimension.SLOT),
    (Dimension.SLOT, Dimension.QPV),
]


@pytest.mark.parametrize(("rows", "columns"), PAIRS, ids=lambda d: d.value)
def test_a_table_is_what_a_recount_of_the_store_finds(city: World, rows: Dimension, columns: Dimension):
    with city.database.owning() as connection:
        dump = connection.execute(text(DUMP)).all()
    expected, left_out = Counter[tuple[str, str]](), Counter[str]()
    for fact in dump:
        (row, why), (column, other) = classed(fact, rows), classed(fact, columns)
        if row is None or column is None:
            left_out[str(why or other)] += 1
        else:
            expected[row, column] += 1
    answer = cross(city, rows.value, columns.value)
    assert cells(answer) == expected
    headcount = answer["preuve"]["effectif"]
    assert {e["motif"]: e["nombre"] for e in headcount["exclus"]} == left_out
    assert headcount["total"] == len(dump) == headcount["retenus"] + sum(left_out.values())
    assert headcount["retenus"] == answer["resultat"]["total"]["valeur"]
    assert answer["resultat"]["unite_de_compte"] == "fait"


# ---- what departs from independence -----------------------------------------------------------------


@pytest.fixture(scope="module")
def nights(city: World) -> World:
    """In a place of its own: noise by night, tags by day."""
    city.source("nuits", territory="commune:31149", groupe="nuits")
    rows = [
        pm_row(
            f"n{i}", f"{1 + i % 28:02d}/{1 + i % 12:02d}/2025", hour, nature, code=COLOMIERS, point=("", "")
        )
        for i, (nature, hour) in enumerate(
            [("Tapage nocturne", "23h00")] * 60
            + [("Tapage nocturne", "13h00")] * 20
            + [("Tag", "23h00")] * 20
            + [("Tag", "13h00")] * 60
        )
    ]
    city.send(pm_file(rows), "nuits", **YEAR)
    return city


def test_noise_by_night_stands_out_and_the_figures_are_those_of_the_table(nights: World):
    answer = cross(nights, "famille", "creneau", territoire="commune:31149", source="nuits")
    result = answer["resultat"]
    test = result["independance"]
    assert (test["test"], test["khi_deux"], test["degres_liberte"]) == ("khi_deux", 40.0, 1)
    assert test["v_cramer"] == 0.5
    assert test["phrase"] == (
        "Les deux classements dépendent l'un de l'autre (p < 0,001 ; V de Cramér = 0,50)."
    )
    named = {
        (row["code"], column["code"]): cell
        for row, line in zip(result["lignes"]["classes"], result["matrice"], strict=True)
        for column, cell in zip(result["colonnes"]["classes"], line, strict=True)
    }
    assert named["A1", "3"]["attendu"] == 40
    assert named["A1", "3"]["residu"] == pytest.approx(40**0.5, abs=1e-3)
    assert named["A1", "3"]["q"] < 1e-6
    assert named["A1", "0"] == {
        "faits": {"valeur": 0, "etat": "zero"},
        "attendu": None,
        "residu": None,
        "p": None,
        "q": None,
    }
    assert [c["ecartee_du_test"] for c in result["colonnes"]["classes"]] == [
        "sans_fait",
        "sans_fait",
        None,
        None,
    ]
    assert any("faits indépendants" in w for w in answer["preuve"]["avertissements"])


def test_few_expected_facts_are_tested_by_draws_and_the_seed_is_told(city: World):
    """In one small commune over two months, some cell expects less than five."""
    answer = cross(city, "famille", "jour", territoire=f"commune:{BLAGNAC}", source="pm", fin="2025-04-01")
    test = answer["resultat"]["independance"]
    assert test["test"] == "monte_carlo"
    assert test["plus_petit_attendu"] < 5
    assert (test["tirages"], test["graine"]) == (1999, answer["preuve"]["methode"]["parametres"]["graine"])
    again = cross(city, "famille", "jour", territoire=f"commune:{BLAGNAC}", source="pm", fin="2025-04-01")
    assert again["resultat"] == answer["resultat"]


def test_too_few_facts_are_counted_but_not_tested(city: World):
    answer = cross(city, "famille", "jour", territoire=f"commune:{BLAGNAC}", source="pm", fin="2025-01-08")
    test = answer["resultat"]["independance"]
    assert (test["test"], test["motif"]) == (None, "trop_peu_de_faits")
    assert test["phrase"].startswith("Test non calculable")
    assert cells(answer)


# ---- missing is not zero ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gap(city: World) -> World:
    """Of two towns, Colomiers never sent June to August."""
    city.source("veille-a", territory=TOULOUSE, groupe="veille")
    city.source("veille-b", territory=f"commune:{COLOMIERS}", groupe="veille")
    for source, code in (("veille-a", "31555"), ("veille-b", COLOMIERS)):
        rows = [
            pm_row(
                f"{source}{i}",
                f"{1 + i % 28:02d}/{1 + i % 12:02d}/2025",
                nature=nature,
                code=code,
                point=("", ""),
            )
            for i, nature in enumerate(["Tapage nocturne", "Tag", "Tag"] * 80)
        ]
        if source == "veille-a":
            city.send(pm_file(rows), source, **YEAR)
            continue
        for first, last in ((1, 6), (9, 13)):
            part = [row for row in rows if first <= int(row.split("/")[1]) < last]
            city.send(
                pm_file(part),
                source,
                debut=f"2025-{first:02d}-01",
                fin="2026-01-01" if last == 13 else f"2025-{last:02d}-01",
            )
    return city


def test_a_month_that_was_not_received_is_absent_in_its_row_alone(gap: World):
    result = cross(gap, "commune", "mois", source="veille")["resultat"]
    by_code = {c["code"]: row for c, row in zip(result["lignes"]["classes"], result["matrice"], strict=True)}
    states = [cell["faits"]["etat"] for cell in by_code[COLOMIERS]]
    assert states == ["publie"] * 5 + ["absent"] * 3 + ["publie"] * 4
    assert all(cell["faits"]["valeur"] == 20 for cell in by_code["31555"])
    uncovered = next(c for c in result["lignes"]["classes"] if c["code"] == BLAGNAC)
    assert uncovered["ecartee_du_test"] == "non_couvert"
    assert {cell["faits"]["etat"] for cell in by_code[BLAGNAC]} == {"absent"}


def test_months_not_observed_alike_leave_the_test_and_are_told(gap: World):
    answer = cross(gap, "commune", "mois", source="veille")
    columns = answer["resultat"]["colonnes"]["classes"]
    assert [c["code"] for c in columns if c["ecartee_du_test"]] == ["2025-06", "2025-07", "2025-08"]
    test = answer["resultat"]["independance"]
    assert test["degres_liberte"] == 8
    assert test["p"] > 0.05, "the same facts every month: nothing departs but what is missing"
    assert (
        "Écartés du test, faute d'avoir été observés comme les autres : 2025-06, 2025-07, 2025-08."
        in (answer["preuve"]["avertissements"])
    )


def test_places_not_observed_over_the_same_months_are_not_compared(gap: World):
    result = cross(gap, "commune", "famille", source="veille")["resultat"]
    assert result["independance"]["motif"] == "tableau_degenere"
    assert result["independance"]["p"] is None
    whole = cross(gap, "commune", "famille", source="veille", fin="2025-06-01")["resultat"]
    assert whole["independance"]["p"] is not None


def test_nothing_counted_is_no_zero_while_some_facts_have_no_class(city: World):
    """A fact without hour may be of any slot."""
    result = cross(city, "categorie", "creneau", debut="2025-02-01", fin="2025-02-08")["resultat"]
    states = Counter(cell["faits"]["etat"] for row in result["matrice"] for cell in row)
    assert states["absent"]
    assert not states["zero"]


def test_a_gap_that_every_cell_shares_disturbs_no_comparison(gap: World):
    """Of Colomiers alone: three months are missing of each family and each day alike."""
    answer = cross(gap, "famille", "jour", source="veille-b", territoire=f"commune:{COLOMIERS}")
    result = answer["resultat"]
    assert result["independance"]["p"] is not None
    assert not [c for c in result["colonnes"]["classes"] if c["ecartee_du_test"]]
    assert any("ces mois sont absents, non nuls" in w for w in answer["preuve"]["avertissements"])


def test_a_declared_break_forbids_to_test_time(city: World):
    city.source("rompue", territory=TOULOUSE, groupe="rompue")
    city.send(pm_file(facts(200, 4)), "rompue", **YEAR)
    body = {"jour": "2025-07-01", "type": "logiciel", "motif": "nouveau logiciel"}
    answer = city.client.post("/api/v1/sources/rompue/ruptures", json=body, headers=city.admin)
    assert answer.status_code == 201, answer.text
    broken = cross(city, "mois", "famille", source="rompue", territoire=TOULOUSE)
    assert broken["resultat"]["independance"]["motif"] == "rupture"
    assert cells(broken)
    assert cross(city, "jour", "famille", source="rompue", territoire=TOULOUSE)["resultat"]["independance"][
        "p"
    ]


# ---- inside and outside priority neighbourhoods -----------------------------------------------------


def test_facts_of_a_contract_that_stops_at_the_commune_are_neither_inside_nor_outside(city: World):
    answer = cross(city, "qpv", "jour", territoire=TOULOUSE, source="bailleur")
    assert cells(answer) == {}
    headcount = answer["preuve"]["effectif"]
    assert [e["motif"] for e in headcount["exclus"]] == ["contrat_sans_point"]
    assert headcount["retenus"] == 0
    states = {cell["faits"]["etat"] for row in answer["resultat"]["matrice"] for cell in row}
    assert states == {"absent"}


def test_the_list_of_neighbourhoods_is_told_and_made_up_ones_are_said(city: World):
    answer = cross(city, "qpv", "domaine")
    assert {row for row, _ in cells(answer)} == {"dans", "hors"}
    assert answer["resultat"]["generations_qpv"] == {"hexagone": 2024, "outre_mer": 2024}
    told = " ".join(answer["preuve"]["avertissements"])
    assert "liste de 2024" in told
    assert "fictifs" in told
    before = cross(city, "qpv", "domaine", 422, debut="2022-01-01", fin="2023-01-01", source="pm")
    assert before["type"].endswith("/non_calculable")


def test_of_two_lists_of_neighbourhoods_the_last_in_force_serves_the_whole_period(city: World):
    answer = cross(city, "qpv", "domaine", debut="2023-07-01")
    assert answer["resultat"]["generations_qpv"]["hexagone"] == 2024
    assert any("La liste a changé le 01/01/2024" in w for w in answer["preuve"]["avertissements"])


def test_a_place_smaller_than_a_commune_tells_the_facts_that_may_lie_in_it(city: World):
    """Facts known to their commune only are neither inside the neighbourhood nor zero."""
    answer = cross(city, "famille", "jour", territoire="qpv:QN03190Z")
    motives = {e["motif"]: e["nombre"] for e in answer["preuve"]["effectif"]["exclus"]}
    assert motives["non_localise"] > 0
    states = {cell["faits"]["etat"] for row in answer["resultat"]["matrice"] for cell in row}
    assert "zero" not in states


# ---- what may not be crossed ------------------------------------------------------------------------


def test_sources_that_do_not_add_up_never_share_a_margin(city: World):
    for columns in ("source", "commune"):
        problem = cross(city, "famille", columns, 422, source=["ville", "bailleur"])
        assert problem["type"].endswith("/sources_non_additionnables")
    inside = cross(city, "famille", "source")["resultat"]["colonnes"]["classes"]
    assert [c["code"] for c in inside] == ["csu", "pm"]


def test_facts_counted_in_several_units_are_refused(city: World):
    city.source("unites", territory=TOULOUSE, groupe="unites")
    city.send(pm_file([pm_row(f"u{i}", "01/02/2025") for i in range(4)]), "unites", **YEAR)
    with city.database.owning() as connection:
        connection.execute(
            text(
                "update confidential.fact set unit = 'victime' where key in "
                "(select key from confidential.fact where source = 'unites' limit 1)"
            )
        )
    problem = cross(city, "famille", "jour", 422, source="unites", territoire=TOULOUSE)
    assert problem["type"].endswith("/unites_melangees")
    assert "« fait », « victime »" in problem["detail"]
    assert "ne s'additionnent pas" in problem["detail"]


def test_a_dimension_is_not_crossed_with_one_that_tells_it(city: World):
    problem = cross(city, "commune", "epci", 422)
    assert problem["type"].endswith("/dimensions_liees")
    problem = cross(city, "famille", "gendarmerie", 422)
    assert problem["erreurs"][0]["champ"] == "colonnes"


def test_a_table_that_no_one_could_read_is_refused(city: World):
    problem = cross(city, "commune", "mois", 422, territoire="nation:FR", source="pm")
    assert problem["type"].endswith("/tableau_trop_grand")
    assert "« epci » plutôt que « commune »" in problem["detail"]


def test_who_is_outside_the_grant_reads_no_cross_table(city: World):
    asked = {"territoire": EPCI, **YEAR, "lignes": "famille", "colonnes": "commune"}
    partner = city.headers(city.key("autre", Role.PARTENAIRE, "ailleurs", EPCI))
    for headers in ({}, partner):
        problem = city.get("/analyses/croisements", headers, 422, **asked)
        assert problem["type"].endswith("/hors_diffusion")


# ---- context ----------------------------------------------------------------------------------------


def test_territories_stand_beside_their_context_and_no_link_is_claimed(city: World):
    answer = cross(city, "commune", "domaine")
    context = {row["code"]: row for row in answer["resultat"]["contexte"]}
    assert len(context) == 37
    assert context[COLOMIERS]["logements"] == {
        "valeur": 60.0,
        "etat": "publie",
        "millesime": 2022,
        "geographie": 2026,
        "jeu": "ssmsi_communes",
        "edition": "2026",
        "motif": None,
    }
    assert context[COLOMIERS]["population"]["millesime"] == 2023
    assert context[BLAGNAC]["taux_pauvrete"]["etat"] == "absent"
    assert "aucun taux de pauvreté" in context[BLAGNAC]["taux_pauvrete"]["motif"]
    assert any("erreur écologique" in w for w in answer["preuve"]["avertissements"])
    assert "correlation" not in str(answer).lower()
    assert cross(city, "famille", "jour")["resultat"]["contexte"] == []


def test_a_poverty_rate_that_its_producer_hides_stays_hidden(city: World):
    rows = ["31555;1000;20000;22", f"{COLOMIERS};100;s;s"]
    load(city, table("CODGEO;NBMENFISC21;MED21;TP6021", rows), geography=2022)
    context = {row["code"]: row for row in cross(city, "commune", "jour")["resultat"]["contexte"]}
    rate = context["31555"]["taux_pauvrete"]
    assert (rate["valeur"], rate["etat"], rate["millesime"], rate["jeu"]) == (22, "publie", 2021, "filosofi")
    hidden = context[COLOMIERS]["taux_pauvrete"]
    assert (hidden["valeur"], hidden["etat"], hidden["millesime"]) == (None, "secret", 2021)
    assert context[BLAGNAC]["taux_pauvrete"]["etat"] == "absent"
    past = {"debut": "2020-01-01", "fin": "2021-01-01"}
    earlier = city.get("/analyses/portrait", territoire=TOULOUSE, **past)["resultat"]["contexte"]
    assert earlier["taux_pauvrete"]["etat"] == "absent", "a vintage later than the period"

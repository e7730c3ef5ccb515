"""État 4001, populations, Filosofi: what each file tells, and what it does not."""

import csv
from pathlib import Path

import pytest
from sqlalchemy import text

from observatoire.disclosure.policy import Role
from observatoire.domain.territory import TerritoryCode
from observatoire.intake.series.errors import MissingPeriod, MissingTerritory, UnknownSeries, UnknownVintage
from support.series import load, points_of, series_of, table
from support.world import TOULOUSE, World

OPEN_4001 = "N°Index;Index de l'Etat 4001;Métropole;Ain;Aisne;Haute-Garonne;Val-d'Oise"
MONTHLY_4001 = "Index;Libellé;janv-26;févr-26;mars-26;Cumul N;Cumul N-1;Évol."
MONTHLY_ROWS = [
    "27;Cambriolages de locaux d'habitations principales;12;9;0;21;31;+22,6%",
    "67;Autres destructions et dégradations de biens privés;1 022;988;;2 010;2 987;4,25",
    "TOTAL;;1 034;997;0;2 031;3 018;",
]


@pytest.fixture(scope="module")
def state(shared_world: World) -> World:
    rows = [
        "01;Règlements de compte entre malfaiteurs;2;0;2;0;0",
        "07;Autres coups et blessures volontaires;17 369;107;199;17 063;0",
        "97;Index non utilisé;0;0;0;0;0",
    ]
    record = load(shared_world, table(OPEN_4001, rows, "latin-1"), "etat.csv", period="2013-05").record
    assert (record.dataset, record.edition) == ("etat_4001", "2013-05")
    assert record.lines == {"lues": 3, "retenues": 2, "doublons": 0, "ecartees": 1}
    return shared_world


def test_the_open_state_is_read_by_the_names_of_its_columns(state: World):
    assert points_of(series_of(state, "departement:95"), "etat4001_07")["2013-05"]["mesure"]["etat"] == "zero"
    points = points_of(series_of(state, "departement:31"), "etat4001_07")
    assert points["2013-05"]["mesure"]["valeur"] == 17_063
    assert "etat4001_97" not in {s["code"] for s in series_of(state, "departement:31")["resultat"]["series"]}


def test_a_nation_of_which_départements_are_missing_is_not_summed(state: World):
    answer = series_of(state, "nation:FR", indicateur="etat4001_07")
    point = points_of(answer, "etat4001_07")["2013-05"]
    assert point["mesure"] == {"valeur": None, "etat": "absent", "mention": "somme non faite"}
    assert "92 départements sur 96" in point["motif"]
    assert any("96 départements de métropole" in warning for warning in answer["preuve"]["avertissements"])


def test_a_total_that_is_not_the_sum_of_its_départements_is_noted(state: World):
    content = table(OPEN_4001, ["01;Règlements de compte entre malfaiteurs;5;0;2;0;0"], "latin-1")
    record = load(state, content, period="2013-06").record
    assert "SER_TOTAL" in [a["code"] for a in record.anomalies]


def test_an_index_under_another_label_is_noted(state: World):
    content = table(OPEN_4001, ["01;Cambriolages;2;0;2;0;0"], "latin-1")
    record = load(state, content, period="2013-07").record
    assert "SER_LIBELLE" in [a["code"] for a in record.anomalies]


def test_an_open_file_that_does_not_tell_its_period_is_refused(state: World):
    with pytest.raises(MissingPeriod, match="--periode"):
        load(state, table(OPEN_4001, ["01;Règlements de compte;2;0;2;0;0"]))


def test_a_column_that_names_no_departement_is_refused(state: World):
    header = OPEN_4001.replace("Aisne", "Bretagne du Sud")
    with pytest.raises(UnknownSeries, match="Bretagne du Sud"):
        load(state, table(header, ["01;Règlements de compte entre malfaiteurs;2;0;2;0;0"]), period="2013-05")


# ---- transmitted: small counts of the police, given to the town hall, published by nobody --------------


@pytest.fixture(scope="module")
def transmitted(state: World) -> World:
    content = table(MONTHLY_4001, MONTHLY_ROWS, "cp1252")
    with pytest.raises(MissingTerritory, match="--territoire"):
        load(state, content)
    record = load(state, content, territory=TerritoryCode.parse(TOULOUSE)).record
    assert (record.dataset, record.edition, record.transmitted) == ("etat_4001_transmis", "2026-03", True)
    assert record.lines == {"lues": 3, "retenues": 2, "doublons": 0, "ecartees": 1}
    return state


def test_a_transmitted_month_is_a_month_zero_is_zero_and_empty_is_absent(transmitted: World):
    answer = transmitted.get("/series-officielles", territoire=TOULOUSE, jeu="etat_4001_transmis")
    assert answer["preuve"]["diffusion"]["audience"] == "interne"
    burglaries = points_of(answer, "etat4001_27")
    assert {month: p["mesure"]["valeur"] for month, p in burglaries.items()} == {
        "2026-01": 12,
        "2026-02": 9,
        "2026-03": 0,
    }
    damage = points_of(answer, "etat4001_67")
    assert damage["2026-01"]["mesure"]["valeur"] == 1022
    assert damage["2026-03"]["mesure"] == {"valeur": None, "etat": "absent", "mention": "donnée absente"}


def test_what_was_transmitted_is_not_public_nor_told_outside_the_grant(transmitted: World):
    asked = {"territoire": TOULOUSE, "jeu": "etat_4001_transmis"}
    callers = [
        {},
        transmitted.headers(transmitted.key("ailleurs", Role.ANALYSTE, "x", "commune:13055")),
        transmitted.headers(transmitted.key("bailleur", Role.PARTENAIRE, "b", TOULOUSE)),
        transmitted.headers(transmitted.key("agent", Role.AGENT, "pm", TOULOUSE)),
    ]
    for headers in callers:
        problem = transmitted.get("/series-officielles", headers, 422, **asked)
        assert problem["type"].endswith("/hors_diffusion")
    inside = transmitted.headers(transmitted.key("dedans", Role.ANALYSTE, "x", TOULOUSE))
    assert transmitted.get("/series-officielles", inside, **asked)["resultat"]["series"]


def test_no_public_road_leads_to_what_was_transmitted(transmitted: World):
    public = series_of(transmitted, TOULOUSE)
    assert "etat_4001_transmis" not in {row["jeu"] for row in public["resultat"]["series"]}
    listed = transmitted.get("/series-officielles/fichiers", {})["fichiers_producteur"]
    assert "etat_4001_transmis" not in {row["jeu"] for row in listed}
    catalogue = transmitted.get("/series-officielles/indicateurs", {})["indicateurs"]
    assert "etat_4001_transmis" not in {row["jeu"] for row in catalogue}
    assert not any(row["code"] == "etat4001_27" for row in catalogue)
    mixed = transmitted.client.get(
        "/api/v1/series-officielles",
        params={"territoire": TOULOUSE, "jeu": ["etat_4001_transmis", "ssmsi_communes"]},
        headers=transmitted.admin,
    )
    assert mixed.status_code == 422


# ---- Insee ------------------------------------------------------------------------------------------------


POPULATIONS = "REG;Région;DEP;CODARR;CODCAN;CODCOM;COM;Commune;PMUN;PCAP;PTOT"


def test_populations_want_their_year_and_their_geography(state: World):
    content = table(POPULATIONS, ["76;Occitanie;31;3;;555;31555;Toulouse;514819;5121;519940"])
    with pytest.raises(MissingPeriod):
        load(state, content)
    with pytest.raises(UnknownVintage, match="--geographie"):
        load(state, content, period="2023")
    record = load(state, content, period="2023", geography=2025).record
    assert (record.edition, record.geography) == ("2023", 2025)
    points = points_of(series_of(state, TOULOUSE, jeu="populations"), "population")
    assert points["2023"]["mesure"]["valeur"] == 514_819


def test_the_code_of_a_commune_of_mayotte_is_in_two_columns(state: World):
    header = "CODREG;REG;DEP;CODARR;CODCAN;CODCOM;COM;PMUN;PCAP;PTOT"
    record = load(
        state, table(header, ["06;;976;;;611;;71437;1537;72974"]), period="2017", geography=2025
    ).record
    assert record.lines["retenues"] == 1
    points = points_of(series_of(state, "commune:97611", jeu="populations"), "population")
    assert points["2017"]["mesure"]["valeur"] == 71_437


INCOMES = table(
    "CODGEO;NBMENFISC21;MED21;TP6021;TP60AGE121;PIMPOT21;D121",
    ["31555;230000;23150;22,0;s;-18,4;10500", "31001;s;nd;s;s;s;s"],
)


@pytest.fixture(scope="module")
def incomes(state: World) -> World:
    load(state, INCOMES, geography=2022)
    return state


def test_incomes_want_the_year_of_their_geography(state: World):
    with pytest.raises(UnknownVintage):
        load(state, INCOMES)


def test_in_filosofi_s_is_a_secret_nd_is_absent_and_a_tax_may_be_negative(incomes: World):
    answer = series_of(incomes, TOULOUSE, jeu="filosofi")
    told = {row["code"]: row["points"][0]["mesure"] for row in answer["resultat"]["series"]}
    assert told["filosofi_tp60"]["valeur"] == 22
    assert told["filosofi_tp60age1"] == {"valeur": None, "etat": "secret", "mention": "non diffusé"}
    assert told["filosofi_pimpot"]["valeur"] == -18.4
    assert told["filosofi_d1"]["valeur"] == 10_500
    hidden = series_of(incomes, "commune:31001", jeu="filosofi")
    med = points_of(hidden, "filosofi_med")["2021"]["mesure"]
    assert med == {"valeur": None, "etat": "absent", "mention": "donnée absente"}


def test_a_median_is_never_made_of_the_medians_of_communes(incomes: World):
    answer = series_of(incomes, "epci:243100518", jeu="filosofi", indicateur="filosofi_med")
    point = points_of(answer, "filosofi_med")["2021"]
    assert point["mesure"]["valeur"] is None
    assert "ne se déduit pas" in point["motif"]


def test_real_populations_and_incomes(world: World, shared_data: Path):
    folder = shared_data / "data"
    people = (folder / "territoires" / "donnees_communes.csv").read_bytes()
    record = load(world, people, period="2023", geography=2025).record
    assert record.lines == {"lues": 34_900, "retenues": 34_900, "doublons": 0, "ecartees": 0}
    paris = points_of(series_of(world, "commune:75056", jeu="populations"), "population")["2023"]
    rows = list(csv.DictReader(people.decode().splitlines(), delimiter=";"))
    assert paris["mesure"]["valeur"] == sum(int(r["PMUN"]) for r in rows if r["COM"].startswith("751"))
    lines = (folder / "contexte_social" / "cc_filosofi_2021_COM.csv").read_text().splitlines(keepends=True)
    extract = [lines[0], *[line for line in lines if line.startswith(("31", "976"))]]
    record = load(world, "".join(extract).encode(), geography=2022).record
    cells = [cell for line in extract[1:] for cell in line.strip().split(";")[1:]]
    answer = series_of(world, TOULOUSE, jeu="filosofi")
    median = lines[0].strip().split(";").index("MED21")
    toulouse = next(line for line in lines if line.startswith("31555")).strip().split(";")
    assert points_of(answer, "filosofi_med")["2021"]["mesure"]["valeur"] == float(toulouse[median])
    by_state = text(
        "select state, count(*) from collection.series s join collection.series_indicator i "
        "on i.id = s.indicator where i.family = 'filosofi' group by state"
    )
    with world.database.reading() as connection:
        states = {row[0]: row[1] for row in connection.execute(by_state)}
    assert states["secret"] == cells.count("s")
    assert states.get("absent", 0) == cells.count("nd")
    assert sum(states.values()) == len(cells)

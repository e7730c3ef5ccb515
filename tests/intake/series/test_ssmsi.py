"""The bases of the SSMSI: two generations of columns, three states of a cell."""

import csv
import gzip
import io
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import text

from support.series import (
    COMPLEMENT,
    DEPARTEMENTAL,
    NEW_COMMUNES,
    OLD_COMMUNES,
    departement_row,
    load,
    load_path,
    new_row,
    points_of,
    series_of,
    table,
)
from support.world import World

OLD_ROWS = [
    "01001;19;Autres coups et blessures "
    "volontaires;victime;diff;0;0,00000000000000e+00;NA;NA;779;19;3,59574601708852e+02;19",
    "01004;16;Autres coups et blessures "
    "volontaires;victime;diff;39;2,76968965272353e+00;NA;NA;14081;16;7,12611602800044e+03;16",
    "01001;20;Autres coups et blessures "
    "volontaires;victime;ndiff;NA;NA;1,4870689655172413;0,9798018812196120;806;20;3,66185064822065e+02;20",
]
GIRONDE = "ssmsi_communes_gironde_2017_edition_2024.csv"
DEPARTEMENTS = "ssmsi_departements_2016_2022_edition_2023.csv"


@pytest.fixture(scope="module")
def both(shared_world: World) -> World:
    old = load(shared_world, table(OLD_COMMUNES, OLD_ROWS))
    assert (old.record.edition, old.record.geography) == ("2023", 2023)
    rows = [
        new_row("69123", 2191, indicator="Cambriolages de logement", population=519127, dwellings=318612),
        new_row("69034", None),
        new_row("55039", 0, indicator="Vols de véhicule", unit="Véhicule", population=0, dwellings=0),
        new_row("69381", 12),
    ]
    new = load(shared_world, table(NEW_COMMUNES, rows))
    assert (new.record.edition, new.record.geography) == ("2026", 2026)
    assert new.record.lines == {"lues": 4, "retenues": 4, "doublons": 0, "ecartees": 0}
    return shared_world


def test_dat_2c_a_year_of_two_digits_is_of_this_century_in_the_older_base(both: World):
    points = points_of(series_of(both, "commune:01004"), "autres_coups_et_blessures")
    assert points["2016"]["mesure"] == {"valeur": 39, "etat": "publie", "mention": None}
    assert points["2016"]["taux_pour_mille"]["valeur"] == pytest.approx(2.76968965272353)
    assert points["2016"]["taux_pour_mille"]["denominateur_valeur"] == 14081
    assert points["2016"]["taux_pour_mille"]["denominateur_millesimes"] == [2016]


def test_a_published_zero_is_zero_and_what_is_not_disseminated_is_unknown(both: World):
    points = points_of(series_of(both, "commune:01001"), "autres_coups_et_blessures")
    assert points["2019"]["mesure"] == {"valeur": 0, "etat": "zero", "mention": "aucun fait enregistré"}
    assert points["2020"]["mesure"] == {"valeur": None, "etat": "secret", "mention": "non diffusé"}
    assert points["2020"]["taux_pour_mille"] is None


def test_burglaries_are_for_a_thousand_dwellings(both: World):
    rate = points_of(series_of(both, "commune:69123"), "cambriolages_de_logement")["2025"]["taux_pour_mille"]
    assert rate == {
        "valeur": pytest.approx(6.8767, abs=1e-4),
        "denominateur": "logements",
        "denominateur_valeur": 318612,
        "denominateur_millesimes": [2022],
        "calcule": False,
    }


def test_a_destroyed_village_has_zero_facts_and_no_rate(both: World):
    point = points_of(series_of(both, "commune:55039"), "vols_de_vehicule")["2025"]
    assert point["mesure"]["etat"] == "zero"
    assert point["taux_pour_mille"] is None


def test_an_arrondissement_is_a_territory_of_its_own(both: World):
    assert (
        points_of(series_of(both, "arrondissement:69381"), "vols_avec_armes")["2025"]["mesure"]["valeur"]
        == 12
    )


def test_complement_info_is_neither_kept_nor_shown(both: World):
    with both.database.owning() as connection:
        rows = connection.execute(
            text("select to_jsonb(s)::text from collection.series s union all "
                 "select to_jsonb(f)::text from collection.series_file f")
        ).scalars()  # fmt: skip
        kept = "\n".join(rows)
    assert "77.7777" not in kept
    assert COMPLEMENT not in kept
    assert "1.487068" not in kept
    answer = both.client.get("/api/v1/series-officielles", params={"territoire": "commune:69034"}).text
    assert "77" not in answer.partition('"preuve"')[0]
    assert "complement" not in answer


def variants() -> dict[str, bytes]:
    """The same four cells, as people re-save them."""
    rows = [new_row("33063", 12), new_row("33063", 0, year=2024), new_row("33063", None, year=2023)]
    content = table(NEW_COMMUNES, [*rows, new_row("33001", 7)])
    cells = list(csv.reader(io.StringIO(content.decode()), delimiter=";"))
    comma = io.StringIO()
    csv.writer(comma).writerows(cells)
    frame = pl.DataFrame(cells[1:], schema=cells[0], orient="row").with_columns(
        pl.col("nombre").replace("NA", None).cast(pl.Int64),
        pl.col("taux_pour_mille").str.replace(",", ".").replace("NA", None).cast(pl.Float64),
        pl.col("annee").cast(pl.Int32),
    )
    parquet = io.BytesIO()
    frame.write_parquet(parquet)
    return {
        "csv": content,
        "csv with a mark": b"\xef\xbb\xbf" + content,
        "csv in cp1252": content.decode().encode("cp1252"),
        "csv with commas": comma.getvalue().encode(),
        "gzip": gzip.compress(content),
        "parquet": parquet.getvalue(),
    }


@pytest.mark.parametrize("kind", variants())
def test_one_base_in_any_clothes_gives_the_same_cells(shared_world: World, kind: str):
    edition = f"2026-{sorted(variants()).index(kind)}"
    outcome = load(shared_world, variants()[kind], edition=edition)
    assert outcome.record.lines == {"lues": 4, "retenues": 4, "doublons": 0, "ecartees": 0}
    found = points_of(series_of(shared_world, "commune:33063", edition=edition), "vols_avec_armes")
    told = {year: (p["mesure"]["valeur"], p["mesure"]["etat"]) for year, p in found.items()}
    assert told == {"2025": (12, "publie"), "2024": (0, "zero"), "2023": (None, "secret")}
    assert found["2025"]["taux_pour_mille"]["valeur"] == pytest.approx(12)


def test_a_departement_of_one_digit_has_two(shared_world: World):
    load(
        shared_world,
        table(DEPARTEMENTAL, [departement_row("1", 5), departement_row("2A", 6)]),
        geography=2025,
    )
    assert (
        points_of(series_of(shared_world, "departement:01"), "vols_avec_armes")["2024"]["mesure"]["valeur"]
        == 5
    )
    assert (
        points_of(series_of(shared_world, "departement:2A"), "vols_avec_armes")["2024"]["mesure"]["valeur"]
        == 6
    )


def test_an_indicator_unknown_of_the_catalogue_is_set_aside_and_told(shared_world: World):
    rows = [
        new_row("31555", 8),
        new_row("31555", 9, indicator="Vols de licornes"),
        new_row("31555", 4, unit="Véhicule", year=2024),
    ]
    record = load(shared_world, table(NEW_COMMUNES, rows), edition="2026-inconnu").record
    assert record.lines == {"lues": 3, "retenues": 1, "doublons": 0, "ecartees": 2}
    assert {a["code"]: a["nombre"] for a in record.anomalies} == {"SER_INDICATEUR": 1, "SER_UNITE": 1}


def test_a_line_told_twice_alike_counts_once(shared_world: World):
    rows = [new_row("31555", 8), new_row("31149", 3), new_row("31555", 8)]
    record = load(shared_world, table(NEW_COMMUNES, rows), edition="2026-double").record
    assert record.lines == {"lues": 3, "retenues": 2, "doublons": 1, "ecartees": 0}


def test_a_rate_that_its_own_figures_do_not_give_is_noted(shared_world: World):
    wrong = new_row("31555", 8).replace('"8,0000"', '"80,0000"')
    record = load(shared_world, table(NEW_COMMUNES, [wrong]), edition="2026-taux").record
    assert [(a["code"], a["nombre"]) for a in record.anomalies] == [("SER_TAUX", 1)]


# ---- real files -----------------------------------------------------------------------------------------


def test_the_communal_base_of_gironde_cell_by_cell(world: World, shared_data: Path):
    path = shared_data / "data" / "delinquance_enregistree" / GIRONDE
    record = load_path(world, path).record
    assert (record.dataset, record.geography) == ("ssmsi_communes", 2024)
    assert record.lines == {"lues": 8560, "retenues": 8560, "doublons": 0, "ecartees": 0}
    assert record.anomalies == []
    with path.open(encoding="utf-8") as file:
        expected = {
            (r["CODGEO_2024"], r["indicateur"]): None if r["est_diffuse"] == "ndiff" else float(r["nombre"])
            for r in csv.DictReader(file)
        }
    with world.database.reading() as connection:
        rows = connection.execute(
            text("select s.code, i.label, s.value, s.state from collection.series s "
                 "join collection.series_indicator i on i.id = s.indicator where i.family = 'ssmsi'")
        ).all()  # fmt: skip
    alias = {"Vols de véhicule": "Vols de véhicules"}
    assert {(r.code, alias.get(r.label, r.label)): r.value for r in rows} == expected
    states = [r.state for r in rows]
    assert (states.count("secret"), states.count("zero"), states.count("publie")) == (4449, 2960, 1151)


def test_the_departmental_base_gives_the_national_totals_of_its_producer(world: World, shared_data: Path):
    """Counted here again by ``csv``, unit by unit; persons accused are refused, not summed."""
    path = shared_data / "data" / "delinquance_enregistree" / DEPARTEMENTS
    record = load_path(world, path).record
    assert (record.dataset, record.edition, record.geography) == ("ssmsi_departements", "2023", 2023)
    assert record.lines == {"lues": 9898, "retenues": 9898, "doublons": 0, "ecartees": 0}
    totals: dict[tuple[str, str], int] = {}
    populations: dict[str, int] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for r in csv.DictReader(file, delimiter=";"):
            key = (r["classe"], f"20{r['annee']}")
            totals[key] = totals.get(key, 0) + int(r["faits"])
            if r["classe"] == "Violences sexuelles":
                populations[key[1]] = populations.get(key[1], 0) + int(r["POP"])
    answer = series_of(world, "nation:FR", jeu="ssmsi_departements")
    told = {}
    for row in answer["resultat"]["series"]:
        if row["unite_de_compte"] in ("habitant", "logement"):
            continue
        label = {"Vols de véhicule": "Vols de véhicules"}.get(row["libelle"], row["libelle"])
        assert row["somme_de"] == "departement"
        for point in row["points"]:
            if row["unite_de_compte"] == "mis en cause":
                assert point["mesure"] == {"valeur": None, "etat": "absent", "mention": "somme non faite"}
                assert "plusieurs fois la même personne" in point["motif"]
                del totals[label, point["periode"]]
            else:
                told[label, point["periode"]] = point["mesure"]["valeur"]
    assert told == totals
    assert told["Cambriolages de logement", "2022"] == 211_816
    assert sum(v for (label, _), v in told.items() if label == "Coups et blessures volontaires") == 1_916_989
    rate = points_of(answer, "violences_sexuelles")["2022"]["taux_pour_mille"]
    assert rate["denominateur_valeur"] == populations["2022"]
    assert rate["denominateur_millesimes"] == [2017, 2020], "Mayotte's population is of 2017"
    assert rate["calcule"]
    assert rate["valeur"] == pytest.approx(1000 * told["Violences sexuelles", "2022"] / populations["2022"])

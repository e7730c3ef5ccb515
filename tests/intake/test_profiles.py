"""Column maps by exporter: what ships, how a field is made, what is dropped."""

import csv
import io
from pathlib import Path

import polars as pl
import pytest

from observatoire.errors import InvalidProfile
from observatoire.intake.parsing.text import plain
from observatoire.intake.profiles.matching import match
from observatoire.intake.profiles.model import FIELDS, Profile
from observatoire.intake.profiles.notation import from_json
from observatoire.intake.profiles.shipping import load, shipped

HEADERS = {
    "police_municipale": "N° fiche;Date;Heure;Nature;Code INSEE;Commune;X;Y",
    "transport": "id_evt,date_exploit,heure,ligne,arret,categorie,item,lat,lon",
    "bailleur": "Référence;Date constat;Heure;Résidence;Code INSEE;Type d'incident;Lieu précis",
    "baac_caracteristiques": "Num_Acc,an,mois,jour,hrmn,lum,agg,int,atm,col,com,adr,gps,lat,long,dep",
}


def header_of(code: str) -> tuple[str, ...]:
    separator = "," if "," in HEADERS[code] else ";"
    return tuple(HEADERS[code].split(separator))


def renamed(profile: Profile, text: str) -> pl.DataFrame:
    """The fields of a few rows, as the reader would give them."""
    separator = "," if "," in text.splitlines()[0] else ";"
    header, *rows = csv.reader(io.StringIO(text), delimiter=separator)
    cells = [row + [""] * (len(header) - len(row)) for row in rows]
    columns = {name: [row[place] for row in cells] for place, name in enumerate(header)}
    frame = pl.DataFrame(columns | {"line": list(range(2, len(cells) + 2))})
    return profile.rename(frame, tuple(header))


def profile_from(tmp_path: Path, text: str) -> Profile:
    path = tmp_path / "profil.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


# ---- what ships --------------------------------------------------------------------------------


def test_every_kind_of_exporter_has_a_profile() -> None:
    assert set(HEADERS) | {
        "pm_main_courante",
        "pm_export_tableur",
        "bailleur_incivilites",
        "inter_bailleurs",
        "transport_evenements",
        "mediation",
        "dans_ma_rue",
        "csu",
    } <= set(shipped())


@pytest.mark.parametrize("code", sorted(HEADERS))
def test_neither_the_order_nor_the_case_nor_added_columns_matter(code: str) -> None:
    names = [*(name.upper() for name in reversed(header_of(code))), "Nouvelle colonne"]
    assert match(tuple(names), None).code == code


@pytest.mark.parametrize("code", sorted(shipped()))
def test_every_category_of_a_shipped_profile_is_a_leaf_of_the_taxonomy(code: str) -> None:
    taxonomy = (Path(__file__).resolve().parents[2] / "data" / "taxonomie_pivot.csv").read_text("utf-8")
    for leaf in shipped()[code].categories.values():
        assert f";{leaf};" in taxonomy


@pytest.mark.parametrize("code", sorted(shipped()))
def test_no_shipped_profile_reads_free_text_or_names(code: str) -> None:
    forbidden = {"complement", "suite", "suite donnee", "constat", "resultat", "observations", "intervenant"}
    mapped = {plain(column) for rule in shipped()[code].fields.values() for column in rule.columns}
    assert not mapped & forbidden


# ---- making fields -----------------------------------------------------------------------------


def test_only_the_fields_leave_the_sheet() -> None:
    header, row = HEADERS["bailleur"], "R1;12/03/2025;22h;Les Lilas;31555;Vandalisme;SECRET chez M. Dupont"
    frame = renamed(shipped()["bailleur"], f"{header}\n{row}\n")
    assert set(frame.columns) == {"line", *FIELDS, "x_value", "y_value", "fault_profile"}
    assert "SECRET" not in str(frame.to_dicts())


def test_columns_are_padded_joined_and_rewritten(tmp_path: Path) -> None:
    profile = profile_from(
        tmp_path,
        """
        code = "essai"
        version = 3
        libelle = "Essai"
        [champs.date]
        colonnes = ["j", "m", "a"]
        largeurs = [2, 2, 4]
        lien = "-"
        [champs.commune]
        colonnes = ["dep", "com"]
        largeurs = [2, 3]
        remplacer = [['^20(\\d{3})$', '2A${1}'], ['^(\\d{2})000$', '${1}999']]
        [champs.categorie]
        constante = "C203"
        """,
    )
    frame = renamed(profile, "j;m;a;dep;com\n1;2;2025;20;4\n;3;2025;1;0\n5;6;2025;31;555\n")
    assert (profile.code, profile.version) == ("essai", 3)
    assert frame["date"].to_list() == ["01-02-2025", "-03-2025", "05-06-2025"]
    assert frame["commune"].to_list() == ["2A004", "01999", "31555"]
    assert frame["categorie"].to_list() == ["C203"] * 3
    assert frame["heure"].to_list() == [""] * 3


def test_the_first_replacement_that_matches_is_the_only_one(tmp_path: Path) -> None:
    profile = profile_from(
        tmp_path,
        """
        code = "essai"
        version = 1
        libelle = "Essai"
        [champs]
        date = "x"
        categorie = "x"
        [champs.commune]
        colonnes = ["c"]
        remplacer = [['^a$', 'b'], ['^b$', 'c'], ['^(a|b|d)$', 'z']]
        """,
    )
    assert renamed(profile, "c;x\na;\nb;\nd;\ne;\n")["commune"].to_list() == ["b", "c", "z", "e"]


def test_coordinates_are_scaled_and_their_absent_values_are_not_zero(tmp_path: Path) -> None:
    profile = profile_from(
        tmp_path,
        """
        code = "essai"
        version = 1
        libelle = "Essai"
        [champs]
        date = "d"
        categorie = "d"
        [champs.x]
        colonnes = ["x"]
        echelle = 1e-5
        [champs.y]
        colonnes = ["y"]
        [lieu]
        epsg = 4326
        absent = ["", "0", "-1"]
        """,
    )
    frame = renamed(profile, "x;y;d\n0290046;50,5\n0;\n-1;1e999\nabc; 0 \n")
    assert frame["x_value"].to_list()[:3] == [pytest.approx(2.90046), None, None]
    assert frame["y_value"].to_list()[:2] == [50.5, None]
    assert frame["y_value"].to_list()[3] is None
    assert frame["x_value"].is_nan().to_list()[3]
    assert frame["y_value"].is_nan().to_list()[2]


def test_a_profile_without_a_coordinate_system_gives_no_point() -> None:
    frame = renamed(shipped()["bailleur"], HEADERS["bailleur"] + "\n1;2;3;4;5;6;7\n")
    assert frame["x_value"].to_list() == frame["y_value"].to_list() == [None]


@pytest.mark.parametrize(
    ("dep", "com", "code"),
    [
        ("590", "52", "59052"),
        ("10", "4", "01004"),
        ("750", "118", "75118"),
        ("201", "4", "2A004"),
        ("202", "33", "2B033"),
        ("971", "105", "97105"),
        ("974", "411", "97411"),
        ("976", "608", "97608"),
        ("590", "", "590"),
    ],
)
def test_the_accident_export_rebuilds_commune_codes(dep: str, com: str, code: str) -> None:
    header = HEADERS["baac_caracteristiques"]
    row = f"1,13,2,19,1715,1,2,1,1,3,{com},adr,M,0,0,{dep}"
    frame = renamed(shipped()["baac_caracteristiques"], f"{header}\n{row}\n")
    assert frame["commune"].to_list() == [code]
    assert frame["date"].to_list() == ["19/02/13"]


# ---- a point in one cell, optional columns, lines that are no facts -----------------------------


def essay(**more: object) -> Profile:
    content = {"champs": {"date": "d", "categorie": "c", **more.pop("champs", {})}, **more}  # type: ignore[dict-item]
    return from_json(content, "essai", 1)


@pytest.mark.parametrize(
    ("cell", "y", "x"),
    [
        ("48.8846, 2.3351", 48.8846, 2.3351),
        ("48.8846,2.3351", 48.8846, 2.3351),
        ("48,8846 ; 2,3351", 48.8846, 2.3351),
        ("48,8846, 2,3351", 48.8846, 2.3351),
        ("48,8846 2,3351", 48.8846, 2.3351),
        ("(48.8846 2.3351)", 48.8846, 2.3351),
        ("[-21.1, 55.5]", -21.1, 55.5),
        ("16.2412;-61.5331", 16.2412, -61.5331),
        ("48, 2", 48.0, 2.0),
    ],
)
def test_a_cell_that_holds_both_coordinates_is_split(cell: str, y: float, x: float) -> None:
    profile = essay(champs={"point": "p"}, lieu={"epsg": 4326})
    frame = profile.rename(pl.DataFrame({"d": ["a"], "c": ["b"], "p": [cell], "line": [2]}), ("d", "c", "p"))
    assert frame["y_value"].to_list() == [y]
    assert frame["x_value"].to_list() == [x]


def test_longitude_may_come_first_when_the_profile_says_so() -> None:
    point = {"colonnes": ["p"], "ordre": "lon,lat"}
    profile = essay(champs={"point": point}, lieu={"epsg": 4326})
    cells = {"d": ["a"], "c": ["b"], "p": ["POINT(2.3351 48.8846)"], "line": [2]}
    frame = profile.rename(pl.DataFrame(cells), ("d", "c", "p"))
    assert frame.select("x_value", "y_value").row(0) == (2.3351, 48.8846)


def test_a_blank_point_is_absent_and_half_a_point_is_unreadable() -> None:
    profile = essay(champs={"point": "p"}, lieu={"epsg": 4326})
    cells = {"d": ["a"] * 4, "c": ["b"] * 4, "p": ["", None, "48.8846", "inconnu"], "line": [2, 3, 4, 5]}
    frame = profile.rename(pl.DataFrame(cells), ("d", "c", "p"))
    assert frame["x_value"].to_list()[:2] == [None, None]
    assert frame["x_value"].is_nan().to_list()[2:] == [True, True]
    assert frame["y_value"].is_nan().to_list()[2:] == [True, True]


def test_levels_of_a_category_are_joined_and_blanks_left_out() -> None:
    profile = essay(champs={"categorie": {"colonnes": ["f", "s"]}})
    cells = {"d": ["a"] * 4, "f": ["F", "F", "", ""], "s": ["S", " ", "S", ""], "line": [2, 3, 4, 5]}
    frame = profile.rename(pl.DataFrame(cells), ("d", "f", "s"))
    assert frame["categorie"].to_list() == ["F / S", "F", "S", ""]


def test_an_export_that_lacks_optional_columns_still_reads() -> None:
    champs = {"heure": "h", "categorie": {"colonnes": ["c", "s"]}}
    profile = essay(champs=champs, facultatives=["h", "s"])
    assert profile.missing(("d", "c")) == ()
    assert profile.missing(("d", "s", "h")) == ("c",)
    frame = profile.rename(pl.DataFrame({"d": ["a"], "c": ["b"], "line": [2]}), ("d", "c"))
    assert frame.select("heure", "categorie").row(0) == ("", "b")


def test_lines_that_are_no_facts_by_the_words_of_the_source_are_marked() -> None:
    rules = [["c", "(?i)^ronde$", "r", "^RAS$"], ["c", "^TEST"]]
    profile = essay(lignes={"ignorer": rules})
    cells = {
        "d": ["a"] * 5,
        "c": ["Ronde", "RONDE", "Tapage", "TEST 1", "Ronde"],
        "r": ["RAS", "porte fracturée", "RAS", None, " RAS "],
        "line": [2, 3, 4, 5, 6],
    }
    frame = profile.rename(pl.DataFrame(cells), ("d", "c", "r"))
    assert frame["fault_profile"].to_list() == ["LIG_IGNOREE", None, None, "LIG_IGNOREE", "LIG_IGNOREE"]
    assert "r" not in frame.columns
    assert profile.missing(("d", "c")) == ("r",)


def test_a_toml_profile_that_could_read_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidProfile):
        profile_from(tmp_path, 'code = "x"\nversion = 1\nlibelle = "X"\n[champs]\ndate = "Date"\n')

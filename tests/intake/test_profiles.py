"""Column maps by exporter: what a header matches, how a field is made, what is dropped."""

from pathlib import Path

import pytest

from observatoire.errors import UnknownProfile, UnrecognisedColumns
from observatoire.intake import profiles, reader
from observatoire.intake.parsing import plain
from observatoire.intake.profiles import Profile
from observatoire.intake.reader import Limits, Sheet

LIMITS = Limits(1_000_000, 1_000, 50, 10_000)
HEADERS = {
    "police_municipale": "N° fiche;Date;Heure;Nature;Code INSEE;Commune;X;Y",
    "transport": "id_evt,date_exploit,heure,ligne,arret,categorie,item,lat,lon",
    "bailleur": "Référence;Date constat;Heure;Résidence;Code INSEE;Type d'incident;Lieu précis",
    "baac_caracteristiques": ("Num_Acc,an,mois,jour,hrmn,lum,agg,int,atm,col,com,adr,gps,lat,long,dep"),
}


def sheet_of(text: str) -> Sheet:
    return reader.read(text.encode(), LIMITS)


def profile_from(tmp_path: Path, text: str) -> Profile:
    path = tmp_path / "profil.toml"
    path.write_text(text, encoding="utf-8")
    return profiles.load(path)


# ---- matching ----------------------------------------------------------------------------------


def test_four_profiles_ship() -> None:
    assert set(profiles.shipped()) == set(HEADERS)


@pytest.mark.parametrize("code", sorted(HEADERS))
def test_each_export_is_recognised_by_its_columns(code: str) -> None:
    assert profiles.match(sheet_of(f"{HEADERS[code]}\n1\n"), None).code == code


@pytest.mark.parametrize("code", sorted(HEADERS))
def test_neither_the_order_nor_the_case_nor_added_columns_matter(code: str) -> None:
    separator = "," if "," in HEADERS[code] else ";"
    names = [*reversed(HEADERS[code].upper().split(separator)), "Nouvelle colonne"]
    assert profiles.match(sheet_of(f"{separator.join(names)}\n1\n"), None).code == code


@pytest.mark.parametrize("code", sorted(HEADERS))
def test_each_column_that_a_profile_needs_is_named_when_it_lacks(code: str) -> None:
    separator = "," if "," in HEADERS[code] else ";"
    for needed in profiles.shipped()[code].columns:
        names = [name for name in HEADERS[code].split(separator) if plain(name) != plain(needed)]
        with pytest.raises(UnrecognisedColumns) as refusal:
            profiles.match(sheet_of(f"{separator.join(names)}\n1\n"), code)
        assert f"il manque « {needed} »" in str(refusal.value)
        assert names[0] in str(refusal.value)


def test_without_a_profile_asked_for_the_nearest_is_named() -> None:
    renamed = HEADERS["police_municipale"].replace("Nature", "Motif")
    with pytest.raises(UnrecognisedColumns, match="« police_municipale » : il manque « Nature »"):
        profiles.match(sheet_of(f"{renamed}\n1\n"), None)


def test_a_profile_that_does_not_exist_lists_those_that_do() -> None:
    with pytest.raises(UnknownProfile, match=r"« logitud » n'existe pas.*bailleur.*police_municipale"):
        profiles.match(sheet_of("a;b\n1;2\n"), "logitud")


def test_the_profile_asked_for_is_the_one_used_even_when_another_fits_better() -> None:
    both = HEADERS["police_municipale"] + ";Référence;Date constat;Résidence;Type d'incident"
    assert profiles.match(sheet_of(f"{both}\n1\n"), "bailleur").code == "bailleur"
    assert profiles.match(sheet_of(f"{both}\n1\n"), None).code == "police_municipale"


def test_of_two_columns_of_one_name_the_first_is_read() -> None:
    header = "N° fiche;Date;DATE;Heure;Nature;Code INSEE;X;Y"
    sheet = sheet_of(f"{header}\n1;12/03/2025;01/01/1999;;;;;\n")
    assert profiles.shipped()["police_municipale"].rename(sheet)["date"].to_list() == ["12/03/2025"]


# ---- making fields -----------------------------------------------------------------------------


def test_only_the_fields_leave_the_sheet() -> None:
    header, row = HEADERS["bailleur"], "R1;12/03/2025;22h;Les Lilas;31555;Vandalisme;SECRET chez M. Dupont"
    frame = profiles.shipped()["bailleur"].rename(sheet_of(f"{header}\n{row}\n"))
    assert set(frame.columns) == {"line", *profiles.FIELDS, "x_value", "y_value"}
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
    sheet = sheet_of("j;m;a;dep;com\n1;2;2025;20;4\n;3;2025;1;0\n5;6;2025;31;555\n")
    frame = profile.rename(sheet)
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
        [champs.commune]
        colonnes = ["c"]
        remplacer = [['^a$', 'b'], ['^b$', 'c'], ['^(a|b|d)$', 'z']]
        """,
    )
    assert profile.rename(sheet_of("c;x\na;\nb;\nd;\ne;\n"))["commune"].to_list() == ["b", "c", "z", "e"]


def test_coordinates_are_scaled_and_their_absent_values_are_not_zero(tmp_path: Path) -> None:
    profile = profile_from(
        tmp_path,
        """
        code = "essai"
        version = 1
        libelle = "Essai"
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
    frame = profile.rename(sheet_of("x;y\n0290046;50,5\n0;\n-1;1e999\nabc; 0 \n"))
    assert frame["x_value"].to_list()[:3] == [pytest.approx(2.90046), None, None]
    assert frame["y_value"].to_list()[:2] == [50.5, None]
    assert frame["y_value"].to_list()[3] is None
    assert frame["x_value"].is_nan().to_list()[3]
    assert frame["y_value"].is_nan().to_list()[2]


def test_a_profile_without_a_coordinate_system_gives_no_point() -> None:
    frame = profiles.shipped()["bailleur"].rename(sheet_of(HEADERS["bailleur"] + "\n1;2;3;4;5;6;7\n"))
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
    frame = profiles.shipped()["baac_caracteristiques"].rename(sheet_of(f"{header}\n{row}\n"))
    assert frame["commune"].to_list() == [code]
    assert frame["date"].to_list() == ["19/02/13"]


@pytest.mark.parametrize("code", sorted(HEADERS))
def test_every_category_of_a_shipped_profile_is_a_leaf_of_the_taxonomy(code: str) -> None:
    taxonomy = (Path(__file__).resolve().parents[2] / "data" / "taxonomie_pivot.csv").read_text("utf-8")
    for leaf in profiles.shipped()[code].categories.values():
        assert f";{leaf};" in taxonomy

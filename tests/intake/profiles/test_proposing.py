"""What an unknown export is taken for: columns, dates, coordinates, and what is never proposed."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from observatoire.intake.profiles.evidence import DateOrder, date_order
from observatoire.intake.profiles.meaning import is_personal, likeliest
from observatoire.intake.profiles.model import Profile
from observatoire.intake.profiles.notation import from_json
from observatoire.intake.profiles.proposing import Known, Proposal, columns_of, propose
from observatoire.intake.profiles.shipping import shipped
from observatoire.intake.profiles.writing import to_json
from observatoire.intake.reading.document import Layout
from observatoire.space.crs import Extent

PARIS = Extent(2.22, 48.81, 2.47, 48.91)
BELLE_ILE = Extent(-3.27, 47.27, -3.04, 47.40)
OWN = from_json(
    {
        "champs": {"date": "Jour", "categorie": "Nature", "heure": "H"},
        "heure": {"debut_vacation": "12:00"},
        "lignes": {"ignorer": [["Nature", "^TEST"]]},
        "categories": {"Tapage": "A101"},
        "facultatives": ["H"],
    },
    "pm",
    2,
)


def proposal(columns: Mapping[str, Sequence[Any]], **more: Any) -> Proposal:
    size = len(next(iter(columns.values())))
    frame = pl.DataFrame({**columns, "line": list(range(2, size + 2))})
    layout = Layout("csv", tuple(columns), repeated=more.pop("repeated", ()))
    return propose(layout, frame, **more)


def meanings(found: Proposal) -> dict[str, str]:
    return {column.column: column.meaning for column in found.columns}


def written(found: Proposal) -> dict[str, Any]:
    assert found.profile is not None
    return to_json(found.profile)


def test_columns_are_known_by_their_usual_names() -> None:
    found = proposal(
        {
            "Réf.": ["1", "2"],
            "DATE DU FAIT": ["12/03/2026", "13/03/2026"],
            "Heure du fait": ["22h", ""],
            "Motif d'intervention": ["Tapage", "Rixe"],
            "Code INSEE": ["31555", "31555"],
            "Adresse du fait": ["rue A", "rue B"],
        }
    )
    assert list(meanings(found).values()) == ["reference", "date", "heure", "categorie", "commune", "lieu"]
    assert all(column.confidence >= 0.5 and column.reason for column in found.columns)


def test_columns_without_a_telling_name_are_known_by_their_content() -> None:
    found = proposal(
        {
            "A": [f"{day:02d}/03/2026" for day in range(1, 31)],
            "B": ["22h45"] * 30,
            "C": ["Tapage", "Rixe", "Dépôt sauvage"] * 10,
            "D": [f"texte {n} tout à fait libre" for n in range(30)],
        }
    )
    assert meanings(found) == {"A": "date", "B": "heure", "C": "categorie", "D": "ignoree"}
    assert "contenu" in found.columns[0].reason


def test_a_name_that_the_content_belies_is_not_believed() -> None:
    found = proposal(
        {"Date": ["Tapage", "Rixe", "Tapage"], "Jour": ["12/03/2026"] * 3, "Nature": ["a", "b", "c"]}
    )
    assert meanings(found)["Date"] == "ignoree"
    assert meanings(found)["Jour"] == "date"


def test_a_column_named_date_that_holds_none_gives_no_date() -> None:
    assert proposal({"Date": ["Tapage", "Rixe"], "Nature": ["a", "b"]}).lacking == ("date",)


def test_without_a_date_or_a_category_nothing_is_proposed_and_it_is_said() -> None:
    found = proposal({"Nature": ["Tapage"], "x1": ["?"]})
    assert found.profile is None
    assert found.lacking == ("date",)
    assert proposal({"v": ["1"]}).lacking == ("date", "categorie")


def test_what_is_proposed_can_be_stored_as_it_is() -> None:
    found = proposal({"Date": ["12/03/2026"], "Nature": ["Tapage"], "Commentaire": ["M. X"]})
    assert found.profile is not None
    assert from_json(written(found), found.profile.code, 1) == found.profile


def test_levels_of_a_category_are_joined_and_a_street_with_its_number() -> None:
    found = proposal(
        {
            "Sous-famille": ["Tapage"],
            "Famille": ["Bruit"],
            "N°": ["3"],
            "Voie": ["RUE A"],
            "Date": ["12/03/2026"],
        }
    )
    champs = written(found)["champs"]
    assert champs["categorie"] == {"colonnes": ["Famille", "Sous-famille"]}
    assert champs["lieu"] == {"colonnes": ["N°", "Voie"]}


def test_an_operating_day_and_too_many_midnights_show_in_the_proposal() -> None:
    hours = ["25:10", *["00:00"] * 5, *["10:00"] * 14]
    found = proposal({"Date": ["12/03/2026"] * 20, "Heure": hours, "Nature": ["Tapage"] * 20})
    assert written(found)["heure"] == {"jour_exploitation": True, "minuit_inconnu": True}
    few = proposal(
        {"Date": ["12/03/2026"] * 50, "Heure": ["00:00", *["10:00"] * 49], "Nature": ["Tapage"] * 50}
    )
    assert "heure" not in written(few)


def test_of_two_columns_of_one_name_the_proposal_names_which() -> None:
    cells = {"Date": ["12/03/2026"], "Date (2)": ["13/03/2026"], "Nature": ["Tapage"]}
    assert written(proposal(cells, repeated=("Date",)))["champs"]["date"] == "Date (1)"


# ---- personal data -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Nom", "Prénom", "NOM DU REQUERANT", "Téléphone", "Tél.", "Mail", "E-mail", "Immatriculation",
        "Date de naissance", "Observations", "Commentaire", "commentaires_libres", "Victime", "Agent",
        "Rédacteur",
    ],
)  # fmt: skip
def test_pii_libre_a_column_that_announces_persons_is_proposed_ignored(name: str) -> None:
    found = proposal({"Date": ["12/03/2026"], "Nature": ["Tapage"], name: ["x"]})
    told = found.columns[2]
    assert told.meaning == "ignoree"
    assert told.reason.startswith("ignorée : donnée personnelle")
    assert name not in str(written(found))


@pytest.mark.parametrize("name", ["Nombre", "Nature", "Date du fait", "Commune", "Numéro", "Nom commune"])
def test_a_usual_column_is_not_taken_for_a_person(name: str) -> None:
    assert not is_personal(name)


def test_pii_libre_a_column_whose_cells_look_personal_is_proposed_ignored() -> None:
    cells = ["M. DUPONT Jean né le 01/02/1990", "06 12 34 56 78", "AB-123-CD"]
    found = proposal({"Date": ["12/03/2026"] * 3, "Nature": ["Tapage"] * 3, "Type": cells, "Lieu": cells})
    assert meanings(found)["Type"] == meanings(found)["Lieu"] == "ignoree"
    assert "DUPONT" not in str(found)


def test_pii_libre_no_cell_of_the_file_is_in_a_proposal() -> None:
    cells = {
        "Date": ["12/03/2026"],
        "Nature": ["Zanzibar"],
        "Adresse": ["Rue Xylophone"],
        "Autre": ["Wagram"],
    }
    told = str(proposal(cells))
    assert not [word for word in ("Zanzibar", "Xylophone", "Wagram", "12/03") if word in told]


def test_a_profile_that_the_source_stored_may_read_a_column_that_looks_personal() -> None:
    own = from_json({"champs": {"date": "Date", "categorie": "Observations"}}, "pm", 1)
    found = proposal({"Date": ["12/03/2026"], "Observations": ["Tapage"]}, known=Known(own=(own,)))
    assert meanings(found)["Observations"] == "categorie"


# ---- what earlier profiles teach -----------------------------------------------------------------


def test_col_absente_the_proposal_keeps_what_the_source_had_decided() -> None:
    cells = {"Jour": ["12/03/2026"], "Motif": ["Tapage"], "H": ["10:00"]}
    found = proposal(cells, known=Known(own=(OWN,)), code="pm")
    assert found.profile is not None
    assert found.profile.time.day_starts_at == 720
    assert found.profile.categories == {"tapage": "A101"}
    assert found.profile.optional == {"H"}
    assert found.profile.lines.ignored == ()  # its column is gone
    assert written(found)["champs"] == {"date": "Jour", "heure": "H", "categorie": "Motif"}
    assert "profil de la source, version 2" in found.columns[0].reason


def test_col_absente_a_field_that_the_source_never_read_is_not_added() -> None:
    cells = {"Jour": ["12/03/2026"], "Motif": ["Tapage"], "Adresse": ["rue A"], "X": ["2.35"], "Y": ["48.85"]}
    found = proposal(cells, known=Known(own=(OWN,)), box=PARIS)
    assert set(written(found)["champs"]) == {"date", "categorie"}
    assert meanings(found)["Adresse"] == meanings(found)["X"] == "ignoree"


def test_col_absente_a_field_that_the_source_has_decided_takes_no_other_column() -> None:
    cells = {"Date du fait": ["12/03/2026"], "Nature": ["Tapage"], "Sous-famille": ["x"]}
    found = proposal(cells, known=Known(own=(OWN,)))
    assert written(found)["champs"]["categorie"] == "Nature"
    assert found.profile is not None
    assert found.profile.lines.ignored == ((("Nature", "^TEST"),),)  # its column still stands


def test_other_exports_that_disagree_teach_nothing() -> None:
    one = from_json({"champs": {"date": "Date", "categorie": "Quoi"}}, "a", 1)
    other = from_json({"champs": {"date": "Date", "categorie": "Nature", "lieu": "Quoi"}}, "b", 1)
    cells = {"Date": ["12/03/2026"], "Nature": ["Tapage"], "Quoi": ["x"]}
    assert meanings(proposal(cells, known=Known(others=(one, other))))["Quoi"] == "ignoree"


def test_other_exports_teach_names_that_no_synonym_knows() -> None:
    other = from_json({"champs": {"date": "Quand", "categorie": "Quoi"}}, "ailleurs", 1)
    cells = {"Quand": ["12/03/2026"], "Quoi": ["Tapage"]}
    assert meanings(proposal(cells))["Quoi"] == "ignoree"
    found = proposal(cells, known=Known(others=(other,)))
    assert meanings(found) == {"Quand": "date", "Quoi": "categorie"}
    assert "d'autres exports" in found.columns[1].reason


def test_another_source_never_teaches_to_read_a_column_of_persons() -> None:
    other = from_json({"champs": {"date": "Date", "categorie": "Observations"}}, "ailleurs", 1)
    cells = {"Date": ["12/03/2026"], "Observations": ["Tapage"]}
    assert meanings(proposal(cells, known=Known(others=(other,))))["Observations"] == "ignoree"


@pytest.mark.parametrize("code", sorted(set(shipped()) - {"baac_caracteristiques"}))
def test_the_main_columns_of_every_shipped_export_are_found_without_its_profile(code: str) -> None:
    profile = shipped()[code]
    known = Known(others=tuple(p for p in shipped().values() if p.code != code))
    samples = {
        "date": "12/03/2026",
        "fin": "13/03/2026",
        "heure": "10:00",
        "categorie": "Tapage",
        "point": "48.8, 2.3",
    }
    read = profile.meanings(profile.mapped)
    cells = {c: [samples.get(read.get(c, ""), "1")] * 3 for c in profile.mapped}
    found = meanings(proposal(cells, known=known))
    for field in ("date", "categorie"):
        assert field in {found[column] for column in profile.fields[field].columns}


# ---- dates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["12/03/2026", "13/03/2026"], DateOrder("jour_mois_annee", True, 0)),
        (["12/03/2026", "11/03/2026"], DateOrder("jour_mois_annee", False, 0)),
        (["03/13/2026", "03/12/2026"], DateOrder("jour_mois_annee", False, 1)),
        (["2026-03-12"], DateOrder("annee_mois_jour", True)),
        (["vendredi 13 mars 2026"], DateOrder("autre", True)),
        (["28/03/26 22:00"], DateOrder("jour_mois_annee", True, 0)),
        ([None, ""], DateOrder("autre", True)),
    ],
)
def test_dat_ambigu_an_order_is_proven_by_a_day_above_twelve(
    cells: list[str | None], order: DateOrder
) -> None:
    assert date_order(cells) == order


# ---- coordinates ---------------------------------------------------------------------------------


def placed(
    x: Sequence[str], y: Sequence[str], box: Extent | None, names: tuple[str, str] = ("X", "Y")
) -> Proposal:
    cells = {"Date": ["12/03/2026"] * len(x), "Nature": ["Tapage"] * len(x), names[0]: x, names[1]: y}
    return proposal(cells, box=box)


@pytest.mark.parametrize(
    ("x", "y", "box", "epsg"),
    [
        ("652297,0", "6861636,4", PARIS, 2154),
        ("600983,5", "2428295,3", PARIS, 27572),
        ("261589,7", "6249955,3", PARIS, 3857),
        ("1652295,7", "8183858,0", PARIS, 3949),
        ("1 652 295,7", "8 183 858,0", PARIS, 3949),
        ("2.3499", "48.8530", PARIS, 4326),
        ("1235499,7", "6256828,2", BELLE_ILE, 3947),
    ],
)
def test_geo_cc_and_geo_l2e_the_system_is_the_one_that_falls_in_the_territory(
    x: str, y: str, box: Extent, epsg: int
) -> None:
    found = placed([x] * 3, [y] * 3, box)
    assert found.coordinates is not None
    assert (found.coordinates.epsg, found.coordinates.share, found.coordinates.swapped) == (epsg, 1.0, False)
    assert written(found)["lieu"] == {"epsg": epsg}
    assert str(epsg) in found.columns[2].reason


def test_geo_inverse_coordinates_exchanged_are_proposed_exchanged() -> None:
    found = placed(["48,8530"] * 3, ["2,3499"] * 3, PARIS)
    assert found.coordinates is not None
    assert found.coordinates.swapped
    assert written(found)["champs"]["x"] == "Y"
    assert meanings(found)["X"] == "y"
    assert "échangés" in found.columns[2].reason


def test_a_system_is_proposed_from_ninety_five_per_cent_of_the_points_only() -> None:
    inside, outside = ("2.3499", "48.8530"), ("5.37", "43.29")
    for wrong, expected in ((1, 4326), (2, None)):
        points = [inside] * (20 - wrong) + [outside] * wrong
        found = placed([p[0] for p in points], [p[1] for p in points], PARIS)
        assert (found.coordinates.epsg if found.coordinates else None) == expected


def test_coordinates_of_no_known_system_are_not_mapped() -> None:
    found = placed(["12", "13"], ["14", "15"], PARIS)
    assert found.coordinates is None
    assert meanings(found)["X"] == "ignoree"
    assert "système" in found.columns[2].reason
    assert "x" not in written(found)["champs"]


def test_zeros_and_blanks_do_not_count_against_a_system() -> None:
    found = placed(["0", "", "-1", "2.3499"], ["0", "", "-1", "48.8530"], PARIS)
    assert found.coordinates is not None
    assert found.coordinates.share == 1.0


def test_without_a_territory_a_system_is_told_only_when_no_other_is_plausible() -> None:
    assert placed(["2.3499"], ["48.8530"], None).coordinates is not None
    # Belle-Île in CC47 could be a point of Corsica in Lambert-93.
    assert placed(["1235499,7"], ["6256828,2"], None).coordinates is None


def test_two_neighbouring_columns_of_numbers_that_fall_in_the_territory_are_found_whatever_their_names() -> (
    None
):
    found = placed(["652297,0"] * 3, ["6861636,4"] * 3, PARIS, ("C1", "C2"))
    assert meanings(found)["C1"] == "x"
    assert meanings(found)["C2"] == "y"


def test_a_cell_that_holds_both_coordinates_is_found_in_either_order() -> None:
    base = {"Date": ["12/03/2026"], "Nature": ["Tapage"]}
    first = proposal({**base, "geo_point_2d": ["48.8846, 2.3351"]}, box=PARIS)
    assert written(first)["champs"]["point"] == "geo_point_2d"
    other = proposal({**base, "coordonnées GPS": ["2.3351, 48.8846"]}, box=PARIS)
    assert written(other)["champs"]["point"] == {"colonnes": ["coordonnées GPS"], "ordre": "lon,lat"}


# ---- names ---------------------------------------------------------------------------------------


def test_the_likeliest_new_name_is_never_that_of_a_column_of_persons() -> None:
    assert likeliest("Lieu", ("lieu",), ["Nom", "Observations"]) is None
    assert likeliest("Nature", ("categorie",), ["Observations", "Motif", "Durée"]) == "Motif"
    assert likeliest("Nature", ("categorie",), []) is None
    assert likeliest("Observatoire", ("lieu",), ["Observations"]) is None
    assert likeliest("Observatoire", ("lieu",), ["Observatoires"]) == "Observatoires"


def columns_told(profile: Profile, header: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    return {c.column: (c.meaning, c.reason) for c in columns_of(profile, header)}


def test_columns_read_by_a_profile_say_which_and_a_filter_says_that_it_is_not_kept() -> None:
    told = columns_told(
        shipped()["inter_bailleurs"], ("Date vacation", "Motif appel", "Constat", "Nom", "Autre")
    )
    assert told["Date vacation"][0] == "date"
    assert told["Constat"] == (
        "ignoree",
        "profil « inter_bailleurs », version 1 : lue pour écarter des lignes, jamais gardée",
    )
    assert "personnelle" in told["Nom"][1]
    assert "non lue" in told["Autre"][1]

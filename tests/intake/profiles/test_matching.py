"""Which profile reads a header, and what is refused before anything is written."""

import pytest

from observatoire.errors import (
    AmbiguousColumns,
    MissingColumns,
    OfficialSeriesFile,
    UnknownProfile,
    UnrecognisedColumns,
)
from observatoire.intake.profiles.matching import match
from observatoire.intake.profiles.model import Profile
from observatoire.intake.profiles.notation import from_json
from observatoire.intake.profiles.shipping import shipped

PM = ("N° fiche", "Date", "Heure", "Nature", "Code INSEE", "Commune", "X", "Y")
TRANSPORT = ("id_evt", "date_exploit", "heure", "ligne", "arret", "categorie", "item", "lat", "lon")


def stored(**champs: object) -> Profile:
    return from_json({"champs": {"date": "Date", "categorie": "Nature", **champs}}, "pm-ville", 3)


@pytest.mark.parametrize("code", sorted(shipped()))
def test_each_column_that_a_profile_needs_is_named_when_it_lacks(code: str) -> None:
    profile = shipped()[code]
    for needed in profile.columns:
        header = tuple(column for column in profile.mapped if column != needed)
        with pytest.raises(UnrecognisedColumns) as refusal:
            match(header, code)
        assert f"il manque « {needed} »" in str(refusal.value)
        assert f"« {header[0]} »" in str(refusal.value)


def test_without_a_profile_asked_for_the_nearest_is_named() -> None:
    renamed = tuple("Motif" if name == "Nature" else name for name in PM)
    with pytest.raises(UnrecognisedColumns, match="« police_municipale » : il manque « Nature »"):
        match(renamed, None)


def test_a_profile_that_does_not_exist_lists_those_that_do() -> None:
    with pytest.raises(UnknownProfile, match=r"« logitud » n'existe pas.*bailleur.*police_municipale"):
        match(("a", "b"), "logitud")


def test_the_profile_asked_for_is_the_one_used_even_when_another_fits_better() -> None:
    both = (*PM, "Référence", "Date constat", "Résidence", "Type d'incident")
    assert match(both, "bailleur").code == "bailleur"
    assert match(both, None).code == "police_municipale"


def test_an_export_with_coordinates_is_read_with_them() -> None:
    assert match((*TRANSPORT, "code_arret"), None).code == "transport"
    without = tuple(name for name in TRANSPORT if name not in ("lat", "lon"))
    assert match((*without, "code_arret"), None).code == "transport_evenements"


def test_the_profile_of_the_source_comes_before_all_others() -> None:
    own = stored()
    assert match(PM, None, own) is own
    assert match(PM, "pm-ville", own) is own
    assert match(PM, "police_municipale", own).code == "police_municipale"


def test_what_a_file_without_a_header_shows_instead_of_names_is_not_told() -> None:
    with pytest.raises(UnrecognisedColumns) as refusal:
        match(("Mme EXEMPLE", "06 12 34 56 78", "12/03/2026"), None)
    assert "EXEMPLE" not in str(refusal.value)
    assert "06 12" not in str(refusal.value)


# ---- columns that are gone -----------------------------------------------------------------------


def test_col_absente_a_renamed_column_is_proposed_by_its_synonym_and_nothing_is_read() -> None:
    renamed = tuple("Motif" if name == "Nature" else name for name in PM)
    with pytest.raises(MissingColumns) as refusal:
        match(renamed, None, stored())
    told = str(refusal.value)
    assert "« Nature » absente ; « Motif » pourrait être la même" in told
    assert "enregistrez un nouveau profil" in told
    assert "Rien n'a été écrit" in told
    assert [fault.expected for fault in refusal.value.fields] == ["Nature"]


def test_col_absente_a_column_written_slightly_otherwise_is_proposed_too() -> None:
    own = stored(lieu="Secteur de patrouille")
    with pytest.raises(MissingColumns, match="« Secteurs patrouille » pourrait être la même"):
        match((*PM, "Secteurs patrouille"), None, own)


def test_col_absente_one_new_name_is_not_proposed_for_two_columns() -> None:
    own = from_json({"champs": {"date": "Date", "categorie": {"colonnes": ["Nature", "Motif"]}}}, "pm", 1)
    with pytest.raises(MissingColumns) as refusal:
        match(("Date", "Catégorie"), None, own)
    assert str(refusal.value).count("pourrait être la même") == 1


def test_col_absente_without_a_likely_name_says_what_to_do_and_proposes_none() -> None:
    with pytest.raises(MissingColumns) as refusal:
        match(("Date", "Observations", "Durée"), None, stored())
    assert "pourrait" not in str(refusal.value)
    assert "Refaites l'export" in str(refusal.value)


def test_col_absente_never_falls_back_on_a_profile_that_ships() -> None:
    with pytest.raises(MissingColumns):
        match(PM, None, stored(lieu="Adresse"))


def test_col_absente_an_optional_column_may_be_gone() -> None:
    content = {"champs": {"date": "Date", "heure": "H", "categorie": "Nature"}, "facultatives": ["H"]}
    own = from_json(content, "pm-ville", 1)
    assert match(PM, None, own) is own


# ---- columns of one name -------------------------------------------------------------------------


def test_col_double_two_columns_of_one_name_want_a_choice() -> None:
    header = ("Date", "Date (2)", "Nature")
    with pytest.raises(AmbiguousColumns, match=r"« Date » \(écrivez « Date \(1\) » ou « Date \(2\) »\)"):
        match(header, None, stored(), repeated=("Date",))


@pytest.mark.parametrize("chosen", ["Date (1)", "Date (2)"])
def test_col_double_a_profile_that_names_one_of_them_reads_it(chosen: str) -> None:
    own = stored(date=chosen)
    header = ("Date", "Date (2)", "Nature")
    assert match(header, None, own, repeated=("Date",)) is own
    assert own.meanings(header) == {
        ("Date" if chosen == "Date (1)" else chosen): "date",
        "Nature": "categorie",
    }


def test_col_double_a_profile_that_reads_both_has_chosen() -> None:
    own = stored(fin="Date (2)")
    assert match(("Date", "Date (2)", "Nature"), None, own, repeated=("Date",)) is own


def test_col_double_columns_that_no_one_reads_may_be_there_twice() -> None:
    header = ("Date", "Nature", "Suite", "Suite (2)")
    own = stored()
    assert match(header, None, own, repeated=("Suite",)) is own


def test_col_double_names_alike_but_for_their_case_want_a_choice_unless_one_is_exact() -> None:
    own = stored()
    assert match(("DATE", "Date", "Nature"), None, own) is own
    assert own.meanings(("DATE", "Date", "Nature"))["Date"] == "date"
    with pytest.raises(AmbiguousColumns):
        match(("DATE", "date", "Nature"), None, own)


def test_col_double_a_shipped_profile_does_not_choose_either() -> None:
    with pytest.raises(AmbiguousColumns):
        match((*PM, "Date (2)"), None, repeated=("Date",))


# ---- counts are not facts ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        ("CODGEO_2026", "annee", "indicateur", "nombre"),
        ("CODGEO", "annee", "indicateur", "nombre"),
        ("Code_departement", "annee", "indicateur", "nombre"),
        ("CODGEO_2023", "annee", "classe", "faits"),
        ("Index", "Libellé", "janv-26", "févr-26", "mars-26"),
        ("Index", "Libellé", "janvier 2026", "août 2026"),
        ("N°Index", "Index de l'Etat 4001", "Métropole", "Ain"),
    ],
)
def test_official_series_are_not_imports_of_facts(header: tuple[str, ...]) -> None:
    with pytest.raises(OfficialSeriesFile, match="séries officielles"):
        match(header, None, stored())


def test_a_list_of_facts_with_a_column_named_index_is_not_taken_for_a_series() -> None:
    header = ("Index", "Date", "Nature", "janv-26")
    own = stored()
    assert match(header, None, own) is own

"""A profile as it is written: what is read, what is refused and how it is told, what goes back unchanged."""

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.errors import InvalidProfile
from observatoire.intake.profiles.model import FieldRule, LineRules, Profile, TimeRules
from observatoire.intake.profiles.notation import from_json
from observatoire.intake.profiles.writing import to_json
from observatoire.intake.reading.document import Choices

LEAVES = frozenset({"A101", "C203"})
WHOLE: dict[str, Any] = {
    "libelle": "Police municipale",
    "champs": {
        "date": "Date vacation",
        "heure": "Heure",
        "categorie": {"colonnes": ["Famille", "Sous-famille"]},
        "commune": {"colonnes": ["dep", "com"], "largeurs": [2, 3], "remplacer": [["^20(.*)$", "2A${1}"]]},
        "point": {"colonnes": ["geo"], "ordre": "lon,lat"},
    },
    "facultatives": ["Heure"],
    "lieu": {"epsg": 4326, "absent": ["0", "-1"]},
    "heure": {
        "jour_exploitation": True,
        "debut_vacation": "12:00",
        "minuit_inconnu": True,
        "creneaux": {"Poste de nuit": "22:00-06:00", "Jour": "08:00-24:00"},
        "annee_2_chiffres": 1900,
    },
    "lignes": {"doublons_internes": "ignorer", "ignorer": [["Famille", "^Ronde$", "Constat", "^RAS$"]]},
    "fichier": {"feuille": "Export", "ligne_entete": 4, "reparer_encodage": True},
    "categories": {"Tapage, de nuit": "A101"},
}


def minimal(**more: Any) -> dict[str, Any]:
    return {"champs": {"date": "Date", "categorie": "Nature"} | more.pop("champs", {})} | more


def faults_of(content: object) -> dict[str, str]:
    """Field to message of each fault."""
    with pytest.raises(InvalidProfile) as refusal:
        from_json(content, "essai", 1, LEAVES)
    assert refusal.value.fields
    return {fault.field: fault.message for fault in refusal.value.fields}


def test_every_noun_is_read() -> None:
    profile = from_json(WHOLE, "pm", 4, LEAVES)
    assert (profile.code, profile.version, profile.label, profile.epsg) == (
        "pm",
        4,
        "Police municipale",
        4326,
    )
    assert profile.time == TimeRules(
        service_day=True,
        day_starts_at=720,
        midnight_unknown=True,
        slots={"poste de nuit": (1320, 1800), "jour": (480, 1440)},
        two_digit_year_base=1900,
    )
    assert profile.lines == LineRules(((("Famille", "^Ronde$"), ("Constat", "^RAS$")),), True)
    assert profile.choices == Choices("Export", 4, True)
    assert profile.absent_coordinates == {"", "0", "-1"}
    assert profile.categories == {"tapage, de nuit": "A101"}
    assert profile.columns == ("Date vacation", "Famille", "Sous-famille", "dep", "com", "geo", "Constat")


def test_what_is_written_is_read_back_the_same_through_json() -> None:
    profile = from_json(WHOLE, "pm", 4)
    assert from_json(json.loads(json.dumps(to_json(profile))), "pm", 4) == profile
    assert to_json(from_json(to_json(profile), "pm", 4)) == to_json(profile)


names = st.text("abcdé°'/ -", min_size=1, max_size=8).filter(lambda name: name.strip() == name != "")
clocks = st.integers(0, 1439)


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    columns = st.lists(names, min_size=1, max_size=3, unique=True).map(tuple)
    fields = {
        "date": FieldRule(columns=draw(columns), joint=draw(st.sampled_from(["", "/", "-"]))),
        "categorie": FieldRule(columns=draw(columns), joint=draw(st.sampled_from([" / ", ", "]))),
        "lieu": FieldRule(columns=draw(columns), joint=" "),
        "x": FieldRule(columns=(draw(names),), scale=draw(st.sampled_from([1.0, 1e-5, 100.0]))),
        "y": FieldRule(columns=(draw(names),)),
        "commune": FieldRule(constant=draw(st.sampled_from(["31555", "2A004"]))),
    }
    start = draw(clocks)
    slots = {"poste": (start, start + draw(st.integers(1, 1440)))}
    needed = {*fields["date"].columns, *fields["categorie"].columns}
    optional = draw(st.sets(st.sampled_from(fields["lieu"].columns)))
    return Profile(
        code="p",
        version=1,
        label=draw(names),
        fields=fields,
        epsg=draw(st.sampled_from([2154, 4326, 3949])),
        absent_coordinates=frozenset({"", *draw(st.lists(st.sampled_from(["0", "-1", "NULL"])))}),
        time=TimeRules(draw(st.booleans()), draw(clocks), draw(st.booleans()), slots),
        lines=LineRules(((("c", "^a"),),), draw(st.booleans())),
        categories={"tapage": "A101"},
        optional=frozenset(optional - needed),
        choices=Choices(draw(st.none() | names), draw(st.none() | st.integers(1, 1000)), draw(st.booleans())),
    )  # fmt: skip


@given(profiles())
def test_any_profile_survives_being_written(profile: Profile) -> None:
    assert from_json(json.loads(json.dumps(to_json(profile))), "p", 1) == profile


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
sections = st.sampled_from(
    ["libelle", "champs", "facultatives", "lieu", "heure", "lignes", "fichier", "categories", "code", "x"]
)
keys = st.sampled_from(
    ["date", "point", "colonnes", "largeurs", "remplacer", "echelle", "epsg", "absent", "creneaux", "ignorer"]
)


@given(st.dictionaries(sections, json_values | st.dictionaries(keys, json_values, max_size=4), max_size=6))
def test_whatever_is_sent_is_read_or_refused_with_its_faults(content: dict[str, Any]) -> None:
    """No other exception, and every fault can be told: printable, bounded."""
    refusal = refusal_of(minimal() | content)
    if refusal is not None:
        assert 0 < len(refusal.fields) <= 50
        assert all(f.field.isprintable() and len(f.field) <= 120 for f in refusal.fields)


def refusal_of(content: object) -> InvalidProfile | None:
    try:
        from_json(content, "p", 1, LEAVES)
    except InvalidProfile as refusal:
        return refusal
    return None


@pytest.mark.parametrize("content", [None, [], "texte", 12, {"champs": []}, {}])
def test_what_is_not_a_profile_at_all_is_told(content: object) -> None:
    assert faults_of(content)


@pytest.mark.parametrize(
    ("content", "field", "message"),
    [
        ({"champs": {"categorie": "Nature"}}, "champs.date", "obligatoire"),
        ({"champs": {"date": "Date"}}, "champs.categorie", "obligatoire"),
        (minimal(champs={"nom": "Nom"}), "champs.nom", "clé inconnue"),
        (minimal(champ={}), "champ", "clé inconnue"),
        (minimal(champs={"heure": ""}), "champs.heure", "vide"),
        (minimal(champs={"heure": 12}), "champs.heure", "table"),
        (minimal(champs={"heure": {"colonnes": ["h"], "constante": "10h"}}), "champs.heure", "constante"),
        (
            minimal(champs={"heure": {"colonnes": ["h"], "largeurs": [2, 2]}}),
            "champs.heure.largeurs",
            "par colonne",
        ),
        (minimal(champs={"x": "X"}), "champs", "x et y vont ensemble"),
        (minimal(champs={"x": "X", "y": "Y"}), "lieu.epsg", "demandent leur système"),
        (
            minimal(champs={"x": "X", "y": "Y", "point": "P"}, lieu={"epsg": 4326}),
            "champs.point",
            "soit x et y, soit point",
        ),
        (minimal(lieu={"epsg": 9999}), "lieu.epsg", "inconnu"),
        (minimal(lieu={"epsg": "2154"}), "lieu.epsg", "entier"),
        (minimal(heure={"debut_vacation": "25:00"}), "heure.debut_vacation", "heure est attendue"),
        (minimal(heure={"debut_vacation": 12}), "heure.debut_vacation", "heure est attendue"),
        (minimal(heure={"creneaux": {"nuit": "22h"}}), "heure.creneaux.nuit", "créneau"),
        (minimal(heure={"jour_exploitation": "oui"}), "heure.jour_exploitation", "vrai ou faux"),
        (minimal(heure={"annee_2_chiffres": 1950}), "heure.annee_2_chiffres", "siècle"),
        (minimal(lignes={"doublons_internes": "jeter"}), "lignes.doublons_internes", "inconnue"),
        (minimal(lignes={"ignorer": [["c"]]}), "lignes.ignorer", "listes"),
        (minimal(facultatives=["Autre"]), "facultatives", "lue par aucun champ"),
        (minimal(facultatives=["Date"]), "facultatives", "« date » demande"),
        (minimal(categories={"Tapage": "A999"}), "categories.Tapage", "nomenclature"),
        (minimal(champs={"categorie": {"constante": "A999"}}), "champs.categorie.constante", "nomenclature"),
        (minimal(champs={"quantite": {"colonnes": ["q"], "echelle": 0}}), "champs.quantite.echelle", "zéro"),
        (minimal(libelle="x" * 201), "libelle", "200 caractères"),
        (minimal(libelle="deux\nlignes"), "libelle", "une ligne"),
    ],
)
def test_each_fault_is_told_where_it_stands(content: dict[str, Any], field: str, message: str) -> None:
    assert message in faults_of(content)[field]


@pytest.mark.parametrize(
    "pattern",
    ["(", "a{2", "(?P<x", "(?=suite)", r"(a)\1", "x" * 201, "", 12, None, "(a{1000}){1000}", "a\x00b"],
)
def test_a_pattern_that_does_not_compile_in_linear_time_is_refused(pattern: object) -> None:
    """Rust's expressions know neither look-around nor back-references: none can run away."""
    content = minimal(champs={"heure": {"colonnes": ["h"], "remplacer": [[pattern, "x"]]}})
    assert faults_of(content)["champs.heure.remplacer"] == "expression rationnelle refusée"
    rules = minimal(lignes={"ignorer": [["Nature", pattern]]})
    assert faults_of(rules)["lignes.ignorer"] == "expression rationnelle refusée"


def test_a_pattern_that_would_run_away_elsewhere_is_harmless_here() -> None:

    profile = from_json(minimal(lignes={"ignorer": [["Nature", "^(a+)+$"]]}), "p", 1)
    rows = pl.DataFrame({"Date": ["d"], "Nature": ["a" * 5_000 + "!"], "line": [2]})
    assert profile.rename(rows, ("Date", "Nature"))["fault_profile"].to_list() == [None]


@pytest.mark.parametrize("told", ["06 12 34 56 78", "Mme Exemple", "jean@exemple.fr"])
def test_a_profile_keeps_nothing_personal(told: str) -> None:
    assert "personnelle" in faults_of(minimal(categories={told: "A101"}))["categories"]
    assert "personnelle" in faults_of(minimal(libelle=told))["libelle"]


def test_the_code_and_version_of_what_is_sent_are_not_believed() -> None:
    profile = from_json(minimal(code="autre", version=99), "pm", 2)
    assert (profile.code, profile.version) == ("pm", 2)
    assert "code" not in to_json(profile)

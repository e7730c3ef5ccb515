"""A source's label to a leaf of the pivot taxonomy."""

import csv
from pathlib import Path

import pytest

from observatoire.domain.incident import Category
from observatoire.intake.classification import Classed, Classifier
from observatoire.intake.parsing.text import plain

TAXONOMY = Path(__file__).resolve().parents[2] / "data" / "taxonomie_pivot.csv"


def leaf(code: str, label: str, *synonyms: str) -> Category:
    return Category(code, label, code[:2], "famille", code[0], "domaine", 0, synonyms)


SMALL = (
    leaf("A101", "Tapage nocturne", "bruit la nuit"),
    leaf("A102", "Tapage diurne", "bruit", "tapage"),
    leaf("A302", "Différend familial", "différend familial"),
    leaf("A303", "Autre différend", "différend"),
    leaf("D206", "Vol de vélo", "vol de vélo", "vélo volé"),
    leaf("F201", "Ivresse publique", "IPM"),
    leaf("Z999", "Indéterminé"),
)


def classed(label: str, **table: str) -> Classed:
    return Classifier(SMALL, {plain(k): v for k, v in table.items()}).classify(label)


def test_the_label_of_a_leaf_or_its_code_is_an_exact_answer() -> None:
    assert classed("Tapage nocturne") == Classed("A101", "table")
    assert classed("a101") == Classed("A101", "table")


def test_the_table_of_the_profile_comes_before_everything() -> None:
    assert classed("Tapage nocturne", **{"TAPAGE NOCTURNE": "A102"}) == Classed("A102", "table")


@pytest.mark.parametrize("label", ["TAPAGE NOCTURNE", "tapage\u00a0nocturne ", "Tàpage  Nocturné"])
def test_case_accents_and_spaces_never_matter(label: str) -> None:
    assert classed(label) == Classed("A101", "table")


def test_the_longest_synonym_wins() -> None:
    assert classed("bruit la nuit dans la cour").code == "A101"
    assert classed("bruit dans la cour").code == "A102"
    assert classed("Différend familial avec cris").code == "A302"
    assert classed("Différend entre automobilistes").code == "A303"


def test_a_synonym_is_a_whole_word_with_or_without_its_plural() -> None:
    assert classed("IPM sur voie publique") == Classed("F201", "synonyme")
    assert classed("SHIPMENT") == Classed("Z999", "defaut")
    assert classed("Bruits de travaux").code == "A102"
    assert classed("ébruitement").code == "Z999"


@pytest.mark.parametrize("label", ["", "xyz", "???", "Nature à préciser"])
def test_what_nobody_knows_is_to_be_classed_and_says_so(label: str) -> None:
    assert classed(label) == Classed("Z999", "defaut")


def shipped_leaves() -> list[Category]:
    with TAXONOMY.open(encoding="utf-8-sig", newline="") as file:
        return [
            leaf(row["code"], row["libelle"], *filter(None, row["synonymes"].split("|")))
            for row in csv.DictReader(file, delimiter=";")
        ]


def test_each_label_of_the_shipped_taxonomy_classes_to_its_own_leaf() -> None:
    leaves = shipped_leaves()
    classifier = Classifier(leaves, {})
    assert len(leaves) == 60
    assert {c.code: classifier.classify(c.label).code for c in leaves} == {c.code: c.code for c in leaves}


def test_each_synonym_of_the_shipped_taxonomy_classes_to_its_own_leaf() -> None:
    leaves = shipped_leaves()
    classifier = Classifier(leaves, {})
    wrong = {
        (synonym, c.code): classifier.classify(synonym).code
        for c in leaves
        for synonym in c.synonyms
        if classifier.classify(synonym).code != c.code
    }
    assert wrong == {}

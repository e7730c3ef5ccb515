"""Order of the tables that class a label, and what became of leaves that are gone."""

from hypothesis import given
from hypothesis import strategies as st

from observatoire.domain.incident import Category
from observatoire.domain.taxonomy import heirs, targets
from observatoire.intake.classification import Classed, Classifier
from observatoire.intake.classing.in_force import InForce


def leaf(code: str, label: str, *synonyms: str) -> Category:
    return Category(code, label, code[:2], "famille", code[0], "domaine", 0, synonyms)


LEAVES = (
    leaf("A101", "Tapage nocturne", "bruit la nuit"),
    leaf("A102", "Tapage diurne", "bruit", "dépôt sauvage", "animal errant"),
    leaf("B101", "Dépôt", "pétards"),
    leaf("Z999", "Indéterminé"),
)


def classed(label: str, **tables: dict[str, str]) -> Classed:
    return Classifier(LEAVES, tables.pop("table", {}), **tables).classify(label)


def test_what_was_decided_for_the_source_comes_before_its_profile_then_the_organisation_then_what_ships() -> (
    None
):
    tables = {"decided": {"x": "A101"}, "table": {"x": "A102"}, "shared": {"x": "B101"}}
    assert classed("X", **tables) == Classed("A101", "manuel")
    del tables["decided"]
    assert classed("X", **tables) == Classed("A102", "table")
    del tables["table"]
    assert classed("X", **tables) == Classed("B101", "manuel")
    assert classed("Tapage nocturne", shared={"tapage nocturne": "B101"}) == Classed("B101", "manuel")
    assert classed("Tapage nocturne", former={"tapage nocturne": "B101"}) == Classed("A101", "table")


def test_a_plural_is_known_from_either_side_in_every_word() -> None:
    assert classed("DÉPÔTS SAUVAGES") == Classed("A102", "synonyme")
    assert classed("Animaux errants") == Classed("A102", "synonyme")
    assert classed("un pétard") == Classed("B101", "synonyme")


def test_the_leaf_to_be_classed_is_never_a_class_whatever_says_so() -> None:
    for label in ("Z999", "indéterminé"):
        assert classed(label) == Classed("Z999", "defaut")
    assert classed("x", decided={"x": "Z999"}) == Classed("Z999", "defaut")


@given(st.text(max_size=200))
def test_any_text_is_classed_and_case_accents_and_spaces_change_nothing(text: str) -> None:
    classifier = Classifier(LEAVES, {})
    found = classifier.classify(text)
    assert found.code in {c.code for c in LEAVES}
    assert classifier.classify(f"  {text} ") == found


def test_a_label_made_to_be_slow_costs_in_proportion_to_its_length() -> None:
    """Each word is looked up once per synonym that begins with it: counted, not timed."""

    class Counted(dict[str, object]):
        lookups = 0

        def get(self, key: str, default: object = None) -> object:  # type: ignore[override]
            Counted.lookups += 1
            return super().get(key, default)

    classifier = Classifier(LEAVES, {})
    classifier._synonyms = Counted(classifier._synonyms)  # type: ignore[assignment]
    classifier.classify("bruit la " * 1000)
    assert Counted.lookups == 2000


def test_a_table_that_names_a_leaf_that_is_gone_follows_its_heir_or_says_nothing() -> None:
    in_force = InForce(2, LEAVES, gone=(("A199", "A101"),))
    classifier = in_force.classifier({"chahut": "A199", "boucan": "A198"})
    assert classifier.classify("Chahut") == Classed("A101", "table")
    assert classifier.classify("Boucan") == Classed("Z999", "defaut")


def test_heirs_follow_every_passage_since_the_leaf_went() -> None:
    codes = {1: frozenset({"A1", "B1"}), 2: frozenset({"A2", "B1"}), 3: frozenset({"A3", "A4", "B1"})}
    passages = {2: {"A1": frozenset({"A2"})}, 3: {"A2": frozenset({"A3", "A4"})}}
    assert heirs(codes, passages) == {"A1": frozenset({"A3", "A4"}), "A2": frozenset({"A3", "A4"})}
    assert heirs({}, {}) == {}
    assert targets("B1", passages[3]) == {"B1"}

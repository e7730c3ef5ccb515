"""What is proposed for a label that nobody has classed."""

from observatoire.domain.incident import Category
from observatoire.intake.classing.proposing import Proposer


def leaf(code: str, label: str, *synonyms: str) -> Category:
    return Category(code, label, code[:2], "famille", code[0], "domaine", 0, synonyms)


LEAVES = (
    leaf("A101", "Tapage nocturne", "bruit la nuit"),
    leaf("C101", "Stationnement gênant", "double file"),
    leaf("D206", "Vol de vélo ou de trottinette", "vol de vélo"),
    leaf("Z999", "Indéterminé (à classer)"),
)


def test_a_misspelt_label_is_brought_near_and_the_reason_is_told() -> None:
    (first, *_) = Proposer(LEAVES).propose("Stationement genant")
    assert first.category == "C101"
    assert first.category_label == "Stationnement gênant"
    assert "« Stationnement gênant »" in first.because
    assert 0.5 < first.similarity < 1


def test_a_word_in_common_is_a_reason() -> None:
    (first, *_) = Proposer(LEAVES).propose("Trottinettes, emprunt sans retour")
    assert (first.category, first.because) == (
        "D206",
        "partage le mot « trottinette » avec « Vol de vélo ou de trottinette »",
    )


def test_what_people_of_the_organisation_decided_is_learnt_from() -> None:
    assert Proposer(LEAVES).propose("Charivari") == ()
    (only,) = Proposer(LEAVES, [("charivari place", "A101")]).propose("Charivari")
    assert only.category == "A101"
    assert only.because.endswith("déjà classé par votre organisation")


def test_nothing_near_is_nothing_proposed_and_the_leaf_to_be_classed_never_is() -> None:
    assert Proposer(LEAVES).propose("xyz") == ()
    assert Proposer(LEAVES).propose("") == ()
    assert all(p.category != "Z999" for p in Proposer(LEAVES).propose("indéterminé, à classer"))

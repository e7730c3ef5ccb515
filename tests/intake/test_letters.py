"""The report in words: what the sender reads, in correct French, and what it must do next."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from observatoire.domain.period import Period
from observatoire.intake.letters import day, number, report_text, typeset
from observatoire.store.imports import ImportRecord
from observatoire.store.rejects import RejectSummary

RECORD = ImportRecord(
    id=UUID(int=7),
    source="pm",
    state="valide",
    as_of=date(2025, 4, 1),
    caller="agent",
    started_at=datetime(2025, 4, 2, 9, tzinfo=UTC),
    finished_at=datetime(2025, 4, 2, 9, 1, tzinfo=UTC),
    file={"nom": "mars 2025 : a.csv", "octets": 81_234, "encodage": "cp1252", "feuille": None},
    lines={"lues": 1240, "creees": 1200, "revisees": 1, "inchangees": 20, "doublons": 0, "quarantaine": 18,
           "ecartees": 1, "effacees": 0},
    anomalies=[{"code": "HEU_VIDE", "nombre": 1234, "libelle": "Heure absente : le fait reste."},
               {"code": "DAT_INVALIDE", "nombre": 17, "libelle": "x"}],
    location={"faits": 1221, "localises": 1000},
    period=Period(date(2025, 3, 1), date(2025, 4, 1)),
    period_deduced=True,
    profile="police_municipale@1",
)  # fmt: skip
REJECTS = [
    RejectSummary("DAT_INVALIDE", "quarantaine", ("date",), 17, (3, 7, 12, 13, 14)),
    RejectSummary("PII_LIBRE", "quarantaine", ("categorie", "lieu"), 1, (9,)),
    RejectSummary("LIG_TOTAL", "ecartees", ("ligne",), 1, (1241,)),
]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def test_the_report_tells_what_was_read_kept_and_set_aside_why_and_what_to_do() -> None:
    told = plain(report_text(RECORD, REJECTS, rejects_left=True))
    for sentence in (
        "1 240 lignes lues :",
        "- 1 200 faits nouveaux",
        "- 1 fait déjà connu, corrigé",
        "- 20 faits déjà connus, identiques",
        "- 18 lignes en quarantaine",
        "1 000 sur 1 221 sont situés par un point (81,9 %)",
        "- `DAT_INVALIDE` (17 lignes, champ date) : La date",
        "Lignes 3, 7, 12, 13, 14 et 12 autres.",
        "- `PII_LIBRE` (1 ligne, champs categorie, lieu) :",
        "Ligne 9.",
        "- `LIG_TOTAL` (1 ligne) :",
        "- `HEU_VIDE` (1 234 lignes) : Heure absente",
        "Période déduite des faits : du 1er mars 2025 au 31 mars 2025 inclus",
        "1. Corrigez les 18 lignes en quarantaine dans le fichier des rejets",
        "jusqu'au 2 mai 2025",
        "2. La période a été déduite",
    ):
        assert sentence in told, sentence
    assert "doublon" not in told
    assert "18 lignes en quarantaine (" not in told


def test_spaces_and_apostrophes_are_those_of_french_typography() -> None:
    told = report_text(RECORD, REJECTS, rejects_left=True)
    assert "1\u202f240 lignes lues\u00a0:" in told
    assert "Que faire maintenant\u202f?" in told
    assert "Rapport d’import" in told
    assert "`mars 2025 : a.csv`" in told, "a file's name is left as it is"
    assert typeset("dit « oui » ; 12 % !") == "dit «\u00a0oui\u00a0»\u202f; 12\u00a0%\u202f!"


@pytest.mark.parametrize(
    ("value", "told"), [(0, "0"), (999, "999"), (1000, "1\u202f000"), (1234567, "1\u202f234\u202f567")]
)
def test_thousands_are_parted_by_narrow_spaces(value: int, told: str) -> None:
    assert number(value) == told


def test_the_first_of_a_month_is_an_ordinal() -> None:
    assert (day(date(2025, 4, 1)), day(date(2025, 8, 21))) == ("1er avril 2025", "21 août 2025")


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("en_cours", "Attendez la fin de l'import"),
        ("refuse", "puis renvoyez le fichier"),
        ("echoue", "puis renvoyez le fichier"),
        ("annule", "si l'annulation était une erreur"),
        ("simule", "sans simulation pour l'écrire"),
        ("a_confirmer", "plus de 20 % des lignes sont en quarantaine"),
    ],
)
def test_each_state_says_what_to_do(state: str, sentence: str) -> None:
    record = replace(RECORD, state=state, to_confirm=["quarantaine"], message="Le fichier est vide.")
    assert sentence in plain(report_text(record, REJECTS, rejects_left=True))


def test_a_whole_import_asks_for_nothing() -> None:
    record = replace(
        RECORD, lines={"lues": 2, "creees": 2, "quarantaine": 0}, anomalies=[], period_deduced=False
    )
    told = plain(report_text(record, [], rejects_left=False))
    assert "Rien : l'import est complet." in told
    assert "quarantaine" not in told


def test_once_the_rejects_are_gone_the_report_sends_nobody_to_them() -> None:
    told = plain(report_text(RECORD, REJECTS, rejects_left=False))
    assert "n'existe plus" in told
    assert "/rejets" not in told


def test_a_nil_declaration_has_a_report_too() -> None:
    record = replace(
        RECORD, nil=True, file={}, profile=None, lines={"lues": 0}, anomalies=[], location={},
        message="Rien à signaler sur la période.", period_deduced=False,
    )  # fmt: skip
    told = plain(report_text(record, [], rejects_left=False))
    assert "Rien à signaler sur la période." in told
    assert "Fichier" not in told

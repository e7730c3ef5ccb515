"""The record of processing and the impact assessment say what is in force, and what is left to a person."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from observatoire.disclosure.policy import Role
from support.pages import assert_only_its_own_style_applies
from support.world import World

DOCUMENTS = ("registre", "aipd")


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    shared_world.source("pm", libelle="Police <municipale>", conservation_annees=3)
    shared_world.source("bailleur", "bailleur", libelle="Bailleur", charte_signee_le=None)
    return shared_world


def to_complete(document: dict[str, object]) -> list[str]:
    entries = [entry for part in document["parties"] for entry in part["entrees"]]  # type: ignore[attr-defined]
    return [entry["a_completer"] for entry in entries if entry["a_completer"]]


def entry(document: dict[str, object], label: str) -> dict[str, object]:
    found = [e for part in document["parties"] for e in part["entrees"] if e["libelle"] == label]  # type: ignore[attr-defined]
    assert len(found) == 1, label
    return found[0]


def test_the_register_lists_each_contract_and_how_long_it_keeps_points(town: World):
    told = town.get("/registre")
    contract = entry(told, "Police <municipale>")
    assert "charte signée le 01/06/2019" in str(contract["valeurs"])
    assert contract["a_completer"] is None
    assert "territoire : Toulouse Métropole, depuis le" in str(contract["valeurs"])
    kept = str(entry(told, "Points des faits de « Police <municipale> »")["valeurs"])
    assert "3 ans ; puis réduits au quartier" in kept
    longer = str(entry(told, "Points des faits de « Bailleur »")["valeurs"])
    assert "30 ans ; puis réduits au quartier" in longer
    assert "signature de la charte de « Bailleur »" in " ".join(to_complete(told))


def test_what_is_configured_is_no_longer_to_be_completed(town: World):
    assert "responsable du traitement (OBSERVATOIRE_CONTROLLER_NAME)" in to_complete(town.get("/registre"))
    named = town.settings.model_copy(
        update={
            "controller_name": "Commune d'Exemple",
            "dpo_contact": "dpo@exemple.fr",
            "backup_recipients": "age1",
        }
    )
    other = World(town.database, named, keys=town.keys)
    told = other.get("/registre")
    assert entry(told, "Responsable du traitement")["valeurs"] == ["Commune d'Exemple"]
    assert len(to_complete(told)) == len(to_complete(town.get("/registre"))) - 2
    assert entry(told, "Sauvegardes")["a_completer"] == "date du dernier essai de restauration"


def test_nothing_leaves_unless_the_national_geocoder_is_on_and_the_register_then_says_what(town: World):
    label = "Transferts hors de l'Union européenne"
    assert "éteint" in str(entry(town.get("/registre"), label)["valeurs"])
    allowed = World(
        town.database, town.settings.model_copy(update={"national_geocoder": True}), keys=town.keys
    )
    assert "éteint" in str(entry(allowed.get("/registre"), label)["valeurs"])
    answer = allowed.client.put("/api/v1/geocodage", json={"national": True}, headers=allowed.admin)
    assert answer.status_code == 200, answer.text
    told = str(entry(allowed.get("/registre"), label)["valeurs"])
    assert "data.geopf.fr" in told
    assert "ni date, ni catégorie" in told


def test_a_mail_server_and_a_provider_of_identities_are_told_as_what_leaves(town: World):
    label = "Transferts hors de l'Union européenne"
    more = {"smtp_host": "courriel.exemple.fr", "openid_issuer": "https://identite.exemple.fr"}
    other = World(town.database, town.settings.model_copy(update=more), keys=town.keys)
    before, after = (entry(world.get("/registre"), label) for world in (town, other))
    assert "aucune donnée ne part" in str(before["valeurs"])
    assert before["a_completer"] is None
    for told in more.values():
        assert told in str(after["valeurs"])
    assert "aucune donnée ne part" not in str(after["valeurs"])
    assert "aucun" not in after["valeurs"]
    assert "hébergement de ces services" in str(after["a_completer"])


def test_what_is_known_of_persons_is_said_of_those_who_log_in_and_denied_of_facts_only(town: World):
    register, assessment = town.get("/registre"), town.get("/aipd")
    assert "identifiant chez le fournisseur d'identité" in str(entry(register, "Personnes concernées"))
    assert "d'un fait : ni nom" in str(entry(register, "Données de chaque fait"))
    rights = entry(assessment, "Accès, rectification, effacement, opposition, limitation")
    assert "aucune personne n'est enregistrée" not in str(rights)
    assert "aucune personne liée à un fait" in str(rights)
    assert "agents et élus qui se connectent" in str(rights)


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("base", ["", "/api/v1"])
def test_only_who_answers_for_the_processing_reads_it(town: World, document: str, base: str):
    for role, status in {
        Role.ADMINISTRATION: 200, Role.COORDONNATEUR: 200, Role.ANALYSTE: 403, Role.AGENT: 403,
        Role.PARTENAIRE: 403, Role.ELU: 403,
    }.items():  # fmt: skip
        key = town.key(f"essai {role}", role, "Ville")
        assert town.client.get(f"{base}/{document}", headers=World.headers(key)).status_code == status, role
    refused = town.client.get(f"{base}/{document}")
    assert refused.status_code == 401
    assert "Basic" in refused.headers["www-authenticate"]


def test_a_coordinator_reads_the_contracts_of_its_own_territory_only(town: World):
    town.source("ailleurs", territory="commune:13055", libelle="Police de Marseille")
    key = town.key("coordination", Role.COORDONNATEUR, "", "commune:31555")
    told = str(town.get("/registre", World.headers(key)))
    assert "Police <municipale>" in told
    assert "Marseille" not in told
    assert "Police de Marseille" in str(town.get("/registre"))


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, told: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(told)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_page_says_what_the_api_says_and_runs_nothing(town: World, document: str):
    answer = town.client.get(f"/{document}", headers=town.admin)
    assert_only_its_own_style_applies(answer)
    assert "script" not in answer.headers["content-security-policy"]
    page, told = Page(answer.text), town.get(f"/{document}")
    tags = [tag for tag, _ in page.tags]
    assert not {"script", "img", "link", "iframe"} & set(tags)
    assert page.tags[0] == ("html", {"lang": "fr"})
    assert tags.count("h1") == 1
    assert {a["scope"] for t, a in page.tags if t == "th"} == {"row"}
    shown = "".join(page.words)
    assert "Police <municipale>" in shown
    assert tags.count("mark") == len(to_complete(told))
    for left in to_complete(told):
        assert left in shown
    assert re.search(rf"{len(to_complete(told))} rubriques à compléter", shown)


def test_every_piece_of_evidence_exists(town: World):
    root = Path(__file__).resolve().parents[2]
    for document in DOCUMENTS:
        pieces = [
            e["piece"] for part in town.get(f"/{document}")["parties"] for e in part["entrees"] if e["piece"]
        ]
        assert pieces
        for told in pieces:
            assert all((root / path).exists() for path in told.split(", ")), told

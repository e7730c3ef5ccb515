"""The pages where one logs in: French, labelled, without any script, under the strictest policy."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import pytest
import segno
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from observatoire.domain.person import Person
from observatoire.people.errors import WeakPassword
from observatoire.settings import Settings
from observatoire.store.engine import Database
from observatoire.web.app import build_app
from observatoire.web.pages.rendering import page
from support.pages import assert_only_its_own_style_applies

PAGES = ("/connexion", "/invitation")
LONG_AGO = datetime(2026, 1, 2, tzinfo=UTC)
PERSON = Person(7, "a@b.fr", "<b>A</b>", "elu", "Ville", (), True, LONG_AGO, True, False, (), True)
IMAGE = segno.make("otpauth://totp/a", error="m").svg_inline(scale=1, border=2, omitsize=True)
SESSION = {"number": 2, "means": "mot de passe", "begun": "hier", "seen": "hier", "until": "demain"}
VALUES: dict[str, list[dict[str, Any]]] = {
    "connexion": [
        {"courriel": "", "message": None, "fournisseur": "ProConnect"},
        {"courriel": "a@b.fr", "message": "Vous êtes déconnecté.", "fournisseur": ""},
    ],
    "invitation": [{"courriel": ""}, {"courriel": "a@b.fr"}],
    "second_facteur": [{}],
    "enrolement": [{"image": IMAGE, "cle": "AAAA BBBB", "exige": forced} for forced in (True, False)],
    "codes_de_secours": [{"codes": ["AAAA-BBBB", "CCCC-DDDD"]}],
    "compte": [
        {"personne": PERSON, "sessions": [SESSION, SESSION | {"number": 1}], "actuelle": 1, "message": ""},
        {
            "personne": replace(PERSON, has_second_factor=True, has_password=False, organisation=None),
            "sessions": [],
            "actuelle": 1,
            "message": "Votre mot de passe est changé.",
        },
    ],
}
"""What each template is filled with: every branch of it is drawn."""
DRAWN = [
    f"/dessin/{name}/{number}/{refused}"
    for name, every in VALUES.items()
    for number in range(len(every))
    for refused in (0, 1)
]


def draw(request: Request, name: str, number: int, refused: bool) -> Response:
    error = WeakPassword("Trop <b>court</b>.") if refused else None
    return page(request, name, error, **VALUES[name][number])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Pages for who has no session ask nothing of the database."""
    found = build_app(Database(""), Settings(database_url="", var=tmp_path_factory.mktemp("var")))
    found.add_api_route("/dessin/{name}/{number}/{refused}", draw)
    return found


@pytest.fixture(params=[*PAGES, *DRAWN])
def answer(app: FastAPI, request: pytest.FixtureRequest):
    """A page as it is asked for, and every template as each state of affairs draws it."""
    found = TestClient(app, base_url="https://testserver").get(request.param)
    assert found.status_code == (422 if request.param.endswith("/1") else 200)
    return found


def test_every_template_is_drawn():
    folder = resources.files("observatoire.web.pages") / "templates"
    assert {one.name for one in folder.iterdir()} == {"base.html", *(f"{name}.html" for name in VALUES)}


def test_nothing_runs_and_the_one_style_is_the_one_that_the_policy_names(answer):
    assert_only_its_own_style_applies(answer)
    assert "<b>" not in answer.text  # what a person is called is text
    assert not re.search(r"<script|javascript:|\son\w+=|\sstyle=|https?://", answer.text)


def test_the_documentation_of_the_api_runs_nothing_either(app: FastAPI):
    assert_only_its_own_style_applies(TestClient(app).get("/docs"))


def test_every_field_has_a_label_a_purpose_and_what_describes_it(answer):
    shown = re.findall(r'<input id="(\w+)"([^>]*)>', answer.text)
    hidden = answer.text.count('<input type="hidden"')
    assert len(shown) + hidden == answer.text.count("<input")
    assert shown or answer.url.path not in PAGES
    for name, attributes in shown:
        assert f'<label for="{name}">' in answer.text
        assert "autocomplete=" in attributes
        for described in re.findall(r'aria-describedby="([^"]+)"', attributes):
            assert all(f'id="{one}"' in answer.text for one in described.split())


def test_the_page_says_its_language_its_title_and_keeps_nothing(answer):
    assert '<html lang="fr">' in answer.text
    assert re.search(r"<title>.+ – Observatoire</title>", answer.text)
    assert answer.text.count("<h1>") == 1
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["strict-transport-security"]

"""The pages where one logs in: French, labelled, without any script, under the strictest policy."""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from observatoire.settings import Settings
from observatoire.store.engine import Database
from observatoire.web.app import build_app
from support.pages import assert_only_its_own_style_applies

PAGES = ("/connexion", "/invitation")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """Pages for who has no session ask nothing of the database."""
    return build_app(Database(""), Settings(database_url="", var=tmp_path_factory.mktemp("var")))


@pytest.fixture(params=PAGES)
def answer(app: FastAPI, request: pytest.FixtureRequest):
    return TestClient(app, base_url="https://testserver").get(request.param)


def test_nothing_runs_and_the_one_style_is_the_one_that_the_policy_names(answer):
    assert_only_its_own_style_applies(answer)
    assert not re.search(r"<script|javascript:|\son\w+=|\sstyle=|https?://", answer.text)


def test_the_documentation_of_the_api_runs_nothing_either(app: FastAPI):
    assert_only_its_own_style_applies(TestClient(app).get("/docs"))


def test_every_field_has_a_label_a_purpose_and_what_describes_it(answer):
    shown = re.findall(r'<input id="(\w+)"([^>]*)>', answer.text)
    assert shown
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

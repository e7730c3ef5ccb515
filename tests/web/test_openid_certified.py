"""The same road with a certified provider: nothing of it is ours but its configuration."""

from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from conftest import COMPLETE
from support.certified_provider import certified_provider, consent
from support.identity_provider import CLIENT, REDIRECT, SECRET
from support.people import Browser, invite
from support.world import World


@pytest.mark.skipif(not COMPLETE, reason="complete tests: a provider of identities in Node.js")
def test_a_certified_provider_brings_in_who_was_invited_and_logs_out(world: World):
    login = "certifiee@mairie.fr"
    invite(world, login)
    with certified_provider() as issuer:
        settings = {
            "openid_issuer": issuer,
            "openid_client_id": CLIENT,
            "openid_client_secret": SecretStr(SECRET),
            "openid_redirect": REDIRECT,
            "openid_acr": "",  # its development pages state no level
        }
        browser = Browser.of(world, **settings)
        there = browser.open("/connexion/fournisseur").headers["location"]
        told = consent(there, login)
        assert told["iss"] == issuer
        answer = browser.client.get("/connexion/fournisseur/retour", params=told)
        assert answer.headers["location"] == "/compte", answer.text
        assert browser.me().json()["role"] == "analyste"
        again = Browser.of(world, **settings)
        told = consent(again.open("/connexion/fournisseur").headers["location"], "inconnue@mairie.fr")
        assert again.client.get("/connexion/fournisseur/retour", params=told).status_code == 403
        browser.open("/compte")
        farewell = browser.submit("/deconnexion").headers["location"]
        assert urlsplit(farewell).path == "/session/end"
        assert browser.me().json()["role"] is None

"""A provider of identities says who it is: believed when it can be proved, and only for who was invited."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey
from pydantic import SecretStr
from sqlalchemy import text

from observatoire.disclosure.policy import Role
from support.identity_provider import CLIENT, REDIRECT, SECRET, Authority, identity_provider
from support.people import PASSWORD, Browser, invite, settle
from support.world import World


@pytest.fixture(scope="module")
def listening() -> Iterator[Authority]:
    with identity_provider() as found:
        yield found


@pytest.fixture
def authority(listening: Authority) -> Authority:
    """The provider, honest again; whoever asks it anything asks it for the first time."""
    honest = vars(Authority(issuer=listening.issuer))
    vars(listening).update(honest)
    FORGETFUL.clear()
    return listening


FORGETFUL: set[int] = set()
"""Applications that have forgotten, since the test began, what they knew of the provider."""


def browser_of(world: World, authority: Authority, **settings: Any) -> Browser:
    told = {
        "openid_issuer": authority.issuer,
        "openid_client_id": CLIENT,
        "openid_client_secret": SecretStr(SECRET),
        "openid_redirect": REDIRECT,
        "openid_addresses_are_verified": True,
    }
    browser = Browser.of(world, **{**told, **settings})
    provider = browser.client.app.state.services.people.provider  # type: ignore[attr-defined]
    if id(provider) not in FORGETFUL:
        FORGETFUL.add(id(provider))
        provider._kept.clear()
    return browser


def come_back(browser: Browser, authority: Authority, **changed: str) -> Any:
    """Go to the provider, say yes there, and come back."""
    there = browser.open("/connexion/fournisseur").headers["location"]
    told = {**authority.consent(there), **changed}
    return browser.client.get("/connexion/fournisseur/retour", params=told)


def as_person(authority: Authority, login: str, subject: str = "") -> None:
    authority.person = {
        "sub": subject or f"sujet de {login}", "email": login, "given_name": "Ana", "usual_name": "Lyste",
        "siret": "21310555400017", "uid": "42",
    }  # fmt: skip


def links(world: World, login: str) -> int:
    with world.database.owning() as connection:
        asked = text(
            "select count(*) from accounts.identity join accounts.person on id = holder where login = :l"
        )
        return int(connection.execute(asked, {"l": login}).scalar_one())


@pytest.mark.parametrize("signed", [True, False])
def test_who_was_invited_enters_and_is_known_again_without_an_invitation(
    shared_world: World, authority: Authority, signed: bool
):
    login = f"invitee{int(signed)}@mairie.fr"
    invite(shared_world, login)
    as_person(authority, login.upper())
    authority.signed_userinfo = signed
    browser = browser_of(shared_world, authority)
    assert "ProConnect" in browser.open("/connexion").text
    answer = come_back(browser, authority)
    assert answer.headers["location"] == "/compte", answer.text
    assert browser.me().json()["role"] == "analyste"
    assert links(shared_world, login) == 1
    authority.person["email"] = "change.d.adresse@mairie.fr"
    assert come_back(browser_of(shared_world, authority), authority).headers["location"] == "/compte"
    as_person(authority, login, "quelqu'un d'autre, avec la même adresse")
    assert come_back(browser_of(shared_world, authority), authority).status_code == 403


def test_nobody_enters_without_being_invited(shared_world: World, authority: Authority):
    settle(shared_world, "sans.invitation@mairie.fr")
    for login in ("inconnue@mairie.fr", "sans.invitation@mairie.fr"):
        as_person(authority, login)
        answer = come_back(browser_of(shared_world, authority), authority)
        assert answer.status_code == 403
        assert "Aucun compte n&#39;attend cette identité" in answer.text
        assert links(shared_world, login) == 0
    with shared_world.database.owning() as connection:
        asked = text("select count(*) from accounts.person where login = 'inconnue@mairie.fr'")
        assert connection.execute(asked).scalar_one() == 0


def test_an_address_that_nobody_vouches_for_links_nothing(shared_world: World, authority: Authority):
    login = "verifiee@mairie.fr"
    invite(shared_world, login)
    as_person(authority, login)
    for verified in (None, False, "true"):
        authority.person["email_verified"] = verified
        browser = browser_of(shared_world, authority, openid_addresses_are_verified=False)
        assert come_back(browser, authority).status_code == 403
    assert links(shared_world, login) == 0
    authority.person["email_verified"] = True
    browser = browser_of(shared_world, authority, openid_addresses_are_verified=False)
    assert come_back(browser, authority).status_code == 303


LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"identity": {"nonce": "x" * 43}},
    "no nonce": {"identity": {"nonce": None}},
    "another issuer": {"identity": {"iss": "https://ailleurs.example"}},
    "for somebody else": {"identity": {"aud": "un-autre-service"}},
    "for several, by somebody else": {"identity": {"aud": [CLIENT, "autre"], "azp": "autre"}},
    "expired": {"identity": {"exp": int(time.time()) - 120}},
    "without an end": {"identity": {"exp": None}},
    "a lower level": {"identity": {"acr": "eidas0"}},
    "no level": {"identity": {"acr": None}},
    "another subject": {"identity": {"sub": "un autre sujet"}},
    "no signature": {"algorithm": "none"},
    "a public key as a secret": {"algorithm": "HS256"},
    "another key under the same name": {"published": ECKey.generate_key("P-256", {"kid": "une"})},
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_can_t_be_proved_opens_nothing(shared_world: World, authority: Authority, lie: str):
    login = f"{lie.replace(' ', '.').replace(',', '')}@mairie.fr"
    invite(shared_world, login)
    as_person(authority, login)
    for name, value in LIES[lie].items():
        setattr(authority, name, value)
    browser = browser_of(shared_world, authority)
    answer = come_back(browser, authority)
    assert answer.status_code == 403, answer.text
    assert "n&#39;a pas pu être vérifiée" in answer.text
    assert browser.client.get("/api/v1/moi").json()["role"] is None
    assert links(shared_world, login) == 0


def test_only_who_left_may_come_back_once_and_from_the_same_provider(
    shared_world: World, authority: Authority
):
    login = "depart@mairie.fr"
    invite(shared_world, login)
    as_person(authority, login)
    browser = browser_of(shared_world, authority)
    assert come_back(browser, authority, state="x" * 43).status_code == 403
    assert come_back(browser, authority, iss="https://ailleurs.example").status_code == 403
    assert come_back(browser, authority, code="jamais-donne").status_code == 403
    there = browser.open("/connexion/fournisseur").headers["location"]
    told = authority.consent(there)
    stranger = browser_of(shared_world, authority)  # led by a link to somebody else's return
    assert stranger.client.get("/connexion/fournisseur/retour", params=told).status_code == 403
    assert browser.client.get("/connexion/fournisseur/retour", params=told).status_code == 303
    assert browser.client.get("/connexion/fournisseur/retour", params=told).status_code == 403


@pytest.mark.parametrize("broken", ["/.well-known/openid-configuration", "/token", "/userinfo", "/jwks"])
def test_a_provider_that_breaks_down_is_told_in_french_and_the_password_still_serves(
    shared_world: World, authority: Authority, broken: str
):
    as_person(authority, "panne@mairie.fr")
    browser = browser_of(shared_world, authority)
    if broken == "/.well-known/openid-configuration":
        authority.broken = {broken}
        answer = browser.open("/connexion/fournisseur")
    else:
        there = browser.open("/connexion/fournisseur").headers["location"]
        authority.broken = {broken}
        answer = browser.client.get("/connexion/fournisseur/retour", params=authority.consent(there))
    assert answer.status_code == 503, answer.text
    assert "ne répond pas comme prévu" in answer.text
    assert 'name="mot_de_passe"' in answer.text


@pytest.mark.parametrize("path", ["/compte/mot-de-passe", "/compte/sessions/1", "/deconnexion"])
def test_a_form_that_is_refused_still_offers_both_ways_in(
    shared_world: World, authority: Authority, path: str
):
    answer = browser_of(shared_world, authority).client.post(path, data={"jeton": "0" * 64})
    assert answer.status_code == 403
    assert "Se connecter avec ProConnect" in answer.text
    assert 'name="mot_de_passe"' in answer.text


def test_a_person_who_says_no_there_is_told_so(shared_world: World, authority: Authority):
    as_person(authority, "non@mairie.fr")
    answer = come_back(browser_of(shared_world, authority), authority, error="access_denied")
    assert answer.status_code == 403
    assert "refusée ou abandonnée" in answer.text


def test_the_second_factor_is_ours_unless_the_provider_asked_for_two(
    shared_world: World, authority: Authority
):
    login = "responsable.oidc@mairie.fr"
    invite(shared_world, login, Role.ADMINISTRATION)
    as_person(authority, login)
    browser = browser_of(shared_world, authority)
    assert come_back(browser, authority).headers["location"] == "/connexion/enrolement"
    assert browser.me().status_code == 401
    authority.identity = {"amr": ["pwd", "mfa"]}
    twice = browser_of(shared_world, authority)
    assert come_back(twice, authority).headers["location"] == "/compte"


def test_logging_out_logs_out_there_too(shared_world: World, authority: Authority):
    login = "depart.complet@mairie.fr"
    invite(shared_world, login)
    as_person(authority, login)
    browser = browser_of(shared_world, authority)
    come_back(browser, authority)
    page = browser.open("/compte")
    assert f"form-action 'self' {authority.issuer};" in page.headers["content-security-policy"]
    there = urlsplit(browser.submit("/deconnexion").headers["location"])
    told = {name: values[0] for name, values in parse_qs(there.query).items()}
    assert f"{there.scheme}://{there.netloc}{there.path}" == f"{authority.issuer}/session/end"
    assert told["post_logout_redirect_uri"] == "https://testserver/connexion"
    assert len(told["state"]) >= 32
    assert told["id_token_hint"].count(".") == 2
    assert browser.me().json()["role"] is None


def test_keys_are_remembered_and_read_again_when_a_new_one_signs(
    shared_world: World, authority: Authority, monkeypatch: pytest.MonkeyPatch
):
    login = "cles@mairie.fr"
    invite(shared_world, login)
    as_person(authority, login)
    browser = browser_of(shared_world, authority)
    for _ in range(3):
        assert come_back(browser, authority).status_code == 303
    assert authority.asked.count("/jwks") == authority.asked.count("/.well-known/openid-configuration") == 1
    authority.signer = ECKey.generate_key("P-256", {"kid": "deux", "use": "sig"})
    monkeypatch.setattr("observatoire.openid.provider.BETWEEN_KEYS", 0.0)
    monkeypatch.setattr(type(authority), "signed", _signed_by_the_second)
    assert come_back(browser, authority).status_code == 303
    assert authority.asked.count("/jwks") >= 2


def _signed_by_the_second(authority: Authority, claims: dict[str, Any]) -> str:
    from joserfc import jwt

    return jwt.encode({"alg": "ES256", "kid": "deux"}, claims, authority.signer, algorithms=["ES256"])


def test_an_account_closed_here_is_closed_whatever_the_provider_says(
    shared_world: World, authority: Authority
):
    login = "fermee@mairie.fr"
    number, _ = invite(shared_world, login)
    as_person(authority, login)
    assert come_back(browser_of(shared_world, authority), authority).status_code == 303
    body = {"libelle": "x", "role": "analyste", "active": False}
    path = f"/api/v1/personnes/{number}"
    assert shared_world.client.put(path, json=body, headers=shared_world.admin).status_code == 200
    assert come_back(browser_of(shared_world, authority), authority).status_code == 403


def test_without_a_provider_there_is_no_such_address(shared_world: World):
    browser = Browser.of(shared_world)
    assert "ProConnect" not in browser.open("/connexion").text
    assert browser.open("/connexion/fournisseur").status_code == 404
    assert browser.log_in("personne.ici@mairie.fr", PASSWORD).status_code == 403

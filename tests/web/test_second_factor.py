"""The second factor: a code of one's telephone, good once; recovery codes; asked of who opens everything."""

import time

import pytest
from sqlalchemy import text

from observatoire.disclosure.policy import Role
from observatoire.people import proving
from observatoire.people.lockout import BY_LOGIN
from support.people import PASSWORD, Browser, settle
from support.world import World

ADMIN = "administratrice@mairie.fr"


@pytest.fixture(scope="module")
def owner(shared_world: World) -> Browser:
    """An administrator who has enrolled."""
    settle(shared_world, ADMIN, Role.ADMINISTRATION)
    browser = Browser.of(shared_world)
    assert browser.log_in(ADMIN).headers["location"] == "/connexion/enrolement"
    assert browser.me().status_code == 401  # a password alone opens nothing
    before = browser.client.cookies["__Host-session"]
    page = browser.enrol()
    assert page.status_code == 200, page.text
    assert browser.client.cookies["__Host-session"] != before
    assert browser.me().json()["role"] == "administrateur"
    assert len(set(browser.codes)) == 10
    return browser


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch):
    """A clock that tests set forward, so that each has steps of its own."""
    later.shift = getattr(later, "shift", 0) + 10 * 30  # type: ignore[attr-defined]
    shift = later.shift  # type: ignore[attr-defined]
    moment = time.time() + shift
    monkeypatch.setattr(proving, "now", lambda: moment)
    monkeypatch.setattr("support.people.now", lambda: moment)


def halfway(world: World, owner: Browser) -> Browser:
    browser = Browser.of(world)
    browser.secret = owner.secret
    assert browser.log_in(ADMIN).headers["location"] == "/connexion/second-facteur"
    browser.open("/connexion/second-facteur")
    return browser


def test_a_password_alone_opens_nothing_and_a_code_does(shared_world: World, owner: Browser, later: None):
    browser = halfway(shared_world, owner)
    assert browser.me().status_code == 401
    assert browser.open("/compte").headers["location"] == "/connexion"
    assert browser.open("/connexion/enrolement").headers["location"] == "/connexion"
    before = browser.client.cookies["__Host-session"]
    browser.open("/connexion/second-facteur")
    assert browser.submit("/connexion/second-facteur", code=browser.code()).headers["location"] == "/compte"
    assert browser.client.cookies["__Host-session"] != before
    assert browser.me().status_code == 200


def test_a_code_passes_once_and_none_before_it(shared_world: World, owner: Browser, later: None):
    first = halfway(shared_world, owner)
    code, former = first.code(), first.code(-1)
    assert first.submit("/connexion/second-facteur", code=code).status_code == 303
    second = halfway(shared_world, owner)
    for told in (code, former):
        answer = second.submit("/connexion/second-facteur", code=told)
        assert answer.status_code == 403
        assert "a déjà servi" in answer.text
    assert second.submit("/connexion/second-facteur", code=second.code(1)).status_code == 303


@pytest.mark.parametrize(("steps", "status"), [(-2, 403), (-1, 303), (1, 303), (2, 403)])
def test_a_telephone_may_be_one_step_early_or_late(
    shared_world: World, owner: Browser, later: None, steps: int, status: int
):
    browser = halfway(shared_world, owner)
    assert browser.submit("/connexion/second-facteur", code=browser.code(steps)).status_code == status


def test_a_recovery_code_serves_once_however_it_is_typed(shared_world: World, owner: Browser, later: None):
    told = owner.codes[0].lower().replace("-", " ")
    assert halfway(shared_world, owner).submit("/connexion/second-facteur", code=told).status_code == 303
    assert halfway(shared_world, owner).submit("/connexion/second-facteur", code=told).status_code == 403
    assert (
        halfway(shared_world, owner).submit("/connexion/second-facteur", code=owner.codes[1]).status_code
        == 303
    )


def test_guessing_codes_closes_the_door_for_a_while(shared_world: World, owner: Browser, later: None):
    settle(shared_world, "devinee@mairie.fr", Role.ANALYSTE)
    browser = Browser.of(shared_world)
    browser.log_in("devinee@mairie.fr")
    browser.enrol()
    other = Browser.of(shared_world)
    other.log_in("devinee@mairie.fr")
    other.open("/connexion/second-facteur")
    for _ in range(BY_LOGIN.free):
        assert other.submit("/connexion/second-facteur", code="000000").status_code == 403
    answer = other.submit("/connexion/second-facteur", code="000000")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


def test_the_secret_is_sealed_and_another_s_can_t_take_its_place(
    shared_world: World, owner: Browser, later: None
):
    with shared_world.database.owning() as connection:
        sealed = connection.execute(
            text("select otp_secret from accounts.person where login = :l"), {"l": ADMIN}
        ).scalar_one()
        assert owner.secret not in bytes(sealed)
        number = settle(shared_world, "deplacee@mairie.fr")
        connection.execute(
            text("update accounts.person set otp_secret = :s, otp_confirmed_at = now() where id = :n"),
            {"s": bytes(sealed), "n": number},
        )
    browser = Browser.of(shared_world)
    browser.secret = owner.secret
    browser.log_in("deplacee@mairie.fr")
    browser.open("/connexion/second-facteur")
    answer = browser.submit("/connexion/second-facteur", code=browser.code())
    assert answer.status_code == 500
    assert "clé du coffre" in answer.text
    assert browser.me().status_code == 401


def test_whose_role_must_have_one_is_a_setting(shared_world: World, later: None):
    settle(shared_world, "simple@mairie.fr", Role.ANALYSTE)
    assert Browser.of(shared_world).log_in("simple@mairie.fr").headers["location"] == "/compte"
    strict = Browser.of(shared_world, second_factor_roles="administrateur, analyste")
    assert strict.log_in("simple@mairie.fr").headers["location"] == "/connexion/enrolement"


def test_a_factor_that_is_lost_is_taken_away_by_the_administration_and_asked_for_anew(
    shared_world: World, owner: Browser, later: None
):
    number = settle(shared_world, "perdue@mairie.fr", Role.ADMINISTRATION)
    browser = Browser.of(shared_world)
    browser.log_in("perdue@mairie.fr")
    browser.enrol()
    path = f"/api/v1/personnes/{number}/second-facteur"
    assert owner.client.delete(path, headers=owner.api_token).status_code == 204
    assert browser.me().status_code == 401
    again = Browser.of(shared_world)
    assert again.log_in("perdue@mairie.fr", PASSWORD).headers["location"] == "/connexion/enrolement"

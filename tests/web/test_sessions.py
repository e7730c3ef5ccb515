"""A session: a secret that the browser alone has, with an end, under a cookie that no other site can use."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from house.test_routes import routes_of
from observatoire.bootstrap import make_app
from observatoire.disclosure.policy import Role
from support.heard import statements
from support.people import PASSWORD, Browser, settle
from support.world import EPCI, World

LOGIN, OTHER, ADMIN = "seance@mairie.fr", "voisine@mairie.fr", "responsable@mairie.fr"
SESSION = "__Host-session"
UNSAFE = sorted(n for n, _ in routes_of(make_app()) if not n.startswith(("GET ", "HEAD ")))
API_UNSAFE = [name for name in UNSAFE if "/api/" in name]
PLACES = {
    "id": "00000000-0000-0000-0000-000000000007",
    "code": "pm",
    "numero": "1",
    "organisation": "Ville",
    "empreinte": "0" * 32,
}


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    for login in (LOGIN, OTHER):
        settle(shared_world, login)
    settle(shared_world, ADMIN, Role.ADMINISTRATION)
    return shared_world


@pytest.fixture
def browser(town: World) -> Browser:
    found = Browser.of(town)
    found.log_in(LOGIN)
    return found


@pytest.fixture(scope="module")
def responsible(town: World) -> Browser:
    """An administrator at a browser: nothing but the token is missing to what it sends."""
    found = Browser.of(town)
    found.log_in(ADMIN)
    found.enrol()
    assert found.me().json()["role"] == "administrateur"
    return found


def code_of(answer: Any) -> str:
    return str(answer.json()["type"].rpartition("/")[2])


def change(world: World, statement: str) -> None:
    with world.database.owning() as connection:
        connection.execute(text(statement))


def test_the_cookie_is_for_this_host_over_tls_and_closed_to_scripts(town: World):
    found = Browser.of(town)
    told = found.log_in(LOGIN).headers.get_list("set-cookie")
    cookie = next(one for one in told if one.startswith(f"{SESSION}="))
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert parts == {"httponly", "path=/", "samesite=lax", "secure"}
    value = cookie.partition("=")[2].partition(";")[0]
    assert len(value) == 43


def test_over_plain_http_one_logs_in_from_the_machine_itself_and_from_nowhere_else(town: World):
    def asked(host: str) -> Any:
        client = TestClient(town.client.app, base_url=f"http://{host}", client=("127.0.0.1", 1))
        return client.get("/connexion")

    assert asked("localhost").headers["set-cookie"].startswith("formulaire=")
    assert "secure" not in asked("127.0.0.1").headers["set-cookie"].lower()
    refused = asked("observatoire.mairie.fr")
    assert (refused.status_code, code_of(refused)) == (422, "connexion_non_chiffree")


def test_a_session_changes_its_secret_at_login_and_the_former_one_is_over(town: World, browser: Browser):
    first = browser.client.cookies[SESSION]
    assert browser.open("/connexion").headers["location"] == "/compte"
    browser.open("/compte")
    browser.submit("/connexion", courriel=LOGIN, mot_de_passe=PASSWORD)
    second = browser.client.cookies[SESSION]
    assert first != second
    assert browser.me().status_code == 200
    stale = Browser.of(town)
    stale.client.cookies.set(SESSION, first, domain="testserver.local")
    assert stale.me().status_code == 401


def test_a_secret_planted_before_login_is_not_the_one_that_opens(town: World):
    victim = Browser.of(town)
    victim.client.cookies.set("__Host-formulaire", "planted" * 6, domain="testserver.local")
    victim.log_in(LOGIN)
    assert victim.client.cookies[SESSION] != "planted" * 6
    assert victim.me().status_code == 200


@pytest.mark.parametrize(
    "end",
    [
        "update accounts.session set seen_at = now() - interval '31 minutes'",
        "update accounts.session set expires_at = now() - interval '1 second'",
        "delete from accounts.session",
    ],
)
def test_a_session_ends_when_idle_at_its_hour_or_when_removed(town: World, end: str):
    found = Browser.of(town)
    found.log_in(OTHER)
    mine = " where holder = (select id from accounts.person where login = 'voisine@mairie.fr')"
    change(town, end + mine)
    answer = found.me()
    assert (answer.status_code, code_of(answer)) == (401, "session_terminee")
    assert "Basic" not in answer.headers["www-authenticate"], "no prompt of the browser over our page"
    assert found.open("/compte").headers["location"] == "/connexion"


def test_use_puts_off_idleness_and_never_the_end(town: World, browser: Browser):
    change(town, "update accounts.session set seen_at = now() - interval '20 minutes', "
                 "expires_at = now() + interval '40 minutes'")  # fmt: skip
    assert browser.me().status_code == 200
    one = next(s for s in browser.client.get("/api/v1/sessions").json()["sessions"] if s["actuelle"])
    with town.database.owning() as connection:
        row = connection.execute(
            text("select now() - seen_at < interval '5 s', expires_at - now() < interval '41 minutes' "
                 "from accounts.session where id = :n"), {"n": one["numero"]}
        ).one()  # fmt: skip
    assert tuple(row) == (True, True)


def test_one_logs_out_and_the_cookie_opens_nothing_even_if_it_was_kept(town: World, browser: Browser):
    kept = browser.client.cookies[SESSION]
    assert browser.submit_logout().headers["location"] == "/connexion?message=sorti"
    assert SESSION not in browser.client.cookies
    assert "Vous êtes déconnecté." in browser.open("/connexion?message=sorti").text
    browser.client.cookies.set(SESSION, kept, domain="testserver.local")
    assert browser.me().status_code == 401


def test_one_lists_one_s_own_sessions_and_ends_another(town: World, browser: Browser):
    second = Browser.of(town)
    second.log_in(LOGIN)
    known = second.client.get("/api/v1/sessions").json()["sessions"]
    assert [s["actuelle"] for s in known].count(True) == 1
    theirs = {s["numero"] for s in browser.client.get("/api/v1/sessions").json()["sessions"] if s["actuelle"]}
    number = theirs.pop()
    ended = second.client.delete(f"/api/v1/sessions/{number}", headers=second.api_token)
    assert ended.status_code == 204
    assert browser.me().status_code == 401
    assert second.me().status_code == 200


def test_the_session_of_somebody_else_reads_like_one_that_never_was(town: World, browser: Browser):
    other = Browser.of(town)
    other.log_in(OTHER)
    number = next(
        s["numero"] for s in other.client.get("/api/v1/sessions").json()["sessions"] if s["actuelle"]
    )
    told = []
    for one in (number, 900_000_000 + number):
        token = browser.api_token
        with statements() as asked:
            answer = browser.client.delete(f"/api/v1/sessions/{one}", headers=token)
        told.append((answer.status_code, answer.text.replace(f'/{one}"', '/…"'), list(asked)))
    assert told[0][0] == 404
    assert told[0] == told[1]
    assert other.me().status_code == 200


def test_the_page_ends_a_session_once_or_twice_and_never_somebody_else_s(town: World, browser: Browser):
    second, other = Browser.of(town), Browser.of(town)
    second.log_in(LOGIN)
    other.log_in(OTHER)
    mine, theirs = (
        next(s["numero"] for s in one.client.get("/api/v1/sessions").json()["sessions"] if s["actuelle"])
        for one in (second, other)
    )
    for number in (mine, mine, theirs):
        browser.open("/compte")
        assert browser.submit(f"/compte/sessions/{number}").headers["location"] == "/compte"
    assert [one.me().status_code for one in (browser, second, other)] == [200, 401, 200]


def test_a_new_password_ends_every_other_session_and_wants_the_present_one(town: World):
    login = "change@mairie.fr"
    settle(town, login)
    first, second = Browser.of(town), Browser.of(town)
    first.log_in(login)
    second.log_in(login)
    fresh = {"mot_de_passe": "brume caillou sifflet", "confirmation": "brume caillou sifflet"}
    first.open("/compte")
    assert first.submit("/compte/mot-de-passe", actuel="pas celui-là", **fresh).status_code == 403
    assert first.submit("/compte/mot-de-passe", actuel=PASSWORD, **fresh).status_code == 303
    assert first.me().status_code == 200
    assert second.me().status_code == 401
    assert Browser.of(town).log_in(login).status_code == 403
    assert Browser.of(town).log_in(login, "brume caillou sifflet").status_code == 303


def test_a_key_has_no_session_and_needs_no_token(town: World):
    answer = town.client.get("/api/v1/sessions", headers=town.admin)
    assert (answer.status_code, code_of(answer)) == (403, "interdit")
    body = {"code": "sans-jeton", "libelle": "x", "type": "autre"}
    foreign = {**town.admin, "Sec-Fetch-Site": "cross-site"}
    assert town.client.post("/api/v1/organisations", json=body, headers=foreign).status_code == 201


TABLES = (
    "accounts.organisation", "accounts.person", "accounts.api_key", "accounts.invitation",
    "collection.source", "collection.import", "collection.zone", "collection.switch",
    "collection.place_table",
    "accounts.journal", "collection.correspondence", "published.edition",
)  # fmt: skip


def content(world: World) -> str:
    digests = (f"select md5(string_agg(t::text, '|' order by t::text)) as d from {name} t" for name in TABLES)
    with world.database.owning() as connection:
        asked = text(f"select string_agg(coalesce(d, ''), ' ') from ({' union all '.join(digests)}) s")
        return str(connection.execute(asked).scalar_one())


def sent(name: str) -> dict[str, Any]:
    """Something that the route would take, or nearly so."""
    if name.endswith(("/lieux", "/imports", "/apercu", "series-officielles")):
        return {"data": {"source": "pm"}, "files": {"fichier": ("f.csv", b"a;b\r\n1;2\r\n")}}
    if "/api/" not in name:
        return {"data": {"courriel": LOGIN, "mot_de_passe": PASSWORD}}
    body = {"code": "pm", "libelle": "forgée", "type": "autre", "territoire": EPCI, "role": "elu"}
    return {"json": {**body, "courriel": "forgee@mairie.fr", "national": True}}


@pytest.mark.parametrize("name", UNSAFE)
def test_with_a_cookie_and_no_token_nothing_is_written(town: World, responsible: Browser, name: str):
    method, path = name.split()
    before = content(town)
    kept = responsible.client.cookies[SESSION]
    answer = responsible.client.request(method, path.format(**PLACES), **sent(name))
    assert answer.status_code == 403, (name, answer.text)
    if "/api/" in name:
        assert code_of(answer) == "demande_non_verifiee"
    else:
        assert "jeton" in answer.text
    assert content(town) == before
    assert responsible.client.cookies[SESSION] == kept


FOREIGN = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://ailleurs.example"},
    {"Origin": "null"},
    {"X-Jeton": "0" * 64},
)


@pytest.mark.parametrize("headers", FOREIGN)
def test_from_another_site_even_with_the_token_nothing_is_written(
    town: World, responsible: Browser, headers: dict[str, str]
):
    before = content(town)
    body = {"code": "forgee", "libelle": "x", "type": "autre"}
    all_headers = {**responsible.api_token, **headers}
    answer = responsible.client.post("/api/v1/organisations", json=body, headers=all_headers)
    assert (answer.status_code, code_of(answer)) == (403, "demande_non_verifiee")
    assert content(town) == before


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": "https://testserver"}]
)
def test_from_our_own_pages_with_the_token_it_is_written(
    town: World, responsible: Browser, headers: dict[str, str]
):
    body = {"code": f"vraie {len(str(headers))}", "libelle": "x", "type": "autre"}
    all_headers = {**responsible.api_token, **headers}
    answer = responsible.client.post("/api/v1/organisations", json=body, headers=all_headers)
    assert answer.status_code == 201, answer.text


def test_the_token_of_one_session_is_not_that_of_another(town: World, browser: Browser, responsible: Browser):
    body = {"code": "empruntee", "libelle": "x", "type": "autre"}
    answer = responsible.client.post("/api/v1/organisations", json=body, headers=browser.api_token)
    assert code_of(answer) == "demande_non_verifiee"


def test_there_are_many_unsafe_routes_and_the_walk_saw_them(town: World):
    assert len(API_UNSAFE) > 20
    assert "POST /connexion" in UNSAFE

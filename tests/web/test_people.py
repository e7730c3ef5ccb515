"""Somebody is invited, chooses a password, enters; whoever guesses learns nothing and soon waits."""

import pytest
from sqlalchemy import text

from observatoire.disclosure.policy import Role
from observatoire.people import passwords
from observatoire.people.inviting import Registrar
from observatoire.people.lockout import BY_LOGIN
from support.heard import statements
from support.people import PASSWORD, Browser, invite, settle
from support.terminal import Terminal
from support.world import EPCI, World

LOGIN = "ana.lyste@mairie.fr"


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    settle(shared_world, LOGIN)
    return shared_world


def entries(world: World) -> list[tuple[str, ...]]:
    with world.database.owning() as connection:
        rows = connection.execute(
            text("select key_label, action, object, outcome, reason from audit.entry order by id")
        )
        return [tuple(row) for row in rows]


def test_a_person_is_invited_through_the_api_and_the_code_is_seen_once(shared_world: World):
    body = {
        "courriel": "Nou.Velle@Mairie.fr",
        "libelle": "Nouvelle",
        "role": "agent",
        "organisation": "Ville",
    }
    answer = shared_world.client.post("/api/v1/personnes", json=body, headers=shared_world.admin)
    assert answer.status_code == 201, answer.text
    code = answer.json()["code_invitation"]
    person = answer.json()["personne"]
    assert (person["courriel"], person["mot_de_passe_choisi"]) == ("nou.velle@mairie.fr", False)
    assert code not in shared_world.client.get("/api/v1/personnes", headers=shared_world.admin).text
    again = shared_world.client.post("/api/v1/personnes", json=body, headers=shared_world.admin)
    assert again.status_code == 409


def test_no_table_holds_a_password_a_code_or_a_session_in_clear(town: World):
    _, code = invite(town, "en.clair@mairie.fr")
    browser = Browser.of(town)
    browser.log_in(LOGIN)
    secret = browser.client.cookies["__Host-session"]
    with town.database.owning() as connection:
        for table in ("person", "invitation", "session", "attempt", "recovery_code", "journal"):
            rows = connection.execute(text(f"select t::text from accounts.{table} t")).scalars().all()
            for clear in (PASSWORD, code, code.replace("-", ""), secret, browser.token_or_none):
                assert not clear or not [row for row in rows if clear in row], table
        encoded = connection.execute(text("select password from accounts.person where password <> ''"))
        assert all(row[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$") for row in encoded)


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ("court", "12 caractères."),
        ("aaaaaaaaaaaaaa", "répète"),
        ("choisis.bien2026", "nom"),
        ("MotDePasse2026!", "premier"),
        ("123456789012", "premier"),
    ],
)
def test_the_obvious_is_refused_and_the_code_is_still_good(shared_world: World, chosen: str, told: str):
    login = f"choisis.bien.{len(chosen)}{chosen[0].lower()}@mairie.fr"
    _, code = invite(shared_world, login)
    browser = Browser.of(shared_world)
    browser.open("/invitation")
    answer = browser.submit(
        "/invitation", courriel=login, code=code, mot_de_passe=chosen, confirmation=chosen
    )
    assert answer.status_code == 422
    assert told in answer.text
    done = browser.submit(
        "/invitation", courriel=login, code=code.lower(), mot_de_passe=PASSWORD, confirmation=PASSWORD
    )
    assert done.status_code == 303
    assert browser.log_in(login).headers["location"] == "/compte"


def test_a_code_serves_once_for_one_login_until_the_next_or_its_end(shared_world: World):
    number, first = invite(shared_world, "une.fois@mairie.fr")
    _, others = invite(shared_world, "autre@mairie.fr")
    path = f"/api/v1/personnes/{number}/invitation"
    second = shared_world.client.post(path, headers=shared_world.admin).json()["code_invitation"]
    with shared_world.database.owning() as connection:
        old = connection.execute(
            text(
                "update accounts.invitation set expires_at = now() where holder = "
                "(select id from accounts.person where login = 'autre@mairie.fr') returning 1"
            )
        )
        assert old.all()

    def choose(login: str, code: str) -> int:
        browser = Browser.of(shared_world)
        browser.open("/invitation")
        fields = {"mot_de_passe": PASSWORD, "confirmation": PASSWORD}
        return browser.submit("/invitation", courriel=login, code=code, **fields).status_code

    assert choose("une.fois@mairie.fr", first) == 403
    assert choose("autre@mairie.fr", second) == 403
    assert choose("autre@mairie.fr", others) == 403
    assert choose("une.fois@mairie.fr", second) == 303
    assert choose("une.fois@mairie.fr", second) == 403


def test_an_unknown_login_and_a_wrong_password_get_the_same_answer_for_the_same_work(
    town: World, monkeypatch: pytest.MonkeyPatch
):
    closed = settle(town, "partie@mairie.fr")
    body = {"libelle": "x", "role": "analyste", "perimetre": ["nation:FR"], "active": False}
    changed = town.client.put(f"/api/v1/personnes/{closed}", json=body, headers=town.admin)
    assert changed.status_code == 200, changed.text
    invite(town, "sans.passe@mairie.fr")
    work: list[str] = []
    verify = type(passwords.HASHER).verify

    def counted(self: object, encoded: str, password: str) -> bool:
        work.append(encoded.rpartition("$")[0].rpartition("$")[0])
        return verify(passwords.HASHER, encoded, password)

    monkeypatch.setattr(type(passwords.HASHER), "verify", counted)
    told = []
    cases = [(LOGIN, "pas le bon mot"), ("jamais.vu@mairie.fr", PASSWORD), ("partie@mairie.fr", PASSWORD),
             ("sans.passe@mairie.fr", PASSWORD)]  # fmt: skip
    for login, password in cases:
        browser = Browser.of(town)
        browser.open("/connexion")
        browser.client.cookies.set("__Host-formulaire", "x" * 43, domain="testserver.local")
        browser.open("/connexion")
        with statements() as asked:
            answer = browser.submit("/connexion", courriel=login, mot_de_passe=password)
        own = {browser.token, login}
        body = answer.text
        for word in own:
            body = body.replace(word, "…")
        headers = {k: v for k, v in answer.headers.items() if k not in ("content-length", "set-cookie")}
        told.append((answer.status_code, headers, body, list(asked)))
    assert told[0][0] == 403
    assert "L&#39;adresse ou le mot de passe ne convient pas." in told[0][2]
    assert all(one == told[0] for one in told)
    assert work == ["$argon2id$v=19$m=19456,t=2,p=1"] * len(cases)


def test_what_was_typed_comes_back_as_text(town: World):
    answer = Browser.of(town).log_in('"><script>alert(1)</script>')
    assert answer.status_code == 403
    assert "alert(1)" in answer.text
    assert "<script" not in answer.text


def test_the_trail_names_who_was_tried_by_number_and_never_what_was_typed(town: World):
    before = len(entries(town))
    Browser.of(town).log_in(LOGIN, "un mauvais passe")
    Browser.of(town).log_in("inconnue.au.bataillon@mairie.fr", "un mauvais passe")
    Browser.of(town).log_in(LOGIN)
    left = entries(town)[before:]
    assert [(e[1], e[2], e[3], e[4]) for e in left] == [
        ("connexion", "/connexion", "refuse", "connexion_refusee"),
        ("connexion", "/connexion", "refuse", "connexion_refusee"),
        ("connexion", "/connexion", "fait", None),
    ]
    assert left[0][0] == left[2][0] != left[1][0] == ""
    with town.database.owning() as connection:
        everything = connection.execute(
            text("select string_agg(e::text, ' ') from audit.entry e")
        ).scalar_one()
    assert "mauvais" not in everything
    assert "bataillon" not in everything
    assert LOGIN not in everything


def test_a_login_that_is_hammered_closes_a_while_and_its_owner_enters_from_a_known_browser(
    shared_world: World,
):
    login = "harcelee@mairie.fr"
    settle(shared_world, login)
    own = Browser.of(shared_world)
    own.log_in(login)
    own.submit_logout()
    for _ in range(BY_LOGIN.free):
        assert Browser.of(shared_world).log_in(login, "je devine encore").status_code == 403
    closed = Browser.of(shared_world).log_in(login, PASSWORD)  # the right one, too late
    assert closed.status_code == 429
    wait = int(closed.headers["retry-after"])
    assert 0 < wait <= BY_LOGIN.first
    again = Browser.of(shared_world).log_in(login, PASSWORD)
    assert int(again.headers["retry-after"]) <= wait  # knocking does not make it longer
    assert own.log_in(login).headers["location"] == "/compte"


def test_the_wait_doubles_up_to_a_quarter_of_an_hour_and_no_further(shared_world: World):
    login = "obstinee@mairie.fr"
    settle(shared_world, login)
    waits = []
    for turn in range(BY_LOGIN.free + 8):
        browser = Browser.of(shared_world)
        answer = browser.log_in(login, "je devine encore")
        assert answer.status_code == 403, turn
        with shared_world.database.owning() as connection:
            row = connection.execute(
                text(
                    "select extract(epoch from max(blocked_until) - now())::int from accounts.attempt "
                    "where failures = :n and last_at > now() - interval '1 minute'"
                ),
                {"n": turn + 1},
            )
            waits.append(row.scalar_one() or 0)
            connection.execute(text("update accounts.attempt set blocked_until = now()"))
    assert [max(w, 0) for w in waits[: BY_LOGIN.free - 1]] == [0] * (BY_LOGIN.free - 1)
    assert [round(w, -1) for w in waits[BY_LOGIN.free - 1 :]] == [30, 60, 120, 240, 480, 900, 900, 900, 900]
    assert Browser.of(shared_world).log_in(login).status_code == 303
    assert Browser.of(shared_world).log_in(login, "je devine encore").status_code == 403


def test_an_address_that_tries_many_logins_waits_too(shared_world: World):
    browser = Browser.of(shared_world)
    for n in range(30):
        assert browser.log_in(f"personne{n}@ailleurs.fr", "je devine encore").status_code == 403
    assert browser.log_in("personne31@ailleurs.fr", "je devine encore").status_code == 429


def test_a_password_hashed_with_former_parameters_is_hashed_anew_at_login(shared_world: World):
    login = "ancienne@mairie.fr"
    settle(shared_world, login)
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with shared_world.database.owning() as connection:
        values = {"p": weak, "l": login}
        connection.execute(text("update accounts.person set password = :p where login = :l"), values)
    assert Browser.of(shared_world).log_in(login).status_code == 303
    with shared_world.database.owning() as connection:
        kept = connection.execute(
            text("select password from accounts.person where login = :l"), {"l": login}
        ).scalar_one()
    assert kept != weak
    assert not passwords.is_outdated(kept)
    assert passwords.matches(kept, PASSWORD)


def test_a_person_reads_what_a_key_of_the_same_role_and_territory_reads(town: World):
    town.source("pm-personnes", organisation="Ville")
    settle(town, "agente@mairie.fr", Role.AGENT, organisation="Ville", grant=EPCI)
    browser = Browser.of(town)
    browser.log_in("agente@mairie.fr")
    headers = town.headers(town.key("la même", Role.AGENT, "Ville", EPCI))
    by_key, by_session = town.get("/moi", headers=headers), browser.me().json()
    assert by_session.pop("nom").startswith("personne ")
    by_key.pop("nom")
    assert by_key.pop("expire_le") is not None, "a key ends; a person's sessions do, not the person"
    assert by_session.pop("expire_le") is None
    assert by_session == by_key
    for path in ("/api/v1/sources", "/api/v1/imports", "/api/v1/personnes", "/api/v1/organisations"):
        answer = browser.client.get(path)
        other = town.client.get(path, headers=headers)
        assert (answer.status_code, answer.text) == (other.status_code, other.text), path


def test_the_role_is_that_of_the_moment_and_a_closed_account_is_out_at_once(town: World):
    number = settle(town, "promue@mairie.fr")
    browser = Browser.of(town)
    browser.log_in("promue@mairie.fr")
    assert browser.me().json()["role"] == "analyste"
    body = {"libelle": "x", "role": "elu", "perimetre": ["nation:FR"]}
    path = f"/api/v1/personnes/{number}"
    assert town.client.put(path, json=body, headers=town.admin).status_code == 200
    assert browser.me().json()["role"] == "elu"
    town.client.put(path, json={**body, "role": "administrateur"}, headers=town.admin)
    assert browser.me().status_code == 401  # a password alone had opened this session
    browser = Browser.of(town)
    assert browser.log_in("promue@mairie.fr").headers["location"] == "/connexion/enrolement"
    town.client.put(path, json=body, headers=town.admin)
    browser = Browser.of(town)
    browser.log_in("promue@mairie.fr")
    town.client.put(path, json={**body, "active": False}, headers=town.admin)
    gone = browser.me()
    assert (gone.status_code, gone.json()["type"].rpartition("/")[2]) == (401, "session_terminee")


LETS_IN = """
    select (p.password is not null)::int + (p.otp_secret is not null)::int
        + (select count(*) from accounts.recovery_code where holder = p.id)
        + (select count(*) from accounts.invitation where holder = p.id)
        + (select count(*) from accounts.identity where holder = p.id)
        + (select count(*) from accounts.session where holder = p.id)
    from accounts.person p where p.id = :n
"""


@pytest.mark.parametrize("by", ["the API", "the command line"])
def test_a_closed_account_keeps_nothing_that_lets_in_and_is_opened_again_by_an_invitation(
    shared_world: World, by: str
):
    login = f"close.par.{len(by)}@mairie.fr"
    number = settle(shared_world, login, Role.ADMINISTRATION)
    browser = Browser.of(shared_world)
    browser.log_in(login)
    browser.enrol()
    path = f"/api/v1/personnes/{number}"
    body = {"libelle": "x", "role": "elu", "perimetre": ["nation:FR"]}

    def lets_in() -> int:
        with shared_world.database.owning() as connection:
            return int(connection.execute(text(LETS_IN), {"n": number}).scalar_one())

    with shared_world.database.owning() as connection:
        linked = text("insert into accounts.identity (issuer, subject, holder) values ('i', :s, :n)")
        connection.execute(linked, {"s": by, "n": number})
    assert lets_in() >= 5
    if by == "the API":
        closed = shared_world.client.put(path, json={**body, "active": False}, headers=shared_world.admin)
        assert closed.status_code == 200
    else:
        Terminal(shared_world).run("personne", "desactiver", login)
    assert lets_in() == 0
    with shared_world.database.owning() as connection:
        told = text("select action from accounts.journal where question = :n order by id desc limit 1")
        assert connection.execute(told, {"n": str(number)}).scalar_one() == "personne désactivée"
    assert Browser.of(shared_world).log_in(login).status_code == 403
    if by == "the API":
        again = shared_world.client.post(f"{path}/invitation", headers=shared_world.admin).json()
        code = again["code_invitation"]
    else:
        code = Terminal(shared_world).run("personne", "reinviter", login).stdout.strip()
    browser = Browser.of(shared_world)
    browser.open("/invitation")
    chosen = {"mot_de_passe": PASSWORD, "confirmation": PASSWORD}
    browser.submit("/invitation", courriel=login, code=code, **chosen)
    inside = "/compte" if by == "the API" else "/connexion/enrolement"
    assert browser.log_in(login).headers["location"] == inside


def test_an_account_whose_commune_has_merged_is_described_and_closed_all_the_same(shared_world: World):
    number = settle(shared_world, "fusionnee@mairie.fr")
    gone, path = "commune:99999", f"/api/v1/personnes/{number}"
    with shared_world.database.owning() as connection:
        merged = text('update accounts.person set "grant" = array[:g] where id = :n')
        connection.execute(merged, {"g": gone, "n": number})
    body = {"libelle": "x", "role": "elu", "perimetre": [gone]}
    headers = shared_world.admin
    assert shared_world.client.put(path, json=body, headers=headers).json()["perimetre"] == [gone]
    added = {**body, "perimetre": [gone, "commune:99998"]}
    assert shared_world.client.put(path, json=added, headers=headers).status_code == 422
    closed = shared_world.client.put(path, json={**body, "active": False}, headers=headers)
    assert (closed.status_code, closed.json()["active"]) == (200, False)
    Registrar(shared_world.database, shared_world.settings, "essai", "").close(number)


def test_the_account_of_an_inactive_organisation_opens_nothing(shared_world: World):
    settle(shared_world, "bailleuse@habitat.fr", Role.PARTENAIRE, organisation="Habitat")
    browser = Browser.of(shared_world)
    browser.log_in("bailleuse@habitat.fr")
    assert browser.me().status_code == 200
    with shared_world.database.owning() as connection:
        connection.execute(text("update accounts.organisation set active = false where code = 'Habitat'"))
    assert browser.me().status_code == 401
    assert Browser.of(shared_world).log_in("bailleuse@habitat.fr").status_code == 403


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATION])
def test_only_the_administration_knows_persons(town: World, role: Role):
    headers = town.headers(town.key(f"curieux {role}", role, "Ville"))
    for method, path in (("GET", ""), ("POST", ""), ("PUT", "/1"), ("POST", "/1/invitation"),
                         ("DELETE", "/1/second-facteur"), ("PUT", "/999999")):  # fmt: skip
        body = {"courriel": "x.y@mairie.fr", "libelle": "x", "role": "elu"}
        if method == "PUT":
            body.pop("courriel")
        answer = town.client.request(method, f"/api/v1/personnes{path}", headers=headers, json=body)
        assert answer.status_code == 403, (method, path)

"""Between a proof and what it opens, something changes: what stands when the session begins counts."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import text

from observatoire.disclosure.policy import Role
from observatoire.domain.person import NewPerson, Person, Stage
from observatoire.domain.territory import TerritoryCode
from observatoire.openid.answers import Claims
from observatoire.openid.provider import Identified
from observatoire.people import passwords
from observatoire.people.door import Door
from observatoire.people.errors import RefusedInvitation, RefusedLogin, UnexpectedIdentity
from observatoire.people.inviting import Registrar
from observatoire.people.recognising import Recogniser
from observatoire.store import persons
from observatoire.store.engine import Connection
from support.people import PASSWORD, invite
from support.world import World

ISSUER, ADDRESS, ANOTHER = "https://identite.example", "192.0.2.1", "brume caillou sifflet"


@pytest.fixture(scope="module")
def door(shared_world: World) -> Door:
    return Door.of(shared_world.database, shared_world.settings)


@pytest.fixture(scope="module")
def registrar(shared_world: World) -> Registrar:
    return Registrar(shared_world.database, shared_world.settings, "essai", "")


def settled(world: World, door: Door, login: str) -> int:
    number, code = invite(world, login)
    door.accept(login, code, PASSWORD, ADDRESS)
    return number


def described(registrar: Registrar, number: int, role: Role) -> None:
    new = NewPerson(None, "x", role.value, None, (TerritoryCode.parse("nation:FR"),))
    registrar.describe(number, new, active=True)


def once_verified(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """The change comes once, right after the password was found good."""
    matches = passwords.matches
    waiting = [change]

    def verified(encoded: str | None, password: str) -> bool:
        found = matches(encoded, password)
        if found and waiting:
            waiting.pop()()
        return found

    monkeypatch.setattr(passwords, "matches", verified)


def count(world: World, table: str, number: int) -> int:
    with world.database.owning() as connection:
        asked = text(f"select count(*) from accounts.{table} where holder = :n")
        return int(connection.execute(asked, {"n": number}).scalar_one())


def test_a_password_changed_while_the_former_is_checked_lets_nobody_in_by_the_former(
    shared_world: World, door: Door, registrar: Registrar, monkeypatch: pytest.MonkeyPatch
):
    login = "change.entre.temps@mairie.fr"
    number = settled(shared_world, door, login)
    code = registrar.invite_again(number).code
    once_verified(monkeypatch, lambda: door.accept(login, code, ANOTHER, ADDRESS))
    with pytest.raises(RefusedLogin):
        door.enter(login, PASSWORD, ADDRESS)
    assert count(shared_world, "session", number) == 0
    assert door.enter(login, ANOTHER, ADDRESS).stage is Stage.OPEN


def test_a_role_raised_while_the_password_is_checked_wants_its_second_factor(
    shared_world: World, door: Door, registrar: Registrar, monkeypatch: pytest.MonkeyPatch
):
    login = "promue.entre.temps@mairie.fr"
    number = settled(shared_world, door, login)
    once_verified(monkeypatch, lambda: described(registrar, number, Role.ADMINISTRATION))
    assert door.enter(login, PASSWORD, ADDRESS).stage is Stage.ENROLMENT


def test_an_account_closed_while_the_password_is_checked_stays_closed(
    shared_world: World, door: Door, registrar: Registrar, monkeypatch: pytest.MonkeyPatch
):
    login = "fermee.entre.temps@mairie.fr"
    number = settled(shared_world, door, login)
    session = door.session(door.enter(login, PASSWORD, ADDRESS).secret)
    assert session is not None
    once_verified(monkeypatch, lambda: registrar.close(number))
    with pytest.raises(RefusedLogin):
        door.change_password(session, PASSWORD, ANOTHER, ADDRESS)
    described(registrar, number, Role.ANALYSTE)
    for password in (PASSWORD, ANOTHER):
        with pytest.raises(RefusedLogin):
            door.enter(login, password, ADDRESS)


def test_two_pages_that_log_out_at_once_both_do(shared_world: World, door: Door):
    settled(shared_world, door, "deux.onglets@mairie.fr")
    session = door.session(door.enter("deux.onglets@mairie.fr", PASSWORD, ADDRESS).secret)
    assert session is not None
    door.leave(session)
    door.leave(session)


def identified(login: str, subject: str) -> Identified:
    return Identified(Claims(ISSUER, subject, login, True, False), "jeton")


def test_another_subject_takes_another_invitation_and_replaces_the_former(
    shared_world: World, door: Door, registrar: Registrar
):
    """A provider that numbers its people anew: the message says to ask for an invitation, and it serves."""
    login, recogniser = "renumerotee@mairie.fr", Recogniser(door)
    number, _ = invite(shared_world, login)
    first = recogniser.enter(identified(login, "ancien"), None)
    with pytest.raises(UnexpectedIdentity):
        recogniser.enter(identified(login, "nouveau"), None)
    assert door.session(first.secret) is not None
    registrar.invite_again(number)
    second = recogniser.enter(identified(login, "nouveau"), None)
    assert (door.session(first.secret), door.session(second.secret) is None) == (None, False)
    assert count(shared_world, "identity", number) == 1
    with pytest.raises(UnexpectedIdentity):
        recogniser.enter(identified(login, "ancien"), None)
    assert recogniser.enter(identified(login, "nouveau"), None).person.number == number


def test_a_subject_that_is_replaced_while_it_waits_does_not_enter_after(
    shared_world: World, door: Door, registrar: Registrar, monkeypatch: pytest.MonkeyPatch
):
    login, recogniser = "remplacee@mairie.fr", Recogniser(door)
    number, _ = invite(shared_world, login)
    recogniser.enter(identified(login, "d'avant"), None)
    registrar.invite_again(number)
    lock, coming = persons.lock, [lambda: recogniser.enter(identified(login, "d'après"), None)]

    def after_the_other(connection: Connection, held: int) -> Person:
        if coming:
            coming.pop()()
        return lock(connection, held)

    monkeypatch.setattr(persons, "lock", after_the_other)
    with pytest.raises(UnexpectedIdentity):
        recogniser.enter(identified(login, "d'avant"), None)
    assert count(shared_world, "session", number) == 1


def test_one_invitation_serves_one_subject_of_several_that_come_at_once(shared_world: World, door: Door):
    login, recogniser = "une.seule@mairie.fr", Recogniser(door)
    number, _ = invite(shared_world, login)

    def enters(subject: str) -> bool:
        try:
            recogniser.enter(identified(login, subject), None)
        except UnexpectedIdentity:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(enters, "abcd")) == [False, False, False, True]
    assert count(shared_world, "identity", number) == 1


def test_a_code_that_is_typed_while_the_provider_takes_the_invitation_waits_and_is_refused(
    shared_world: World, door: Door, monkeypatch: pytest.MonkeyPatch
):
    """Both take the person before its code: neither waits for the other for ever."""
    login, recogniser = "deux.portes@mairie.fr", Recogniser(door)
    number, code = invite(shared_world, login)
    use, typed = persons.use_any_invitation, ThreadPoolExecutor(1)
    accepted: list[Future[object]] = []

    def slowly(connection: Connection, holder: int) -> bool:
        accepted.append(typed.submit(door.accept, login, code, PASSWORD, ADDRESS))
        with pytest.raises(TimeoutError):
            accepted[0].result(0.5)
        return use(connection, holder)

    monkeypatch.setattr(persons, "use_any_invitation", slowly)
    entered = recogniser.enter(identified(login, "vite"), None)
    with pytest.raises(RefusedInvitation):
        accepted[0].result(10)
    assert door.session(entered.secret) is not None
    assert count(shared_world, "identity", number) == 1

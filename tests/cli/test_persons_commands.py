"""``observatoire personne``: an invitation printed once, a list without secrets, an account closed."""

import typer
from typer.testing import CliRunner

from observatoire.cli import persons
from observatoire.cli.context import Context
from observatoire.errors import InvalidRequest, NotFound
from support.people import PASSWORD, Browser
from support.world import World


def say(world: World, *words: str) -> str:
    app = typer.Typer()
    persons.register(app)
    context = Context(world.settings, world.database, lambda: None, lambda: None)
    done = CliRunner().invoke(app, ["personne", *words], obj=context)
    if done.exception is not None:
        raise done.exception
    return done.stdout


def test_the_first_administrator_is_invited_enters_and_can_be_closed(shared_world: World):
    login = "premiere@mairie.fr"
    words = ("--role", "administrateur", "--territoire", "nation:FR", "--libelle", "Première")
    code = say(shared_world, "inviter", login, *words).split()[0]
    listed = say(shared_world, "lister")
    assert f"{login}  Première : administrateur ; nation:FR ; sans second facteur ; invitée" in listed
    assert code not in listed
    again = say(shared_world, "reinviter", login.upper()).split()[0]
    browser = Browser.of(shared_world)
    browser.open("/invitation")
    chosen = {"mot_de_passe": PASSWORD, "confirmation": PASSWORD}
    assert browser.submit("/invitation", courriel=login, code=code, **chosen).status_code == 403
    assert browser.submit("/invitation", courriel=login, code=again, **chosen).status_code == 303
    browser.log_in(login)
    browser.enrol()
    assert browser.me().json()["perimetre"] == ["nation:FR"]
    assert "retiré" in say(shared_world, "retirer-second-facteur", login)
    assert browser.me().status_code == 401
    assert "fermé" in say(shared_world, "desactiver", login)
    assert Browser.of(shared_world).log_in(login).status_code == 403
    assert "compte fermé" in say(shared_world, "lister")


def test_what_can_t_be_a_person_is_refused_with_words(shared_world: World):
    for words, error in (
        (("inviter", "pas une adresse", "--role", "elu"), InvalidRequest),
        (("inviter", "a.b@mairie.fr", "--role", "agent"), InvalidRequest),
        (("reinviter", "jamais.vue@mairie.fr"), NotFound),
    ):
        try:
            say(shared_world, *words)
        except error:
            continue
        raise AssertionError(words)

"""A person at a browser: pages, cookies, forms with their token; every browser has an address of its own."""

import base64
import itertools
import re
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi.testclient import TestClient

from observatoire.disclosure.policy import Role
from observatoire.domain.person import NewPerson
from observatoire.domain.territory import TerritoryCode
from observatoire.people import second_factor
from observatoire.people.inviting import Registrar
from observatoire.people.proving import now
from observatoire.settings import Settings
from observatoire.web.app import build_app
from support.world import PURPOSE, UNHURRIED, World

PASSWORD = "cigale lampe rivage 7"
TOKEN = re.compile(r'name="jeton" value="([0-9a-f]{64})"')
_ADDRESSES = itertools.count(1)


_APPS: dict[tuple[Any, ...], Any] = {}


def _app(world: World, settings: dict[str, Any]) -> Any:
    """The application with other settings, built once for an observatory."""
    name = (world.database.url, *sorted((key, str(value)) for key, value in settings.items()))
    if name not in _APPS:
        known: Settings = world.settings.model_copy(update={**UNHURRIED, **settings})
        _APPS[name] = build_app(world.database, known)
    return _APPS[name]


@dataclass
class Browser:
    """``client`` keeps cookies as a browser does, over HTTPS."""

    client: TestClient
    seen: Any = None
    codes: list[str] = field(default_factory=list)
    secret: bytes = b""

    @classmethod
    def of(cls, world: World, **settings: Any) -> "Browser":
        app: Any = world.client.app
        if settings:
            app = _app(world, settings)
        number = next(_ADDRESSES)
        client = TestClient(
            app,
            base_url="https://testserver",
            client=(f"10.0.{number // 250}.{number % 250 + 1}", 5000),
            headers={"X-Finalite": PURPOSE},
            raise_server_exceptions=False,
            follow_redirects=False,
        )
        return cls(client)

    def open(self, path: str) -> httpx.Response:
        """Read a page; its token serves the next form."""
        self.seen = self.client.get(path)
        return self.seen

    @property
    def token(self) -> str:
        found = TOKEN.search(self.seen.text)
        assert found, self.seen.text
        return found[1]

    def submit(self, path: str, /, **fields: str) -> httpx.Response:
        """Send the form of the page in view."""
        self.seen = self.client.post(path, data={"jeton": self.token, **fields})
        return self.seen

    def log_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        self.open("/connexion")
        return self.submit("/connexion", courriel=login, mot_de_passe=password)

    def enrol(self) -> httpx.Response:
        """Take up the second factor that the page in view proposes."""
        page = self.open("/connexion/enrolement").text
        written = re.search(r'Clé : <span class="code">([A-Z2-7 ]+)</span>', page)
        assert written, page
        self.secret = base64.b32decode(written[1].replace(" ", ""))
        answer = self.submit("/connexion/enrolement", code=self.code())
        self.codes = re.findall(r'<li><span class="code">([A-Z2-7-]+)</span>', answer.text)
        return answer

    def code(self, steps: int = 0) -> str:
        """The code of the present step, or of one near it."""
        return second_factor.code_at(self.secret, int(now()) // second_factor.STEP + steps)

    @property
    def api_token(self) -> dict[str, str]:
        """The header of a request that changes something."""
        return {"X-Jeton": self.client.get("/api/v1/sessions/jeton").json()["jeton"]}

    @property
    def token_or_none(self) -> str | None:
        found = TOKEN.search(self.open("/compte").text)
        return found[1] if found else None

    def submit_logout(self) -> httpx.Response:
        self.open("/compte")
        return self.submit("/deconnexion")

    def me(self) -> httpx.Response:
        return self.client.get("/api/v1/moi")


def invite(
    world: World,
    login: str,
    role: Role = Role.ANALYSTE,
    organisation: str | None = None,
    grant: str = "nation:FR",
) -> tuple[int, str]:
    """Number of a new person, and its one-time code."""
    registrar = Registrar(world.database, world.settings, "essai", "")
    new = NewPerson(login, login.partition("@")[0], role.value, organisation, (TerritoryCode.parse(grant),))
    invitation = registrar.invite(new)
    return invitation.person.number, invitation.code


def settle(world: World, login: str, role: Role = Role.ANALYSTE, **more: Any) -> int:
    """Number of a person who has chosen its password."""
    number, code = invite(world, login, role, **more)
    browser = Browser.of(world)
    browser.open("/invitation")
    answer = browser.submit(
        "/invitation", courriel=login, code=code, mot_de_passe=PASSWORD, confirmation=PASSWORD
    )
    assert answer.status_code == 303, answer.text
    return number

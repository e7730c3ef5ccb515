"""An observatory under test: database, application, keys, and shorthand to speak to it."""

from dataclasses import dataclass, field
from typing import Any

from fastapi.testclient import TestClient

from observatoire.disclosure.policy import Role
from observatoire.domain.territory import TerritoryCode
from observatoire.settings import Settings
from observatoire.store import accounts
from observatoire.store.engine import Database
from observatoire.web.app import build_app
from observatoire.worker.draining import drain

EPCI = "epci:243100518"
TOULOUSE = "commune:31555"
UNHURRIED = {
    "requests_per_minute": 10**7, "public_requests_per_minute": 10**7, "refused_keys_per_minute": 10**7,
    "public_memory": 0.0,
}  # fmt: skip
"""Tests ask faster than anyone may, and want to see what they have just changed."""
PURPOSE = "controle"
"""Stated by whoever asks, unless a test says otherwise."""
CHARTER = "2019-06-01"
"""Without a signed charter nothing of a source leaves the grant."""
LONG_KEPT = 30
"""Years: tests speak of past years, whose points would be gone by default."""


@dataclass
class World:
    """One observatory. ``as_(name)`` speaks with a key, ``public`` without."""

    database: Database
    settings: Settings
    client: TestClient = field(init=False)
    keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        app = build_app(self.database, self.settings.model_copy(update=UNHURRIED))
        self.client = TestClient(app, raise_server_exceptions=False, headers={"X-Finalite": PURPOSE})

    def key(self, name: str, role: Role, organisation: str = "", grant: str = "nation:FR") -> str:
        """A key of that name, created on first use."""
        if name not in self.keys:
            with self.database.importing() as connection:
                self.keys[name] = accounts.create_key(
                    connection, name, role.value, organisation, [TerritoryCode.parse(grant)]
                )
        return self.keys[name]

    @property
    def admin(self) -> dict[str, str]:
        """Headers of the administration."""
        return self.headers(self.key("administration", Role.ADMINISTRATION))

    @staticmethod
    def headers(key: str) -> dict[str, str]:
        """Headers of a key."""
        return {"Authorization": f"Bearer {key}"}

    def source(
        self, code: str = "pm", kind: str = "police_municipale", territory: str = EPCI, **more: Any
    ) -> str:
        """A source, created through the API; its charter is signed unless said otherwise."""
        body = {"code": code, "libelle": code, "type": kind, "territoire": territory}
        body |= {"charte_signee_le": CHARTER, "conservation_annees": LONG_KEPT, **more}
        answer = self.client.post("/api/v1/sources", json=body, headers=self.admin)
        assert answer.status_code == 201, answer.text
        return code

    def send(self, content: bytes, source: str = "pm", status: int = 202, **fields: Any) -> dict[str, Any]:
        """Send a file through the API; the import, or the problem when another status is expected."""
        answer = self.client.post(
            "/api/v1/imports",
            data={"source": source, **{k: str(v) for k, v in fields.items()}},
            files={"fichier": ("export.csv", content)},
            headers=self.admin,
        )
        assert answer.status_code == status, answer.text
        body: dict[str, Any] = answer.json()
        return self.done(body["id"]) if status == 202 else body

    def confirm(self, report: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
        """Confirm an import held for review, by the administration unless told otherwise."""
        path = f"/api/v1/imports/{report['id']}/validation"
        answer = self.client.post(path, headers=self.admin if headers is None else headers)
        assert answer.status_code == 202, answer.text
        return self.done(report["id"])

    def done(self, id_: str) -> dict[str, Any]:
        """An import once the workers have nothing left to do."""
        drain(self.database, self.settings)
        body: dict[str, Any] = self.get(f"/imports/{id_}")
        return body

    def get(self, path: str, headers: dict[str, str] | None = None, status: int = 200, **params: Any) -> Any:
        """GET under /api/v1, by the administration unless other headers are given ({} : the public)."""
        answer = self.client.get(
            f"/api/v1{path}", params=params, headers=self.admin if headers is None else headers
        )
        assert answer.status_code == status, answer.text
        return answer.json()


def lines_law(report: dict[str, Any]) -> bool:
    """The conservation law of an import."""
    lines = report["lignes"]
    return lines["lues"] == sum(number for bucket, number in lines.items() if bucket != "lues")

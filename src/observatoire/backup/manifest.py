"""The manifest: what a backup holds, signed with the audit key so that nobody else can have made it.

Encryption to a public key proves that a file is whole, never who made it: anyone has the public key.
"""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Self

from observatoire.backup.errors import DamagedBackup

FORMAT = 1


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file of ``var``: its size in bytes, SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """``tables``: rows by table; ``guards``: policies by table whose row-level security is forced.

    ``revision``: schema (migration); ``owner``: the login that owned the tables; ``size`` and ``sha256``: of
    the dump, in the custom format of ``pg_dump``.
    """

    made_at: datetime
    software: str
    revision: str
    owner: str
    roles: tuple[str, ...]
    tables: dict[str, int]
    guards: dict[str, list[str]]
    size: int
    sha256: str
    files: tuple[SavedFile, ...]

    @property
    def rows(self) -> int:
        """Rows of every table."""
        return sum(self.tables.values())

    def signed(self, key: bytes) -> bytes:
        """As it is written: one JSON object, with its signature."""
        body = _body(self)
        return json.dumps(body | {"signature": _signature(key, body)}, indent=1, ensure_ascii=False).encode()

    @classmethod
    def parse(cls, told: bytes) -> tuple[Self, "Signed"]:
        """A manifest and what was signed.

        Raises:
            DamagedBackup: it is not one of ours.
        """
        try:
            body: dict[str, Any] = json.loads(told)
            signature = body.pop("signature")
            if body.pop("format") != FORMAT:
                raise DamagedBackup("format de manifeste inconnu")
            files = tuple(SavedFile(**one) for one in body.pop("files"))
            made_at, roles = datetime.fromisoformat(body.pop("made_at")), tuple(body.pop("roles"))
            found = cls(made_at=made_at, roles=roles, files=files, **body)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise DamagedBackup("manifeste illisible") from None
        return found, Signed(_body(found), signature)


@dataclass(frozen=True, slots=True)
class Signed:
    """A body and the signature that came with it."""

    body: dict[str, Any]
    signature: str

    def by(self, key: bytes) -> bool:
        """Whether this key made it."""
        return hmac.compare_digest(self.signature, _signature(key, self.body))


def _body(manifest: Manifest) -> dict[str, Any]:
    return {"format": FORMAT, **asdict(manifest), "made_at": manifest.made_at.astimezone(UTC).isoformat()}


def _signature(key: bytes, body: dict[str, Any]) -> str:
    told = json.dumps(["backup", body], ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    return hmac.digest(key, told, hashlib.sha256).hex()

"""The text of a place to be checked, sealed before it is stored: the database alone can't read it."""

import json
import secrets
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from observatoire.domain.address import Candidate
from observatoire.domain.incident import LocationMethod, LocationPrecision
from observatoire.errors import DamagedDeposit

NONCE = 12


@dataclass(frozen=True, slots=True)
class PlaceText:
    """What is sealed: the place as the source writes it, and what the geocoders proposed."""

    text: str
    candidates: tuple[Candidate, ...]


def seal(told: PlaceText, secret: bytes, key: bytes) -> bytes:
    """AES-256-GCM; ``key``, that of the place, is authenticated with it.

    ``secret``: 32 bytes, kept outside the database.
    """
    clear = json.dumps(
        {"texte": told.text, "candidats": [asdict(c) for c in told.candidates]}, ensure_ascii=False
    )
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(secret).encrypt(nonce, clear.encode(), key)


def unseal(sealed: bytes, secret: bytes, key: bytes) -> PlaceText:
    """The clear text.

    Raises:
        DamagedDeposit: it was changed, moved, or sealed with another secret.
    """
    try:
        clear = json.loads(AESGCM(secret).decrypt(sealed[:NONCE], sealed[NONCE:], key))
    except (InvalidTag, ValueError):
        raise DamagedDeposit from None
    return PlaceText(clear["texte"], tuple(_candidate(c) for c in clear["candidats"]))


def _candidate(told: dict[str, object]) -> Candidate:
    precision, method = LocationPrecision(str(told["precision"])), LocationMethod(str(told["method"]))
    return Candidate(**told | {"precision": precision, "method": method})  # type: ignore[arg-type]

"""Random secrets, of which the database holds a digest, and small secrets that must be read back."""

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from observatoire.people.errors import UnreadableSecret

NONCE = 12


def fresh() -> str:
    """256 random bits, for a cookie."""
    return secrets.token_urlsafe(32)


def spoken(bits: int) -> str:
    """A code that one may copy by hand: capitals and digits (RFC 4648, base 32), by groups of four."""
    text = base64.b32encode(secrets.token_bytes((bits + 7) // 8)).decode().rstrip("=")
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def heard(code: str) -> str:
    """A code as it was typed, without what does not count: case, hyphens, spaces."""
    return "".join(c for c in code.upper() if c.isalnum())


def digest(secret: str) -> str:
    """SHA-256: what is drawn from 80 random bits or more needs neither salt nor slowness."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_of(secret: str) -> str:
    """The token that forms and headers must repeat: bound to a cookie, and no way back to it."""
    return hmac.new(secret.encode(), b"observatoire/jeton", hashlib.sha256).hexdigest()


def same(told: str, expected: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(told.encode(), expected.encode())


def keyed(key: bytes, kind: str, value: str) -> str:
    """A name for a login or an address that can't be turned back without the key."""
    return hmac.new(key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def seal(key: bytes, what: str, clear: bytes) -> bytes:
    """AES-256-GCM; ``what`` names whose secret it is, so that it can't be put in another's place."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, clear, what.encode())


def unseal(key: bytes, what: str, sealed: bytes) -> bytes:
    """The clear bytes.

    Raises:
        UnreadableSecret: another key, another person, or changed bytes.
    """
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], what.encode())
    except InvalidTag:
        raise UnreadableSecret from None

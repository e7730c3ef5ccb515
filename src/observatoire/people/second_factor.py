"""Time-based one-time passwords (RFC 6238: SHA-1, six digits, thirty seconds, as every application knows)."""

import base64
import secrets

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP = 30
DRIFT = 1
"""Steps by which a telephone may be early or late."""
SECRET_BYTES = 20
RECOVERY_CODES, RECOVERY_BITS = 10, 80
ISSUER = "Observatoire"


def new_secret() -> bytes:
    """160 random bits (RFC 4226, §4, requirement 6)."""
    return secrets.token_bytes(SECRET_BYTES)


def _clock(secret: bytes) -> TOTP:
    return TOTP(secret, 6, SHA1(), STEP)


def code_at(secret: bytes, step: int) -> str:
    """The code of a step (30 s since 1970)."""
    return _clock(secret).generate(step * STEP).decode()


def step_of(secret: bytes, code: str, now: float, last_step: int) -> int | None:
    """The step whose code this is, among those that may still pass; None: none.

    ``last_step``: the last that passed; a code is good once, and none older is good after it.
    """
    told = "".join(code.split())
    present = int(now) // STEP
    found = None
    for step in range(present - DRIFT, present + DRIFT + 1):
        if secrets.compare_digest(code_at(secret, step).encode(), told.encode()) and step > last_step:
            found = step
    return found


def written(secret: bytes) -> str:
    """The secret as one types it, by groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def address(secret: bytes, login: str) -> str:
    """The ``otpauth:`` address that applications read from a picture."""
    return _clock(secret).get_provisioning_uri(login, ISSUER)

"""Reading what a provider has signed: algorithm, signature, issuer, audience, hours, nonce, level.

OpenID Connect Core 1.0, §3.1.3.7 and §5.3.2; RFC 8725 for the algorithms, which are ours to choose.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from observatoire.openid.errors import UntrustedAnswer

LEEWAY = 60
"""Seconds by which two clocks may differ."""
LEVELS = ("eidas1", "eidas2", "eidas3")
"""ProConnect's, each including those before."""


@dataclass(frozen=True, slots=True)
class Claims:
    """``subject`` alone, with its issuer, tells a person; ``login`` is its address there, in lower case."""

    issuer: str
    subject: str
    login: str
    address_is_verified: bool
    proved_twice: bool


def key_named(token: str) -> str | None:
    """The name of the key in the header of a token, before anything of it is believed."""
    try:
        head = token.split(".")[0]
        found = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
        return str(found["kid"]) if "kid" in found else None
    except (ValueError, TypeError):
        raise UntrustedAnswer("forme") from None


def claims_of(
    token: str,
    keys: dict[str, Any],
    algorithms: tuple[str, ...],
    issuer: str,
    audience: str,
    nonce: str | None,
) -> dict[str, Any]:
    """Claims of a token that is the issuer's, for us; ``nonce`` None: a userinfo, which has none.

    Raises:
        UntrustedAnswer.
    """
    wanted: dict[str, Any] = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": audience},
    }
    if nonce is not None:
        wanted |= {"exp": {"essential": True}, "iat": {"essential": True}}
        wanted["nonce"] = {"essential": True, "value": nonce}
    try:
        read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=list(algorithms))  # type: ignore[arg-type]
        jwt.JWTClaimsRegistry(leeway=LEEWAY, **wanted).validate(read.claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise UntrustedAnswer(f"signature ou contenu, {type(error).__name__}") from None
    claims: dict[str, Any] = read.claims
    party = claims.get("azp")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or party is not None) and party != audience and nonce is not None:
        raise UntrustedAnswer("destinataire")
    return claims


def check_level(claims: dict[str, Any], least: str) -> None:
    """Refuse who has proved less than was asked.

    Raises:
        UntrustedAnswer.
    """
    if not least:
        return
    enough = LEVELS[LEVELS.index(least) :] if least in LEVELS else (least,)
    if claims.get("acr") not in enough:
        raise UntrustedAnswer("niveau d'authentification")


def joined(claims: dict[str, Any], about: dict[str, Any]) -> Claims:
    """Who it is, from the identity and from what is told of the same subject.

    Raises:
        UntrustedAnswer: two subjects.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject or about.get("sub") != subject:
        raise UntrustedAnswer("sujet")
    means = claims.get("amr")
    return Claims(
        issuer=str(claims["iss"]),
        subject=subject,
        login=str(about.get("email") or "").strip().lower(),
        address_is_verified=about.get("email_verified") is True,
        proved_twice=isinstance(means, list) and "mfa" in means,
    )

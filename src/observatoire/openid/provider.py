"""What is said to a provider, and what it answers: discovery, keys, code, tokens, userinfo, logout."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from observatoire.openid import answers
from observatoire.openid.answers import Claims
from observatoire.openid.errors import ProviderUnavailable, RefusedByProvider, UntrustedAnswer

SECONDS = 5.0
REMEMBERED = 3600.0
BETWEEN_KEYS = 60.0
"""An unknown key makes us read the keys again, at most once a minute."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Client:
    """What the provider knows us by, and what we ask of it; ``acr``: the least level, or none."""

    issuer: str
    identifier: str
    secret: str
    redirect: str
    scopes: str = "openid email"
    acr: str = ""
    algorithms: tuple[str, ...] = ("RS256", "ES256")


@dataclass(frozen=True, slots=True)
class Beginning:
    """What must come back, kept by the browser under seal until it does."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def fresh(cls) -> "Beginning":
        """Three secrets of 256 bits (ProConnect wants 32 characters at least)."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


@dataclass(frozen=True, slots=True)
class Identified:
    """Who the provider says it is, and the token that its logout wants back."""

    claims: Claims
    id_token: str


@dataclass
class _Kept:
    value: dict[str, Any]
    at: float


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider; its configuration and its keys are remembered for an hour."""

    client: Client
    _kept: dict[str, _Kept] = field(default_factory=dict)

    def address(self, beginning: Beginning) -> str:
        """Where the browser goes: PKCE (RFC 7636, S256), state and nonce."""
        challenge = hashlib.sha256(beginning.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.client.identifier,
            "redirect_uri": self.client.redirect,
            "scope": self.client.scopes,
            "state": beginning.state,
            "nonce": beginning.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        if self.client.acr:
            asked["acr_values"] = self.client.acr
        return f"{self._endpoint('authorization_endpoint')}?{urlencode(asked)}"

    def identify(self, beginning: Beginning, told: dict[str, str]) -> Identified:
        """Who came back, from the parameters of the return address.

        Raises:
            RefusedByProvider, UntrustedAnswer, ProviderUnavailable.
        """
        if not secrets.compare_digest(told.get("state", "").encode(), beginning.state.encode()):
            raise UntrustedAnswer("état")
        issuer = told.get("iss")  # RFC 9207: one provider's code is not sent to another
        promised = self._configuration().get("authorization_response_iss_parameter_supported")
        if (issuer is None and promised) or issuer not in (None, self.client.issuer):
            raise UntrustedAnswer("émetteur")
        if "error" in told or not told.get("code"):
            raise RefusedByProvider
        tokens = self._tokens(told["code"], beginning.verifier)
        claims = self._read(str(tokens.get("id_token", "")), nonce=beginning.nonce)
        answers.check_level(claims, self.client.acr)
        about = self._about(str(tokens.get("access_token", "")))
        return Identified(answers.joined(claims, about), str(tokens["id_token"]))

    def farewell(self, id_token: str, after: str) -> str | None:
        """Where the browser goes to log out there too (OpenID Connect RP-Initiated Logout 1.0)."""
        if "end_session_endpoint" not in self._configuration():
            return None
        asked = {
            "id_token_hint": id_token,
            "state": secrets.token_urlsafe(32),
            "post_logout_redirect_uri": after,
        }
        return f"{self._endpoint('end_session_endpoint')}?{urlencode(asked)}"

    def _tokens(self, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect,
            "code_verifier": verifier,
        }
        methods = self._configuration().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        pair = (self.client.identifier, self.client.secret)
        by_post = "client_secret_post" in methods
        if by_post:
            form |= {"client_id": pair[0], "client_secret": pair[1]}
        answer = _ask(
            "POST",
            self._endpoint("token_endpoint"),
            data=form,
            auth=None if by_post else httpx.BasicAuth(*pair),
        )
        if answer.status_code in (400, 401):
            raise UntrustedAnswer("code")
        return _object(answer)

    def _about(self, access_token: str) -> dict[str, Any]:
        """What the provider tells of the person: JSON, or a signed JWT (ProConnect)."""
        headers = {"Authorization": f"Bearer {access_token}"}
        answer = _ask("GET", self._endpoint("userinfo_endpoint"), headers=headers)
        if answer.headers.get("content-type", "").partition(";")[0].strip() == "application/jwt":
            if answer.status_code != httpx.codes.OK:
                raise ProviderUnavailable
            return self._read(answer.text, nonce=None)
        return _object(answer)

    def _read(self, token: str, nonce: str | None) -> dict[str, Any]:
        """The claims of a token that the provider has signed for us."""
        keys = self._keys(answers.key_named(token))
        return answers.claims_of(
            token, keys, self.client.algorithms, self.client.issuer, self.client.identifier, nonce
        )

    def _configuration(self) -> dict[str, Any]:
        path = f"{self.client.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = self._remembered("configuration", path)
        if found.get("issuer") != self.client.issuer:
            raise UntrustedAnswer("émetteur")
        return found

    def _endpoint(self, name: str) -> str:
        told = str(self._configuration().get(name, ""))
        parts = urlsplit(told)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ProviderUnavailable
        return told

    def _keys(self, name: str | None) -> dict[str, Any]:
        path = self._endpoint("jwks_uri")
        keys = self._remembered("keys", path)
        known = {key.get("kid") for key in keys.get("keys", ())}
        if name is not None and name not in known:
            keys = self._remembered("keys", path, lasting=BETWEEN_KEYS)
        return keys

    def _remembered(self, name: str, path: str, lasting: float = REMEMBERED) -> dict[str, Any]:
        kept = self._kept.get(name)
        if kept is None or kept.at + lasting < time.monotonic():
            kept = self._kept[name] = _Kept(_object(_ask("GET", path)), time.monotonic())
        return kept.value


def _ask(method: str, address: str, **more: Any) -> httpx.Response:  # noqa: ANN401
    try:
        return httpx.request(method, address, timeout=SECONDS, follow_redirects=False, **more)
    except httpx.HTTPError:
        raise ProviderUnavailable from None


def _object(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code != httpx.codes.OK:
        raise ProviderUnavailable
    try:
        found = answer.json()
    except ValueError:
        raise ProviderUnavailable from None
    if not isinstance(found, dict):
        raise ProviderUnavailable
    return found

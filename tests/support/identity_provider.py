"""A provider of identities of our own, on loopback: real HTTP, real signatures, and ways to lie."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

CLIENT, SECRET = "observatoire", "un-secret-de-test"
REDIRECT = "https://testserver/connexion/fournisseur/retour"


@dataclass
class Authority:
    """What it says of whoever comes; a test changes what it wants it to lie about."""

    person: dict[str, Any] = field(default_factory=dict)
    identity: dict[str, Any] = field(default_factory=dict)
    signer: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "une", "use": "sig"}))
    published: ECKey | None = None
    algorithm: str = "ES256"
    signed_userinfo: bool = True
    broken: set[str] = field(default_factory=set)
    issuer: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/session/end",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def documents(self) -> dict[str, Any]:
        """What anybody may read."""
        key = (self.published or self.signer).as_dict(private=False)
        return {"/.well-known/openid-configuration": self.configuration(), "/jwks": {"keys": [key]}}

    def about(self) -> tuple[str, str]:
        """Userinfo: a signed token (ProConnect), or an object."""
        if self.signed_userinfo:
            claims = {"iss": self.issuer, "aud": CLIENT, **self.person}
            return self.signed(claims), "application/jwt"
        return json.dumps(self.person), "application/json"

    def consent(self, address: str) -> dict[str, str]:
        """What the browser of a person who says yes brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["redirect_uri"] == REDIRECT
        assert min(len(asked["state"]), len(asked["nonce"])) >= 32
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def signed(self, claims: dict[str, Any]) -> str:
        key: Any = self.signer
        if self.algorithm == "HS256":  # the public key as a shared secret: the oldest of the tricks
            key = OctKey.import_key(json.dumps((self.published or self.signer).as_dict(private=False)))
        if self.algorithm == "none":
            parts = ({"alg": "none", "kid": "une"}, claims)
            return ".".join(_raw(json.dumps(part).encode()) for part in parts) + "."
        header = {"alg": self.algorithm, "kid": "une"}
        return jwt.encode(header, claims, key, algorithms=[self.algorithm])

    def tokens(self, form: dict[str, str]) -> dict[str, Any] | None:
        """Tokens for a code that was ours, once, to who holds the verifier and the secret."""
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return None
        if _raw(hashlib.sha256(form["code_verifier"].encode()).digest()) != asked["code_challenge"]:
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": self.person["sub"], "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], "acr": asked.get("acr_values", "eidas1"), **self.identity,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        return {"access_token": "acces", "token_type": "Bearer", "id_token": self.signed(claims)}


def _raw(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _handler(authority: Authority) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def answer(self, body: str, kind: str = "application/json", status: int = 200) -> None:
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            authority.asked.append(path)
            if path in authority.broken:
                self.answer("<html>panne</html>", "text/html", 500)
            elif path == "/userinfo":
                assert self.headers["Authorization"] == "Bearer acces"
                self.answer(*authority.about())
            else:
                self.answer(json.dumps(authority.documents()[path]))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            if "/token" in authority.broken:
                self.answer("<html>panne</html>", "text/html", 502)
                return
            tokens = authority.tokens(form)
            body = json.dumps(tokens or {"error": "invalid_grant"})
            self.answer(body, status=200 if tokens else 400)

    return Handler


@contextmanager
def identity_provider() -> Iterator[Authority]:
    """A provider that answers until the block ends."""
    authority = Authority()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(authority))
    authority.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""A certified provider of identities, oidc-provider for Node.js, as a process on loopback."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from support.identity_provider import REDIRECT

FOLDER = Path(__file__).resolve().parents[2] / ".oidc-provider"
PATIENCE = 30.0


@contextmanager
def certified_provider() -> Iterator[str]:
    """Its issuer; skipped with a word on what to install."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules").is_dir():
        pytest.skip("needs Node.js ≥ 20 with npm: ./scripts/test --complet then installs .oidc-provider/")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [node, "server.mjs", str(port), REDIRECT]
    process = subprocess.Popen(
        words, cwd=FOLDER, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    issuer = f"http://127.0.0.1:{port}"
    try:
        _await(issuer)
        yield issuer
    finally:
        process.kill()
        process.wait()


def _await(issuer: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            if httpx.get(f"{issuer}/.well-known/openid-configuration").status_code == 200:
                return
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
        time.sleep(0.1)


def consent(address: str, login: str) -> dict[str, str]:
    """Log in and say yes on its own pages, as a browser would; the parameters that it sends back."""
    with httpx.Client(base_url=address) as browser:
        answer: Any = browser.get(address)
        for _ in range(12):
            if answer.is_redirect:
                there = urljoin(str(answer.url), answer.headers["location"])
                if there.startswith(REDIRECT):
                    return dict(httpx.URL(there).params)
                answer = browser.get(there)
                continue
            prompt = "login" if 'name="login"' in answer.text else "consent"
            form = {"prompt": prompt, "login": login, "password": "sans importance"}
            answer = browser.post(str(answer.url), data=form)
    raise AssertionError(answer.text[:500])

"""Secrets never leave: a served instance is toured; what it printed, kept and answered is then searched."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest
from sqlalchemy import text

from support.backups import Safe
from support.files import pm_file, pm_row
from support.processes import PATIENCE, children, environment
from support.world import World

PASSWORD, SMTP = "MotDePasseDeLaBase-7c1f", "MotDePasseDuCourriel-93ab"
MAIL = {
    "SMTP_HOST": "127.0.0.1", "SMTP_PORT": "9", "SMTP_USER": "observatoire", "SMTP_SENDER": "o@exemple.fr",
    "NOTICE_RECIPIENTS": "p@exemple.fr",
}  # fmt: skip
KEYS = {"PSEUDONYM_KEY": "a1" * 32, "VAULT_KEY": "b2" * 32, "AUDIT_KEY": "c3" * 32}


def with_password(address: str) -> str:
    """The same address with a password, which the socket of the tests does not ask for."""
    parts = urlsplit(address)
    user = parts.netloc.partition("@")[0].partition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{user}:{PASSWORD}@{parts.netloc.partition('@')[2]}"))


@dataclass
class Tour:
    """What was told to anybody: output of the process, answers, arguments, tables."""

    secrets: dict[str, str]
    told: dict[str, str] = field(default_factory=dict)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def arguments(pid: int) -> str:
    """As ``ps`` shows them, with those of its children."""
    found = [Path(f"/proc/{one}/cmdline").read_bytes().replace(b"\0", b" ") for one in (pid, *children(pid))]
    return b"\n".join(found).decode()


def visit(client: httpx.Client, key: str) -> str:
    """Good requests, bad ones, and some that break."""
    good, told = {"Authorization": f"Bearer {key}", "X-Finalite": "controle"}, []
    odd = {"Authorization": f"Bearer {key}x"}
    for method, path, headers, more in (
        ("GET", "/api/v1/moi", good, {}),
        ("GET", "/api/v1/sources", good, {}),
        ("GET", "/api/v1/cles", good, {}),
        ("GET", "/api/v1/registre", good, {}),
        ("GET", "/api/v1/audit", good, {}),
        ("GET", "/metriques", good, {}),
        ("GET", "/docs", {}, {}),
        ("GET", "/sante/prete", {}, {}),
        ("GET", "/api/v1/moi", odd, {}),
        ("GET", "/api/v1/moi", {"Authorization": f"Basic {key}"}, {}),
        ("GET", "/api/v1/analyses/synthese", good, {"params": {"territoire": key}}),
        ("GET", f"/api/v1/imports/{key}", good, {}),
        ("GET", f"/api/v1/sources/{key}", good, {}),
        ("PUT", "/api/v1/geocodage", good, {"json": {"national": key}}),
        (
            "POST",
            "/api/v1/imports",
            good,
            {"data": {"source": "pm"}, "files": {"fichier": ("x.csv", pm_file([pm_row("1", "12/03/2025")]))}},
        ),
        ("POST", "/api/v1/faits", good, {"content": b"\xff"}),
    ):
        answer = client.request(method, path, headers=headers, **more)
        # What a caller has put in its own address is told back to it, and to nobody else.
        told += [answer.text] if key not in f"{path}{more}" else []
    return "\n".join(told)


@pytest.fixture(scope="module")
def tour(shared_world: World, tmp_path_factory: pytest.TempPathFactory) -> Tour:
    shared_world.source("pm")
    key, port = shared_world.admin["Authorization"].removeprefix("Bearer "), free_port()
    found = Tour({"API key": key, "database password": PASSWORD, "SMTP password": SMTP, **KEYS})
    output = tmp_path_factory.mktemp("sortie") / "sortie.txt"
    more = {**KEYS, **MAIL, "SMTP_PASSWORD": SMTP}
    told = environment(shared_world, **more) | {
        "OBSERVATOIRE_DATABASE_URL": with_password(shared_world.database.url)
    }
    with output.open("wb") as out:
        words = [sys.executable, "-m", "observatoire", "serve", "--port", str(port)]
        process = subprocess.Popen(
            words, env=told, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
                wait_for(client)
                found.told["answers"] = visit(client, key)
                found.told["arguments"] = arguments(process.pid)
        finally:
            process.terminate()
            process.wait(PATIENCE)
    away = {**told, "OBSERVATOIRE_DATABASE_URL": f"postgresql://obs:{PASSWORD}@127.0.0.1:1/absente"}
    words = [
        "sauvegarde",
        "creer",
        str(output.parent),
        "--destinataire",
        Safe(output.parent / "coffre").public,
    ]
    broken = subprocess.run(
        [sys.executable, "-m", "observatoire", *words], env=away, capture_output=True, text=True, check=False
    )
    assert broken.returncode == 2, broken.stderr
    found.told["output"] = output.read_text() + broken.stdout + broken.stderr
    found.told["tables"] = "\n".join(rows(shared_world))
    found.told["files"] = "\n".join(
        path.read_bytes().decode("latin-1") for path in shared_world.settings.var.rglob("*") if path.is_file()
    )
    return found


def wait_for(client: httpx.Client) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if client.get("/sante").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server never answered")


def rows(world: World) -> Iterator[str]:
    with world.database.owning() as connection:
        for table in (
            "audit.entry",
            "accounts.journal",
            "accounts.api_key",
            "queue.procrastinate_jobs",
            "collection.import",
        ):
            yield from connection.execute(text(f"select row_to_json(t)::text from {table} t")).scalars()


@pytest.mark.parametrize("where", ["answers", "arguments", "output", "tables", "files"])
def test_no_secret_is_found(tour: Tour, where: str):
    told = tour.told[where]
    assert {name for name, secret in tour.secrets.items() if secret in told} == set()


def test_the_tour_went_everywhere(tour: Tour):
    assert "registre" in tour.told["tables"] or "imports" in tour.told["tables"]
    assert "Registre des activités" in tour.told["answers"]
    assert "Clé" in tour.told["answers"] or "clé" in tour.told["answers"]
    assert "serve" in tour.told["arguments"]
    assert "travailler" in tour.told["arguments"]
    assert "Base" in tour.told["output"]
    assert os.environ.get("OBSERVATOIRE_AUDIT_KEY") is None


def test_the_search_would_find_a_secret(tour: Tour):
    name, secret = next(iter(tour.secrets.items()))
    assert {n for n, s in tour.secrets.items() if s in f"x{secret}x"} == {name}

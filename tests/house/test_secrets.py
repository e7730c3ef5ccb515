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
from sqlalchemy import Connection, text

from observatoire.store import accounts
from support.backups import Safe
from support.files import pm_file, pm_row
from support.identity_provider import CLIENT, REDIRECT, Authority, identity_provider
from support.identity_provider import SECRET as OPENID
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
        told += [f"{answer.headers}\n{answer.text}"] if key not in f"{path}{more}" else []
    return "\n".join(told)


def visit_provider(client: httpx.Client, authority: Authority) -> str:
    """Somebody who was not invited comes back from the provider of identities, then with a false code."""
    authority.person, told = {"sub": "inconnue", "email": "inconnue@exemple.fr"}, []
    for changed in ({}, {"code": "faux"}):
        there = client.get("/connexion/fournisseur")
        back = {**authority.consent(there.headers["location"]), **changed}
        told += [there, client.get("/connexion/fournisseur/retour", params=back)]
    assert "/userinfo" in authority.asked, "the secret was not used"
    return "\n".join(f"{answer.headers}\n{answer.text}" for answer in told)


def openid(authority: Authority) -> dict[str, str]:
    return {
        "OPENID_ISSUER": authority.issuer, "OPENID_CLIENT_ID": CLIENT, "OPENID_CLIENT_SECRET": OPENID,
        "OPENID_REDIRECT": REDIRECT, "OPENID_ADDRESSES_ARE_VERIFIED": "true",
    }  # fmt: skip


@pytest.fixture(scope="module")
def authority() -> Iterator[Authority]:
    with identity_provider() as found:
        yield found


@pytest.fixture(scope="module")
def tour(shared_world: World, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Tour:
    shared_world.source("pm")
    key, port = shared_world.admin["Authorization"].removeprefix("Bearer "), free_port()
    found = Tour(
        {
            "API key": key,
            "database password": PASSWORD,
            "SMTP password": SMTP,
            "OpenID secret": OPENID,
            **KEYS,
        }
    )
    output = tmp_path_factory.mktemp("sortie") / "sortie.txt"
    more = {**KEYS, **MAIL, "SMTP_PASSWORD": SMTP, **openid(authority)}
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
                found.told["answers"] = visit(client, key) + visit_provider(client, authority)
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
    code, printed = run([sys.executable, "-m", "observatoire", *words], away)
    assert code == 2, printed
    found.told["output"] = output.read_text() + printed
    with shared_world.database.owning() as connection:
        found.told["tables"] = rows(connection)
    found.told["files"] = contents(shared_world.settings.var)
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


def run(words: list[str], env: dict[str, str]) -> tuple[int, str]:
    """Status, and all that was printed."""
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def contents(folder: Path) -> str:
    return "\n".join(p.read_bytes().decode("latin-1") for p in folder.rglob("*") if p.is_file())


def rows(connection: Connection) -> str:
    found: list[str] = []
    for table in (
        "audit.entry",
        "accounts.journal",
        "accounts.api_key",
        "queue.procrastinate_jobs",
        "collection.import",
    ):
        found += connection.execute(text(f"select row_to_json(t)::text from {table} t")).scalars()
    return "\n".join(found)


def leaked(secrets: dict[str, str], told: str) -> set[str]:
    """Names of the secrets that are there."""
    return {name for name, secret in secrets.items() if secret in told}


@pytest.mark.parametrize("where", ["answers", "arguments", "output", "tables", "files"])
def test_no_secret_is_found(tour: Tour, where: str):
    assert leaked(tour.secrets, tour.told[where]) == set()


def test_the_tour_went_everywhere(tour: Tour):
    assert "registre" in tour.told["tables"] or "imports" in tour.told["tables"]
    assert "Registre des activités" in tour.told["answers"]
    assert "Clé" in tour.told["answers"] or "clé" in tour.told["answers"]
    assert "serve" in tour.told["arguments"]
    assert "travailler" in tour.told["arguments"]
    assert "Base" in tour.told["output"]
    assert os.environ.get("OBSERVATOIRE_AUDIT_KEY") is None


# ---- each search finds what is planted where it looks -----------------------------------------------------


@pytest.fixture(scope="module")
def planted(tour: Tour) -> str:
    return " ".join(tour.secrets.values())


def test_a_secret_in_an_answer_would_be_found(tour: Tour, planted: str):
    for answer in (
        httpx.Response(500, text=planted),
        httpx.Response(303, headers={"Location": f"/connexion?{planted}"}),
    ):
        transport = httpx.MockTransport(lambda _, answer=answer: answer)
        with httpx.Client(base_url="http://127.0.0.1", transport=transport) as client:
            assert leaked(tour.secrets, visit(client, tour.secrets["API key"])) == set(tour.secrets)


def test_a_secret_among_the_arguments_of_a_process_would_be_found(tour: Tour, planted: str):
    words = [sys.executable, "-c", "print(flush=True); input()", planted]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert leaked(tour.secrets, arguments(process.pid)) == set(tour.secrets)
        process.communicate(b"\n")


def test_a_secret_that_is_printed_would_be_found(tour: Tour, planted: str):
    for stream in ("stdout", "stderr"):
        words = [sys.executable, "-c", f"import os, sys; print(os.environ['PLANTED'], file=sys.{stream})"]
        assert leaked(tour.secrets, run(words, {"PLANTED": planted})[1]) == set(tour.secrets)


def test_a_secret_in_a_table_or_a_file_would_be_found(
    tour: Tour, planted: str, shared_world: World, tmp_path: Path
):
    with shared_world.database.owning() as connection:
        accounts.write_journal(connection, "essai", "administrateur", "essai", planted, None)
        assert leaked(tour.secrets, rows(connection)) == set(tour.secrets)
        connection.rollback()
    (tmp_path / "depots").mkdir()
    (tmp_path / "depots" / "x").write_bytes(b"\xff" + planted.encode())
    assert leaked(tour.secrets, contents(tmp_path)) == set(tour.secrets)

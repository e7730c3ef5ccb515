"""Processes of our own, as an operator starts them: workers, a server; each ended by its own number."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from sqlalchemy import text

from observatoire.web.app import build_app
from support.world import World

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180.0
QUICK = {"WORKER_HEARTBEAT": "0.3", "WORKER_STALLED": "1.2"}
"""A pace at which a death is noticed in about a second."""


def environment(world: World, **settings: str) -> dict[str, str]:
    """What a process needs to work on an observatory under test."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("OBSERVATOIRE_")},
        "OBSERVATOIRE_DATABASE_URL": world.database.url,
        "OBSERVATOIRE_VAR": str(world.settings.var),
        "PYTHONPATH": str(ROOT / "src"),
        **{f"OBSERVATOIRE_{name}": value for name, value in settings.items()},
    }


@contextmanager
def command(world: World, *words: str, **settings: str) -> Iterator["subprocess.Popen[bytes]"]:
    """``observatoire`` with some words, running until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "observatoire", *words],
        env=environment(world, **settings),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


@contextmanager
def worker(world: World, **settings: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker that is at work."""
    with command(world, "travailler", **{**QUICK, **settings}) as process:
        yield process


@contextmanager
def served(world: World) -> Iterator[httpx.Client]:
    """The application on a real port, and a client of its administration."""
    config = uvicorn.Config(build_app(world.database, world.settings), port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}/api/v1", headers=world.admin, timeout=PATIENCE
        ) as client:
            yield client
    finally:
        server.should_exit = server.force_exit = True
        thread.join(PATIENCE)


def last_words(process: "subprocess.Popen[bytes]") -> str:
    """What a process that has ended said of it."""
    assert process.stderr is not None
    return process.stderr.read().decode(errors="replace")[-2000:]


def until(told: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Wait for something to be true, and return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := told():
            return found
        time.sleep(0.02)
    raise AssertionError(f"never came true: {told}")


def state(world: World, id_: str) -> str:
    """State of an import."""
    with world.database.owning() as connection:
        found = connection.execute(text("select state from collection.import where id = :id"), {"id": id_})
        return str(found.scalar_one())


def wait_for_end(world: World, id_: str) -> dict[str, Any]:
    """The report of an import that some worker runs."""
    until(lambda: state(world, id_) not in ("en_attente", "en_cours"))
    report: dict[str, Any] = world.get(f"/imports/{id_}")
    return report


def children(pid: int) -> list[int]:
    """Processes started by another."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in task.read_text().split()]
    return found


def is_alive(pid: int) -> bool:
    """Whether a process runs (one that has ended and waits to be reaped does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False

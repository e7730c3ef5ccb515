"""``serve`` brings its own worker, replaces it when it dies, and leaves none behind."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen

import httpx
import pytest

from support.files import pm_file, pm_row
from support.processes import QUICK, children, command, is_alive, until, wait_for_end
from support.world import World


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(world: World, *words: str) -> Iterator[tuple["Popen[bytes]", str]]:
    port = free_port()
    with command(world, "serve", "--port", str(port), *words, **QUICK, WORKER_PATIENCE="2") as process:
        base = f"http://127.0.0.1:{port}"
        until(lambda: answers(base))
        yield process, base


def answers(base: str) -> bool:
    try:
        return httpx.get(f"{base}/sante").is_success
    except httpx.TransportError:
        return False


def send(world: World, base: str) -> str:
    answer = httpx.post(
        f"{base}/api/v1/imports",
        data={"source": "pm"},
        files={"fichier": ("export.csv", pm_file([pm_row()]))},
        headers=world.admin,
    )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def worker_of(server: "Popen[bytes]") -> int:
    only: list[int] = until(lambda: children(server.pid))
    assert len(only) == 1
    return only[0]


def test_serve_runs_the_imports_that_it_receives_in_another_process(world: World):
    world.source()
    with serving(world) as (server, base):
        assert wait_for_end(world, send(world, base))["etat"] == "valide"
        assert worker_of(server) != server.pid


def test_without_its_worker_serve_only_receives(world: World):
    world.source()
    with serving(world, "--sans-travailleur") as (server, base):
        id_ = send(world, base)
        assert children(server.pid) == []
        assert world.get(f"/imports/{id_}")["etat"] == "en_attente"
    assert world.done(id_)["etat"] == "valide"


def test_a_worker_that_dies_is_replaced_and_the_server_goes_on(world: World):
    world.source()
    with serving(world) as (server, base):
        first = worker_of(server)
        os.kill(first, signal.SIGKILL)
        until(lambda: [pid for pid in children(server.pid) if pid != first])
        assert answers(base)
        assert wait_for_end(world, send(world, base))["etat"] == "valide"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_worker_ends_with_its_server(world: World, number: signal.Signals):
    with serving(world) as (server, _):
        worker = worker_of(server)
        server.send_signal(number)
        server.wait(30)
        until(lambda: not is_alive(worker), 15)
        if number is not signal.SIGKILL:
            assert server.returncode == 0


def test_a_followed_import_does_not_keep_the_server_from_stopping(world: World):
    world.source()
    with serving(world, "--sans-travailleur") as (server, base):
        id_ = send(world, base)
        path = f"{base}/api/v1/imports/{id_}/evenements"
        with httpx.stream("GET", path, headers=world.admin, timeout=30) as stream:
            lines = stream.iter_lines()  # held: the stream closes with it
            assert next(lines) == "event: progression"
            server.terminate()
            assert server.wait(20) == 0

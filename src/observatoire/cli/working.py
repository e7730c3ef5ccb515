"""``travailler``, and the worker that ``serve`` and the demonstration keep beside them."""

import logging
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Annotated, Self

import typer

from observatoire.cli.context import context_of
from observatoire.settings import Settings

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
LIVED_LONG = 60.0
"""Seconds after which a worker that dies is replaced without delay."""
SECONDS_TO_DIE = 5.0
COMMAND = (sys.executable, "-m", "observatoire", "travailler", "--lie")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(help="Exécute les imports reçus, jusqu'à SIGTERM ou Ctrl-C.")(travailler)


def travailler(
    context: typer.Context,
    lie: Annotated[
        bool, typer.Option("--lie", help="s'arrête aussi quand l'entrée standard se ferme", hidden=True)
    ] = False,
) -> None:
    """Run imports until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    found = context_of(context)
    found.work(found.database, found.settings, tied=lie)


class Attendant:
    """A worker in a process of its own, replaced when it dies, gone when we are.

    A process: it does not slow the server down, and neither takes the other with it when it is killed.
    The pipe of its standard input closes with us, even on SIGKILL.
    """

    def __init__(self, settings: Settings) -> None:
        self._patience = settings.worker_patience + SECONDS_TO_DIE
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Self:
        self._keeper.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with self._starting:
            child = self._child
        if child is not None:
            self._stop(child)
        self._keeper.join()

    def _stop(self, child: "subprocess.Popen[bytes]") -> None:
        child.terminate()
        try:
            child.wait(self._patience)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _keep(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            status = self._lived()
            if self._stopping.is_set():
                return
            pause = FIRST_PAUSE if time.monotonic() - began > LIVED_LONG else pause
            typer.echo(f"Le travailleur s'est arrêté ({status}) ; relance dans {pause:.0f} s.", err=True)
            self._stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _lived(self) -> str:
        """The life of one worker; how it ended."""
        try:
            child = self._started()
        except OSError as error:
            return type(error).__name__
        if child is None:
            return "arrêt demandé"
        status = child.wait()
        with suppress(BrokenPipeError):
            child.stdin.close()  # type: ignore[union-attr]
        return f"code {status}"

    def _started(self) -> "subprocess.Popen[bytes] | None":
        """A new worker; None once we are stopping. Its session is its own: Ctrl-C reaches it through us."""
        with self._starting:
            if self._stopping.is_set():
                return None
            self._child = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, start_new_session=True)
            return self._child

"""The command line, as a person types it."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from observatoire.bootstrap import make_app, work
from observatoire.cli.app import build_cli
from support.world import World

ROOT = Path(__file__).resolve().parents[2]
PLAIN = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"}


@dataclass(frozen=True, slots=True)
class Printed:
    """What a command wrote."""

    stdout: str
    stderr: str


class Terminal:
    """Types ``observatoire`` commands on a test database."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._command = build_cli(lambda: world.settings, lambda _: world.database, make_app, work)

    def run(self, *words: str, code: int = 0) -> Printed:
        """Run in this process, whose libraries are loaded already; only the exit code ends there."""
        out, err = io.StringIO(), io.StringIO()
        typed = mock.patch.object(sys, "argv", ["observatoire", *words])
        ended: int | str | None = 0
        with typed, mock.patch.dict(os.environ, PLAIN), redirect_stdout(out), redirect_stderr(err):
            try:
                self._command()
            except SystemExit as left:
                ended = left.code
        printed = Printed(out.getvalue(), err.getvalue())
        assert (ended or 0) == code, printed.stdout + printed.stderr
        return printed

    def process(self, *words: str, code: int = 0, **variables: str) -> Printed:
        """Run ``python -m observatoire`` in a process of its own, with some variables changed."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("OBSERVATOIRE_")}
        own = {
            "OBSERVATOIRE_DATABASE_URL": self.world.database.url,
            "OBSERVATOIRE_VAR": str(self.world.settings.var),
            "PYTHONPATH": str(ROOT / "src"),
        }
        done = subprocess.run(
            [sys.executable, "-m", "observatoire", *words],
            env={**kept, **PLAIN, **own, **variables}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return Printed(done.stdout, done.stderr)

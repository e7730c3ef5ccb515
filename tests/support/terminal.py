"""The command line, as a person types it."""

import os
import subprocess
import sys
from pathlib import Path

from support.world import World

ROOT = Path(__file__).resolve().parents[2]


class Terminal:
    """Runs ``python -m observatoire`` on a test database."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("OBSERVATOIRE_")},
            "OBSERVATOIRE_DATABASE_URL": world.database.url,
            "OBSERVATOIRE_VAR": str(world.settings.var),
            "PYTHONPATH": str(ROOT / "src"),
            "NO_COLOR": "1",
            "COLUMNS": "200",
        }

    def run(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "observatoire", *words],
            env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done

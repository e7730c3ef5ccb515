"""Every benchmark still runs on today's schema: the figures of docs/benchmarks.md can be measured again."""

import os
import subprocess
import sys

import pytest

from conftest import COMPLETE
from support.processes import ROOT

SMALL = {
    "contract_in_counts": ("--rows", "2000", "--repetitions", "1"),
    "days_of_intervals": ("--rows", "2000", "--repetitions", "1"),
    "provenance": ("--rows", "2000", "--repetitions", "1"),
    "row_level_security": ("--rows", "2000", "--repetitions", "1"),
    "protections": ("2",),
    "import_vs_copy": ("--rows", "3000", "--repetitions", "1"),
    "live_indexes": ("--rows", "3000", "--repetitions", "1"),
    "import_live": ("--rows", "3000", "--repetitions", "1"),
    "import_memory": ("--rows", "3000"),
    "points_vs_sql": ("--points", "500", "--repetitions", "1"),
    "zones_vs_sql": ("--rows", "2000", "--zones", "2"),
    "series_import": ("--rows", "3000"),
    "reclass": ("--rows", "2000", "--repetitions", "1"),
}
APART = {
    "databases", "analyst", "police_export", "series_base",  # what the others are made of
    "import_vs_analyst",  # builds an environment with pandas and geopandas
    "concurrent_users",  # wants the database of the demonstration
}  # fmt: skip


def test_every_benchmark_is_run_or_said_apart():
    assert {path.stem for path in (ROOT / "benchmarks").glob("*.py")} == set(SMALL) | APART


@pytest.mark.skipif(not COMPLETE, reason="each benchmark at its smallest: --complet")
@pytest.mark.parametrize("name", SMALL)
def test_a_benchmark_prints_its_table_on_todays_schema(server: str, name: str):
    done = subprocess.run(
        [sys.executable, f"benchmarks/{name}.py", *SMALL[name]],
        cwd=ROOT,
        env={**os.environ, "OBSERVATOIRE_DATABASE_URL": server},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip(), done.stderr[-2000:]

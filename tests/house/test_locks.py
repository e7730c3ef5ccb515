"""The locks on the privacy door, each broken on purpose: something turns red, and it is the right thing.

The lock of the database is broken in ``tests/store/test_row_security.py``, that of the routes here and in
``tests/web/test_foreign_objects.py``.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import APIRouter

from house.test_routes import unreleased
from observatoire.bootstrap import make_app
from observatoire.disclosure.confidential import Confidential
from observatoire.disclosure.policy import Audience
from observatoire.disclosure.released import Disclosure, Released

ROOT = Path(__file__).resolve().parents[2]

TYPED = """
from observatoire.disclosure.confidential import Confidential
from observatoire.disclosure.policy import Audience
from observatoire.disclosure.released import Disclosure, Released
from observatoire.outputs.series_table import series_table
from observatoire.web.rendering import respond, respond_bytes
from observatoire.web.schemas.base import CountOut

EXACT = Confidential(3)
APPLIED = Disclosure(Audience.INTERNE, "essai", 1, None)

def right(released: Released[int]) -> None:
    respond(released, CountOut(value=3, state="publie"))
    doubled: Confidential[int] = EXACT.map(lambda n: 2 * n)

def wrong() -> None:
    respond(EXACT, CountOut(value=3, state="publie"))  # [arg-type]
    respond(3, CountOut(value=3, state="publie"))  # [arg-type]
    respond_bytes(EXACT, b"3", "text/csv")  # [arg-type]
    series_table(EXACT)  # [arg-type]
    Released(3, APPLIED)  # [call-arg]
    number: int = EXACT  # [assignment]
    total = EXACT + 1  # [operator]
    inside = EXACT.value  # [attr-defined]
    CountOut(value=EXACT, state="publie")  # [arg-type]
"""


def test_the_types_refuse_a_confidential_value_wherever_a_released_one_is_wanted(tmp_path: Path):
    """With the project's own settings and cache, as the check before each commit runs."""
    snippet = tmp_path / "snippet.py"
    snippet.write_text(TYPED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", "--no-pretty", str(snippet)],
        cwd=ROOT, env={**os.environ, "MYPYPATH": "src"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = dict(re.findall(r"snippet\.py:(\d+): error: .*(\[[a-z-]+\])$", done.stdout, re.MULTILINE))
    lines = enumerate(TYPED.splitlines(), start=1)
    expected = {str(n): found.group() for n, line in lines if (found := re.search(r"\[[a-z-]+\]$", line))}
    assert told == expected, done.stdout + done.stderr


def test_at_run_time_too_the_box_stays_shut_and_the_seal_is_the_gates():
    applied = Disclosure(Audience.INTERNE, "essai", 1, None)
    with pytest.raises(TypeError, match="made by the gate only"):
        Released(3, applied, object())
    for attempt in (iter, bool, hash, list):
        with pytest.raises(TypeError, match="opened by the gate only"):
            attempt(Confidential([3]))
    assert "3" not in f"{Confidential(3)!r} {Confidential(3)} {Confidential(3):>10}"


BROKEN = {
    "web/api/hotspots.py": (
        "from observatoire.store.confidential import counts",
        "Exact counts and rows are read only by those who end with the gate",
    ),
    "outputs/geojson.py": (
        "from observatoire.disclosure.confidential import Confidential",
        "Rendering sees released values only",
    ),
    "analyses/trends.py": ("import sqlalchemy", "SQL lives in the store"),
    "store/rejects.py": ("import fastapi", "The server's HTTP lives in the web"),
    "disclosure/released.py": (
        "import numpy",
        "No arrays at the edges, in the domain, nor in the door's own files",
    ),
    "disclosure/policy.py": (
        "from observatoire.store import accounts",
        "The floors: upper may use lower, never the reverse",
    ),
    "analyses/synthesis.py": (
        "from observatoire.disclosure.reopening import reopen",
        "Only the published store reopens an edition",
    ),
}
"""Module, forbidden import, contract that it breaks."""


def test_a_forbidden_import_breaks_the_contract_that_forbids_it(tmp_path: Path):
    """All at once, in a copy: every contract named is broken, and no other."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for module, (line, _) in BROKEN.items():
        path = tmp_path / "src" / "observatoire" / module
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path / "src")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    told = set(re.findall(r"^(.+?) BROKEN", done.stdout, re.MULTILINE))
    assert told == {contract for _, contract in BROKEN.values()}, done.stdout[-3000:]


def test_a_route_that_answers_a_figure_without_the_gate_is_seen():
    app = make_app()
    before = unreleased(app)
    router = APIRouter()

    @router.get("/analyses/fuite")
    def leak() -> dict[str, int]:
        return {"faits": 3}

    app.include_router(router, prefix="/api/v1")
    assert set(unreleased(app)) - set(before) == {"GET /api/v1/analyses/fuite"}


OUTSIDE_A_REACH = {
    "web.cross_origin:_read": "which sites are declared: a preflight has no caller",
    "web.people:_communes": "which communes a grant holds: the map of France",
    "web.security:_look_up": "who holds the key: nobody is known yet",
    "web.api.categories:list_categories": "the taxonomy, of no organisation",
    "web.api.categories:list_versions": "the taxonomy, of no organisation",
    "web.api.categories:_sources_of": "an organisation is classed whole: held against the reach beside it",
    "web.api.geocoding:_state": "a setting, of no organisation",
    "web.api.me:_organisation": "the caller's own",
    "web.api.official_series:files": "files of the State, of no organisation",
    "web.api.service:ready": "health",
}
"""Functions of the web that read with a role that sees every row, and why they may."""


def test_the_web_reads_what_belongs_to_someone_within_a_reach():
    import ast

    found = set()
    for path in sorted((ROOT / "src" / "observatoire" / "web").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT / "src" / "observatoire").with_suffix("").parts)
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and any(
                isinstance(node, ast.Attribute) and node.attr == "reading" for node in ast.walk(function)
            ):
                found.add(f"{module}:{function.name}")
    assert found == set(OUTSIDE_A_REACH)

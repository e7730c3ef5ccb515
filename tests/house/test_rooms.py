"""The rooms: who speaks SQL, who opens the door, who may import whom; files that stay readable."""

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "observatoire"
LONGEST_MODULE = 500
STATEMENT = re.compile(
    r"^\s*(select\s.+\sfrom\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|truncate\s|with\s+\w+\s+as\s*\(|"
    r"create\s+(temporary\s+)?(table|index|schema|role|view|extension)\s|alter\s+(table|role)\s|drop\s+(table|schema)|"
    r"grant\s+\w+\s+(on|to)\s|copy\s+\S+\s.*(from|to)\s+std)",
    re.IGNORECASE | re.DOTALL,
)
DATABASE_LIBRARIES = {"sqlalchemy", "psycopg", "psycopg_pool", "geoalchemy2", "alembic"}


def modules() -> list[Path]:
    found = sorted(SOURCE.rglob("*.py"))
    assert len(found) > 60
    return found


def room(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts)


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in modules():
        yield room(path), ast.parse(path.read_text(encoding="utf-8"))


def strings(tree: ast.AST) -> Iterator[str]:
    """String constants, f-strings joined; docstrings are prose and left out."""
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


def test_only_the_store_holds_sql():
    elsewhere = [
        (name, text[:60])
        for name, tree in trees()
        if not name.startswith("store")
        for text in strings(tree)
        if STATEMENT.search(text)
    ]
    assert elsewhere == []


def test_the_search_for_sql_finds_that_of_the_store():
    held = {name for name, tree in trees() for text in strings(tree) if STATEMENT.search(text)}
    assert any(name.startswith("store.") for name in held)


def test_only_the_store_calls_text_or_imports_a_database_library():
    guilty = []
    for name, tree in trees():
        if name.startswith("store"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text":
                guilty.append((name, "text()"))
            imported = []
            if isinstance(node, ast.Import):
                imported = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported = [node.module]
            guilty += [(name, i) for i in imported if i.split(".")[0] in DATABASE_LIBRARIES]
    assert guilty == []


def test_named_queries_are_written_for_the_store_and_each_is_used():
    sql = "\n".join(p.read_text(encoding="utf-8") for p in (SOURCE / "store" / "queries").glob("*.sql"))
    named = re.findall(r"(?m)^-- name: *(\w+)", sql)
    assert len(named) == len(set(named)) > 15
    code = "\n".join(p.read_text(encoding="utf-8") for p in (SOURCE / "store").rglob("*.py"))
    assert {name for name in named if f'"{name}"' not in code} == set()


@pytest.mark.parametrize("folder", ["src", "tests", "migrations", "benchmarks"])
def test_no_module_is_longer_than_one_can_read(folder: str):
    lengths = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in (ROOT / folder).rglob("*.py")}
    assert {str(p.relative_to(ROOT)): n for p, n in lengths.items() if n > LONGEST_MODULE} == {}


def callers(names: set[str]) -> dict[str, set[str]]:
    """Function of the door -> the modules that name it, by attribute or by import."""
    found: dict[str, set[str]] = defaultdict(set)
    for module, tree in trees():
        if module == "disclosure.gate":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in names:
                found[node.attr].add(module)
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "observatoire.disclosure"
            ):
                for alias in node.names:
                    if alias.name in names:
                        found[alias.name].add(module)
    return found


DOORS: dict[str, set[str]] = {
    "receipt": {"intake.running"},
    "mask_decision": {"analyses.mask"},
    "traces": {"analyses.readings"},
    "relay": {"analyses.official_series"},
    "_SEAL": {"disclosure.reopening"},
    "reopen": {"store.published.editions", "store.published.cells"},
}


@pytest.mark.parametrize("name", DOORS)
def test_the_side_doors_are_used_by_those_who_were_told_to(name: str):
    assert callers({name})[name] == DOORS[name]


def test_series_that_nobody_published_come_out_of_the_closed_store_alone():
    askers = {
        module
        for module, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for word in node.keywords
        if word.arg == "transmitted" and not (isinstance(word.value, ast.Constant) and not word.value.value)
    }
    assert askers == {"domain.series", "store.confidential.series"}


def test_what_leaves_for_other_audiences_leaves_from_the_editions_alone():
    users = {
        module
        for module, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "publish"
        and isinstance(node.value, ast.Name)
        and node.value.id == "gate"
    }
    assert users == {"analyses.publication"}


def test_nobody_reaches_inside_the_box():
    """No name-mangled attribute of Confidential is written anywhere."""
    for path in modules():
        assert "_Confidential__value" not in path.read_text(encoding="utf-8"), path


def test_every_function_that_counts_facts_returns_a_closed_box():
    tree = ast.parse((SOURCE / "store" / "confidential" / "counts.py").read_text(encoding="utf-8"))
    public = [n for n in tree.body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")]
    assert len(public) >= 6
    for function in public:
        assert function.returns is not None
        assert ast.unparse(function.returns).startswith("Confidential["), function.name


def test_every_use_case_ends_with_a_released_value():
    """Public functions of the analyses that count facts return Released, never the box."""
    closed, released = [], set()
    for name, tree in trees():
        for node in tree.body if name.startswith("analyses.") else ():
            if isinstance(node, ast.FunctionDef) and node.name[0] != "_" and node.returns is not None:
                answer = ast.unparse(node.returns)
                if answer.startswith("Confidential["):
                    closed.append((name, node.name))
                elif answer.startswith("Released["):
                    released.add(name)
    assert {"analyses.hotspots", "analyses.synthesis", "analyses.time_slots", "analyses.trends"} <= released
    assert closed == []


def test_nothing_prints_a_value_outside_the_command_line():
    for name, tree in trees():
        if name.startswith("cli") or name == "__main__":
            continue
        calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
        assert not [n for n in calls if n.func.id == "print"], name  # type: ignore[attr-defined]


def test_the_import_contracts_hold():
    tool = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "0 broken" in done.stdout

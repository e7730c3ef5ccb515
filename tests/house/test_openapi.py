"""The wire contract: generated from the code, committed, valid, and it names every error."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from observatoire.settings import Settings
from observatoire.store.engine import Database
from observatoire.web.app import API, build_app
from observatoire.web.errors import PROBLEM, STATUSES
from observatoire.web.problems import PROBLEMS

COMMITTED = Path(__file__).resolve().parents[2] / "openapi.yaml"
STALE = "openapi.yaml is stale: run « observatoire openapi > openapi.yaml »"


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the code generates; no database is reached."""
    app = build_app(Database(""), Settings(database_url="", var=tmp_path_factory.mktemp("var")))
    generated: dict[str, Any] = json.loads(json.dumps(app.openapi()))
    return generated


def _operations(contract: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_the_committed_contract_is_in_step(contract: dict[str, Any]) -> None:
    committed = yaml.safe_load(COMMITTED.read_text(encoding="utf-8"))
    for part in sorted({*committed, *contract} - {"paths", "components"}):
        assert committed.get(part) == contract.get(part), f"{STALE} ({part})"
    for kind, before, now in (
        ("path", committed["paths"], contract["paths"]),
        ("schema", committed["components"]["schemas"], contract["components"]["schemas"]),
    ):
        changed = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
        assert not changed, f"{STALE} ({kind}: {', '.join(changed)})"
    assert committed == contract, STALE


def test_it_is_valid_openapi_3_1(contract: dict[str, Any]) -> None:
    assert contract["openapi"].startswith("3.1.")
    faults = [f"{list(e.path)}: {e.message}" for e in OpenAPIV31SpecValidator(contract).iter_errors()]
    assert not faults


def test_every_route_of_the_api_documents_its_errors_as_problem_json(contract: dict[str, Any]) -> None:
    """The statuses of the table of errors, but 500: nothing is promised about a bug; and those of the layers
    around the application: too slow, too often, full."""
    expected = {str(status) for status in STATUSES.values() if status < 500} | {"408", "429", "503"}
    assert expected == {str(status) for status in PROBLEMS}
    silent = []
    for name, operation in _operations(contract):
        if not name.partition(" ")[2].startswith(API):
            continue
        documented = {
            status
            for status, answer in operation["responses"].items()
            if set(answer.get("content", ())) == {PROBLEM}
        }
        silent += [f"{name}: {status}" for status in sorted(expected - documented)]
    assert not silent


def test_no_error_is_documented_with_a_body_that_is_not_ours(contract: dict[str, Any]) -> None:
    bodies = {
        (name, status): list(answer.get("content", ()))
        for name, operation in _operations(contract)
        for status, answer in operation["responses"].items()
        if status.startswith(("4", "5"))
    }
    assert bodies
    assert {place: types for place, types in bodies.items() if types != [PROBLEM]} == {}


def test_every_operation_has_a_french_summary_and_an_identifier_of_its_own(contract: dict[str, Any]) -> None:
    operations = dict(_operations(contract))
    summaries = {name: operation.get("summary", "") for name, operation in operations.items()}
    # FastAPI makes a summary of the function's name (« Create Import ») where none is given.
    english = r"\b(get|list|create|delete|replace|publish|import file|the|of|alive|ready)\b"
    assert [n for n, s in summaries.items() if len(s) < 8 or re.search(english, s, re.IGNORECASE)] == []
    assert [n for n, s in summaries.items() if s.istitle() and " " in s] == []
    identifiers = Counter(operation.get("operationId") for operation in operations.values())
    assert None not in identifiers
    assert [name for name, number in identifiers.items() if number > 1] == []


def test_everything_that_is_referred_to_exists(contract: dict[str, Any]) -> None:
    text = json.dumps(contract)
    referred = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert referred <= set(contract["components"]["schemas"])

"""Whatever one sends to any address of the contract: no answer is an accident, and none is unforeseen."""

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from conftest import COMPLETE
from observatoire.disclosure.policy import Role
from observatoire.settings import Settings
from observatoire.store.engine import Database
from observatoire.web.app import build_app
from support.files import pm_file, pm_row
from support.world import EPCI, TOULOUSE, World

EXAMPLES = 60 if COMPLETE else 2
REAL = {
    "territoire": [
        EPCI,
        TOULOUSE,
        "commune:31149",
        "departement:31",
        "region:76",
        "nation:FR",
        "qpv:QN03101M",
    ],
    "source": ["pm", "bailleur"],
    "code": ["pm", "bailleur"],
    "categorie": ["A", "A1", "A101", "D2"],
    "debut": ["2024-01-01", "2025-01-01", "2025-02-28"],
    "fin": ["2025-06-01", "2026-01-01"],
    "organisation": ["Ville", "Bailleur"],
}
"""Values that lead further than the door."""


@cache
def operations() -> dict[str, Any]:
    app = build_app(Database(""), Settings(database_url="", var=Path(tempfile.mkdtemp())))
    contract = schemathesis.openapi.from_dict(app.openapi())
    return {found.label: found for found in (result.ok() for result in contract.get_all_operations())}


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    shared_world.source("pm", organisation="Ville")
    shared_world.source("bailleur", "bailleur", organisation="Bailleur")
    rows = [pm_row(f"{i}", f"{1 + i % 28:02d}/{1 + i % 12:02d}/2025") for i in range(60)]
    shared_world.send(pm_file(rows), debut="2025-01-01", fin="2026-01-01")
    shared_world.key("agent", Role.AGENT, "Ville", EPCI)
    shared_world.key("partenaire", Role.PARTENAIRE, "Bailleur", EPCI)
    return shared_world


def led_further(case: Any, data: st.DataObject) -> dict[str, Any]:
    """The request of a case, some of its values being real ones."""
    for place in (case.path_parameters, case.query):
        for name in place or {}:
            if name in REAL and data.draw(st.booleans()):
                place[name] = data.draw(st.sampled_from(REAL[name]))
    request = case.as_transport_kwargs(base_url="http://testserver")
    if isinstance(request.get("data"), bytes):
        request["content"] = request.pop("data")
    return {k: v for k, v in request.items() if k != "cookies" and v is not None}


@pytest.mark.parametrize("label", list(operations()))
def test_no_request_breaks_an_address(town: World, label: str) -> None:
    operation = operations()[label]

    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(), data=st.data())
    def holds(case: Any, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(["administration", "agent", "partenaire", ""]))
        request = led_further(case, data)
        known = dict(request.pop("headers", {}))
        if who:
            known["Authorization"] = f"Bearer {town.keys[who]}"
        answer = town.client.request(**request, headers=known)
        told = f"{answer.status_code} {request} {answer.text[:300]}"
        assert answer.status_code < 500, told
        foreseen = set(operation.definition.raw["responses"])
        assert str(answer.status_code) in foreseen | {"400", "405"}, told
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", told
            assert answer.json()["detail"], told

    holds()

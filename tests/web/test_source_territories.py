"""A source covers whole communes: coverage is known by commune."""

import pytest

from support.world import World


@pytest.mark.parametrize("territory", ["arrondissement:75118", "qpv:QN03190Z"])
def test_a_source_finer_than_a_commune_is_refused_and_told_why(world: World, territory: str) -> None:
    body = {"code": "pm", "libelle": "pm", "type": "police_municipale", "territoire": territory}
    answer = world.client.post("/api/v1/sources", json=body, headers=world.admin)
    assert answer.status_code == 422
    assert answer.json()["erreurs"][0]["message"] == "une source couvre des communes entières"

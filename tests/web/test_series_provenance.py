"""A figure of the State, contested: from which file of which producer, and whether that file still stands."""

from typing import Any

import pytest
from sqlalchemy import text

from observatoire.disclosure.policy import Role
from observatoire.domain.territory import TerritoryCode
from observatoire.store.tables import membership
from support.series import NEW_COMMUNES, load, new_row, table
from support.terminal import Terminal
from support.world import EPCI, TOULOUSE, World

ASKED = {"territoire": TOULOUSE, "jeu": "ssmsi_communes"}
TRANSMITTED = {"territoire": TOULOUSE, "jeu": "etat_4001_transmis"}
MONTHLY = [
    "Index;Libellé;janv-26;févr-26;mars-26;Cumul N;Cumul N-1;Évol.",
    "27;Cambriolages de locaux d'habitations principales;12;9;0;21;31;+22,6%",
]


@pytest.fixture(scope="module")
def state(shared_world: World) -> World:
    load(shared_world, table(NEW_COMMUNES, [new_row("31555", 41), new_row("31149", 7)]))
    content = table(MONTHLY[0], MONTHLY[1:], "cp1252")
    load(shared_world, content, territory=TerritoryCode.parse(TOULOUSE))
    shared_world.source("pm")
    return shared_world


def provenance_of(world: World, headers: dict[str, str] | None = None, **asked: Any) -> dict[str, Any]:
    found = world.get("/series-officielles", headers, **(asked or ASKED))
    return found["preuve"]["provenance"]


def trace(world: World, digest: str, headers: dict[str, str] | None = None, status: int = 200) -> Any:
    return world.get(f"/provenance/{digest}", headers, status)


def test_one_call_tells_the_files_of_the_producers(state: World):
    answer = state.get("/series-officielles", **ASKED)["preuve"]
    digest = answer["provenance"]["empreinte"]
    assert answer["provenance"]["trace"] == f"/api/v1/provenance/{digest}"
    traced = trace(state, digest)
    assert (traced["empreinte"], traced["intacte"], traced["a_jour"]) == (digest, True, True)
    assert traced["fichiers_producteur"] == answer["fichiers_producteur"]
    assert traced["fichiers_producteur"][0]["sha256"]
    assert (traced["question"]["territoire"], traced["question"]["jeu"]) == (TOULOUSE, ["ssmsi_communes"])
    assert traced["methode"] == {"nom": "series_officielles", "version": 1}
    assert (traced["sources"], traced["nomenclature"], traced["geographie"]) == ([], None, None)
    published = trace(state, digest, {})
    assert published["fichiers_producteur"] == traced["fichiers_producteur"]


def test_the_command_line_tells_the_files_too(state: World):
    digest = provenance_of(state)["empreinte"]
    (file,) = trace(state, digest)["fichiers_producteur"]
    told = Terminal(state).run("provenance", digest).stdout
    assert f"Fichier n° {file['numero']}, ssmsi_communes 2026 : {file['sha256'][:12]}, valide" in told
    assert "À jour : oui" in told


def test_readers_without_a_key_write_nothing_and_are_told_so(state: World):
    asked = {**ASKED, "debut": "2021-01-01"}
    found = provenance_of(state, {}, **asked)
    assert found["trace"] is None
    trace(state, found["empreinte"], {}, 404)
    kept = provenance_of(state, **asked)
    assert kept["empreinte"] == found["empreinte"], "the same question and the same files"
    assert provenance_of(state, {}, **asked) == kept, "kept by whoever asked with a key, open to all"
    assert trace(state, found["empreinte"], {})["intacte"]


def test_every_indicator_of_a_portrait_is_traced(state: World):
    answer = state.get("/analyses/portrait", territoire=TOULOUSE, debut="2025-01-01", fin="2026-01-01")
    beside = answer["resultat"]["series_officielles"]
    assert beside["series"]
    traced = trace(state, beside["provenance"]["empreinte"])
    assert traced["a_jour"]
    assert traced["fichiers_producteur"] == beside["fichiers_producteur"]
    local = trace(state, answer["preuve"]["provenance"]["empreinte"])
    assert (local["methode"]["nom"], local["a_jour"]) == ("synthese", True)


def test_what_was_transmitted_is_traced_by_whoever_may_ask_for_it_alone(state: World):
    digest = provenance_of(state, **TRANSMITTED)["empreinte"]
    inside = state.headers(state.key("dedans", Role.ANALYSTE, "x", TOULOUSE))
    (file,) = trace(state, digest, inside)["fichiers_producteur"]
    assert file["jeu"] == "etat_4001_transmis"
    for headers in (
        {},
        state.headers(state.key("ailleurs", Role.ANALYSTE, "x", "commune:13055")),
        state.headers(state.key("agent", Role.AGENT, "pm", TOULOUSE)),
    ):
        unknown = trace(state, "0" * 32, headers, 404)
        refused = trace(state, digest, headers, 404)
        assert {**refused, "instance": ""} == {**unknown, "instance": ""}


def test_a_sum_whose_parts_are_others_is_another_figure(state: World):
    """The communes of an EPCI may change without any file being loaded."""
    asked = {"territoire": EPCI, "jeu": "ssmsi_communes"}

    def figures() -> Any:
        return state.get("/series-officielles", **asked)["resultat"]["series"]

    digest, before = provenance_of(state, **asked)["empreinte"], figures()
    left_out = (
        "delete from reference.membership where parent_level = 'epci' and parent_code = '243100518' "
        "and child_code not in ('31555', '31149') returning *"
    )
    with state.database.owning() as connection:
        gone = [dict(row._mapping) for row in connection.execute(text(left_out))]
    try:
        assert figures() != before
        assert provenance_of(state, **asked)["empreinte"] != digest
        found = trace(state, digest)
        assert not found["a_jour"]
        assert "ne sont plus les mêmes" in found["changements"][-1]["phrase"]
    finally:
        with state.database.owning() as connection:
            connection.execute(membership.insert(), gone)
    assert trace(state, digest)["a_jour"]


def test_a_trace_says_the_disclosure_of_its_answer(state: World):
    inside = state.headers(state.key("dedans", Role.ANALYSTE, "x", TOULOUSE))
    for asked in (ASKED, TRANSMITTED):
        proof = state.get("/series-officielles", inside, **asked)["preuve"]
        told = trace(state, proof["provenance"]["empreinte"], inside)["diffusion"]
        assert told == proof["diffusion"]


def test_whoever_traces_without_a_key_writes_nothing(state: World):
    digest = provenance_of(state)["empreinte"]

    def written() -> tuple[int, ...]:
        with state.database.owning() as connection:
            return tuple(
                connection.execute(text(f"select count(*) from {table}")).scalar_one()
                for table in ("accounts.journal", "collection.provenance")
            )

    before = written()
    assert trace(state, digest, {})["a_jour"]
    assert written() == before


def test_a_file_replaced_since_is_named_and_so_is_what_replaced_it(state: World):
    digest = provenance_of(state)["empreinte"]
    (first,) = trace(state, digest)["fichiers_producteur"]
    second = load(state, table(NEW_COMMUNES, [new_row("31555", 44), new_row("31149", 7)])).record
    found = trace(state, digest)
    assert (found["a_jour"], found["intacte"]) == (False, True)
    assert found["empreinte_actuelle"] == provenance_of(state)["empreinte"] != digest
    left, come = (change["phrase"] for change in found["changements"])
    assert left.startswith(f"Le fichier n°\u00a0{first['numero']} (« ssmsi_communes », édition 2026)")
    assert left.endswith("a été remplacé par un autre de la même édition.")
    assert come.startswith(f"Le fichier n°\u00a0{second.number} ")
    assert found["fichiers_producteur"][0]["etat"] == "remplace"
    path = f"/api/v1/series-officielles/fichiers/{second.number}"
    assert state.client.delete(path, headers=state.admin).status_code == 200
    assert trace(state, digest)["a_jour"] is True, "undone: it is again what it was"

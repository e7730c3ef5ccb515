"""A source is deleted with all that it sent and all that was made of it; its neighbours see nothing."""

from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import text

from intake.tables import tables_that_hold
from observatoire.intake.desk import Desk
from observatoire.worker.draining import drain
from support.files import pm_file, pm_row
from support.scatter import draw
from support.terminal import Terminal
from support.world import TOULOUSE, World

YEAR = {"debut": "2024-01-01", "fin": "2025-01-01"}
CODE = "residus-7421"
ROWS = [pm_row(f"D-{n}", f"{1 + n % 28:02d}/{1 + n % 12:02d}/2024") for n in range(40)]
TOLD_FOR_GOOD = {
    "audit.entry",  # that it was done
    "accounts.journal",  # who asked about it, until its term
    "confidential.edition_source",  # closed: what protects the next telling of what was published
    "confidential.edition_count",
    "published.count",
    "published.coverage",
    "published.cell",
}


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    """Two sources that said the same; one of them left something everywhere, then was deleted."""
    world = shared_world
    for code in (CODE, "voisine"):
        world.source(code, territory=TOULOUSE, organisation="Ville", visibilite="public")
    draw(world, shapely.box(1.40, 43.58, 1.46, 43.63))
    for code in (CODE, "voisine"):
        world.send(pm_file(ROWS), code, arrete_le="2025-01-05", **YEAR)
        world.send(pm_file([pm_row("D-1", "02/02/2024", nature="Tag"), pm_row("D-99", "31/02/2024"),
                            pm_row("D-98", "03/03/2024", nature="Chose inconnue")]),
                   code, arrete_le="2025-02-05", couverture="partielle", **YEAR)  # fmt: skip
    labels = {"source": CODE, "correspondances": [{"libelle": "Chose inconnue", "categorie": "A101"}]}
    call(world, "PUT", "/categories/correspondances", 200, json=labels)
    call(world, "POST", f"/sources/{CODE}/effacements", 201, json={"reference": "D-2", "motif": "opposition"})
    broken = {"jour": "2024-06-01", "type": "logiciel", "motif": "Nouveau logiciel"}
    call(world, "POST", f"/sources/{CODE}/ruptures", 201, json=broken)
    world.get("/analyses/synthese", territoire=TOULOUSE, source=CODE, **YEAR)
    call(world, "POST", "/editions", 201)
    return world


def call(world: World, method: str, path: str, status: int, **sent: Any) -> Any:
    answer = world.client.request(method, f"/api/v1{path}", headers=world.admin, **sent)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def holding(world: World) -> set[str]:
    return {name for name in tables_that_hold(world, CODE) if not name.startswith("reference.")}


def keys_of(world: World) -> list[bytes]:
    with world.database.owning() as connection:
        chosen = text("select key from confidential.fact where source = :source")
        return list(connection.execute(chosen, {"source": CODE}).scalars())


def with_keys(world: World, keys: list[bytes]) -> set[str]:
    with world.database.owning() as connection:
        return {
            name
            for name in ("fact", "fact_history", "fact_version", "fact_zone", "erasure")
            if connection.execute(
                text(f"select exists (select from confidential.{name} where key = any(:keys))"),
                {"keys": keys},
            ).scalar_one()
        }


def neighbour(world: World) -> Any:
    answer = world.get("/analyses/synthese", territoire=TOULOUSE, source="voisine", **YEAR)
    return answer["resultat"], answer["preuve"]["provenance"]


def test_a_source_leaves_with_all_that_came_of_it(town: World) -> None:
    # Without its code written again, nothing.
    problem = call(town, "DELETE", f"/sources/{CODE}?confirmation=voisine", 422)
    assert problem["erreurs"][0]["champ"] == "confirmation"
    call(town, "DELETE", f"/sources/{CODE}", 422)
    assert town.get(f"/sources/{CODE}")["code"] == CODE

    keys, before, published = keys_of(town), neighbour(town), town.get("/editions")
    figures = town.get("/analyses/synthese", {}, territoire=TOULOUSE, **YEAR)["resultat"]
    files = {i["id"] for i in town.get("/imports", source=CODE)["imports"]}
    desk = Desk.of(town.database, town.settings)
    assert holding(town) >= {"confidential.fact", "confidential.erasure", "collection.correspondence",
                             "collection.provenance", "collection.series_break"}  # fmt: skip
    assert with_keys(town, keys) >= {"fact", "fact_version", "fact_zone", "fact_history"}
    assert any(desk.rejects.holds(id_) for id_ in files)

    # Asked: nothing is received any longer, and nothing is gone yet.
    call(town, "DELETE", f"/sources/{CODE}?confirmation={CODE}", 202)
    refused = town.send(pm_file(ROWS), CODE, status=409)
    assert "suppression" in refused["detail"]
    assert keys_of(town) == keys

    drain(town.database, town.settings)
    assert holding(town) <= TOLD_FOR_GOOD
    assert with_keys(town, keys) == set()
    assert not any(desk.rejects.holds(id_) or desk.deposits.holds(id_) for id_ in files)
    town.get(f"/sources/{CODE}", status=404)
    assert neighbour(town) == before

    # What was published stays as it was told.
    assert town.get("/editions") == published
    assert town.get("/analyses/synthese", {}, territoire=TOULOUSE, **YEAR)["resultat"] == figures

    # The trail says that it was done, on how many facts.
    done = next(e for e in town.get("/audit", action="purge")["entrees"] if e["objet"] == f"sources/{CODE}")
    assert (done["sources"], done["lignes_sorties"]) == ([CODE], len(keys))

    # Asked of what is gone, it changes nothing; the code may be that of another source.
    call(town, "DELETE", f"/sources/{CODE}?confirmation={CODE}", 404)
    town.source(CODE, territory=TOULOUSE)
    assert town.send(pm_file(ROWS[:2]), CODE, **YEAR)["lignes"]["creees"] == 2


def test_the_database_forgets_no_source_that_nobody_asked_to_delete(town: World) -> None:
    with pytest.raises(Exception, match="not to be deleted"), town.database.importing() as connection:
        connection.execute(text("select collection.forget_source('voisine')"))


def test_what_another_source_rests_on_stays_even_if_a_word_of_its_contract_is_the_code(world: World) -> None:
    """« csu » is the code of one source and the kind of the other."""
    world.source("csu", territory=TOULOUSE)
    world.source("camera", "csu", territory=TOULOUSE)
    for code in ("csu", "camera"):
        world.send(pm_file(ROWS), code, **YEAR)
    traces = {}
    for code in ("csu", "camera"):
        answer = world.get("/analyses/synthese", territoire=TOULOUSE, source=code, **YEAR)
        traces[code] = answer["preuve"]["provenance"]
    call(world, "DELETE", "/sources/csu?confirmation=csu", 202)
    drain(world.database, world.settings)
    world.get(f"/provenance/{traces['csu']['empreinte']}", status=404)
    assert world.get(f"/provenance/{traces['camera']['empreinte']}")["a_jour"] is True


def test_once_asked_nothing_is_received_by_the_terminal_either(world: World, tmp_path: Path) -> None:
    world.source("pm", territory=TOULOUSE)
    file = tmp_path / "export.csv"
    file.write_bytes(pm_file(ROWS))
    call(world, "DELETE", "/sources/pm?confirmation=pm", 202)
    told = Terminal(world).run("importer", str(file), "--source", "pm", code=2).stderr
    assert "en cours de suppression" in told

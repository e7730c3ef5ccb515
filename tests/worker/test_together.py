"""Imports that come at once give what they give one after the other."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from observatoire.settings import Settings
from observatoire.store.engine import Database
from support.databases import copy_of
from support.files import pm_file, pm_row
from support.processes import served, wait_for_end, worker
from support.world import World, lines_law

SOURCES = [f"pm-{n}" for n in range(7)]


def files() -> list[tuple[str, bytes, str]]:
    """(source, content, date of extraction): one each, and a second, corrected one for the first."""
    sent = [(source, pm_file(rows(n, "Tapage nocturne")), "2025-06-30") for n, source in enumerate(SOURCES)]
    return [*sent, (SOURCES[0], pm_file(rows(0, "Différend familial")), "2025-07-31")]


def rows(source: int, nature: str) -> list[str]:
    return [
        pm_row(f"2025-{i:06d}", f"{1 + i % 28:02d}/{1 + source % 6:02d}/2025", "22h45", nature)
        for i in range(2_000)
    ]


def post(client: httpx.Client, file: tuple[str, bytes, str]) -> str:
    source, content, as_of = file
    answer = client.post(
        "/imports",
        data={"source": source, "arrete_le": as_of, "debut": "2025-01-01", "fin": "2025-07-01"},
        files={"fichier": ("export.csv", content)},
    )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def contents(world: World) -> dict[str, Any]:
    """Everything stored of every source, but the numbers of the imports, which tell the order of arrival."""
    tables = ("fact", "fact_history", "fact_version")
    with world.database.owning() as connection:
        return {
            table: connection.execute(
                text(f"select (to_jsonb(t) - 'import_number')::text from confidential.{table} t order by 1")
            ).scalars().all()
            for table in tables
        }  # fmt: skip


def test_eight_imports_at_once_equal_the_same_one_by_one(
    server: str, template: str, run_folder: Path, tmp_path: Path
):
    stored = []
    for together in (True, False):
        with copy_of(server, template, run_folder) as address:
            database = Database(address)
            world = World(database, Settings(database_url=address, var=tmp_path))
            for source in SOURCES:
                world.source(source)
            with served(world) as client, worker(world):
                reports = run_at_once(world, client) if together else run_in_turn(world, client)
            assert [report["etat"] for report in reports] == ["valide"] * 8
            assert all(map(lines_law, reports))
            stored.append(contents(world))
            database.dispose()
    assert len(stored[0]["fact"]) == 14_000
    assert stored[0] == stored[1]


def run_at_once(world: World, client: httpx.Client) -> list[dict[str, Any]]:
    with ThreadPoolExecutor(8) as clients:
        ids = list(clients.map(lambda file: post(client, file), files()))
    return [wait_for_end(world, id_) for id_ in ids]


def run_in_turn(world: World, client: httpx.Client) -> list[dict[str, Any]]:
    return [wait_for_end(world, post(client, file)) for file in files()]


@pytest.mark.parametrize("workers", [1, 2])
def test_imports_of_one_source_run_in_their_order_of_arrival(world: World, workers: int):
    """The same facts with the same date of extraction: the last one received is right."""
    world.source()
    natures = ["Tapage nocturne", "Différend familial"] * 5
    with served(world) as client:
        ids = [post(client, ("pm", pm_file([pm_row(nature=nature)]), "2025-06-30")) for nature in natures]
    with worker(world):
        if workers == 2:
            with worker(world):
                reports = [wait_for_end(world, id_) for id_ in ids]
        else:
            reports = [wait_for_end(world, id_) for id_ in ids]
    ended = [report["termine_le"] for report in reports]
    assert ended == sorted(ended)
    with world.database.owning() as connection:
        label = connection.execute(text("select source_label from confidential.fact")).scalar_one()
    assert label == natures[-1]

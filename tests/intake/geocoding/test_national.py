"""The national service: off until an administrator turns it on, and told nothing but addresses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from intake.desk import Desk
from intake.geocoding.exports import PASTEUR, line, send
from observatoire.settings import Settings
from observatoire.store.engine import Database
from support.databases import copy_of
from support.geocoding_server import GeocodingServer
from support.world import World


@pytest.fixture(scope="module")
def city(
    server: str,
    template: str,
    run_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    running: GeocodingServer,
) -> Iterator[World]:
    """No server of its own; the settings allow the national service."""
    with copy_of(server, template, run_folder) as address:
        database = Database(address)
        settings = Settings(
            database_url=address,
            var=tmp_path_factory.mktemp("var"),
            national_geocoder=True,
            national_geocoder_url=running.url,
        )
        yield World(database, settings)
        database.dispose()


def turn(world: World, on: bool, status: int = 200) -> dict[str, Any]:
    done = world.client.put("/api/v1/geocodage", json={"national": on}, headers=world.admin)
    assert done.status_code == status, done.text
    body: dict[str, Any] = done.json()
    return body


def test_it_is_off_until_it_is_turned_on_and_the_journal_says_by_whom(
    desk: Desk, geocoder: GeocodingServer, city: World
):
    geocoder.knows("12 rue pasteur", PASTEUR)
    send(desk, line("1"))
    assert geocoder.heard == []
    told = turn(city, True)
    assert (told["addok"], told["national"], told["national_permis"]) == (False, True, True)
    assert told["change_par"] == "administration"
    send(desk, line("2"))
    assert {f["location_method"] for f in desk.facts} == {None, "national"}
    assert turn(city, False)["national"] is False
    send(desk, line("3", "14"))
    assert len(geocoder.heard) == 1
    with city.database.owning() as connection:
        rows = connection.execute(
            text(
                "select caller, question from accounts.journal "
                "where action = 'géocodage national' order by id desc limit 2"
            )
        ).all()
    assert [tuple(row) for row in rows] == [("administration", "coupé"), ("administration", "activé")]


def test_names_of_places_never_leave_for_it_nor_dates_nor_categories(
    desk: Desk, geocoder: GeocodingServer, city: World
):
    turn(city, True)
    send(
        desk,
        line("REF-9", "", "devant Lidl"),
        line("REF-8", "12", "rue Pasteur, hall B"),
        line("R", "", "Les Lilas"),
    )
    (heard,) = [h for h in geocoder.heard if h.rows]
    assert [(row["adresse"], row["commune"]) for row in heard.rows] == [("12 rue pasteur", "31555")]
    told = str(geocoder.heard).lower()
    assert not any(word in told for word in ("ref", "tapage", "2025", "22h45", "lidl", "lilas", desk.source))
    turn(city, False)


def test_a_preview_asks_nothing_of_it(desk: Desk, geocoder: GeocodingServer, city: World):
    turn(city, True)
    answer = city.client.post(
        "/api/v1/imports/apercu",
        data={"source": desk.source, "profil": "pm_main_courante"},
        files={
            "fichier": (
                "e.csv",
                f"N° fiche;Date;Heure;Nature;N°;Voie;Commune\r\n{line()}\r\n".encode("cp1252"),
            )
        },
        headers=city.admin,
    )
    assert answer.status_code == 200, answer.text
    assert geocoder.heard == []
    turn(city, False)


def test_the_settings_of_the_server_have_the_last_word(tmp_path: Path, city: World):
    closed = World(city.database, Settings(database_url=city.database.url, var=city.settings.var))
    closed.keys = city.keys
    problem = turn(closed, True, status=409)
    assert problem["type"].endswith("/service_national_interdit")

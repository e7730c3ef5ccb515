"""Old points are reduced: every figure by territory stays, no road brings one back, no byte is left.

The clock is moved, not waited for: what is old on the desk's day is so, whatever the calendar says.
"""

import random
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import shapely
from sqlalchemy import text

from intake.tables import TABLES
from observatoire.domain.source import RETENTION_YEARS, Source
from observatoire.intake.desk import Desk
from observatoire.intake.retention import reducing, standing
from observatoire.intake.retention.reducing import reduce_points
from observatoire.store import imports, sources
from observatoire.store.confidential import reducing as store
from observatoire.store.queries import query
from observatoire.worker.draining import drain
from support.files import pm_file, pm_row
from support.scatter import draw
from support.world import TOULOUSE, World

PERIOD = {"debut": "2016-01-01", "fin": "2021-01-01"}
YEAR = {"debut": "2019-01-01", "fin": "2020-01-01"}
OLD, QPV = "12/03/2017", "QN03190Z"
NOW = datetime(2022, 6, 15, 3, tzinfo=UTC)
FAR = datetime(2050, 6, 15, 3, tzinfo=UTC)
"""When thirty years are over."""
CHANCE = random.Random(28)
SQUARE = shapely.box(1.40, 43.58, 1.45, 43.62)


def at(day: str, reference: str, x: float, y: float, **more: Any) -> str:
    return pm_row(reference, day, point=(f"{x:.1f}".replace(".", ","), f"{y:.1f}".replace(".", ",")), **more)


@dataclass
class Town:
    """An observatory, a desk whose clock says 15 June 2022, and what stands where."""

    world: World
    desk: Desk
    inside: tuple[float, float]
    zone: str
    before: dict[tuple[str, str], Any] = field(default_factory=dict)
    after: dict[tuple[str, str], Any] = field(default_factory=dict)
    rows: tuple[int, int] = (0, 0)

    def reduce(self) -> int:
        return sum(reduce_points(self.desk).rows.values())

    def contract(self, **changed: Any) -> None:
        body = self.world.get("/sources/pm") | changed
        answer = self.world.client.put("/api/v1/sources/pm", json=body, headers=self.world.admin)
        assert answer.status_code == 200, answer.text

    def send(self, *rows: str, **more: Any) -> dict[str, Any]:
        return self.world.send(pm_file(rows), debut="2016-01-01", fin="2021-01-01", **more)

    def fact(self, reference_day: date) -> dict[str, Any]:
        """The only fact of a day."""
        with self.world.database.owning() as connection:
            found = connection.execute(
                text("select * from confidential.fact where local_day = :day"), {"day": reference_day}
            )
            return dict(found.mappings().one())

    def zones_of(self, key: bytes) -> list[int]:
        chosen = text("select zone_version from confidential.fact_zone where key = :key")
        with self.world.database.owning() as connection:
            return list(connection.execute(chosen, {"key": key}).scalars())


@pytest.fixture(scope="module")
def town(shared_world: World) -> Town:
    """Five years of facts: in a neighbourhood, elsewhere, at no place that is known."""
    world = shared_world
    world.source("pm", territory=TOULOUSE, couvert_depuis="2016-01-01")
    zone = draw(world, SQUARE)["id"]
    with world.database.owning() as connection:
        inside = connection.execute(
            text(
                "select st_x(p), st_y(p) from (select st_transform(st_pointonsurface(geom), 2154) as p "
                "from reference.contour where level = 'qpv' and code = :code) q"
            ),
            {"code": QPV},
        ).one()
    rows = []
    for n in range(240):
        day = f"{CHANCE.randint(1, 28):02d}/{CHANCE.randint(1, 12):02d}/{CHANCE.randint(2016, 2020)}"
        nature = CHANCE.choice(["Tapage nocturne", "Tag", "Vol à la tire"])
        centre, spread = (tuple(inside), 40.0) if n % 2 else ((574000.0, 6279600.0), 1500.0)
        x, y = (side + CHANCE.uniform(-spread, spread) for side in centre)
        nowhere = n % 7 == 0
        rows.append(pm_row(f"R-{n}", day, nature=nature, point=("", "")) if nowhere
                    else at(day, f"R-{n}", x, y, nature=nature))  # fmt: skip
    world.send(pm_file(rows), debut="2016-01-01", fin="2021-01-01")
    desk = replace(Desk.of(world.database, world.settings), now=lambda: NOW)
    town = Town(world, desk, (inside[0], inside[1]), zone)
    with contract_of(town, 1):  # on the true day too, no fact of the period may be placed
        town.before = figures(town)
        pointed = standing.of_sources(town.desk, NOW.date())[0].to_reduce
        town.rows = pointed, town.reduce()
        town.after = figures(town)
    return town


@contextmanager
def contract_of(town: Town, years: int) -> Iterator[None]:
    """The contract and the horizon of the points, put back at the end: the facts stay as they are."""
    town.contract(conservation_annees=years)
    try:
        yield
    finally:
        town.contract(conservation_annees=30)
        with town.world.database.owning() as connection:
            connection.execute(text("update collection.source set reduced_before = null"))


QUESTIONS = [
    (analysis, territory)
    for analysis in ("synthese", "tendances", "creneaux-horaires", "evolution")
    for territory in (TOULOUSE, f"qpv:{QPV}", "zone")
]


def figures(town: Town) -> dict[tuple[str, str], Any]:
    """Every answer, proof and digest included, as it is today for whoever counts old points no more."""
    found = {}
    for analysis, territory in QUESTIONS:
        asked = f"zone:{town.zone}" if territory == "zone" else territory
        period = YEAR if analysis == "evolution" else PERIOD
        found[analysis, territory] = town.world.get(f"/analyses/{analysis}", territoire=asked, **period)
    crossed = {"territoire": TOULOUSE, "lignes": "mois", "colonnes": "categorie"}
    found["croisements", TOULOUSE] = town.world.get("/analyses/croisements", **crossed, **PERIOD)
    for analysis, more in (("portrait", {}), ("comparaisons", {"avec": "departement"})):
        asked = {"territoire": TOULOUSE, **more, **YEAR}
        found[analysis, TOULOUSE] = town.world.get(f"/analyses/{analysis}", **asked)
    return found


# ---- laws --------------------------------------------------------------------------------------------------


def test_every_figure_by_territory_month_and_category_is_the_same_before_and_after(town: Town) -> None:
    pointed, touched = town.rows
    assert pointed == touched > 150
    assert {name for name in town.before if town.before[name] != town.after[name]} == set()
    for asked in (f"qpv:{QPV}", "zone"):
        assert town.before["synthese", asked]["preuve"]["effectif"]["retenus"] > 60
    nowhere = town.before["tendances", f"qpv:{QPV}"]["preuve"]["effectif"]["exclus"]
    assert {"motif": "non_localise", "nombre": 35} in nowhere


def test_once_reduced_nothing_is_left_to_do(town: Town) -> None:
    with contract_of(town, 1):
        town.reduce()
        with town.world.database.owning() as connection:
            left = connection.execute(
                text("select count(*) from confidential.fact where local_day < '2021-06-15' "
                     "and (geom is not null or cell is not null or place_key is not null)")
            ).scalar_one()  # fmt: skip
        assert left == 0
        assert town.reduce() == 0


def test_a_fact_keeps_its_point_to_the_last_day_of_its_term_and_loses_it_the_next_day(town: Town) -> None:
    town.send(at("10/03/2019", "TERM-1", *town.inside), at("11/03/2019", "TERM-2", *town.inside))
    with contract_of(town, 3):
        reduce_points(replace(town.desk, now=lambda: datetime(2022, 3, 11, tzinfo=UTC)))
        assert town.fact(date(2019, 3, 11))["geom"] is not None
        reduced = town.fact(date(2019, 3, 10))
        assert (reduced["geom"], reduced["cell"], reduced["place_key"]) == (None, None, None)
        assert (reduced["qpv_2024"], reduced["commune"]) == (QPV, "31555")
        assert reduced["location_precision"] == "quartier"


def test_a_source_whose_contract_says_nothing_keeps_points_for_three_years(town: Town) -> None:
    with contract_of(town, 30):
        town.contract(conservation_annees=None)
        with town.world.database.importing() as connection:
            source: Source = sources.get(connection, "pm")
        assert source.points_kept_from(NOW.date()) == date(2019, 6, 15)
        assert RETENTION_YEARS == 3
        assert "coalesce(placed.retention_years, 3)" in query("placed_by")


@pytest.mark.parametrize(
    ("day", "since"), [(date(2024, 2, 29), date(2021, 2, 28)), (date(2024, 3, 1), date(2021, 3, 1))]
)
def test_three_years_before_is_what_the_database_says(town: Town, day: date, since: date) -> None:
    with town.world.database.importing() as connection:
        source = replace(sources.get(connection, "pm"), retention_years=3, reduced_before=None)
        said = connection.execute(
            text("select (cast(:day as date) - make_interval(years => 3))::date"), {"day": day}
        )
        assert source.points_kept_from(day) == since == said.scalar_one()


# ---- no road back ------------------------------------------------------------------------------------------


def test_the_file_sent_again_gives_no_point_back_and_writes_nothing_new(town: Town) -> None:
    old = at(OLD, "AGAIN", *town.inside)
    town.send(old)
    with contract_of(town, 1):
        town.reduce()
        key = town.fact(date(2017, 3, 12))["key"]
        zones = town.zones_of(key)
        assert zones
        report = town.send(old)
        assert (report["lignes"]["inchangees"], report["lignes"]["revisees"]) == (1, 0)
        assert town.fact(date(2017, 3, 12))["geom"] is None
        assert town.zones_of(key) == zones


def test_a_longer_contract_gives_no_point_back_to_what_was_reduced(town: Town) -> None:
    with contract_of(town, 1):
        town.reduce()
        town.contract(conservation_annees=30)
        town.send(at("13/03/2017", "LATE", *town.inside))
        late = town.fact(date(2017, 3, 13))
        assert (late["geom"], late["qpv_2024"]) == (None, QPV)
        assert town.zones_of(late["key"])
        refused = town.world.get("/analyses/points-chauds", status=422, territoire=TOULOUSE, **PERIOD)
        assert "réduits au quartier" in refused["detail"]
        assert "15/06/2021" in refused["detail"]


def test_a_correction_that_comes_after_is_reduced_as_it_enters(town: Town) -> None:
    town.send(at("14/03/2017", "MENDED", *town.inside), arrete_le="2021-01-01")
    with contract_of(town, 1):
        town.reduce()
        report = town.send(
            at("14/03/2017", "MENDED", 574000.0, 6279600.0, nature="Tag"), arrete_le="2021-02-01"
        )
        assert report["lignes"]["revisees"] == 1
        mended = town.fact(date(2017, 3, 14))
        assert (mended["geom"], mended["qpv_2024"], mended["source_label"]) == (None, None, "Tag")


def test_an_undo_brings_back_the_reduced_row_in_its_own_places_and_zones(town: Town) -> None:
    town.send(at("15/03/2017", "UNDONE", *town.inside), arrete_le="2021-01-01")
    with contract_of(town, 1):
        zones = town.zones_of(town.fact(date(2017, 3, 15))["key"])
        assert zones
        moved = town.send(at("15/03/2017", "UNDONE", 560000.0, 6279600.0), arrete_le="2021-02-01")
        town.reduce()
        assert town.zones_of(town.fact(date(2017, 3, 15))["key"]) == []
        undone = town.world.client.delete(f"/api/v1/imports/{moved['id']}", headers=town.world.admin)
        assert undone.status_code in (200, 204)
        back = town.fact(date(2017, 3, 15))
        assert (back["geom"], back["cell"], back["qpv_2024"]) == (None, None, QPV)
        assert town.zones_of(back["key"]) == zones


def test_a_zone_drawn_afterwards_says_that_it_does_not_know_the_reduced_facts(town: Town) -> None:
    with contract_of(town, 1):
        town.reduce()
        late = draw(town.world, SQUARE, "Secteur tardif")["id"]
        drain(town.world.database, town.world.settings)
        answer = town.world.get("/analyses/synthese", territoire=f"zone:{late}", **PERIOD)
        headcount = town.world.get("/analyses/tendances", status=200, territoire=f"zone:{late}", **PERIOD)[
            "preuve"
        ]["effectif"]
        assert all(group["faits"]["etat"] == "absent" for group in answer["resultat"]["groupes"])
        assert headcount["retenus"] == 0
        assert headcount["exclus"][-1]["motif"] == "non_localise"
        assert headcount["exclus"][-1]["nombre"] == headcount["total"] > 200


# ---- bytes, turns, trail -----------------------------------------------------------------------------------


def test_no_table_holds_the_bytes_of_a_reduced_point(town: Town) -> None:
    town.send(at("16/03/2017", "BYTES", *town.inside))
    with town.world.database.owning() as connection:
        x, y = connection.execute(
            text("select st_x(geom), st_y(geom) from confidential.fact where local_day = '2017-03-16'")
        ).one()
    marks = [struct.pack("<d", x).hex(), struct.pack("<d", y).hex(), repr(x), repr(y)]

    def holding() -> set[str]:
        with town.world.database.owning() as connection:
            names = connection.execute(text(TABLES)).scalars().all()
            return {
                name
                for name in names
                if not name.startswith("reference.")
                for row in connection.execute(text(f"select t::text from {name} t")).scalars()
                if any(mark in row.lower() for mark in marks)
            }

    assert holding() == {"confidential.fact", "confidential.own_fact"}  # the second reads through
    with contract_of(town, 1):
        town.reduce()
        assert holding() == set()


def test_it_waits_while_facts_are_placed_in_a_new_outline(town: Town) -> None:
    with contract_of(town, 30):
        begun = (
            "insert into collection.assignment (id, subject, state, phase) "
            "values (:id, 'zone', 'en_cours', 'fact')"
        )
        id_ = {"id": "00000000-0000-4000-8000-00000000000a"}
        with town.world.database.owning() as connection:
            connection.execute(text(begun), id_)
        assert reduce_points(town.desk).put_off
        with town.world.database.owning() as connection:
            connection.execute(text("delete from collection.assignment where id = :id"), id_)
        assert not reduce_points(replace(town.desk, now=lambda: datetime(1999, 1, 1, tzinfo=UTC))).put_off


def test_a_source_that_an_import_holds_is_left_for_the_next_time_without_waiting(town: Town) -> None:
    with town.world.database.importing() as connection:
        imports.lock_source(connection, "pm")
        done = reduce_points(town.desk)
    assert done.put_off
    assert done.rows["pm"] == 0
    assert not reduce_points(town.desk).put_off


def test_small_batches_end_where_a_large_one_does(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BATCH", 2)
    town.send(*(at(f"{n:02d}/04/2017", f"SMALL-{n}", *town.inside) for n in range(1, 6)))
    with contract_of(town, 1):
        pointed = standing.of_sources(town.desk, NOW.date())[0].to_reduce
        assert town.reduce() == pointed >= 5
        assert standing.of_sources(town.desk, NOW.date())[0].to_reduce == 0


def test_a_death_half_way_shows_nothing_and_the_next_night_ends_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.send(*(at(f"{n:02d}/05/2017", f"DEATH-{n}", *town.inside) for n in range(1, 8)))
    monkeypatch.setattr(store, "BATCH", 2)
    batches = []

    def dying(*asked: Any) -> int:
        if len(batches) == 2:
            raise ConnectionError
        batches.append(done(*asked))
        return batches[-1]

    done = store.reduce_batch
    with contract_of(town, 1):
        pointed = standing.of_sources(town.desk, NOW.date())[0].to_reduce
        with monkeypatch.context() as dead:
            dead.setattr(store, "reduce_batch", dying)
            with pytest.raises(ConnectionError):
                town.reduce()
        assert (batches, standing.of_sources(town.desk, NOW.date())[0].to_reduce) == ([2, 2], pointed - 4)
        half_way = figures(town)
        assert town.reduce() == pointed - 4
        assert figures(town) == half_way


def test_two_workers_share_the_rows_and_each_is_reduced_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.send(*(at(f"{n:02d}/06/2017", f"SHARED-{n}", *town.inside) for n in range(1, 29)))
    monkeypatch.setattr(store, "BATCH", 3)
    with contract_of(town, 1), ThreadPoolExecutor(2) as workers:
        pointed = standing.of_sources(town.desk, NOW.date())[0].to_reduce
        shares = [done.result() for done in [workers.submit(town.reduce) for _ in range(2)]]
        assert sum(shares) == pointed >= 28
        assert standing.of_sources(town.desk, NOW.date())[0].to_reduce == 0


def test_the_audit_trail_says_how_many_rows_of_which_source(town: Town) -> None:
    town.send(at("17/03/2017", "TOLD", *town.inside))
    with contract_of(town, 30):
        touched = sum(reduce_points(replace(town.desk, now=lambda: FAR)).rows.values())
        entry = town.world.get("/audit", action="purge")["entrees"][0]
        assert (entry["objet"], entry["filtre"]) == ("sources/pm/points", "fin=2020-06-15")
        assert (entry["sources"], entry["lignes_sorties"]) == (["pm"], touched)
        assert entry["libelle_cle"] == reducing.WORKER


def test_the_contract_says_since_when_there_are_points(town: Town) -> None:
    answer = town.world.get("/conservation")
    points = next(rule for rule in answer["regles"] if rule["donnee"] == "point")
    assert points["duree_jours"] == 365 * RETENTION_YEARS
    assert [source["source"] for source in answer["sources"]] == ["pm"]

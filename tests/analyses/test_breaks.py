"""A declared break: shown by every proof that rests on both sides, crossed by no trend."""

from datetime import date
from typing import Any

import pytest
from tests.domain.test_reception import source

from observatoire.analyses.coverage import Coverage, SourceCoverage
from observatoire.analyses.sides import longest_side
from observatoire.domain.period import Period
from observatoire.domain.reception import MonthState
from observatoire.domain.series_break import BreakKind, SeriesBreak
from support.files import pm_file, pm_row
from support.world import TOULOUSE, World

BREAK = {"jour": "2024-01-01", "type": "logiciel", "motif": "Nouveau logiciel de main courante"}
WHOLE = {"territoire": TOULOUSE, "debut": "2020-01-01", "fin": "2025-01-01"}
ROWS = [
    pm_row(f"{year}-{month}-{n}", f"{1 + n:02d}/{month:02d}/{year}", f"{n:02d}h10")
    for year in range(2020, 2025)
    for month in range(1, 13)
    for n in range(2 if year < 2024 else 9)
]


@pytest.fixture(scope="module")
def broken(shared_world: World) -> World:
    """Two facts a month for four years, then nine: the software changed, the town did not."""
    shared_world.source("pm", territory=TOULOUSE)
    shared_world.send(pm_file(ROWS), debut="2020-01-01", fin="2025-01-01")
    return shared_world


def declare(world: World, **changed: str) -> dict[str, Any]:
    answer = world.client.post("/api/v1/sources/pm/ruptures", json={**BREAK, **changed}, headers=world.admin)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_trend_never_runs_across_a_declared_break(broken: World):
    before = broken.get("/analyses/tendances", **WHOLE)["resultat"]["evolution_annuelle"]
    assert before["rapport"] > 1.2
    found = declare(broken)

    answer = broken.get("/analyses/tendances", **WHOLE)

    change, proof = answer["resultat"]["evolution_annuelle"], answer["preuve"]
    assert change["rapport"] == pytest.approx(1, abs=0.01)
    assert "24 faits sur les douze premiers mois reçus, 24 sur les douze derniers" in change["phrase"]
    assert proof["effectif"] == {
        "total": 4 * 24 + 108,
        "retenus": 4 * 24,
        "exclus": [
            {"motif": "mois_incomplet", "nombre": 0},
            {"motif": "autre_cote_d_une_rupture", "nombre": 108},
        ],
    }
    assert proof["methode"]["parametres"]["fin"] == "2024-01-01"
    assert all(p["attendu"] is None for p in answer["resultat"]["series"] if p["periode"] >= "2024")
    assert any("ne traverse aucune rupture" in text for text in proof["avertissements"])
    broken.client.delete(f"/api/v1/sources/pm/ruptures/{found['numero']}", headers=broken.admin)
    assert broken.get("/analyses/tendances", **WHOLE)["resultat"]["evolution_annuelle"] == before


@pytest.mark.parametrize("analysis", ["synthese", "tendances", "creneaux-horaires", "rapprochements"])
def test_every_proof_that_rests_on_both_sides_shows_the_break(broken: World, analysis: str):
    found = declare(broken)
    told = {key: found[key] for key in ("source", "jour", "type", "motif")}
    across = {**WHOLE, "debut": "2023-06-01", "fin": "2024-06-01"}
    proof = broken.get(f"/analyses/{analysis}", **across)["preuve"]
    assert proof["couverture"]["ruptures"] == [told]
    assert any(BREAK["motif"] in text and "01/01/2024" in text for text in proof["avertissements"])
    beside = {**WHOLE, "debut": "2024-01-01", "fin": "2024-06-01"}
    beside_it = broken.get(f"/analyses/{analysis}", **beside)["preuve"]["couverture"]["ruptures"]
    # A summary compares with the year before: it rests on both sides, whatever its own period.
    assert beside_it == ([told] if analysis == "synthese" else [])
    broken.client.delete(f"/api/v1/sources/pm/ruptures/{found['numero']}", headers=broken.admin)


def test_a_map_across_a_break_shows_it(world: World):
    world.source("pm", territory=TOULOUSE)
    points = [(f"{573000 + 150 * n},0", f"{6278500 + 90 * n},0") for n in range(12)]
    rows = [pm_row(f"{n}", f"{1 + n % 27:02d}/03/2024", point=points[n % 12]) for n in range(120)]
    world.send(pm_file(rows), debut="2024-03-01", fin="2024-05-01")
    declare(world, jour="2024-04-01")
    answer = world.get("/analyses/points-chauds", territoire=TOULOUSE, debut="2024-03-01", fin="2024-05-01")
    assert [b["jour"] for b in answer["preuve"]["couverture"]["ruptures"]] == ["2024-04-01"]


def coverage(*days: date, silent: tuple[date, ...] = ()) -> Coverage:
    period = Period(date(2020, 1, 1), date(2024, 1, 1))
    months = {m: MonthState.MISSING if m in silent else MonthState.RECEIVED for m in period.months()}
    breaks = tuple(SeriesBreak("pm", day, BreakKind.METHOD, "autre méthode", "adm") for day in days)
    covered = SourceCoverage(source(), frozenset({"31555"}), months, False, frozenset(), breaks)
    return Coverage(period, (), (covered,))


def test_without_a_break_the_side_is_the_whole_period():
    side = longest_side(coverage())
    assert (len(side.months), side.is_cut, side.bounds, side.warnings) == (48, False, {}, [])


def test_the_side_with_most_received_months_is_kept_not_the_longest_calendar():
    silent = tuple(date(2020 + n // 12, n % 12 + 1, 1) for n in range(20))
    side = longest_side(coverage(date(2022, 7, 1), silent=silent))
    assert side.period == Period(date(2022, 7, 1), date(2024, 1, 1))
    assert len(side.months) == 18


def test_of_two_equal_sides_the_latest_is_kept():
    assert longest_side(coverage(date(2022, 1, 1))).period.start == date(2022, 1, 1)


def test_the_month_that_holds_a_break_is_on_no_side():
    first, second = date(2021, 3, 15), date(2022, 1, 1)
    side = longest_side(coverage(first, second))
    assert side.months[0] == date(2022, 1, 1)
    before = longest_side(coverage(date(2023, 3, 15)))
    assert before.months[-1] == date(2023, 2, 1)


@pytest.mark.parametrize("day", [date(2020, 1, 1), date(2024, 1, 1), date(2019, 5, 1)])
def test_a_break_at_the_edge_or_outside_cuts_nothing(day: date):
    assert not longest_side(coverage(day)).is_cut

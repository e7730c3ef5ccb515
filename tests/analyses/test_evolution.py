"""Two periods compare over the same months, received and final on both sides, on one side of a break."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
import shapely
from tests.domain.test_reception import source

from observatoire.analyses.comparable import Reference, compare, span
from observatoire.analyses.coverage import Coverage, SourceCoverage
from observatoire.domain.period import Period
from observatoire.domain.reception import MonthState
from observatoire.errors import NotComputableResult
from observatoire.worker.draining import drain
from support.files import pm_file, pm_row
from support.scatter import zone_body
from support.world import EPCI, TOULOUSE, World

NOWHERE = ("", "")
YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}
TODAY = datetime.now(UTC).date()


def month(back: int) -> date:
    """The first day of the month that began ``back`` months ago (0: this one)."""
    rank = TODAY.year * 12 + TODAY.month - 1 - back
    return date(rank // 12, rank % 12 + 1, 1)


def around(rank: int) -> tuple[str, str]:
    """A point of its own near the Capitole: many facts on one point would be taken for a magnet."""
    return f"{574200 + 7 * (rank % 41)},{rank % 10}", f"{6279500 + 11 * (rank % 37)},0"


def monthly_rows(
    first: int, last: int, each: int = 4, code: str = "31555", located: bool = True
) -> Iterator[str]:
    """So many facts in every month of some years."""
    for year in range(first, last + 1):
        for rank in range(12 * each):
            when = f"{1 + rank % 28:02d}/{1 + rank % 12:02d}/{year}"
            point = around(rank + 61 * year) if located else NOWHERE
            yield pm_row(f"{year}-{rank}", when, f"{rank % 24:02d}h10", code=code, point=point)


def day(row: str) -> date:
    """The day of a row."""
    return datetime.strptime(row.split(";")[1], "%d/%m/%Y").date()


SENT = ("2020-01", "2024-05", "2024-06", "2025-03", "2025-04", "2026-01")
"""Where the files of the source with a gap begin and end."""


def ask(world: World, source: str, status: int = 200, **asked: Any) -> Any:
    question = {"territoire": TOULOUSE, "source": source, **YEAR, **asked}
    return world.get("/analyses/evolution", status=status, **question)


def excluded(answer: dict[str, Any]) -> dict[str, int]:
    headcount = answer["preuve"]["effectif"]
    found = {e["motif"]: e["nombre"] for e in headcount["exclus"]}
    assert headcount["total"] == headcount["retenus"] + sum(found.values())
    return found


# ---- which months compare --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gap(shared_world: World) -> World:
    """May 2024 was never sent; a part of March 2025 was."""
    world = shared_world
    world.source("lacune", territory=TOULOUSE)
    rows = list(monthly_rows(2020, 2025))
    for start, end in pairwise(date.fromisoformat(f"{m}-01") for m in SENT):
        if start != date(2024, 5, 1):
            part = [row for row in rows if start <= day(row) < end]
            some = {"couverture": "partielle"} if start == date(2025, 3, 1) else {}
            world.send(pm_file(part[: 2 if some else None]), "lacune", debut=start, fin=end, **some)
    return world


def test_a_month_missing_or_partial_on_either_side_leaves_both(gap: World):
    answer = ask(gap, "lacune")
    result = answer["resultat"]
    assert result["mois_compares"] == [f"2025-{m:02d}" for m in (1, 2, 4, 6, 7, 8, 9, 10, 11, 12)]
    assert (result["jours"], result["jours_reference"]) == (365 - 31 - 31, 366 - 31 - 31)
    assert result["ensemble"]["faits"]["valeur"] == result["ensemble"]["faits_reference"]["valeur"] == 40
    # March 2024 (4), two facts of March 2025, May 2025 (4).
    assert excluded(answer) == {"mois_incomplet": 10}
    assert "(10 mois comparés sur 12)" in result["ensemble"]["phrase"]
    (told,) = [w for w in answer["preuve"]["avertissements"] if "écartés de la comparaison" in w]
    assert told.startswith("2025-03, 2025-05 sont écartés de la comparaison, des deux côtés")


def test_missing_is_not_a_fall(gap: World):
    """Without May 2024 the town did not rise: the two totals are not of the same months."""
    summary = gap.get("/analyses/synthese", territoire=TOULOUSE, source="lacune", **YEAR)
    (group,) = summary["resultat"]["groupes"]
    assert group["faits"]["valeur"] != group["faits_annee_precedente"]["valeur"]
    assert ask(gap, "lacune")["resultat"]["ensemble"]["ecart"] == 0


def test_of_three_years_a_month_must_be_known_in_each(gap: World):
    result = ask(gap, "lacune", reference="moyenne_3_ans")["resultat"]
    assert len(result["mois_compares"]) == 10
    assert result["ensemble"]["faits_reference"]["valeur"] == 120
    assert result["jours_reference"] == 3 * (365 - 62) + 1


def test_a_period_of_missing_months_is_refused_and_names_them(gap: World):
    problem = ask(gap, "lacune", 422, debut="2025-05-01", fin="2025-06-01")
    assert problem["type"].endswith("/non_calculable")
    assert "Manquent : « lacune » 2024-05. Importez-les ou déclarez-les nuls" in problem["detail"]


def test_months_cut_by_the_period_compare_by_their_days(gap: World):
    result = ask(gap, "lacune", debut="2025-06-11", fin="2025-07-06")["resultat"]
    assert (result["jours"], result["jours_reference"]) == (25, 25)
    assert result["ensemble"]["faits"] == result["ensemble"]["faits_reference"]
    assert result["mois_compares"] == ["2025-06", "2025-07"]


def test_the_facts_of_a_silent_source_of_the_group_are_no_fall(shared_world: World):
    """Two sources of one group; the second stopped sending in July 2025."""
    world = shared_world
    for code in ("ville-a", "ville-b"):
        world.source(code, territory=TOULOUSE, groupe="ville")
    world.send(pm_file(monthly_rows(2021, 2025)), "ville-a", debut="2021-01-01", fin="2026-01-01")
    rows = [row for row in monthly_rows(2021, 2025) if day(row) < date(2025, 7, 1)]
    world.send(pm_file(rows), "ville-b", debut="2021-01-01", fin="2025-07-01")
    answer = ask(world, "ville")
    assert answer["resultat"]["mois_compares"] == [f"2025-{m:02d}" for m in range(1, 7)]
    assert answer["resultat"]["ensemble"]["ecart"] == 0
    assert excluded(answer)["mois_incomplet"] == 6 * 4 + 6 * 8


def test_a_provisional_month_leaves_both_sides_since_its_figures_still_move(shared_world: World):
    world = shared_world
    world.source("fraiche", territory=TOULOUSE, delai_consolidation_jours=75)
    rows = [
        pm_row(f"{back}-{n}", f"{month(back).replace(day=1 + n):%d/%m/%Y}")
        for back in range(1, 60)
        for n in range(1 if back <= 2 else 5)
    ]
    world.send(pm_file(rows), "fraiche", debut=month(59), fin=month(0))
    asked = {"debut": month(12), "fin": month(0)}
    answer = ask(world, "fraiche", **asked)
    compared = answer["resultat"]["mois_compares"]
    assert f"{month(3):%Y-%m}" not in compared or TODAY.day > 14
    assert not {f"{month(1):%Y-%m}", f"{month(2):%Y-%m}"} & set(compared)
    assert answer["resultat"]["ensemble"]["ecart"] == 0
    assert excluded(answer)["mois_provisoire"] >= 2 + 10
    assert answer["preuve"]["couverture"]["provisoire_depuis"] is not None
    assert any("encore provisoires" in told for told in answer["preuve"]["avertissements"])
    problem = ask(world, "fraiche", 422, debut=month(2), fin=month(0))
    assert problem["type"].endswith("/non_calculable")
    assert "Attendez qu'ils soient consolidés" in problem["detail"]


# ---- breaks ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def broken(shared_world: World) -> World:
    """Four facts a month until July 2024, then twelve: the software changed, the town did not."""
    world = shared_world
    world.source("casse", territory=TOULOUSE)
    rows = [
        pm_row(f"{year}-{m}-{n}", f"{1 + n:02d}/{m:02d}/{year}")
        for year in range(2020, 2026)
        for m in range(1, 13)
        for n in range(12 if (year, m) >= (2024, 7) else 4)
    ]
    world.send(pm_file(rows), "casse", debut="2020-01-01", fin="2026-01-01")
    body = {"jour": "2024-07-01", "type": "logiciel", "motif": "Nouveau logiciel"}
    answer = world.client.post("/api/v1/sources/casse/ruptures", json=body, headers=world.admin)
    assert answer.status_code == 201
    return world


def test_a_comparison_never_crosses_a_declared_break(broken: World):
    answer = ask(broken, "casse")
    result = answer["resultat"]
    assert result["mois_compares"] == [f"2025-{m:02d}" for m in range(7, 13)]
    assert result["ensemble"]["ecart"] == 0
    assert [b["jour"] for b in result["ruptures"]] == ["2024-07-01"]
    assert answer["preuve"]["couverture"]["ruptures"] == result["ruptures"]
    assert excluded(answer) == {"mois_incomplet": 0, "autre_cote_d_une_rupture": 6 * 4 + 6 * 12}
    assert any("rupture de série déclarée" in told for told in answer["preuve"]["avertissements"])


def test_a_period_wholly_across_a_break_is_refused_and_says_why(broken: World):
    problem = ask(broken, "casse", 422, debut="2025-01-01", fin="2025-07-01")
    assert problem["type"].endswith("/non_calculable")
    assert "séparés de leur référence par une rupture de série déclarée" in problem["detail"]
    assert "Choisissez une période dont la référence est du même côté" in problem["detail"]
    assert ask(broken, "casse", debut="2023-01-01", fin="2024-01-01")["resultat"]["ruptures"] == []


def test_the_roughness_comes_from_one_side_of_a_break(broken: World):
    past = ask(broken, "casse")["preuve"]["methode"]["parametres"]["passe"]
    assert (past["premier_mois"], past["dernier_mois"], past["mois"]) == ("2020-01", "2024-06", 54)


# ---- refusals, contracts, places -------------------------------------------------------------------


def test_without_twenty_four_months_nothing_tells_what_is_ordinary(shared_world: World):
    world = shared_world
    world.source("jeune", territory=TOULOUSE)
    world.send(pm_file(monthly_rows(2024, 2025)), "jeune", debut="2024-03-01", fin="2026-01-01")
    problem = ask(world, "jeune", 422, debut="2025-03-01", fin="2025-12-01")
    assert problem["type"].endswith("/non_calculable")
    assert "moins de 24 mois entièrement reçus" in problem["detail"]
    assert "Importez des années plus anciennes" in problem["detail"]


def test_with_two_years_the_period_itself_helps_to_tell_it_and_that_is_said(shared_world: World):
    world = shared_world
    world.source("deux-ans", territory=TOULOUSE)
    world.send(pm_file(monthly_rows(2024, 2025)), "deux-ans", debut="2024-01-01", fin="2026-01-01")
    answer = ask(world, "deux-ans")
    assert answer["preuve"]["methode"]["parametres"]["passe"]["mois"] == 24
    assert any("sur ceux de la période elle-même" in told for told in answer["preuve"]["avertissements"])
    assert answer["resultat"]["ensemble"]["facteur_variance"] >= 1


def test_a_fact_from_before_the_contract_is_on_no_side(shared_world: World):
    world = shared_world
    world.source("contrat", territory=TOULOUSE, couvert_depuis="2024-04-01")
    world.send(pm_file(monthly_rows(2024, 2025)), "contrat", debut="2024-01-01", fin="2026-01-01")
    problem = ask(world, "contrat", 422, debut="2025-01-01", fin="2025-04-01")
    assert "Manquent : « contrat » 2024-01, « contrat » 2024-02, « contrat » 2024-03." in problem["detail"]


def test_sources_that_do_not_add_up_are_refused_and_listed(gap: World, broken: World):
    problem = gap.get("/analyses/evolution", status=422, territoire=TOULOUSE, **YEAR)
    assert problem["type"].endswith("/sources_non_additionnables")
    assert {"casse", "lacune"} <= {e["valeur_attendue"] for e in problem["erreurs"]}


def test_a_source_whose_territory_grew_compares_only_the_months_that_hold_both(shared_world: World):
    world = shared_world
    parts = [
        {"territoire": TOULOUSE, "valide_depuis": "2020-01-01"},
        {"territoire": EPCI, "valide_depuis": "2024-07-01"},
    ]
    world.source("agrandie", territoires=parts)
    rows = [*monthly_rows(2020, 2025), *monthly_rows(2024, 2025, code="31149", located=False)]
    rows = [f"{rank}-{row}" for rank, row in enumerate(rows)]
    world.send(pm_file(rows), "agrandie", debut="2020-01-01", fin="2026-01-01")
    whole = ask(world, "agrandie", territoire=EPCI)["resultat"]
    assert whole["mois_compares"] == [f"2025-{m:02d}" for m in range(7, 13)]
    assert whole["ensemble"]["ecart"] == 0
    assert len(ask(world, "agrandie")["resultat"]["mois_compares"]) == 12


def test_in_a_neighbourhood_no_located_fact_is_no_zero(shared_world: World):
    """Facts known to their commune only may lie in it: neither a zero nor a ratio is told."""
    world = shared_world
    world.source("sans-point", territory=TOULOUSE)
    rows = [*monthly_rows(2022, 2024), *monthly_rows(2025, 2025, located=False)]
    world.send(pm_file(rows), "sans-point", debut="2022-01-01", fin="2026-01-01")
    square = shapely.box(1.43, 43.59, 1.46, 43.62)
    body = zone_body(square, "Autour du Capitole", "quartier", valide_depuis="2020-01-01")
    answer = world.client.post("/api/v1/zones", headers=world.admin, json=body)
    assert answer.status_code == 201, answer.text
    drain(world.database, world.settings)
    zone = f"zone:{answer.json()['id']}"
    found = ask(world, "sans-point", territoire=zone)
    row = found["resultat"]["ensemble"]
    assert row["faits"] == {"valeur": None, "etat": "absent"}
    assert row["faits_reference"]["valeur"] == 48
    assert row["rapport"] is None
    assert row["motif"].startswith("non calculable : un compte manque d'un côté")
    assert excluded(found)["non_localise"] == 48


# ---- the pairing itself ----------------------------------------------------------------------------


def coverage(period: Period, *missing: date) -> Coverage:
    months = {m: MonthState.MISSING if m in missing else MonthState.RECEIVED for m in period.months()}
    return Coverage(period, (), (SourceCoverage(source(), frozenset({"31555"}), months, False),))


@pytest.mark.parametrize(
    ("start", "end", "days", "reference_days"),
    [
        (date(2024, 2, 1), date(2024, 3, 1), 29, 28),
        (date(2025, 2, 1), date(2025, 3, 1), 28, 29),
        (date(2024, 2, 29), date(2024, 3, 10), 10, 10),
        (date(2025, 1, 1), date(2026, 1, 1), 365, 366),
        (date(2025, 3, 15), date(2026, 3, 15), 365, 365),
    ],
)
def test_leap_days_are_days_of_exposure(start, end, days, reference_days):
    period = Period(start, end)
    found = compare(coverage(span(period, Reference.YEAR_BEFORE)), period, Reference.YEAR_BEFORE)
    assert (found.days, found.reference_days) == (days, reference_days)


def test_three_years_hold_three_times_the_days_but_for_the_leap_one():
    period = Period(date(2025, 1, 1), date(2026, 1, 1))
    found = compare(coverage(span(period, Reference.THREE_YEARS)), period, Reference.THREE_YEARS)
    assert (found.days, found.reference_days) == (365, 1096)


def test_a_period_longer_than_a_year_overlaps_its_reference():
    with pytest.raises(NotComputableResult, match="dépasse un an"):
        span(Period(date(2024, 1, 1), date(2025, 1, 2)), Reference.YEAR_BEFORE)


@pytest.mark.parametrize("back", [0, 1, 2, 3])
def test_a_month_missing_in_any_year_leaves_the_sum_of_three(back):
    period = Period(date(2025, 1, 1), date(2026, 1, 1))
    whole = coverage(span(period, Reference.THREE_YEARS), date(2025 - back, 6, 1))
    found = compare(whole, period, Reference.THREE_YEARS)
    assert found.excluded == {date(2025, 6, 1): "mois_incomplet"}
    assert found.reason(date(2025 - back, 6, 1), back) == "mois_incomplet"

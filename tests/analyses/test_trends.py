"""Trends: one verdict whatever the step, a rank test, breaks that are questions, late facts foreseen."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from tests.domain.test_reception import source

from observatoire.analyses.coverage import Coverage, SourceCoverage
from observatoire.analyses.delays import correct, reception_of
from observatoire.analyses.sides import Side
from observatoire.analyses.trend_checks import drawing, rank_test, yearly_rank_test
from observatoire.domain.period import Period, next_month
from observatoire.domain.reception import MonthState, ReceivedPeriod
from observatoire.statistics.verdicts import Verdict
from observatoire.store.confidential.arrivals import ArrivalCount
from support.files import pm_file, pm_row
from support.world import TOULOUSE, World

FIRST, LAST = date(2020, 1, 1), date(2025, 1, 1)
WHOLE = {"territoire": TOULOUSE, "source": "pm", "debut": str(FIRST), "fin": str(LAST)}
BREAK = {"jour": "2023-03-01", "type": "logiciel", "motif": "Nouveau logiciel de main courante"}


def planted() -> dict[date, int]:
    """Facts of each month: the level doubles in March 2023, between two steady stretches."""
    rng = np.random.default_rng(20261205)
    months = list(Period(FIRST, LAST).months())
    return {m: int(rng.poisson(16 if m < date(2023, 3, 1) else 36)) for m in months}


PLANTED = planted()


def rows() -> Iterator[tuple[date, str]]:
    """Each fact: its day, its row."""
    for month, number in PLANTED.items():
        length = (next_month(month) - month).days
        for rank in range(number):
            day = month + timedelta(days=(7 * rank) % length)
            yield day, pm_row(f"{month:%Y-%m}-{rank}", f"{day:%d/%m/%Y}", f"{rank % 24:02d}h10")


TODAY = datetime.now(UTC).date()
SETTLING = 70


def back(months: int) -> date:
    """The first day of the month that began so many months ago (0: this one)."""
    rank = TODAY.year * 12 + TODAY.month - 1 - months
    return date(rank // 12, rank % 12 + 1, 1)


ON_TIME, LATE, LATER = 20, 5, 2
"""Facts of each month told at its end, a month later, and two months later."""


def late_rows(month: date, told: int) -> list[str]:
    """What a file extracted ``told`` months after the end of a month knows of it."""
    number = (ON_TIME, ON_TIME + LATE, ON_TIME + LATE + LATER)[min(told, 2)]
    return [
        pm_row(f"t-{month:%Y-%m}-{n}", f"{1 + n % 28:02d}/{month:%m/%Y}", f"{n % 24:02d}h05")
        for n in range(number)
    ]


@pytest.fixture(scope="module")
def town(shared_world: World) -> World:
    """A steady source whose software changed once; another whose facts come late, month after month."""
    shared_world.source("pm", territory=TOULOUSE)
    sent = pm_file([row for _, row in rows()])
    shared_world.send(sent, debut=str(FIRST), fin=str(LAST), arrete_le=str(LAST))
    shared_world.source("tardive", territory=TOULOUSE, delai_consolidation_jours=SETTLING)
    for end in range(10, -1, -1):
        months = [back(end + 1 + told) for told in range(3) if end + 1 + told <= 11]
        content = pm_file([row for told, month in enumerate(months) for row in late_rows(month, told)])
        shared_world.send(
            content, "tardive", debut=str(months[-1]), fin=str(back(end)), arrete_le=str(back(end))
        )
    return shared_world


def ask(world: World, **asked: Any) -> Any:
    return world.get("/analyses/tendances", **{**WHOLE, **asked})


# ---- steps -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "name"),
    [
        ("mois", lambda day: f"{day:%Y-%m}"),
        ("semaine", lambda day: "{}-W{:02d}".format(*day.isocalendar()[:2])),
        ("annee", lambda day: f"{day:%Y}"),
    ],
)
@pytest.mark.parametrize(
    ("start", "end"),
    [(FIRST, LAST), (date(2020, 12, 30), date(2022, 7, 6)), (date(2021, 5, 5), date(2021, 5, 6))],
)
def test_each_step_equals_a_recount_of_the_days(town: World, step: str, name: Any, start: date, end: date):
    answer = ask(town, pas=step, debut=str(start), fin=str(end))

    days = [day for day, _ in rows() if start <= day < end]
    recount = Counter(name(day) for day in days)
    exposure = Counter(name(start + timedelta(days=n)) for n in range((end - start).days))
    series = answer["resultat"]["series"]
    assert {p["periode"]: p["jours"] for p in series} == exposure
    assert {p["periode"]: p["faits"]["valeur"] for p in series} == {p: recount[p] for p in exposure}
    assert answer["preuve"]["effectif"]["total"] == len(days)
    whole = {"mois": 28, "semaine": 7, "annee": 365}[step]
    assert all(p["complet"] for p in series if p["jours"] >= whole and start == FIRST and step != "semaine")
    assert not any(p["complet"] for p in series if p["jours"] < whole)


def test_a_question_has_one_verdict_whatever_the_step(town: World):
    by_month, by_week, by_year = (ask(town, pas=step) for step in ("mois", "semaine", "annee"))

    change = by_month["resultat"]["evolution_annuelle"]
    assert by_week["resultat"]["evolution_annuelle"] == by_year["resultat"]["evolution_annuelle"] == change
    assert any("une même question n'a qu'un verdict" in text for text in by_week["preuve"]["avertissements"])
    expected = [sum(p["attendu"] for p in a["resultat"]["series"]) for a in (by_month, by_week, by_year)]
    assert expected == pytest.approx([sum(PLANTED.values())] * 3, abs=1)


def test_a_week_that_the_question_cuts_or_that_was_not_sent_is_not_complete(town: World):
    series = ask(town, pas="semaine", debut="2024-12-01", fin="2025-01-20")["resultat"]["series"]

    told = {p["periode"]: p for p in series}
    assert not told["2024-W48"]["complet"]
    assert told["2024-W48"]["jours"] == 1
    assert told["2024-W49"]["complet"]
    # 2025 was never sent: nothing is no zero, in the week that 2024 ends too.
    assert not told["2025-W01"]["complet"]
    assert [told[f"2025-W{n:02d}"]["faits"] for n in (2, 3)] == [{"valeur": None, "etat": "absent"}] * 2


def test_under_ten_years_no_test_is_made_by_year(town: World):
    found = ask(town, pas="annee")["resultat"]["mann_kendall"]

    assert found["p"] is None
    assert found["accord"] is None
    assert "dix années civiles" in found["motif"]


# ---- beside the slope ------------------------------------------------------------------------------


def test_under_three_years_nothing_is_claimed_by_any_test(town: World):
    result = ask(town, debut="2020-01-01", fin="2022-12-01")["resultat"]

    assert result["evolution_annuelle"]["verdict"] == "non_concluant"
    assert result["evolution_annuelle"]["rapport"] is None
    assert "36 mois" in result["mann_kendall"]["motif"]
    assert result["mann_kendall"]["p"] is result["mann_kendall"]["pente_annuelle"] is None
    assert result["dessin"] == {"points": [], "motif": result["dessin"]["motif"]}
    assert result["ruptures_possibles"]["trouvees"] == []
    assert "36 mois" in result["ruptures_possibles"]["motif"]


def test_the_rank_test_stands_beside_the_verdict_and_says_whether_it_agrees(town: World):
    answer = ask(town)

    found = answer["resultat"]["mann_kendall"]
    assert answer["resultat"]["evolution_annuelle"]["verdict"] == "hausse"
    assert found["accord"] is True
    assert found["z"] > 1.96
    assert found["p"] < 0.05
    assert 1 < found["pente_annuelle"] < 12
    assert "hausse" in found["phrase"]
    assert any("Hirsch" in reference for reference in answer["preuve"]["methode"]["references"])


def test_the_drawing_adds_up_to_the_facts(town: World):
    points = ask(town)["resultat"]["dessin"]["points"]

    assert [p["periode"] for p in points] == [f"{m:%Y-%m}" for m in PLANTED]
    for point, facts in zip(points, PLANTED.values(), strict=True):
        assert point["tendance"] + point["saisonnalite"] + point["reste"] == pytest.approx(facts, abs=0.02)


def test_a_possible_break_asks_first_for_a_change_of_recording(town: World):
    answer = ask(town)

    (found,) = answer["resultat"]["ruptures_possibles"]["trouvees"]
    assert "2023-01" <= found["periode"] <= "2023-05"
    assert found["p"] <= 0.01
    assert found["rapport"] > 1.4
    assert f"Rupture possible en {found['periode']}" in found["phrase"]
    assert "vérifiez d'abord un changement de logiciel, de consigne" in found["phrase"]
    assert found["liens"] == ["/api/v1/sources/pm/ruptures"]
    assert any(text.startswith(found["phrase"]) for text in answer["preuve"]["avertissements"])
    assert answer["preuve"]["methode"]["parametres"]["rupture_possible_graine"]


def test_no_break_is_looked_for_across_a_declared_one(town: World):
    link = ask(town)["resultat"]["ruptures_possibles"]["trouvees"][0]["liens"][0]
    declared = town.client.post(link, json=BREAK, headers=town.admin)
    assert declared.status_code == 201, declared.text

    result = ask(town)["resultat"]

    search = result["ruptures_possibles"]
    assert search["trouvees"] == []
    assert (search["premier_mois"], search["dernier_mois"]) == ("2021-01", "2022-03")
    assert [p["periode"] for p in result["dessin"]["points"]][-1] == "2023-02"
    town.client.delete(f"{link}/{declared.json()['numero']}", headers=town.admin)


def side_of(months: list[date]) -> Side:
    return Side(Period(months[0], next_month(months[-1])), tuple(months), False)


def test_when_the_rank_test_disagrees_it_is_said() -> None:
    months = list(Period(date(2020, 1, 1), date(2024, 1, 1)).months())
    flat = dict.fromkeys(months, 50)
    flat[months[0]] = 51

    disagreeing = rank_test(flat, side_of(months), Verdict.RISE)

    assert disagreeing.agrees is False
    assert "ne dit pas la même chose que le verdict" in disagreeing.sentence
    assert rank_test(flat, side_of(months), Verdict.STABLE).agrees is True
    assert rank_test(flat, side_of(months), None).agrees is None


def test_ten_whole_years_are_tested_by_year_and_a_leap_day_is_no_rise() -> None:
    months = list(Period(date(2014, 1, 1), date(2024, 7, 1)).months())
    daily = {month: 10 * (next_month(month) - month).days for month in months}

    rising = {month: facts + 40 * (month.year - 2014) for month, facts in daily.items()}

    assert yearly_rank_test(daily, side_of(months), None).p is None
    found = yearly_rank_test(rising, side_of(months), Verdict.RISE)
    assert found.s == 10 * 9 / 2
    assert found.agrees is True
    assert found.slope == pytest.approx(480, rel=0.01)


def test_a_gap_cuts_the_drawing_to_the_longest_run() -> None:
    months = list(Period(date(2017, 1, 1), date(2024, 1, 1)).months())
    usable = [month for month in months if month != date(2019, 6, 1)]

    found = drawing(dict.fromkeys(months, 5), side_of(usable))

    assert found.points[0].period == "2019-07"
    assert len(found.points) == 54
    assert drawing({}, side_of(usable[:40])).reason


# ---- late facts ------------------------------------------------------------------------------------


def test_recent_months_are_corrected_by_the_delays_that_the_source_showed(town: World):
    answer = ask(town, source="tardive", debut=str(back(11)), fin=str(back(0)))

    result = answer["resultat"]
    told = {p["periode"]: p for p in result["series"]}
    last, before = told[f"{back(1):%Y-%m}"], told[f"{back(2):%Y-%m}"]
    whole = ON_TIME + LATE + LATER
    assert (last["faits"]["valeur"], before["faits"]["valeur"]) == (ON_TIME, ON_TIME + LATE)
    assert last["provisoire"] is before["provisoire"] is True
    assert last["estimation"]["valeur"] == pytest.approx(whole, abs=0.2)
    assert before["estimation"]["valeur"] == pytest.approx(whole, abs=0.2)
    assert last["estimation"]["part_recue"] == pytest.approx(ON_TIME / whole, abs=0.01)
    assert ON_TIME <= last["estimation"]["borne_basse"] < whole < last["estimation"]["borne_haute"]
    settled = told[f"{back(6):%Y-%m}"]
    assert (settled["provisoire"], settled["estimation"]) == (False, None)
    assert result["retards"]["motif"] is None
    assert result["retards"]["parts_recues"][0] == pytest.approx(ON_TIME / whole, abs=0.01)
    assert answer["preuve"]["methode"]["parametres"]["retard_mois_observes"] == result["retards"]["mois"] >= 6
    assert any(
        "n'a pas" in t or "ne s'appuie ni sur ces mois" in t for t in answer["preuve"]["avertissements"]
    )


def test_provisional_months_are_never_told_to_fall(town: World):
    answer = ask(town, source="tardive", debut=str(back(11)), fin=str(back(0)))

    excluded = {e["motif"]: e["nombre"] for e in answer["preuve"]["effectif"]["exclus"]}
    moving = [p for p in answer["resultat"]["series"] if p["provisoire"]]
    assert excluded["mois_provisoire"] == sum(p["faits"]["valeur"] for p in moving) > 0
    assert answer["resultat"]["evolution_annuelle"]["verdict"] == "non_concluant"


def evidence(*files: tuple[date, date, date]) -> list[ReceivedPeriod]:
    """Complete imports of a source: first day, day after the last, day of extraction."""
    return [
        ReceivedPeriod(None, "pm", Period(start, end), False, False, False, as_of, 1)  # type: ignore[arg-type]
        for start, end, as_of in files
    ]


def moving_coverage(months: list[date], moving: date) -> Coverage:
    states = dict.fromkeys(months, MonthState.RECEIVED)
    covered = SourceCoverage(source(), frozenset({"31555"}), states, False, frozenset({moving}))
    return Coverage(Period(months[0], next_month(months[-1])), (), (covered,))


MONTHS = list(Period(date(2024, 1, 1), date(2025, 1, 1)).months())


def test_a_source_that_tells_each_month_once_shows_no_delay_and_is_not_corrected() -> None:
    once = evidence(*((m, next_month(m), next_month(m) + timedelta(days=4)) for m in MONTHS))
    reception = reception_of("pm", once, MONTHS)
    arrivals = [ArrivalCount("pm", m, next_month(m) + timedelta(days=4), 30) for m in MONTHS]

    found = correct(moving_coverage(MONTHS, MONTHS[-1]), [reception], arrivals)

    assert found.estimates == {}
    assert found.reason is not None
    assert "les retards ne se mesurent pas" in found.reason


def test_months_loaded_as_history_and_months_sent_late_tell_nothing_of_the_usual_delay() -> None:
    rolling = [(MONTHS[max(n - 2, 0)], next_month(m), next_month(m)) for n, m in enumerate(MONTHS) if n >= 3]
    late = [file for file in rolling if file[1] not in (date(2024, 9, 1), date(2024, 10, 1))]
    reception = reception_of("pm", evidence(*late), MONTHS)

    # January to April were over when the first file was extracted; August and September came with October's.
    assert reception.months == [m for m in MONTHS[4:] if m.month not in (8, 9)]
    assert (reception.lag, reception.age(MONTHS[4]), reception.age(MONTHS[-1])) == (1, 2, 0)


def test_nothing_is_corrected_where_nothing_moves() -> None:
    steady = moving_coverage(MONTHS, date(2030, 1, 1))

    found = correct(steady, [reception_of("pm", [], MONTHS)], [])

    assert (found.estimates, found.reason) == ({}, None)

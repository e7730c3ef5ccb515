"""When: facts shared out over hours, days told apart, cuts of one's own; each against a slow recount."""

import itertools
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from observatoire.analyses.calendars import SCHOOL_ZONE, day_groups
from observatoire.analyses.readings import Reading, facts_read
from observatoire.analyses.slot_cutting import Cutting, warnings_of
from observatoire.domain.day_kind import DayKind
from observatoire.domain.period import Period
from observatoire.domain.territory import TerritoryCode
from observatoire.errors import NotComputableResult
from observatoire.statistics.slot_weights import SlotWeights
from observatoire.store import sources
from support.files import pm_file, pm_row
from support.world import TOULOUSE, World

PARIS = ZoneInfo("Europe/Paris")
YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}
LANDLORD = "Référence;Date constat;Heure;Résidence;Code INSEE;Type d'incident;Lieu précis"
HOURS = ("22h", "entre 22h et 6h", "entre 18h et 8h", "", "02h30", "entre 10h et 12h", "entre 1h et 4h")
REUNION = "commune:97411"


@pytest.fixture(scope="module")
def facts() -> list[tuple[date, str]]:
    chance = random.Random(5)
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(365)]
    told = [(chance.choice(days), chance.choice(HOURS)) for _ in range(180)]
    nights = [date(2025, 3, 29), date(2025, 3, 30), date(2025, 10, 25), date(2025, 10, 26)]
    return told + [(night, hour) for night in nights for hour in HOURS]


@pytest.fixture(scope="module")
def town(shared_world: World, facts: list[tuple[date, str]]) -> World:
    shared_world.source("bailleur", "bailleur", TOULOUSE)
    rows = [f"B{i};{day:%d/%m/%Y};{hour};Les Tilleuls;31555;Tag;Hall" for i, (day, hour) in enumerate(facts)]
    report = shared_world.send("\r\n".join([LANDLORD, *rows, ""]).encode(), "bailleur", **YEAR)
    if report["etat"] == "a_confirmer":
        report = shared_world.confirm(report)
    assert report["lignes"]["creees"] == len(facts), report
    shared_world.source("pm-reunion", territory=REUNION)
    header = "N° fiche;Date;Heure;Nature;Code INSEE;Commune;X;Y"
    rows = [f"R{i};12/06/2025;22h15;Tapage nocturne;97411;Saint-Denis;;" for i in range(40)]
    sent = shared_world.send("\r\n".join([header, *rows, ""]).encode("cp1252"), "pm-reunion", **YEAR)
    assert sent["lignes"]["creees"] == 40, sent
    return shared_world


def span(day: date, hour: str) -> tuple[datetime, datetime] | None:
    """The instants between which a fact lies; None when nothing tells."""
    if not hour:
        return None
    if hour.startswith("entre"):
        first, last = (int(word[:-1]) for word in hour.split()[1::2])
        start = datetime(day.year, day.month, day.day, first, tzinfo=PARIS)
        after = day + timedelta(days=int(last <= first))
        return start, datetime(after.year, after.month, after.day, last, tzinfo=PARIS)
    first, minutes = int(hour[:2]), int(hour[3:] or 0)
    start = datetime(day.year, day.month, day.day, first, minutes, tzinfo=PARIS)
    return start, start


def every_day(_: date) -> bool:
    return True


def minute_by_minute(
    facts: list[tuple[date, str]], wanted: Callable[[date], bool] = every_day
) -> dict[tuple[int, int], float]:
    """Weights by weekday and hour, one minute after another on the clock of Paris, of the days wanted."""
    found: dict[tuple[int, int], float] = defaultdict(float)
    for day, hour in facts:
        if (lying := span(day, hour)) is None:
            continue
        start, end = (moment.astimezone(UTC) for moment in lying)
        minutes = [start + timedelta(minutes=n) for n in range(max(int((end - start).seconds / 60), 1))]
        for minute in minutes:
            local = minute.astimezone(PARIS)
            if wanted(local.date()):
                found[local.weekday(), local.hour] += 1 / len(minutes)
    return found


def slots(world: World, territory: str = TOULOUSE, status: int = 200, **more: Any) -> Any:
    source = {"source": "bailleur" if territory == TOULOUSE else "pm-reunion"}
    asked = {"territoire": territory, **YEAR, **source, **more}
    return world.get("/analyses/creneaux-horaires", status=status, **asked)


def test_intervals_are_shared_out_minute_by_minute_on_the_local_clock(
    town: World, facts: list[tuple[date, str]]
) -> None:
    answer, slow = slots(town, methode="aoristique"), minute_by_minute(facts)
    result = answer["resultat"]
    for day in range(7):
        for hour in range(24):
            assert result["matrice"][day][hour]["valeur"] == pytest.approx(slow.get((day, hour), 0), abs=2e-3)
    unknown = sum(not hour for _, hour in facts)
    assert result["heure_inconnue"]["valeur"] == unknown
    assert result["part_heure_inconnue"] == round(unknown / len(facts), 4)
    total = sum(cell["valeur"] for cell in result["par_jour"])
    assert total == pytest.approx(len(facts) - unknown, abs=0.02)
    assert answer["preuve"]["effectif"]["retenus"] == len(facts) - unknown
    assert result["tests"] == []
    low_high = result["intervalles"][4][22]
    assert low_high["borne_basse"] < result["matrice"][4][22]["valeur"] < low_high["borne_haute"]
    assert any("ne sont pas des nombres de faits" in told for told in answer["preuve"]["avertissements"])


def test_known_hours_alone_leave_intervals_among_the_unknown(
    town: World, facts: list[tuple[date, str]]
) -> None:
    result = slots(town)["resultat"]
    known = sum(bool(hour) and not hour.startswith("entre") for _, hour in facts)
    assert sum(cell["valeur"] or 0 for cell in result["par_creneau"]) == known
    assert result["heure_inconnue"]["valeur"] == len(facts) - known
    assert result["intervalles"] is None


@pytest.mark.parametrize(
    ("cuts", "labels"),
    [
        ("6,12,18,0", ["06h-12h", "12h-18h", "18h-24h", "00h-06h (lendemain)"]),
        ("7,22", ["07h-22h", "22h-07h"]),
        ("0,8,17,20", ["00h-08h", "08h-17h", "17h-20h", "20h-24h"]),
    ],
)
def test_a_day_may_be_cut_where_one_likes(
    town: World, facts: list[tuple[date, str]], cuts: str, labels: list[str]
) -> None:
    result = slots(town, decoupage="personnalise", bornes=cuts)["resultat"]
    assert result["creneaux"] == labels
    first, hours = int(cuts.split(",")[0]), [int(c) for c in cuts.split(",")]
    recount: dict[tuple[int, int], int] = defaultdict(int)
    for day, hour in facts:
        if hour and not hour.startswith("entre"):
            at = span(day, hour)[0]
            turned = (at.hour - first) % 24
            slot = max(i for i, cut in enumerate(hours) if (cut - first) % 24 <= turned)
            recount[(at.weekday() - (at.hour < first)) % 7, slot] += 1
    for day in range(7):
        for slot in range(len(labels)):
            assert result["matrice"][day][slot]["valeur"] == recount[day, slot]


@pytest.mark.parametrize(
    "question",
    [
        {"decoupage": "personnalise"},
        {"decoupage": "6h", "bornes": "6,12"},
        {"decoupage": "personnalise", "bornes": "6,6"},
        {"decoupage": "personnalise", "bornes": "25,3"},
        {"decoupage": "personnalise", "bornes": "6,18,12,3"},
        {"decoupage": "personnalise", "bornes": "6"},
    ],
)
def test_cuts_that_are_no_day_are_refused_with_an_example(town: World, question: dict[str, str]) -> None:
    problem = slots(town, status=422, **question)
    assert [fault["champ"] for fault in problem["erreurs"]] == ["bornes"]


def holidays_of_2025() -> set[date]:
    """Told by hand: eleven public holidays."""
    text = "01-01 04-21 05-01 05-08 05-29 06-09 07-14 08-15 11-01 11-11 12-25"
    return {date.fromisoformat(f"2025-{day}") for day in text.split()}


def wanted_days(kind: str) -> Callable[[date], bool]:
    public = holidays_of_2025()
    return {
        "ouvres": lambda day: day.weekday() < 5 and day not in public,
        "week_end": lambda day: day.weekday() >= 5,
        "feries": lambda day: day in public,
    }[kind]


@pytest.mark.parametrize("days", ["ouvres", "week_end", "feries"])
def test_only_the_days_asked_for_are_counted(town: World, facts: list[tuple[date, str]], days: str) -> None:
    wanted = wanted_days(days)
    answer = slots(town, jours=days)
    recount = sum(wanted(day) for day, _ in facts)
    assert answer["preuve"]["effectif"]["total"] == recount
    by_day = answer["resultat"]["par_jour"]
    if days == "week_end":
        assert {by_day[day]["etat"] for day in range(5)} == {"absent"}
        assert by_day[5]["etat"] == "publie"


@pytest.mark.parametrize("days", ["ouvres", "week_end", "feries"])
def test_of_a_night_only_the_part_on_the_days_asked_for_is_shared_out(
    town: World, facts: list[tuple[date, str]], days: str
) -> None:
    """The night of Friday gives its hours after midnight to the week-end, that of Sunday loses its own."""
    # New Year's Day is asked for, and the last night of the period reaches it.
    wanted = wanted_days(days)
    slow = minute_by_minute(facts, wanted)
    answer = slots(town, jours=days, methode="aoristique")
    for day, hour in itertools.product(range(7), range(24)):
        value = answer["resultat"]["matrice"][day][hour]["valeur"]
        assert (value or 0) == pytest.approx(slow.get((day, hour), 0), abs=2e-3), (day, hour)
    lying = [(day, span(day, hour)) for day, hour in facts]
    concerned = [
        wanted(day) or (when is not None and when[0] < when[1] and wanted(_last_day(when[1])))
        for day, when in lying
    ]
    unknown = sum(wanted(day) for day, when in lying if when is None)
    headcount = answer["preuve"]["effectif"]
    assert headcount["total"] == sum(concerned)
    assert headcount["retenus"] == sum(concerned) - unknown
    assert answer["resultat"]["heure_inconnue"]["valeur"] == unknown
    told = answer["preuve"]["avertissements"]
    assert any("sur d'autres jours que ceux demandés" in words for words in told), told


def _last_day(end: datetime) -> date:
    return (end.astimezone(UTC) - timedelta(minutes=1)).astimezone(PARIS).date()


@pytest.mark.parametrize(
    ("elsewhere", "told"), [(0.0, None), (0.2, "moins de 1\u00a0%"), (130.0, "13\u00a0%")]
)
def test_a_part_that_is_small_is_not_told_as_none(elsewhere: float, told: str | None) -> None:
    nothing = np.zeros((7, 4))
    spread = SlotWeights(nothing, nothing, 1000, 0, 0, elsewhere)
    cutting = Cutting.of("6h", None, "aoristique", DayKind.WEEKEND)
    said = [words for words in warnings_of(0, 1000, spread, cutting) if "autres jours" in words]
    assert [words.startswith(f"{told} de ce que pèsent") for words in said] == [True] * (told is not None)


def test_holidays_and_term_shared_out_make_the_year(town: World) -> None:
    """Each part of each night is in one of the two: nothing is lost at the border, nor counted twice."""
    inside, outside, whole = (
        slots(town, jours=days, methode="aoristique")["resultat"]["matrice"]
        for days in ("vacances", "hors_vacances", "tous")
    )
    for day, hour in itertools.product(range(7), range(24)):
        parts = [matrix[day][hour]["valeur"] or 0 for matrix in (inside, outside)]
        assert sum(parts) == pytest.approx(whole[day][hour]["valeur"], abs=2e-3), (day, hour)


def test_the_proof_rests_on_what_reaches_the_days_asked_for(town: World) -> None:
    """A night of Friday told by a file is among the imports of a week-end, a Friday noon is not."""
    town.source("nuits", "bailleur", TOULOUSE)
    for month, hour in ((1, "entre 22h et 6h"), (2, "entre 10h et 12h")):
        row = f"N{month};{'10/01' if month == 1 else '07/02'}/2025;{hour};Les Tilleuls;31555;Tag;Hall"
        period = {"debut": f"2025-{month:02d}-01", "fin": f"2025-{month + 1:02d}-01"}
        report = town.send("\r\n".join([LANDLORD, row, ""]).encode(), "nuits", **period)
        if report["etat"] == "a_confirmer":
            report = town.confirm(report)
    winter = Period(date(2025, 1, 1), date(2025, 3, 1))
    with town.database.reading() as connection:
        source = sources.get(connection, "nuits")
        numbers = {}
        for reaching in (False, True):
            days = day_groups(DayKind.WEEKEND, winter, ["31"], reaching=reaching)
            reading = Reading((source,), (winter,), frozenset({"31555"}), days=days)
            numbers[reaching] = facts_read(connection, TerritoryCode.parse(TOULOUSE), None, [reading]).imports
    assert numbers[False] == {}
    assert len(numbers[True]["nuits"]) == 1
    asked = {"source": "nuits", "debut": "2025-01-01", "fin": "2025-03-01", "jours": "week_end"}
    answer = slots(town, methode="aoristique", **asked)
    assert answer["preuve"]["effectif"]["total"] == 1
    assert answer["resultat"]["matrice"][5][1]["valeur"] == pytest.approx(1 / 8)
    assert answer["resultat"]["matrice"][4][22]["etat"] == "absent"


def test_school_holidays_are_those_of_the_zone_of_the_departement(
    town: World, facts: list[tuple[date, str]]
) -> None:
    assert SCHOOL_ZONE["31"] == "C"
    inside, outside = slots(town, jours="vacances"), slots(town, jours="hors_vacances")
    totals = [answer["preuve"]["effectif"]["total"] for answer in (inside, outside)]
    assert sum(totals) == len(facts)
    assert min(totals) > 20
    winter = {"debut": "2025-02-01", "fin": "2025-04-01", "jours": "vacances"}
    counted = slots(town, **winter)["preuve"]["effectif"]["total"]
    # Zone C, winter 2025: from Saturday 15 February to Sunday 2 March.
    assert counted == sum(date(2025, 2, 15) <= day <= date(2025, 3, 2) for day, _ in facts)
    assert "vacances scolaires" in inside["preuve"]["methode"]["parametres"]["calendrier"]


def test_a_calendar_that_is_not_known_is_never_guessed(town: World) -> None:
    told = slots(town, REUNION, 422, jours="vacances")
    assert "974" in told["detail"]
    assert "outre-mer" in told["detail"]
    early = Period(date(2014, 1, 1), date(2015, 1, 1))
    with pytest.raises(NotComputableResult, match="01/09/2015"):
        day_groups(DayKind.SCHOOL_HOLIDAY, early, ["31"])
    holiday_free = {"debut": "2025-02-03", "fin": "2025-02-08", "jours": "week_end"}
    assert "aucun jour" in slots(town, status=422, **holiday_free)["detail"]


def test_hours_overseas_are_those_of_the_clock_there(town: World) -> None:
    result = slots(town, REUNION)["resultat"]
    assert result["matrice"][3][22]["valeur"] == 40
    assert result["heure_moyenne"]["valeur"] == pytest.approx(22.5)
    (test,) = [t for t in result["tests"] if (t["jour"], t["creneau"]) == ("jeudi", "22h-23h")]
    assert (test["verdict"], round(test["attendu"], 3)) == ("sur_represente", round(40 * 52 / 8760, 3))


def test_the_hour_that_the_clock_skips_and_the_one_that_it_says_twice_are_exposed_as_they_were(
    town: World,
) -> None:
    rows = [pm_row(f"H{i}", f"{3 + i % 20:02d}/03/2025", "04h00", code="31555") for i in range(40)]
    town.source("pm", territory=TOULOUSE)
    town.send(pm_file(rows), debut="2025-03-01", fin="2025-04-01")
    answer = slots(town, source="pm", debut="2025-03-01", fin="2025-04-01")
    expected = {t["creneau"]: t["attendu"] for t in answer["resultat"]["tests"] if t["jour"] == "dimanche"}
    hours = 31 * 24 - 1
    assert expected["02h-03h"] == pytest.approx(40 * 4 / hours, abs=1e-3)
    assert expected["03h-04h"] == pytest.approx(40 * 5 / hours, abs=1e-3)

"""When a fact happened: local civil time of its commune, both nights of the year, what is unknown."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from intake.desk import Desk, codes
from support.files import pm_row


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_an_hour_of_winter_and_one_of_summer_are_stored_as_instants_and_as_local_time(desk: Desk) -> None:
    desk.send_rows(
        pm_row("1", date="15/01/2025", hour="22h45"),
        pm_row("2", date="15/07/2025", hour="22h45"),
    )
    assert [(f["occurred_from"], f["local_day"], f["local_hour"]) for f in desk.facts] == [
        (utc(2025, 1, 15, 21, 45), date(2025, 1, 15), 22),
        (utc(2025, 7, 15, 20, 45), date(2025, 7, 15), 22),
    ]


def test_the_hour_of_the_week_begins_on_monday_at_midnight(desk: Desk) -> None:
    desk.send_rows(
        pm_row("1", date="10/03/2025", hour="00:00"),  # Monday
        pm_row("2", date="16/03/2025", hour="23h59"),  # Sunday
    )
    assert [f["hour_of_week"] for f in desk.facts] == [0, 167]


def test_an_hour_that_the_clock_skipped_is_read_one_hour_later_and_flagged(desk: Desk) -> None:
    report = desk.send_row(date="30/03/2025", hour="02:30")
    assert desk.fact["occurred_from"] == utc(2025, 3, 30, 1, 30)
    assert (desk.fact["local_hour"], desk.fact["anomalies"]) == (3, ["HEU_INEXISTANTE"])
    assert codes(report) == {"HEU_INEXISTANTE": 1}


def test_an_hour_that_the_clock_struck_twice_is_the_first_and_flagged(desk: Desk) -> None:
    report = desk.send_row(date="26/10/2025", hour="02:30")
    assert desk.fact["occurred_from"] == utc(2025, 10, 26, 0, 30)
    assert (desk.fact["local_hour"], desk.fact["anomalies"]) == (2, ["HEU_AMBIGUE"])
    assert codes(report) == {"HEU_AMBIGUE": 1}


@pytest.mark.parametrize("hour", ["01:59", "03:00"])
@pytest.mark.parametrize("day", ["30/03/2025", "26/10/2025"])
def test_the_hours_around_both_nights_are_ordinary(desk: Desk, day: str, hour: str) -> None:
    assert codes(desk.send_row(date=day, hour=hour)) == {}
    assert desk.fact["local_hour"] == int(hour[:2])


@pytest.mark.parametrize(
    ("departement", "commune", "offset"),
    [("974", "97411", 4), ("971", "97105", -4), ("973", "97302", -3), ("976", "97608", 3)],
)
def test_overseas_the_hour_is_that_of_the_place_never_that_of_paris(
    new_desk: Callable[..., Desk], departement: str, commune: str, offset: int
) -> None:
    desk = new_desk(territory=f"departement:{departement}")
    desk.send_row(code=commune, date="15/07/2025", hour="22:15", point=("", ""))
    fact = desk.fact
    assert (fact["local_day"], fact["local_hour"]) == (date(2025, 7, 15), 22)
    assert fact["occurred_from"] == datetime.fromisoformat(f"2025-07-15T22:15{offset:+03}:00")


def test_a_national_file_is_read_in_the_zone_of_each_row(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk(kind="autre", territory="nation:FR")
    desk.send_rows(
        pm_row("1", code="31555", date="30/03/2025", hour="02:30"),
        pm_row("2", code="97411", date="30/03/2025", hour="02:30", point=("", "")),
        pm_row("3", code="75118", date="30/03/2025", hour="12:00", point=("", "")),
    )
    assert {f["commune"]: f["occurred_from"] for f in desk.facts} == {
        "31555": utc(2025, 3, 30, 1, 30),
        "97411": utc(2025, 3, 29, 22, 30),
        "75056": utc(2025, 3, 30, 10, 0),
    }
    assert {f["commune"]: "HEU_INEXISTANTE" in f["anomalies"] for f in desk.facts} == {
        "31555": True,
        "97411": False,
        "75056": False,
    }


def test_24_00_is_the_midnight_that_ends_the_day_even_the_year(desk: Desk) -> None:
    report = desk.send_row(date="31/12/2024", hour="24:00")
    assert (desk.fact["local_day"], desk.fact["local_hour"]) == (date(2025, 1, 1), 0)
    assert codes(report) == {"HEU_24": 1}
    assert report["periode"]["debut"] == "2025-01-01"


def test_a_night_service_belongs_to_the_operating_day_and_is_dated_the_next_morning(
    new_desk: Callable[..., Desk],
) -> None:
    desk = new_desk(kind="transporteur")
    report = desk.send_transport(
        "1,12/03/2025,25:10,A,Capitole,Agression,,43.604400,1.443900",
        "2,29/03/2025,26:30,A,Capitole,Agression,,43.604400,1.443900",
        "3,12/03/2025,30:00,A,Capitole,Agression,,43.604400,1.443900",
    )
    assert [(f["local_day"], f["local_hour"]) for f in desk.facts] == [
        (date(2025, 3, 12), None),
        (date(2025, 3, 13), 1),
        (date(2025, 3, 30), 3),
    ]
    assert codes(report) == {"HEU_EXPLOITATION": 2, "HEU_INEXISTANTE": 1, "HEU_INVALIDE": 1}


@pytest.mark.parametrize(
    ("hour", "code", "precision"),
    [("", "HEU_VIDE", "jour"), ("25:10", "HEU_INVALIDE", "jour"), ("soirée", "HEU_CRENEAU", "creneau")],
)
def test_a_fact_without_an_hour_keeps_its_day_and_enters_no_hourly_analysis(
    desk: Desk, hour: str, code: str, precision: str
) -> None:
    assert codes(desk.send_row(date="12/03/2025", hour=hour)) == {code: 1}
    fact = desk.fact
    assert (fact["local_day"], fact["local_hour"], fact["hour_of_week"]) == (date(2025, 3, 12), None, None)
    assert fact["time_precision"] == precision


def test_midnight_is_an_hour_when_it_is_written(desk: Desk) -> None:
    desk.send_row(hour="00:00")
    assert (desk.fact["local_hour"], desk.fact["time_precision"]) == (0, "minute")


def test_dates_in_french_letters_come_in(desk: Desk) -> None:
    report = desk.send_rows(
        pm_row("1", date="1er avril 2025"),
        pm_row("2", date="13 févr. 2025"),
        pm_row("3", date="vendredi 14 mars 2025"),
    )
    assert report["lignes"]["creees"] == 3
    assert [f["local_day"] for f in desk.facts] == [date(2025, 2, 13), date(2025, 3, 14), date(2025, 4, 1)]


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("", "DAT_ABSENTE"),
        ("31/02/2025", "DAT_INVALIDE"),
        ("12/13/2025", "DAT_INVALIDE"),
        ("12/03/1989", "DAT_BORNES"),
        ("12/03/2999", "DAT_BORNES"),
    ],
)
def test_a_fact_without_a_day_waits_in_quarantine(desk: Desk, day: str, code: str) -> None:
    report = desk.send_row(date=day)
    assert (report["lignes"]["quarantaine"], codes(report), desk.facts) == (1, {code: 1}, [])

"""What rates are divided by: a vintage that is known, or a reason why there is none."""

import pytest

from observatoire.domain.territory import TerritoryCode
from observatoire.store.reference.populations import (
    REFERENCE,
    Denominator,
    DenominatorKind,
    MissingDenominator,
    denominator,
)
from support.series import DEPARTEMENTAL, NEW_COMMUNES, load, national, new_row, table
from support.world import EPCI, TOULOUSE, World

POPULATIONS = "DEP;CODCOM;COM;PMUN;PCAP;PTOT"
PARIS = [f"75;{100 + i};751{i:02d};1000;9;1009" for i in range(1, 21)]


@pytest.fixture(scope="module")
def known(shared_world: World) -> World:
    people = ["31;555;31555;400;9;409", *PARIS]
    load(shared_world, table(POPULATIONS, people), period="2020", geography=2022)
    load(shared_world, table(POPULATIONS, ["31;555;31555;420;9;429"]), period="2022", geography=2024)
    load(
        shared_world,
        table(POPULATIONS, [f"69;{380 + i};6938{i};10;0;10" for i in range(1, 9)]),
        period="2021",
        geography=2023,
    )
    members = [
        c["code"] for c in shared_world.get("/territoires", niveau="commune", dans=EPCI)["territoires"]
    ]
    rows = [new_row(code, 3, population=100, dwellings=60) for code in members]
    load(shared_world, table(NEW_COMMUNES, rows))
    load(shared_world, table(DEPARTEMENTAL, national(year=2023)), geography=2025)
    return shared_world


def asked(
    world: World, territory: str, year: int, kind: str = "population"
) -> Denominator | MissingDenominator:
    with world.database.reading() as connection:
        return denominator(connection, TerritoryCode.parse(territory), year, DenominatorKind(kind))


def test_the_latest_vintage_that_is_not_after_the_year_is_taken(known: World):
    assert asked(known, TOULOUSE, 2021) == Denominator(400, 2020, 2022, "populations", "2020", 1)
    assert asked(known, TOULOUSE, 2022) == Denominator(420, 2022, 2024, "populations", "2022", 1)


def test_dwellings_are_those_that_the_ssmsi_states(known: World):
    told = asked(known, TOULOUSE, 2025, "logements")
    assert told == Denominator(60, 2022, 2026, "ssmsi_communes", "2026", 1)


def test_the_map_of_france_is_the_last_resort(known: World):
    """PMUN 2023 ships with the territories; of one vintage, what an official series tells comes first."""
    found = asked(known, "commune:33063", 2025)
    assert isinstance(found, Denominator)
    assert (found.dataset, found.vintage) == (REFERENCE, 2023)
    told = asked(known, "commune:31149", 2025)
    assert isinstance(told, Denominator)
    assert (told.dataset, told.vintage, told.value) == ("ssmsi_communes", 2023, 100)


def test_paris_is_the_sum_of_its_twenty_arrondissements_and_lyon_of_eight_is_not(known: World):
    paris = asked(known, "commune:75056", 2020)
    assert paris == Denominator(20_000, 2020, 2022, "populations", "2020", 1)
    lyon = asked(known, "commune:69123", 2021)
    assert isinstance(lyon, MissingDenominator)
    assert "jusqu'à 2021" in lyon.reason


def test_an_epci_is_the_sum_of_all_its_communes(known: World):
    assert asked(known, EPCI, 2022, "logements") == Denominator(
        37 * 60, 2022, 2026, "ssmsi_communes", "2026", 37
    )


def test_the_nation_is_the_sum_of_its_departements(known: World):
    found = asked(known, "nation:FR", 2022)
    assert found == Denominator(101 * 100_000, 2022, 2025, "ssmsi_departements", "2025", 101)


def test_a_sum_that_lacks_a_part_is_no_denominator(known: World):
    missing = asked(known, "departement:31", 2025, "logements")
    assert isinstance(missing, Denominator), "told as such by the departmental base"
    part = asked(known, "epci:243300316", 2025, "logements")
    assert isinstance(part, MissingDenominator)
    assert "n'est chargé pour ce territoire" in part.reason


@pytest.mark.parametrize(
    ("year", "words"), [(2015, "jusqu'à 2015"), (1999, "le premier qui soit chargé est 2020")]
)
def test_before_the_first_vintage_there_is_none_and_the_reason_says_so(known: World, year: int, words: str):
    found = asked(known, TOULOUSE, year)
    assert isinstance(found, MissingDenominator)
    assert words in found.reason


def test_a_neighbourhood_has_no_population(known: World):
    found = asked(known, "qpv:QN03101M", 2025)
    assert found == MissingDenominator("aucun millésime de population n'est chargé pour ce territoire (qpv)")

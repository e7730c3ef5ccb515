"""Bad official files are refused whole, in French, and what stood before still stands."""

import gzip
import itertools
import os
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observatoire.errors import BinaryFile, FieldError, InvalidRequest, RefusedFile
from observatoire.intake.series import errors
from support.series import (
    DEPARTEMENTAL,
    NEW_COMMUNES,
    departement_row,
    load,
    new_row,
    points_of,
    series_of,
    table,
)
from support.world import World

GOOD = [new_row("31555", 8), new_row("31149", None), new_row("31069", 0)]
SHUFFLED = gzip.compress(table(NEW_COMMUNES, GOOD * 400))


def without(column: str) -> bytes:
    """The base without one of its columns."""
    rows = [line.split(";") for line in [NEW_COMMUNES, *GOOD]]
    rank = rows[0].index(f'"{column}"')
    return table(*(lambda lines: (lines[0], lines[1:]))([";".join(r[:rank] + r[rank + 1 :]) for r in rows]))


CONFLICT = [*GOOD, new_row("31555", 9)]
SECRET_THEN_SHOWN = [*GOOD, new_row("31149", 0)]
BAD: dict[str, tuple[bytes, type[RefusedFile], str]] = {
    "another producer": (b"ville;habitants;maire\r\nToulouse;5;6\r\n", errors.UnknownSeries, "« ville »"),
    "no geography": (
        table(NEW_COMMUNES.replace("CODGEO_2026", "CODGEO"), GOOD), errors.UnknownVintage, "--geographie",
    ),
    "no geography of départements": (
        table(DEPARTEMENTAL, [departement_row("31", 4)]), errors.UnknownVintage, "--geographie",
    ),
    "no unit": (without("unite_de_compte"), errors.MissingSeriesColumns, "unité de compte"),
    "no state of dissemination": (without("est_diffuse"), errors.MissingSeriesColumns, "est_diffuse"),
    "negative": (
        table(NEW_COMMUNES, [GOOD[0].replace(";8;", ";-8;")]), errors.UnreadableCell, "Ligne 2.*négatif",
    ),
    "not a number": (
        table(NEW_COMMUNES, [*GOOD, new_row("31555", 8, year=2024).replace(";8;", ";huit;")]),
        errors.UnreadableCell, "Ligne 5, colonne « nombre ».*« aaaa »",
    ),
    "half a fact": (
        table(NEW_COMMUNES, [GOOD[0].replace(";8;", ';"8,5";')]), errors.UnreadableCell, "entier",
    ),
    "another word than diff or ndiff": (
        table(NEW_COMMUNES, [GOOD[0].replace('"diff"', '"oui"')]), errors.UnreadableCell, "ndiff",
    ),
    "a year to come": (table(NEW_COMMUNES, [new_row("31555", 8, year=2090)]), errors.UnreadableCell, "année"),
    "a broken line": (table(NEW_COMMUNES, [*GOOD, '"31555";2024']), errors.UnreadableCell, "Ligne 5"),
    "two values of one cell": (table(NEW_COMMUNES, CONFLICT), errors.ConflictingCells, "lignes 2 et 5"),
    "hidden and shown": (table(NEW_COMMUNES, SECRET_THEN_SHOWN), errors.ConflictingCells, "lignes 3 et 5"),
    "two populations of one vintage": (
        table(NEW_COMMUNES, [*GOOD, new_row("31555", 3, year=2024, population=999)]),
        errors.ConflictingCells, "millésime|population",
    ),
    "nothing known": (
        table(NEW_COMMUNES, [new_row("31555", 9, indicator="Vols de licornes")]),
        errors.NothingKept, "inconnu",
    ),
    "a cut archive": (SHUFFLED[: len(SHUFFLED) // 2], errors.DamagedArchive, "incomplet"),
    "an altered archive": (
        SHUFFLED[:-8] + b"\x00" * 8, errors.DamagedArchive, "altéré",
    ),
    "a cut parquet": (b"PAR1" + b"\x00" * 40, RefusedFile, "Parquet"),
    "empty": (b"", RefusedFile, "aucune ligne"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"0" * 50, BinaryFile, "PNG"),
}  # fmt: skip


@pytest.fixture(scope="module")
def standing(shared_world: World) -> World:
    load(shared_world, table(NEW_COMMUNES, GOOD))
    return shared_world


def files(world: World) -> list[dict[str, object]]:
    found: list[dict[str, object]] = world.get("/series-officielles/fichiers")["fichiers_producteur"]
    return found


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_refused_and_what_stood_still_stands(standing: World, kind: str):
    content, error, words = BAD[kind]
    before = (series_of(standing, "commune:31555"), files(standing))
    with pytest.raises(error, match=words) as refused:
        load(standing, content)
    assert not re.search(r"\b(invalid|error|expected|missing)\b", str(refused.value))
    assert (series_of(standing, "commune:31555"), files(standing)) == before


def test_a_geography_that_the_header_contradicts_is_refused(standing: World):
    with pytest.raises(errors.ContradictoryVintage, match=r"2026.*2024"):
        load(standing, table(NEW_COMMUNES, GOOD), geography=2024)


@pytest.mark.parametrize(
    ("declared", "field"),
    [
        ({"edition": "la dernière"}, "edition"),
        ({"geography": 1812}, "geographie"),
        ({"period": "mai"}, "periode"),
    ],
)
def test_an_option_that_cannot_be_read_names_itself(standing: World, declared: dict[str, object], field: str):
    with pytest.raises(InvalidRequest) as refused:
        load(standing, table(NEW_COMMUNES, GOOD), **declared)
    assert [fault.field for fault in refused.value.fields] == [field]
    assert isinstance(refused.value.fields[0], FieldError)


def test_an_extract_does_not_take_the_place_of_the_whole(standing: World):
    with pytest.raises(errors.PartialReplacement, match="territoires"):
        load(standing, table(NEW_COMMUNES, [new_row("31555", 99)]))
    point = points_of(series_of(standing, "commune:31555", edition="2026"), "vols_avec_armes")["2025"]
    assert point["mesure"]["valeur"] == 8


CODES = ["31555", "31149", "31069", "33063", "75056", "2A004", "97105"]
CELLS = st.dictionaries(
    st.tuples(st.sampled_from(CODES), st.integers(2016, 2025)),
    st.one_of(st.none(), st.integers(0, 3), st.integers(6, 10**6)),
    min_size=1,
)
COMPLETE = os.environ.get("OBSERVATOIRE_TESTS_COMPLETS") == "1"
EDITIONS = itertools.count(1)


@settings(max_examples=100 if COMPLETE else 8)
@given(cells=CELLS, doubles=st.integers(0, 3), strangers=st.integers(0, 3))
def test_every_line_ends_in_one_bucket_and_every_cell_keeps_its_state(
    standing: World,
    cells: dict[tuple[str, int], int | None],
    doubles: int,
    strangers: int,
):
    rows = [new_row(code, number, year=year) for (code, year), number in cells.items()]
    again = rows[:doubles]
    unknown = [new_row("31555", 9, indicator=f"Vols de licornes {i}") for i in range(strangers)]
    edition = f"2026-{next(EDITIONS)}"
    record = load(standing, table(NEW_COMMUNES, [*rows, *again, *unknown]), edition=edition).record
    assert record.lines == {
        "lues": len(rows) + len(again) + strangers,
        "retenues": len(rows),
        "doublons": len(again),
        "ecartees": strangers,
    }
    for code in sorted({code for code, _ in cells})[:1]:
        answer = series_of(standing, f"commune:{code}", edition=record.edition)
        for year, point in points_of(answer, "vols_avec_armes").items():
            told = cells.get((code, int(year)), "absent")
            state = {None: "secret", 0: "zero", "absent": "absent"}.get(told, "publie")
            shown = told if isinstance(told, int) else None
            assert (point["mesure"]["valeur"], point["mesure"]["etat"]) == (shown, state)

"""Laws that hold for every file, checked on random dirty ones against a recount in plain Python."""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from conftest import COMPLETE
from intake.desk import Desk, codes
from intake.tables import dump
from observatoire.intake.faults import FAULTS, Bucket
from observatoire.store.tables import FACT_COLUMNS
from support.files import CAPITOLE, PM_HEADER, pm_file, pm_row
from support.world import EPCI, World

_numbers = itertools.count(1)
LAW = settings(
    max_examples=60 if COMPLETE else 8,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
)

VARIANTS: tuple[dict[str, Any], ...] = (
    {},
    {"nature": "Rassemblement"},
    {"hour": ""},
    {"hour": "14h"},
    {"date": "02/07/2025"},
    {"code": "31069", "point": ("", "")},
    {"point": ("574400,0", "6279600,0")},
    {"date": "26/10/2025", "hour": "02:30"},
    {"code": "99999"},
    {"nature": "chose inconnue"},
    {"point": ("652381,1", "6862047,5")},
)
"""Rows that are facts: no two of them have the same content."""

FAULTY: tuple[tuple[str, dict[str, Any]], ...] = (
    ("DAT_INVALIDE", {"date": "31/02/2025"}),
    ("DAT_ABSENTE", {"date": ""}),
    ("DAT_BORNES", {"date": "12/03/1980"}),
    ("COG_INCONNU", {"code": "99999", "point": ("", "")}),
    ("COG_EXPO", {"code": "3,16E+04", "point": ("0", "0")}),
    ("LIEU_ABSENT", {"code": "", "point": ("-1", "-1")}),
    ("GEO_HORS_FRANCE", {"code": "", "point": ("300000", "6400000")}),
    ("PII_LIBRE", {"nature": "Tapage, Mme DUPONT"}),
)
QUARANTINED_LINES = (("CSV_CHAMPS", "cassée;12/03/2025"), ("CSV_CHAMPS", "a;b;c;d;e;f;g;h;i"))
SET_ASIDE = (
    ("LIG_TOTAL", "TOTAL;;;128;;;;"),
    ("LIG_TOTAL", "Édité le 03/04/2025;;;;;;;"),
    ("LIG_ENTETE", PM_HEADER),
)
BLANKS = ("", ";;;;;;;", "   ")

File = list[tuple[str, int, int]]
"""(kind, which, reference) of each line."""


def line_of(kind: str, which: int, reference: int) -> str:
    if kind == "fact":
        return pm_row(f"R-{reference}", **VARIANTS[which % len(VARIANTS)])
    if kind == "faulty":
        return pm_row(f"R-{reference}", **FAULTY[which % len(FAULTY)][1])
    choices = {
        "broken": [line for _, line in QUARANTINED_LINES],
        "aside": [line for _, line in SET_ASIDE],
        "blank": list(BLANKS),
    }[kind]
    return choices[which % len(choices)]


def content_of(file: File) -> bytes:
    return pm_file([line_of(*line) for line in file])


def facts_in(file: File) -> dict[int, int]:
    """Reference to variant: of two rows with one reference, the last."""
    return {reference: which % len(VARIANTS) for kind, which, reference in file if kind == "fact"}


@dataclass
class Recount:
    """What each import must report, from the files alone."""

    said: dict[int, set[int]] = field(default_factory=dict)

    def lines(self, file: File) -> dict[str, int]:
        kinds = Counter(kind for kind, _, _ in file)
        facts = facts_in(file)
        created = [r for r in facts if r not in self.said]
        unchanged = [r for r, variant in facts.items() if variant in self.said.get(r, ())]
        for reference, variant in facts.items():
            self.said.setdefault(reference, set()).add(variant)
        return {
            "lues": len(file) - kinds["blank"],
            "creees": len(created),
            "revisees": len(facts) - len(created) - len(unchanged),
            "inchangees": len(unchanged),
            "doublons": kinds["fact"] - len(facts),
            "quarantaine": kinds["faulty"] + kinds["broken"],
            "ecartees": kinds["aside"],
            "effacees": 0,
        }

    @staticmethod
    def rejects(file: File) -> Counter[str]:
        tables: dict[str, tuple[tuple[str, Any], ...]] = {
            "faulty": FAULTY,
            "broken": QUARANTINED_LINES,
            "aside": SET_ASIDE,
        }
        return Counter(
            tables[kind][which % len(tables[kind])][0] for kind, which, _ in file if kind in tables
        )


def files(most: int, references: int, least: int = 1) -> st.SearchStrategy[File]:
    kinds = st.sampled_from(["fact", "fact", "fact", "fact", "faulty", "broken", "aside", "blank"])
    line = st.tuples(kinds, st.integers(0, 10), st.integers(0, references))
    rows = st.lists(line, min_size=least, max_size=most)
    return rows.filter(lambda file: any(kind != "blank" for kind, _, _ in file))


def clean(most: int = 6, references: int = 5) -> st.SearchStrategy[File]:
    """Small files whose references overlap from one to the next."""
    line = st.tuples(st.just("fact"), st.integers(0, 10), st.integers(0, references))
    return st.lists(line, min_size=1, max_size=most)


dates = st.integers(1, 4).map(lambda day: f"2025-12-0{day}")


@pytest.fixture(scope="module")
def opened(shared_world: World) -> Callable[[], Desk]:
    """A new source for each example."""
    return lambda: Desk(shared_world, shared_world.source(f"loi-{next(_numbers)}", territory=EPCI))


def undo(desk: Desk, report: dict[str, Any]) -> None:
    answer = desk.world.client.delete(f"/api/v1/imports/{report['id']}", headers=desk.world.admin)
    assert answer.status_code == 200, answer.text


def state(desk: Desk) -> tuple[dict[str, str], set[str]]:
    """Current facts by key and past contents, all columns and the geometry, whoever imported them."""
    columns = ", ".join(FACT_COLUMNS)
    query = "select encode(key, 'hex'), row({})::text from confidential.{} where source = :source"
    with desk.world.database.owning() as connection:
        facts, history = (
            connection.execute(text(query.format(columns, table)), {"source": desk.source}).all()
            for table in ("fact", "fact_history")
        )
    return {row[0]: row[1] for row in facts}, {whole for _, whole in history}


# ---- conservation ----------------------------------------------------------------------------------


@LAW
@given(files(most=300, references=80, least=100))
def test_every_row_of_every_file_ends_in_the_bucket_that_a_plain_recount_gives(
    opened: Callable[[], Desk], file: File
) -> None:
    desk, recount = opened(), Recount()
    report = desk.send(content_of(file))
    assert report["lignes"] == recount.lines(file)
    rejected = recount.rejects(file)
    assert Counter({code: n for code, n in codes(report).items() if code in rejected}) == rejected
    to_mend = {code: n for code, n in rejected.items() if FAULTS[code].bucket is Bucket.QUARANTINE}
    assert len(desk.rejects(report)) - 1 == sum(to_mend.values())
    assert len(desk.facts) == len(facts_in(file))


@LAW
@given(st.lists(files(most=40, references=12), min_size=2, max_size=4))
def test_the_law_holds_for_files_that_overlap_repeat_and_correct_each_other(
    opened: Callable[[], Desk], sent: list[File]
) -> None:
    desk, recount = opened(), Recount()
    for file in sent:
        assert desk.send(content_of(file))["lignes"] == recount.lines(file)
    assert len(desk.facts) == len(recount.said)


@LAW
@given(files(most=60, references=20))
def test_the_same_file_again_brings_nothing_new(opened: Callable[[], Desk], file: File) -> None:
    desk = opened()
    first = desk.send(content_of(file))["lignes"]
    before = state(desk)
    again = desk.send(content_of(file))["lignes"]
    assert again == first | {"creees": 0, "inchangees": first["creees"]}
    assert state(desk) == before


# ---- undo ------------------------------------------------------------------------------------------


@LAW
@given(st.lists(st.tuples(clean(), dates), min_size=1, max_size=3), clean(), dates)
def test_an_import_and_its_undo_leave_every_bit_as_it_was(
    opened: Callable[[], Desk], past: list[tuple[File, str]], file: File, day: str
) -> None:
    desk = opened()
    for known, known_day in past:
        desk.send(content_of(known), arrete_le=known_day)
    before = dump(desk.world, desk.source)
    undo(desk, desk.send(content_of(file), arrete_le=day))
    assert dump(desk.world, desk.source) == before


@LAW
@given(st.lists(st.tuples(clean(), dates), min_size=2, max_size=4), st.data())
def test_what_remains_after_undos_is_what_the_other_files_say_alone(
    opened: Callable[[], Desk], sent: list[tuple[File, str]], data: st.DataObject
) -> None:
    desk = opened()
    reports = [desk.send(content_of(file), arrete_le=day) for file, day in sent]
    order = data.draw(st.permutations(range(len(sent))))
    gone = order[: data.draw(st.integers(1, len(sent)))]
    for position in gone:
        undo(desk, reports[position])
    remaining = state(desk)
    kept = [position for position in range(len(sent)) if position not in gone]
    for position in kept:
        undo(desk, reports[position])
    assert dump(desk.world, desk.source) == {"fact": [], "fact_version": [], "fact_history": []}
    for position in kept:
        desk.send(content_of(sent[position][0]), arrete_le=sent[position][1])
    assert state(desk) == remaining


# ---- cutting and ordering -----------------------------------------------------------------------------


@LAW
@given(files(most=60, references=20, least=2), st.integers(1, 59))
def test_a_file_cut_in_two_equals_the_whole(opened: Callable[[], Desk], file: File, cut: int) -> None:
    desk = opened()
    whole = desk.send(content_of(file), arrete_le="2025-12-01")
    expected = state(desk)[0]
    undo(desk, whole)
    halves = [half for half in (file[:cut], file[cut:]) if any(kind != "blank" for kind, _, _ in half)]
    reports = [desk.send(content_of(half), arrete_le="2025-12-01") for half in halves]
    assert state(desk)[0] == expected
    for bucket in ("lues", "quarantaine", "ecartees"):
        assert sum(report["lignes"][bucket] for report in reports) == whole["lignes"][bucket]


@LAW
@given(
    st.lists(clean(), min_size=2, max_size=4).flatmap(
        lambda sent: st.tuples(st.just(sent), st.permutations(range(len(sent))))
    )
)
def test_when_each_file_has_its_own_date_the_order_of_arrival_does_not_matter(
    opened: Callable[[], Desk], case: tuple[list[File], list[int]]
) -> None:
    sent, order = case
    desk, states = opened(), []
    for arrival in (range(len(sent)), order):
        reports = [desk.send(content_of(sent[p]), arrete_le=f"2025-12-{p + 1:02}") for p in arrival]
        states.append(state(desk))
        for report in reports:
            undo(desk, report)
    assert states[0] == states[1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"date": "11/03/2025", "hour": "24:00"}, {"date": "12/03/2025", "hour": "00:00"}),
        ({"date": "30/03/2025", "hour": "02:30"}, {"date": "30/03/2025", "hour": "03:30"}),
        ({"hour": ""}, {"hour": "25:10"}),
        ({"code": "99999"}, {"code": ""}),
        ({"code": "31555"}, {"code": " 31555 "}),
        ({"nature": "Tapage nocturne"}, {"nature": "TAPAGE NOCTURNE"}),
        (
            {"point": (CAPITOLE[0] + "00000001", CAPITOLE[1])},
            {"point": (CAPITOLE[0] + "00000002", CAPITOLE[1])},
        ),
    ],
    ids=str,
)
def test_two_ways_to_write_one_fact_leave_the_same_bits_in_either_order(
    opened: Callable[[], Desk], one: dict[str, Any], other: dict[str, Any]
) -> None:
    desk, states = opened(), []
    for first, second in ((one, other), (other, one)):
        days = {id(one): "2025-12-01", id(other): "2025-12-02"}
        reports = [desk.send(pm_file([pm_row(**row)]), arrete_le=days[id(row)]) for row in (first, second)]
        states.append(state(desk))
        for report in reports:
            undo(desk, report)
    assert states[0] == states[1]

"""Facts are written, revised, confirmed and taken back: compared with a model of ten lines.

The model: a version is (import, content, date of extraction). The current fact of a key is its
version with the latest extraction (ties: the later import), and names the first import that said
this content; the history holds every other content that some version still says. Whatever the
sequence of imports and undos, the tables say the same.
"""

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from observatoire.disclosure import gate
from observatoire.store import imports
from observatoire.store.confidential import incidents
from observatoire.store.confidential.incidents import Upserted
from observatoire.store.imports import ImportRecord
from observatoire.store.tables import FACT_COLUMNS
from support.scratch import scratch
from support.world import World

DAY_ONE = date(2026, 1, 1)
File = dict[int, int]
"""Reference to content: what one export says."""


@pytest.fixture(scope="module")
def observatory(shared_world: World) -> World:
    shared_world.source()
    return shared_world


def digest(*parts: object) -> bytes:
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).digest()


def row(reference: int, content: int) -> dict[str, object]:
    """A fact: every column depends on the reference and the content; a third have no point."""
    located = (reference + content) % 3 != 0
    point = shapely.set_srid(shapely.Point(1.4 + reference / 7, 43.6 + content / 11), 4326)
    moment = datetime(2025, 3, 1 + content, 22, reference % 60, tzinfo=UTC)
    return {
        "key": digest("key", reference),
        "content": digest("content", reference, content),
        "source": "pm",
        "category": f"A10{1 + content % 3}",
        "category_mode": "table",
        "source_label": f'étiquette « {content} », "guillemets", \\N et ; {reference}',
        "occurred_from": moment,
        "time_precision": "minute" if located else "jour",
        "local_day": moment.date(),
        "local_hour": 23 if located else None,
        "hour_of_week": content % 168 if located else None,
        "geom": shapely.to_wkb(point, include_srid=True) if located else None,
        "location_precision": "point" if located else "commune",
        "location_method": "source" if located else None,
        "location_score": None,
        "place_key": None if located else digest("place", reference),
        "cell": 617_700_169_957_507_071 + content if located else None,
        "commune": "31555",
        "declared_commune": None if content == 2 else "31555",
        "arrondissement": None,
        "epci": "243100518",
        "ept": None,
        "departement": "31",
        "region": "76",
        "qpv_2015": None,
        "qpv_2024": "QN03101M" if content else None,
        "near_border": bool(content % 2),
        "unit": "fait",
        "quantity": 1,
        "sensitivity": 0,
        "anomalies": ["HEU_24", "GEO_ABSENT"][: content % 3],
        "occurred_to": moment + timedelta(hours=content) if content else None,
        "taxonomy": 1,
        "iris": None,
        "reduced_at": None,
        "zones": None,
    }


def frame(file: File) -> pl.DataFrame:
    schema = {
        "key": pl.Binary,
        "content": pl.Binary,
        "occurred_from": pl.Datetime("us", "UTC"),
        "occurred_to": pl.Datetime("us", "UTC"),
        "local_day": pl.Date,
        "anomalies": pl.List(pl.String),
        "geom": pl.Binary,
        **dict.fromkeys(("local_hour", "hour_of_week", "sensitivity", "taxonomy"), pl.Int16),
        "cell": pl.Int64,
        "location_score": pl.Float64,
        "place_key": pl.Binary,
        "near_border": pl.Boolean,
        "reduced_at": pl.Datetime("us", "UTC"),
        "zones": pl.List(pl.Int32),
        "quantity": pl.Int32,
    }
    rows = [row(reference, content) for reference, content in file.items()]
    found = pl.DataFrame(rows, schema={name: schema.get(name, pl.String) for name in FACT_COLUMNS})
    return found.with_columns(
        pl.int_range(2, pl.len() + 2).alias("line"),
        pl.lit(True).alias("referenced"),
        pl.col("geom").is_not_null().alias("located"),
    )


@dataclass
class Model:
    """The slow obvious version."""

    versions: list[tuple[int, int, int, date]] = field(default_factory=list)
    """(import number, reference, content, extracted on)"""

    def add(self, number: int, file: File, as_of: date) -> Upserted:
        known = {(r, c) for _, r, c, _ in self.versions}
        current = self.current()
        created = sum(1 for r in file if r not in current)
        unchanged = sum(1 for item in file.items() if item in known)
        older = sum(
            1 for r, c in file.items() if r in current and current[r][0] != c and current[r][2] > as_of
        )
        self.versions += [(number, r, c, as_of) for r, c in file.items()]
        tied = sum(
            1 for r, c in file.items() if r in current and current[r][0] != c and current[r][2] == as_of
        )
        return Upserted(created, len(file) - created - unchanged, unchanged, older, tied)

    def undo(self, number: int) -> None:
        self.versions = [version for version in self.versions if version[0] != number]

    def current(self) -> dict[int, tuple[int, int, date]]:
        """Reference to (content, import, extracted on)."""
        ordered = sorted(self.versions, key=lambda version: (version[3], version[0]))
        return {reference: (content, number, as_of) for number, reference, content, as_of in ordered}

    def facts(self) -> set[tuple[bytes, bytes, int, date]]:
        """Each fact with the first import, by date of extraction, that said its current content."""
        return {
            (digest("key", r), digest("content", r, c), *self.first_to_say(r, c))
            for r, (c, _, _) in self.current().items()
        }

    def first_to_say(self, reference: int, content: int) -> tuple[int, date]:
        as_of, number = min((d, n) for n, r, c, d in self.versions if (r, c) == (reference, content))
        return number, as_of

    def history(self) -> set[tuple[bytes, bytes]]:
        current = self.current()
        return {
            (digest("key", r), digest("content", r, c)) for _, r, c, _ in self.versions if current[r][0] != c
        }

    def all_versions(self) -> set[tuple[bytes, int, bytes, date]]:
        return {(digest("key", r), n, digest("content", r, c), as_of) for n, r, c, as_of in self.versions}


def opened(connection: Connection, as_of: date) -> int:
    now = datetime.now(UTC)
    return imports.add(connection, ImportRecord(uuid.uuid4(), "pm", "valide", as_of, "test", now, now))


def imported(connection: Connection, file: File, as_of: date) -> tuple[int, Upserted]:
    number = opened(connection, as_of)
    rows = frame(file)
    with incidents.staging(connection, number, as_of) as staging:
        for first in range(0, rows.height, 2):  # batches of two: what is known is met in any of them
            staging.add(rows[first : first + 2])
        staging.drop_repeats(ignore_alike=False)
        counted = gate.receipt(staging.apply())
        staging.keep()
    return number, counted


def dump(connection: Connection) -> dict[str, list[str]]:
    """The three tables, each row as PostgreSQL writes it: geometry to the last bit."""
    return {
        table: [
            value
            for (value,) in connection.execute(text(f"select t::text from confidential.{table} t order by 1"))
        ]
        for table in ("fact", "fact_version", "fact_history")
    }


def content_rows(connection: Connection, table: str) -> dict[tuple[bytes, bytes], str]:
    """(key, content) to everything else that the row holds, import apart."""
    columns = ", ".join(column for column in FACT_COLUMNS)
    found = connection.execute(text(f"select key, content, row({columns})::text from confidential.{table}"))
    return {(bytes(key), bytes(content)): whole for key, content, whole in found}


def assert_like(connection: Connection, model: Model, seen: dict[tuple[bytes, bytes], str]) -> None:
    """The tables say what the model says, and a content is the same row wherever it stands."""
    facts = connection.execute(text("select key, content, import_number, as_of from confidential.fact"))
    assert {(bytes(k), bytes(c), n, d) for k, c, n, d in facts} == model.facts()
    versions = connection.execute(
        text("select key, import_number, content, as_of from confidential.fact_version")
    )
    assert {(bytes(k), n, bytes(c), d) for k, n, c, d in versions} == model.all_versions()
    history = content_rows(connection, "fact_history")
    assert set(history) == model.history()
    for pair, whole in (content_rows(connection, "fact") | history).items():
        assert seen.setdefault(pair, whole) == whole


files = st.dictionaries(st.integers(0, 5), st.integers(0, 3), max_size=6)
dated_files = st.tuples(files, st.integers(0, 3).map(lambda days: DAY_ONE + timedelta(days)))
sequences = st.lists(st.one_of(dated_files, st.integers(0, 9)), min_size=1, max_size=12)
"""Imports, and undos of the nth import still standing."""


# ---- what a row is ---------------------------------------------------------------------------


def test_every_column_is_stored_as_it_was_given(observatory: World) -> None:
    with scratch(observatory) as connection:
        number, counted = imported(connection, {0: 0, 1: 1}, DAY_ONE)
        assert counted == Upserted(created=2, revised=0, unchanged=0, older=0, tied=0)
        columns = ", ".join("st_asewkb(geom)" if c == "geom" else c for c in FACT_COLUMNS)
        query = f"select {columns}, import_number, as_of from confidential.fact order by occurred_from"
        stored = [tuple(r) for r in connection.execute(text(query))]
        expected = [(*row(i, i).values(), number, DAY_ONE) for i in (0, 1)]
        assert stored == expected


def test_an_empty_file_writes_nothing(observatory: World) -> None:
    with scratch(observatory) as connection:
        before = dump(connection)
        assert imported(connection, {}, DAY_ONE)[1] == Upserted(0, 0, 0, 0, 0)
        assert dump(connection) == before


# ---- a reference given again -------------------------------------------------------------------


@given(st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=3), min_size=1, max_size=4), st.booleans())
@example(batches=[[0, 1], [2]], first=True)
@example(batches=[[0, 1], [2]], first=False)
@example(batches=[[0], [1, 2], [3]], first=True)
def test_of_a_reference_given_again_the_last_line_stands_wherever_the_batches_end(
    observatory: World, batches: list[list[int]], first: bool
) -> None:
    """Each batch gives contents of one reference, among rows of others."""
    with scratch(observatory) as connection:
        number = opened(connection, DAY_ONE)
        with incidents.staging(connection, number, DAY_ONE, first=first) as staging:
            line = 0
            for rank, contents in enumerate(batches):
                rows = pl.concat([frame({0: content}) for content in contents] + [frame({rank + 1: 0})])
                staging.add(rows.with_columns((line + pl.int_range(pl.len())).alias("line")))
                line += rows.height
            dropped, _ = staging.drop_repeats(ignore_alike=False)
            told, counted = gate.receipt(staging.staged), gate.receipt(staging.apply())
            staging.keep()
        assert dropped == sum(map(len, batches)) - 1
        assert counted == Upserted(len(batches) + 1, 0, 0, 0, 0)
        stands = text("select content, geom is not null from confidential.fact where key = :key")
        content, located = connection.execute(stands, {"key": digest("key", 0)}).one()
        assert bytes(content) == digest("content", 0, batches[-1][-1])
        others = sum(bool(row(rank + 1, 0)["geom"]) for rank in range(len(batches)))
        assert (told.facts, told.located) == (len(batches) + 1, others + located)


# ---- what happens to a fact --------------------------------------------------------------------


def test_the_same_file_again_brings_nothing_new(observatory: World) -> None:
    with scratch(observatory) as connection:
        imported(connection, {0: 0, 1: 1}, DAY_ONE)
        assert imported(connection, {0: 0, 1: 1}, DAY_ONE)[1] == Upserted(0, 0, 2, 0, 0)


def test_a_corrected_content_replaces_the_old_one_and_keeps_it_in_the_history(observatory: World) -> None:
    with scratch(observatory) as connection:
        imported(connection, {0: 0, 1: 0}, DAY_ONE)
        old = content_rows(connection, "fact")
        _, counted = imported(connection, {0: 1, 1: 0}, DAY_ONE + timedelta(1))
        assert counted == Upserted(created=0, revised=1, unchanged=1, older=0, tied=0)
        key = digest("key", 0)
        assert (key, digest("content", 0, 1)) in content_rows(connection, "fact")
        archived = (key, digest("content", 0, 0))
        assert content_rows(connection, "fact_history") == {archived: old[archived]}


def test_an_older_extraction_that_arrives_late_does_not_replace_the_known_state(observatory: World) -> None:
    with scratch(observatory) as connection:
        imported(connection, {0: 0}, DAY_ONE + timedelta(5))
        current = content_rows(connection, "fact")
        _, counted = imported(connection, {0: 1}, DAY_ONE)
        assert counted == Upserted(created=0, revised=1, unchanged=0, older=1, tied=0)
        assert content_rows(connection, "fact") == current
        assert set(content_rows(connection, "fact_history")) == {(digest("key", 0), digest("content", 0, 1))}


def test_of_two_files_extracted_on_the_same_day_the_later_to_arrive_is_right(observatory: World) -> None:
    with scratch(observatory) as connection:
        imported(connection, {0: 0}, DAY_ONE)
        imported(connection, {0: 1}, DAY_ONE)
        assert set(content_rows(connection, "fact")) == {(digest("key", 0), digest("content", 0, 1))}


def test_a_fact_that_returns_to_its_first_content_leaves_no_copy_of_it_in_the_history(
    observatory: World,
) -> None:
    with scratch(observatory) as connection:
        for days, content in enumerate((0, 1, 0)):
            imported(connection, {0: content}, DAY_ONE + timedelta(days))
        assert set(content_rows(connection, "fact_history")) == {(digest("key", 0), digest("content", 0, 1))}


def test_undoing_an_import_that_a_later_one_has_revised_changes_no_current_fact(observatory: World) -> None:
    with scratch(observatory) as connection:
        first, _ = imported(connection, {0: 0}, DAY_ONE)
        imported(connection, {0: 1}, DAY_ONE + timedelta(1))
        before = dump(connection)["fact"]
        incidents.undo(connection, first)
        assert dump(connection)["fact"] == before
        assert dump(connection)["fact_history"] == []


# ---- laws ----------------------------------------------------------------------------------------


@given(sequences)
def test_whatever_comes_and_goes_the_tables_say_what_the_model_says(
    observatory: World, steps: list[tuple[File, date] | int]
) -> None:
    with scratch(observatory) as connection:
        model, standing = Model(), []
        seen: dict[tuple[bytes, bytes], str] = {}
        for step in steps:
            if isinstance(step, int):
                if standing:
                    number = standing.pop(step % len(standing))
                    incidents.undo(connection, number)
                    model.undo(number)
            else:
                number, counted = imported(connection, *step)
                standing.append(number)
                assert counted == model.add(number, *step)
            assert_like(connection, model, seen)


@given(st.lists(dated_files, max_size=4), dated_files)
def test_an_import_and_its_undo_leave_every_byte_as_it_was(
    observatory: World, past: list[tuple[File, date]], file: tuple[File, date]
) -> None:
    with scratch(observatory) as connection:
        for known in past:
            imported(connection, *known)
        before = dump(connection)
        number, _ = imported(connection, *file)
        incidents.undo(connection, number)
        assert dump(connection) == before


@given(st.lists(dated_files, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_undone_in_any_order_nothing_remains(
    observatory: World, past: list[tuple[File, date]], chance: object
) -> None:
    with scratch(observatory) as connection:
        numbers = [imported(connection, *known)[0] for known in past]
        chance.shuffle(numbers)  # type: ignore[attr-defined]
        for number in numbers:
            incidents.undo(connection, number)
        assert dump(connection) == {"fact": [], "fact_version": [], "fact_history": []}


@given(
    st.lists(files, min_size=2, max_size=4).flatmap(
        lambda some: st.tuples(st.just(some), st.permutations(range(len(some))))
    )
)
def test_when_each_file_has_its_own_date_the_order_of_arrival_does_not_matter(
    observatory: World, case: tuple[list[File], list[int]]
) -> None:
    some, order = case
    states = []
    for arrival in (range(len(some)), order):
        with scratch(observatory) as connection:
            for position in arrival:
                imported(connection, some[position], DAY_ONE + timedelta(position))
            dates = connection.execute(text("select key, content, as_of from confidential.fact_version"))
            states.append(
                (
                    content_rows(connection, "fact"),
                    content_rows(connection, "fact_history"),
                    {(bytes(k), bytes(c), d) for k, c, d in dates},
                )
            )
    assert states[0] == states[1]


@given(files, st.integers(0, 6))
def test_a_file_cut_in_two_equals_the_whole(observatory: World, file: File, cut: int) -> None:
    states = []
    items = list(file.items())
    for parts in ([items], [items[:cut], items[cut:]]):
        with scratch(observatory) as connection:
            for part in parts:
                imported(connection, dict(part), DAY_ONE)
            states.append((content_rows(connection, "fact"), content_rows(connection, "fact_history")))
    assert states[0] == states[1]

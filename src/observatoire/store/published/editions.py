"""Editions: written once when published, then only read again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import ARRAY, Connection, Text, any_, func, insert, literal, select, text, update

from observatoire.disclosure.policy import POLICY_NAME, POLICY_VERSION, Audience, cube_of
from observatoire.disclosure.released import Count, Released, ValueState
from observatoire.disclosure.reopening import reopen
from observatoire.store.copying import copy_frame
from observatoire.store.queries import query
from observatoire.store.tables import count, edition, published_coverage


@dataclass(frozen=True, slots=True)
class EditionRecord:
    """An edition: when, under which policy, on which geography and taxonomy, and what its audit said.

    ``previous``: the edition in force when it was published. A withdrawn one answers nothing any more.
    """

    number: int
    published_at: datetime
    policy: str
    policy_version: int
    geography: int
    taxonomy: int
    digest: str
    audit: dict[str, Any]
    previous: int | None = None
    withdrawn_at: datetime | None = None
    withdrawal_reason: str | None = None


@dataclass(frozen=True, slots=True)
class PublishedCell:
    """One value of an edition; zeros are not stored (see ``PublishedCoverage``)."""

    group: str
    year: int
    level: str
    code: str
    category: str
    count: Count


@dataclass(frozen=True, slots=True)
class PublishedCoverage:
    """What a territory's values of a year rest on; without a cell, 12 months received mean zero.

    ``settled_by``: the edition that told the year so; later ones repeat it. ``small_commune``: its zeros
    wait (see ``analyses.published_zeros``).
    """

    group: str
    year: int
    level: str
    code: str
    communes: int
    covered_communes: int
    population_share: float | None
    months: int
    fictional: bool
    settled_by: int
    small_commune: bool = False


@dataclass(frozen=True, slots=True)
class SettledYear:
    """A year of a group as an edition first told it: from which edition, and how much was received."""

    group: str
    year: int
    settled_by: int
    months: int


def add(
    connection: Connection,
    geography: int,
    taxonomy: int,
    digest: str,
    audit: dict[str, Any],
    previous: int | None = None,
) -> int:
    """Open an edition and give its number."""
    statement = insert(edition).values(
        policy=POLICY_NAME,
        policy_version=POLICY_VERSION,
        geography=geography,
        taxonomy=taxonomy,
        digest=digest,
        audit=audit,
        previous=previous,
    )
    number: int = connection.execute(statement.returning(edition.c.number)).scalar_one()
    return number


def write_cells(connection: Connection, number: int, cells: Released[list[PublishedCell]]) -> None:
    """Store released cells for the audience that they were released to."""
    rows = cells.value
    frame = pl.DataFrame(
        {
            "edition": [number] * len(rows),
            "audience": [cells.disclosure.audience.value] * len(rows),
            "additivity_group": [r.group for r in rows],
            "year": [r.year for r in rows],
            "level": [r.level for r in rows],
            "code": [r.code for r in rows],
            "category": [r.category for r in rows],
            "value": pl.Series([r.count.value for r in rows], dtype=pl.Int64),
            "state": [r.count.state.value for r in rows],
        }
    )
    copy_frame(connection, "published.count", frame)


def write_coverage(connection: Connection, number: int, rows: Iterable[PublishedCoverage]) -> None:
    """Store what the values rest on."""
    listed = list(rows)
    frame = pl.DataFrame(
        {
            "edition": [number] * len(listed),
            "additivity_group": [r.group for r in listed],
            "year": [r.year for r in listed],
            "level": [r.level for r in listed],
            "code": [r.code for r in listed],
            "communes": [r.communes for r in listed],
            "communes_covered": [r.covered_communes for r in listed],
            "population_share": pl.Series([r.population_share for r in listed], dtype=pl.Float64),
            "months_received": [r.months for r in listed],
            "fictional": [r.fictional for r in listed],
            "settled_by": [r.settled_by for r in listed],
            "small_commune": [r.small_commune for r in listed],
        }
    )
    copy_frame(connection, "published.coverage", frame)


def every(connection: Connection) -> list[EditionRecord]:
    """All editions, latest first."""
    rows = connection.execute(select(edition).order_by(edition.c.number.desc()))
    return [
        EditionRecord(
            r.number,
            r.published_at,
            r.policy,
            r.policy_version,
            r.geography,
            r.taxonomy,
            r.digest,
            r.audit,
            r.previous,
            r.withdrawn_at,
            r.withdrawal_reason,
        )
        for r in rows
    ]


def latest(connection: Connection) -> EditionRecord | None:
    """The edition in force: the last that is not withdrawn; None before the first."""
    return next((record for record in every(connection) if record.withdrawn_at is None), None)


def lock(connection: Connection) -> None:
    """One edition at a time: two published together could each leave out what the other tells."""
    connection.execute(text("lock table published.edition in share row exclusive mode"))


def withdraw(connection: Connection, number: int, reason: str) -> bool:
    """Whether the edition was in force or could be again: it answers nothing from now on."""
    statement = (
        update(edition)
        .where(edition.c.number == number, edition.c.withdrawn_at.is_(None))
        .values(withdrawn_at=func.now(), withdrawal_reason=reason)
    )
    return connection.execute(statement).rowcount == 1


def note(connection: Connection, number: int, fates: dict[str, int]) -> None:
    """Add to what an edition says of its audit how many years it repeats, adds and revises."""
    known = connection.execute(select(edition.c.audit).where(edition.c.number == number)).scalar_one()
    audit = known | {"annees": fates}
    connection.execute(update(edition).where(edition.c.number == number).values(audit=audit))


def settled_years(connection: Connection, number: int) -> dict[tuple[str, int], SettledYear]:
    """The years that an edition tells, by (group, year)."""
    columns = published_coverage.c
    rows = connection.execute(
        select(columns.additivity_group, columns.year, columns.settled_by, func.max(columns.months_received))
        .where(columns.edition == number)
        .group_by(columns.additivity_group, columns.year, columns.settled_by)
    )
    return {(row[0], row[1]): SettledYear(row[0], row[1], row[2], row[3]) for row in rows}


def tellings(connection: Connection, group: str, year: int) -> list[int]:
    """Editions that told a year anew, withdrawn ones too (they were read), oldest first."""
    columns = published_coverage.c
    rows = connection.execute(
        select(columns.settled_by)
        .where(columns.additivity_group == group, columns.year == year)
        .distinct()
        .order_by(columns.settled_by)
    )
    return [row[0] for row in rows]


def repeat(
    connection: Connection, before: int, number: int, group: str, year: int, audiences: Sequence[Audience]
) -> None:
    """Tell a year as an earlier edition did, to the bit, to the audiences that may read it now."""
    values = {"before": before, "number": number, "group": group, "year": year}
    connection.execute(text(query("repeat_coverage")), values)
    for audience in audiences:
        connection.execute(text(query("repeat_counts")), values | {"audience": audience.value})
        connection.execute(text(query("repeat_cells")), values | {"audience": audience.value})


def told(
    connection: Connection, number: int, group: str, year: int
) -> dict[tuple[tuple[str, str], str], Count]:
    """What an edition shows of a year, by ((level, code), category): the same figures for every audience."""
    rows = connection.execute(
        select(count).where(
            count.c.edition == number, count.c.additivity_group == group, count.c.year == year
        )
    )
    return {((r.level, r.code), r.category): Count(r.value, ValueState(r.state)) for r in rows}


def read(
    connection: Connection,
    record: EditionRecord,
    audience: Audience,
    level: str,
    code: str,
    years: Sequence[int],
) -> Released[tuple[list[PublishedCell], list[PublishedCoverage]]]:
    """The cells and coverage of one territory and some years, for an audience."""
    return read_several(connection, record, audience, level, [code], years)


def read_several(
    connection: Connection,
    record: EditionRecord,
    audience: Audience,
    level: str,
    codes: Sequence[str],
    years: Sequence[int],
) -> Released[tuple[list[PublishedCell], list[PublishedCoverage]]]:
    """The cells and coverage of some territories of one level and some years, for an audience."""
    cube = cube_of(audience).value
    number = record.number
    cells = connection.execute(
        select(count).where(
            count.c.edition == number,
            count.c.audience == cube,
            count.c.level == level,
            count.c.code == any_(literal(list(codes), ARRAY(Text))),
            count.c.year.in_(years),
        )
    )
    groups = (
        select(count.c.additivity_group).where(count.c.edition == number, count.c.audience == cube).distinct()
    )
    coverage = connection.execute(
        select(published_coverage).where(
            published_coverage.c.edition == number,
            published_coverage.c.level == level,
            published_coverage.c.code == any_(literal(list(codes), ARRAY(Text))),
            published_coverage.c.year.in_(years),
            published_coverage.c.additivity_group.in_(groups),
        )
    )
    found = (
        [
            PublishedCell(
                r.additivity_group, r.year, r.level, r.code, r.category, Count(r.value, ValueState(r.state))
            )
            for r in cells
        ],
        [
            PublishedCoverage(
                r.additivity_group,
                r.year,
                r.level,
                r.code,
                r.communes,
                r.communes_covered,
                r.population_share,
                r.months_received,
                r.fictional,
                r.settled_by,
                r.small_commune,
            )
            for r in coverage
        ],
    )
    return reopen(found, audience, number, record.policy, record.policy_version)


def covered_communes(
    connection: Connection, number: int, audience: Audience, year: int
) -> dict[str, frozenset[str]]:
    """Communes that each group open to an audience covers in a year of an edition; no count of facts."""
    groups = (
        select(count.c.additivity_group)
        .where(count.c.edition == number, count.c.audience == cube_of(audience).value)
        .distinct()
    )
    rows = connection.execute(
        select(published_coverage.c.additivity_group, published_coverage.c.code).where(
            published_coverage.c.edition == number,
            published_coverage.c.level == "commune",
            published_coverage.c.year == year,
            published_coverage.c.additivity_group.in_(groups),
        )
    )
    found: dict[str, set[str]] = {}
    for group, code in rows:
        found.setdefault(group, set()).add(code)
    return {group: frozenset(codes) for group, codes in found.items()}

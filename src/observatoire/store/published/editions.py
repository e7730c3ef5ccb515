"""Editions: written once when published, then only read again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import ARRAY, Connection, Text, any_, insert, literal, select

from observatoire.disclosure.policy import POLICY_NAME, POLICY_VERSION, Audience, cube_of
from observatoire.disclosure.released import Count, Released, ValueState
from observatoire.disclosure.reopening import reopen
from observatoire.store.copying import copy_frame
from observatoire.store.tables import count, edition, published_coverage


@dataclass(frozen=True, slots=True)
class EditionRecord:
    """An edition: when, under which policy, on which geography and taxonomy, and what its audit said."""

    number: int
    published_at: datetime
    policy: str
    policy_version: int
    geography: int
    taxonomy: int
    digest: str
    audit: dict[str, Any]


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
    """What a territory's values of a year rest on; without a cell, 12 months received mean zero."""

    group: str
    year: int
    level: str
    code: str
    communes: int
    covered_communes: int
    population_share: float | None
    months: int
    fictional: bool


def add(connection: Connection, geography: int, taxonomy: int, digest: str, audit: dict[str, Any]) -> int:
    """Open an edition and give its number."""
    statement = insert(edition).values(
        policy=POLICY_NAME,
        policy_version=POLICY_VERSION,
        geography=geography,
        taxonomy=taxonomy,
        digest=digest,
        audit=audit,
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
        }
    )
    copy_frame(connection, "published.coverage", frame)


def every(connection: Connection) -> list[EditionRecord]:
    """All editions, latest first."""
    rows = connection.execute(select(edition).order_by(edition.c.number.desc()))
    return [
        EditionRecord(
            r.number, r.published_at, r.policy, r.policy_version, r.geography, r.taxonomy, r.digest, r.audit
        )
        for r in rows
    ]


def latest(connection: Connection) -> EditionRecord | None:
    """The edition in force, None before the first."""
    editions = every(connection)
    return editions[0] if editions else None


def read(
    connection: Connection, number: int, audience: Audience, level: str, code: str, years: Sequence[int]
) -> Released[tuple[list[PublishedCell], list[PublishedCoverage]]]:
    """The cells and coverage of one territory and some years, for an audience."""
    return read_several(connection, number, audience, level, [code], years)


def read_several(
    connection: Connection,
    number: int,
    audience: Audience,
    level: str,
    codes: Sequence[str],
    years: Sequence[int],
) -> Released[tuple[list[PublishedCell], list[PublishedCoverage]]]:
    """The cells and coverage of some territories of one level and some years, for an audience."""
    cube = cube_of(audience).value
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
            )
            for r in coverage
        ],
    )
    return reopen(found, audience, number)


def covered_communes(
    connection: Connection, number: int, audience: Audience, year: int
) -> dict[str, frozenset[str]]:
    """Communes that each group open to an audience covers in a year of an edition; no count of facts."""
    groups = (
        select(count.c.additivity_group)
        .where(count.c.edition == number, count.c.audience == audience.value)
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

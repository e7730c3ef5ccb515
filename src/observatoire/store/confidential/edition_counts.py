"""The counts from which each edition told a year: kept, so that no later one tells a small change of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import polars as pl
from sqlalchemy import Connection, insert, select

from observatoire.disclosure.confidential import Confidential
from observatoire.store.copying import copy_frame
from observatoire.store.tables import edition_count, edition_source

Leaf = tuple[str, str]
"""(commune, family): the finest cell of an edition."""


def keep(
    connection: Connection, number: int, group: str, year: int, facts: Confidential[Mapping[Leaf, int]]
) -> None:
    """Store the counts of a year that an edition tells anew."""

    def write(counts: Mapping[Leaf, int]) -> None:
        leaves = sorted(counts)
        frame = pl.DataFrame(
            {
                "edition": pl.Series([number] * len(leaves), dtype=pl.Int32),
                "additivity_group": pl.Series([group] * len(leaves), dtype=pl.String),
                "year": pl.Series([year] * len(leaves), dtype=pl.Int16),
                "commune": pl.Series([commune for commune, _ in leaves], dtype=pl.String),
                "family": pl.Series([family for _, family in leaves], dtype=pl.String),
                "facts": pl.Series([counts[leaf] for leaf in leaves], dtype=pl.Int32),
            }
        )
        copy_frame(connection, "confidential.edition_count", frame)

    facts.map(write)


def of_year(connection: Connection, group: str, year: int) -> Confidential[dict[int, dict[Leaf, int]]]:
    """Counts of a year by the edition that told it anew; one without facts is not in the answer."""
    rows = connection.execute(
        select(edition_count).where(edition_count.c.additivity_group == group, edition_count.c.year == year)
    )
    found: defaultdict[int, dict[Leaf, int]] = defaultdict(dict)
    for row in rows:
        found[row.edition][row.commune, row.family] = row.facts
    return Confidential(dict(found))


def keep_sources(connection: Connection, number: int, group: str, year: int, sources: Sequence[str]) -> None:
    """Store which sources a year was told from: names of contracts, no count."""
    rows = [{"edition": number, "additivity_group": group, "year": year, "source": code} for code in sources]
    connection.execute(insert(edition_source), rows)


def groups_of_sources(connection: Connection, sources: Sequence[str], year: int) -> frozenset[str]:
    """Groups in which a year of any of these sources was ever told."""
    columns = edition_source.c
    rows = connection.execute(
        select(columns.additivity_group).where(columns.source.in_(sources), columns.year == year).distinct()
    )
    return frozenset(row[0] for row in rows)

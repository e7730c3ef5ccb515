"""What an analysis reads of the facts: sources, days, communes, and the fingerprint of what it found."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from observatoire.analyses.coverage import Coverage
from observatoire.analyses.question import Asking
from observatoire.disclosure import gate
from observatoire.disclosure.confidential import Confidential
from observatoire.domain.day_kind import DayGroup
from observatoire.domain.incident import UNCLASSED_ALERT
from observatoire.domain.period import Period, next_month
from observatoire.domain.scope import Scope
from observatoire.domain.source import Source
from observatoire.domain.territory import TerritoryCode
from observatoire.store.confidential import fingerprints
from observatoire.store.confidential.fingerprints import Fingerprint
from observatoire.store.engine import Connection


@dataclass(frozen=True, slots=True)
class Reading:
    """Facts that an answer reads.

    ``territory``: None is that of the question; ``classes``: whether the share to be classed, in the proof,
    is that of these facts; ``unplaced``: whether those that may lie inside or outside are read too; ``days``:
    the only days read; ``neighbourhoods``: whether the answer tells in which neighbourhood a fact lies.
    """

    sources: tuple[Source, ...]
    periods: tuple[Period, ...]
    communes: frozenset[str]
    territory: TerritoryCode | None = None
    classes: bool = True
    unplaced: bool = True
    days: tuple[DayGroup, ...] | None = None
    neighbourhoods: bool = False


@dataclass(frozen=True, slots=True)
class FactsRead:
    """Numbers of the imports that said the facts read, by source; a digest of these facts. No count."""

    imports: dict[str, list[int]]
    digest: str


def by_group(asking: Asking, coverage: Coverage, *, classes: bool = True) -> list[Reading]:
    """The facts of each additivity group, where its own sources cover."""
    return [
        Reading(tuple(sources), (coverage.period,), coverage.of(sources).covered, classes=classes)
        for sources in asking.groups.values()
    ]


def runs(months: Iterable[date]) -> tuple[Period, ...]:
    """Whole months as the fewest periods."""
    found: list[Period] = []
    for month in sorted(months):
        if found and found[-1].end == month:
            found[-1] = Period(found[-1].start, next_month(month))
        else:
            found.append(Period(month, next_month(month)))
    return tuple(found)


def short(content: Any) -> str:  # noqa: ANN401
    """Digest of plain values: 32 hexadecimal digits, the same whatever the order of their keys."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def facts_read(
    connection: Connection,
    territory: TerritoryCode,
    leaves: tuple[str, ...] | None,
    readings: Iterable[Reading],
) -> FactsRead:
    """Read the fingerprints of all that an answer reads."""
    listed = list(readings)
    boxes = [_read(connection, territory, leaves, reading) for reading in listed]
    together: Confidential[list[list[Fingerprint]]] = Confidential([])
    for box in boxes:
        together = together.combine(box, lambda before, one: [*before, one])
    classed = [reading.classes for reading in listed]
    imports, digest = gate.traces(together.map(lambda found: _traces(found, classed)))
    return FactsRead(imports, digest)


def _read(
    connection: Connection, territory: TerritoryCode, leaves: tuple[str, ...] | None, reading: Reading
) -> Confidential[list[Fingerprint]]:
    found: Confidential[list[Fingerprint]] = Confidential([])
    part = reading.unplaced and reading.territory is None and territory.level.is_part_of_communes
    codes = tuple(source.code for source in reading.sources)
    for period in reading.periods if codes and reading.communes else ():
        scope = Scope(reading.territory or territory, period, codes, leaves, reading.days)
        inside = fingerprints.inside(
            connection, scope, reading.communes, neighbourhoods=reading.neighbourhoods
        )
        found = found.combine(inside, _joined)
        if part:
            found = found.combine(fingerprints.unplaced(connection, scope, reading.communes), _joined)
    return found


def _joined(before: list[Fingerprint], more: list[Fingerprint]) -> list[Fingerprint]:
    return [*before, *more]


def _traces(found: list[list[Fingerprint]], classed: list[bool]) -> tuple[dict[str, list[int]], str]:
    """(numbers of the imports by source, digest of the facts and of their share still to be classed)."""
    numbers: dict[str, set[int]] = {}
    for row in (row for rows in found for row in rows if row.value is not None):
        numbers.setdefault(row.source, set()).add(row.import_number)
    values = [[[r.source, r.import_number, r.value] for r in rows if r.value is not None] for rows in found]
    shares = _shares(row for rows, kept in zip(found, classed, strict=True) if kept for row in rows)
    return {source: sorted(own) for source, own in sorted(numbers.items())}, short([values, shares])


def _shares(rows: Iterable[Fingerprint]) -> dict[str, float | None]:
    """Shares to be classed as the proof states them: of all, and of the sources above the alert."""
    facts, unclassed = Counter[str](), Counter[str]()
    for row in rows:
        facts[row.source] += row.facts
        unclassed[row.source] += row.unclassed
    total = facts.total()
    own = {code: round(unclassed[code] / n, 4) for code, n in facts.items() if n}
    return {
        "": round(unclassed.total() / total, 4) if total else None,
        **{code: share for code, share in own.items() if share > UNCLASSED_ALERT},
    }

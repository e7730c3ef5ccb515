"""From the drawn facts to the content of every file, keeping count of what was done to each row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from observatoire.demo import dirt, events, formats, places
from observatoire.demo.catalogue import CORRECTIONS, KINDS
from observatoire.demo.events import Facts, stream
from observatoire.demo.formats import FORMATS, Row
from observatoire.demo.places import DemoCommune, Floats, Ints, Place
from observatoire.demo.plan import (
    CORRECTED_MONTH,
    LANDLORD,
    MONTHS,
    POLICE,
    TRANSPORT,
    DemoFile,
    DemoPlan,
    PlannedFile,
    Sending,
    make_plan,
)

CORRECTED_SHARE = 0.15
"""Share, among the facts that can be corrected, of those whose label the corrected file changes."""


@dataclass(frozen=True, slots=True)
class SourceRows:
    """The facts (n) of a source as written rows (n), the month (n,) of the file that holds each,
    and the ranks of the altered rows by kind of dirt."""

    source: str
    facts: Facts
    rows: list[Row]
    month: Ints
    altered: dict[str, Ints]

    def ranks_of(self, index: int) -> Ints:
        """Ranks of the facts of one monthly file."""
        return np.flatnonzero(self.month == index)

    def altered_in(self, index: int) -> dict[str, int]:
        """How many rows of one month are altered, by kind."""
        counts = {kind: int((self.month[ranks] == index).sum()) for kind, ranks in self.altered.items()}
        return {kind: count for kind, count in counts.items() if count}


@dataclass(frozen=True, slots=True)
class BuiltFile:
    """A file and its account: rows read, and how many the importer is to put in each bucket.

    ``buckets`` has the six wire names; ``dirt`` counts rows per kind of dirt.
    """

    file: DemoFile
    planned: PlannedFile
    facts: int
    buckets: dict[str, int]
    dirt: dict[str, int]


@dataclass(frozen=True, slots=True)
class Demo:
    """Everything drawn for one first month and seed."""

    seed: int
    plan: DemoPlan
    files: tuple[BuiltFile, ...]
    sources: dict[str, SourceRows]
    hotspot_centres: tuple[Floats, ...]
    corrected: dict[int, str] = field(default_factory=dict)
    """Rank of the police facts that the corrected file changes -> their leaf afterwards."""


def build(communes: Sequence[DemoCommune], first_month: date, seed: int) -> Demo:
    """Draw, write and spoil every file, in the order of the plan."""
    plan = make_plan(first_month)
    all_places = places.make_places(communes, stream(seed, "centres"))
    sources = {
        POLICE: _police(plan.first_month, seed, all_places),
        TRANSPORT: _transport(plan.first_month, seed, all_places),
        LANDLORD: _landlord(plan.first_month, seed),
    }
    corrected = _choose_corrections(sources[POLICE], stream(seed, "corrections"))
    files = tuple(_build_file(planned, plan, sources, corrected, seed) for planned in plan.files)
    centres = tuple(places.hotspot_centre(spec, all_places) for spec in places.HOTSPOTS)
    return Demo(seed, plan, files, sources, centres, corrected)


def _police(first: date, seed: int, all_places: Sequence[Place]) -> SourceRows:
    facts = events.draw_police(first, seed, all_places)
    rows = formats.police_rows(facts, all_places, stream(seed, "ecriture police"))
    return _spoil(POLICE, facts, rows, first, seed, _far_points(all_places))


def _transport(first: date, seed: int, all_places: Sequence[Place]) -> SourceRows:
    stops = places.make_stops(all_places, stream(seed, "arrets"))
    facts = events.draw_transport(first, seed, len(stops))
    rows = formats.transport_rows(facts, stops, stream(seed, "ecriture transport"))
    return _spoil(TRANSPORT, facts, rows, first, seed, {})


def _landlord(first: date, seed: int) -> SourceRows:
    residences = places.residence_names()
    facts = events.draw_landlord(first, seed, len(residences))
    rows = formats.landlord_rows(facts, residences, stream(seed, "ecriture bailleur"))
    return _spoil(LANDLORD, facts, rows, first, seed, {})


def _far_points(all_places: Sequence[Place]) -> dict[str, tuple[str, str]]:
    """For each commune, the main centre of the commune farthest from it, as written in an export."""
    centres = np.array([place.centres[0] for place in all_places])
    distances = np.hypot(*(centres[:, None, :] - centres[None, :, :]).transpose(2, 0, 1))
    return {
        place.commune.code: (
            formats.decimal_comma(centres[farthest, 0]),
            formats.decimal_comma(centres[farthest, 1]),
        )
        for place, farthest in zip(all_places, distances.argmax(axis=1), strict=True)
    }


def _spoil(
    source: str,
    facts: Facts,
    rows: list[Row],
    first: date,
    seed: int,
    far_points: Mapping[str, tuple[str, str]],
) -> SourceRows:
    """Alter cells month by month, and remember which rows were altered."""
    month = events.month_index(facts.day, first)
    tomorrow = facts.day + np.timedelta64(1, "D")
    ends_month = events.month_index(tomorrow, first) != month
    rng = stream(seed, f"salissures {source}")
    altered: dict[str, list[int]] = {}
    for index in range(MONTHS):
        ranks = np.flatnonzero(month == index)
        eligible = np.flatnonzero(facts.planted[ranks] == events.BACKGROUND)
        last_day = frozenset(np.flatnonzero(ends_month[ranks]).tolist())
        batch = dirt.MonthOfRows(source, [rows[rank] for rank in ranks], eligible, last_day)
        for kind, positions in dirt.alter(batch, far_points, rng).items():
            altered.setdefault(kind, []).extend(ranks[positions].tolist())
    return SourceRows(
        source, facts, rows, month, {kind: np.array(ranks, dtype=np.int64) for kind, ranks in altered.items()}
    )


def _choose_corrections(police: SourceRows, rng: np.random.Generator) -> dict[int, str]:
    """Rank of each fact that the corrected file changes, with its new leaf."""
    spoiled = set(np.concatenate([*police.altered.values(), np.empty(0, dtype=np.int64)]).tolist())
    chosen: dict[int, str] = {}
    for rank in police.ranks_of(CORRECTED_MONTH).tolist():
        leaf = KINDS[POLICE][police.facts.kind[rank]].leaf
        planted = police.facts.planted[rank] != events.BACKGROUND
        if leaf in CORRECTIONS and rank not in spoiled and not planted and rng.random() < CORRECTED_SHARE:
            chosen[rank] = CORRECTIONS[leaf][0]
    return chosen


def _build_file(
    planned: PlannedFile,
    plan: DemoPlan,
    sources: Mapping[str, SourceRows],
    corrected: Mapping[int, str],
    seed: int,
) -> BuiltFile:
    source = sources[planned.source]
    index = int(events.month_index(np.array([planned.month], dtype="datetime64[D]"), plan.first_month)[0])
    if planned.sending is Sending.CORRECTED:
        return _corrected_file(planned, source, index, corrected)
    overlapping = planned.sending is Sending.OVERLAPPING
    previous = source.ranks_of(index - 1).tolist() if overlapping else []
    ranks = source.ranks_of(index).tolist()
    rows = [source.rows[rank] for rank in (*previous, *ranks)]
    rng = stream(seed, f"fichier {planned.name}")
    written, added = dirt.add_rows(planned.source, index, plan.first_month, rows, rng)
    quarantine = (dirt.IMPOSSIBLE_DATE, dirt.FUTURE_DATE, dirt.WRONG_FIELDS)
    aside = (dirt.TOTAL_LINE, dirt.FOOTER, dirt.REPEATED_HEADER)
    buckets = {
        "creees": len(ranks),
        "revisees": 0,
        "inchangees": len(previous),
        "doublons": added.get(dirt.DUPLICATE, 0),
        "quarantaine": sum(added.get(kind, 0) for kind in quarantine),
        "ecartees": sum(added.get(kind, 0) for kind in aside),
        "effacees": 0,
    }
    counts = source.altered_in(index)
    if overlapping:
        for kind, count in source.altered_in(index - 1).items():
            counts[kind] = counts.get(kind, 0) + count
    return _file(planned, written, len(rows), buckets, {**counts, **added})


def _corrected_file(
    planned: PlannedFile, source: SourceRows, index: int, corrected: Mapping[int, str]
) -> BuiltFile:
    """The month again, same references, some categories changed; no rows other than facts."""
    new_labels = dict(CORRECTIONS.values())
    column = FORMATS[planned.source].label_column
    rows: list[Row] = []
    for rank in source.ranks_of(index).tolist():
        row = list(source.rows[rank])
        if rank in corrected:
            row[column] = new_labels[corrected[rank]]
        rows.append(row)
    buckets = {
        "creees": 0,
        "revisees": len(corrected),
        "inchangees": len(rows) - len(corrected),
        "doublons": 0,
        "quarantaine": 0,
        "ecartees": 0,
        "effacees": 0,
    }
    return _file(planned, rows, len(rows), buckets, source.altered_in(index))


def _file(
    planned: PlannedFile, rows: list[Row], facts: int, buckets: dict[str, int], counts: dict[str, int]
) -> BuiltFile:
    content = formats.write_csv(planned.source, rows)
    file = DemoFile(planned.source, planned.month, planned.name, content)
    return BuiltFile(file, planned, facts, buckets, counts)

"""Facts that an interval holds, shared out over the slots of the days asked for."""

from collections.abc import Iterator

import numpy as np

from observatoire.analyses.slot_cutting import Cutting
from observatoire.domain.day_kind import DayGroup
from observatoire.domain.territory import timezone_of
from observatoire.statistics import slot_weights
from observatoire.statistics.slot_weights import SlotWeights
from observatoire.store.confidential.counts import IntervalCounts


def shared_out(
    intervals: IntervalCounts, cutting: Cutting, groups: tuple[DayGroup, ...] | None
) -> SlotWeights:
    """Each interval on the clock of its own commune, and only over the days asked for there.

    ``groups``: the days asked for, each with its clock; None for all.
    """
    shared = slot_weights.known(np.zeros(168, dtype=np.int64), cutting.split)
    where = np.array(intervals.departement, dtype=object)
    for here, zone, days in _clocks(where, groups):
        shared = shared + slot_weights.spread(
            intervals.start[here], intervals.end[here], intervals.facts[here], zone, cutting.split, days
        )
    return shared


def _clocks(
    departements: np.ndarray, groups: tuple[DayGroup, ...] | None
) -> Iterator[tuple[np.ndarray, str, np.ndarray | None]]:
    """(intervals that share it, clock, days asked for or None for all)."""
    if groups is not None:
        for group in groups:
            here = np.isin(departements, np.array(group.departements, dtype=object))
            yield here, str(group.clock), np.array(group.days, dtype="datetime64[D]")
        return
    zones = np.array([timezone_of(departement) for departement in departements], dtype=object)
    for zone in dict.fromkeys(zones):
        yield zones == zone, str(zone), None

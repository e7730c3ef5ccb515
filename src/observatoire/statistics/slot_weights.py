"""Facts known to lie in an interval, shared out over the slots of the week."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from observatoire.statistics.aoristic import Days, Instants, hour_weights
from observatoire.statistics.time_slots import Preset, Split, slot_matrix

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_ROWS = 10_000
"""Intervals at a time: 168 weights each."""
_DAY = np.timedelta64(24, "h")


@dataclass(frozen=True, slots=True, eq=False)
class SlotWeights:
    """Sums of weights, and of their squares (their variance), by slot.

    Attributes:
        total: shape (7, S), Monday first; sums to ``kept``, less ``elsewhere``.
        squares: same shape.
        kept: facts shared out.
        excluded: facts whose interval lasts more than 168 hours.
        over_a_day: facts kept whose interval lasts more than 24 hours.
        elsewhere: the parts of facts kept that fall on days that are not asked for, summed.
    """

    total: Floats
    squares: Floats
    kept: int
    excluded: int
    over_a_day: int
    elsewhere: float = 0.0

    def __add__(self, other: "SlotWeights") -> "SlotWeights":
        """Facts of both."""
        return SlotWeights(
            self.total + other.total,
            self.squares + other.squares,
            self.kept + other.kept,
            self.excluded + other.excluded,
            self.over_a_day + other.over_a_day,
            self.elsewhere + other.elsewhere,
        )


def known(hour_of_week_counts: Integers, split: Preset | Split) -> SlotWeights:
    """Facts whose hour is known: each weighs 1 on one slot. ``hour_of_week_counts``: shape (168,)."""
    total = slot_matrix(hour_of_week_counts, split).astype(np.float64)
    return SlotWeights(total, total.copy(), int(hour_of_week_counts.sum()), 0, 0)


def spread(
    start: Instants,
    end: Instants,
    facts: Integers,
    zone: str,
    split: Preset | Split,
    days: Days | None = None,
) -> SlotWeights:
    """Facts that an interval holds, by the time that it spends in each slot (see ``aoristic``).

    Args:
        start: instants (UTC), shape (n,).
        end: exclusive ends, after their starts, same shape.
        facts: how many facts each interval stands for, same shape.
        zone: IANA name of the local time.
        split: how days are cut.
        days: the only local days whose hours receive a part; None for all.
    """
    slots = np.array([slot_matrix(hour, split).ravel() for hour in np.eye(168)])
    total, squares = np.zeros(slots.shape[1]), np.zeros(slots.shape[1])
    kept = np.zeros(start.size, dtype=bool)
    for begin in range(0, start.size, _ROWS):
        part = slice(begin, begin + _ROWS)
        hours = hour_weights(start[part], end[part], zone, hours=168, days=days)
        kept[part] = ~np.isnan(hours[:, 0])
        weights = hours[kept[part]] @ slots
        number = facts[part][kept[part]]
        total += number @ weights
        squares += number @ weights**2
    long = end - start > _DAY
    shape = (7, slots.shape[1] // 7)
    return SlotWeights(
        total.reshape(shape),
        squares.reshape(shape),
        int(facts[kept].sum()),
        int(facts[~kept].sum()),
        int(facts[kept & long].sum()),
        0.0 if days is None else float(facts[kept].sum() - total.sum()),
    )

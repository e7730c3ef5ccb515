"""When in the week facts happen, against the time that each slot lasted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from observatoire.statistics.not_computable import NotComputable
from observatoire.statistics.significance import benjamini_hochberg, binomial_two_sided, binomial_upper

Floats = NDArray[np.float64]
Number = TypeVar("Number", np.int64, np.float64)
Preset = Literal["1h", "3h", "6h", "service"]

HOURS_PER_DAY, HOURS_PER_WEEK = 24, 168


@dataclass(frozen=True, slots=True)
class Slot:
    """A slice of the day, in local civil time.

    Attributes:
        label: French name, as shown.
        start_hour: 0 to 23; a slot of a service day may start after midnight.
        hours: length.
    """

    label: str
    start_hour: int
    hours: int


FEWEST_CUTS, MOST_CUTS = 2, 24


@dataclass(frozen=True, slots=True)
class Split:
    """A day cut into slots.

    ``cuts``: the hours at which slots begin, increasing: the first from 0 to 23, the others before the same
    hour of the next day (24 is the midnight that ends the day). The last slot runs to the first cut of the
    next day, so the hours before the first cut belong to the day before.
    """

    cuts: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse what does not cut a day.

        Raises:
            ValueError: fewer than 2 cuts or more than 24, a first cut outside 0..23, hours out of order.
        """
        if not FEWEST_CUTS <= len(self.cuts) <= MOST_CUTS:
            raise ValueError("a day is cut into 2 to 24 slots")
        if not 0 <= self.cuts[0] < HOURS_PER_DAY or min(self.lengths) < 1:
            raise ValueError("cuts are hours of one day, each after the one before")

    @property
    def lengths(self) -> tuple[int, ...]:
        """Hours of each slot; 24 in all."""
        return tuple(b - a for a, b in pairwise((*self.cuts, self.cuts[0] + HOURS_PER_DAY)))


_SPLITS: Mapping[str, Split] = MappingProxyType(
    {
        "1h": Split(tuple(range(24))),
        "3h": Split(tuple(range(0, 24, 3))),
        "6h": Split((0, 6, 12, 18)),
        "service": Split((6, 12, 18, 24)),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class SlotTests:
    """A week of facts against equal intensity at every hour; arrays are (7, S), Monday first.

    Attributes:
        chi_square: Pearson's goodness of fit over the slots with exposure.
        degrees_of_freedom: slots with exposure, minus 1.
        p: of ``chi_square`` (approximation; poor when many slots expect less than 1).
        expected: facts that each slot would hold, 0 without exposure.
        slot_p: exact binomial p-value of each slot; NaN without exposure.
        slot_q: ``slot_p`` corrected by Benjamini-Hochberg over the week.
        residuals: adjusted residuals, roughly standard normal; NaN without exposure.
    """

    chi_square: float
    degrees_of_freedom: int
    p: float
    expected: Floats
    slot_p: Floats
    slot_q: Floats
    residuals: Floats


def slots(split: Preset | Split) -> tuple[Slot, ...]:
    """Name the slots of a day, in the order of the matrix columns.

    ``service`` is the service day, from 6 in the morning to 6 the next morning.

    Raises:
        ValueError: unknown preset.
    """
    found = _split(split)
    return tuple(_slot(start, hours) for start, hours in zip(found.cuts, found.lengths, strict=True))


def slot_matrix(hour_of_week_counts: NDArray[Number], split: Preset | Split) -> NDArray[Number]:
    """Gather the hours of the week into slots; the total is conserved.

    Args:
        hour_of_week_counts: shape (168,), 0 is Monday from 00:00 to 01:00, local civil time.
        split: with ``service`` the hours before 6 belong to the day before: Saturday at 02:00
            is Friday's last slot, Monday at 02:00 is Sunday's.

    Returns:
        Shape (7, S), Monday first.

    Raises:
        ValueError: another shape, or an unknown preset.
    """
    hours = np.asarray(hour_of_week_counts)
    if hours.shape != (HOURS_PER_WEEK,):
        raise ValueError("a week has 168 hours")
    cuts = np.array(_split(split).cuts)
    week = np.roll(hours, -cuts[0]).reshape(7, HOURS_PER_DAY)
    return np.asarray(np.add.reduceat(week, cuts - cuts[0], axis=1))


def exposure(first_day: date, days: int, split: Preset | Split) -> Floats:
    """Count the hours that a period spends in each slot.

    The period runs from midnight to midnight, so under ``service`` its first night counts for the
    service day before. Every day counts 24 hours: clock changes are ignored, that is one hour on
    a Sunday from 2 to 3, lost in March and given back in October.

    Args:
        first_day: local calendar day.
        days: number of days, 0 or more.
        split: as in :func:`slot_matrix`.

    Returns:
        Hours, shape (7, S), Monday first.

    Raises:
        ValueError: negative number of days, or an unknown preset.
    """
    if days < 0:
        raise ValueError("a period has 0 days or more")
    weeks, rest = divmod(days, 7)
    times = np.full(7, float(weeks))
    times[(first_day.weekday() + np.arange(rest)) % 7] += 1
    return slot_matrix(np.repeat(times, 24), split)


def slot_tests(counts: ArrayLike, exposure_hours: ArrayLike, *, excess_only: bool = False) -> SlotTests:
    """Test each slot of the week against its share of the exposure.

    Pearson 1900 for the whole week; exact binomial test for each slot; Haberman 1973,
    Biometrics 29, for the adjusted residuals ``(O - E)/sqrt(E (1 - share))``. Counts must be whole
    facts: aoristic weights are not Poisson and need a bootstrap.

    Args:
        counts: facts, shape (7, S).
        exposure_hours: hours, same shape; 0 leaves a slot out of the tests.
        excess_only: test "more than its share" (one-sided) instead of "another share".

    Raises:
        NotComputable: ``trop_peu_de_faits`` without any fact.
        ValueError: shapes that disagree, fewer than two slots with exposure, facts in a slot
            without exposure, a count negative or fractional.
    """
    observed, hours = np.asarray(counts, dtype=np.float64), np.asarray(exposure_hours, dtype=np.float64)
    _check(observed, hours)
    total = float(observed.sum())
    if total == 0:
        raise NotComputable("trop_peu_de_faits")
    exposed = hours > 0
    share = hours / hours.sum()
    expected = total * share
    facts, wait, part = observed[exposed], expected[exposed], share[exposed]
    chi_square = float(np.sum((facts - wait) ** 2 / wait))
    degrees = int(exposed.sum()) - 1
    exact = binomial_upper if excess_only else binomial_two_sided
    slot_p = _spread(exact(facts, total, part), exposed)
    return SlotTests(
        chi_square=chi_square,
        degrees_of_freedom=degrees,
        p=float(special.chdtrc(degrees, chi_square)),
        expected=expected,
        slot_p=slot_p,
        slot_q=benjamini_hochberg(slot_p),
        residuals=_spread((facts - wait) / np.sqrt(wait * (1 - part)), exposed),
    )


def _check(observed: Floats, hours: Floats) -> None:
    if observed.ndim != 2 or observed.shape[0] != 7 or hours.shape != observed.shape:
        raise ValueError("counts and exposure_hours have seven rows and the same slots")
    if not np.all((observed >= 0) & (observed == np.floor(observed)) & np.isfinite(observed)):
        raise ValueError("a count is a whole number, 0 or more")
    if not np.all((hours >= 0) & np.isfinite(hours)) or np.count_nonzero(hours) < 2:
        raise ValueError("at least two slots have hours")
    if np.any(observed[hours == 0] > 0):
        raise ValueError("a slot with facts has hours")


def _spread(values: Floats, exposed: NDArray[np.bool_]) -> Floats:
    result = np.full(exposed.shape, np.nan)
    result[exposed] = values
    return result


def preset(name: str) -> Split:
    """The split of that name.

    Raises:
        ValueError: unknown preset.
    """
    try:
        return _SPLITS[name]
    except KeyError:
        raise ValueError("a preset is 1h, 3h, 6h or service") from None


def _split(split: Preset | Split) -> Split:
    if isinstance(split, Split):
        return split
    return preset(split)


def _slot(start: int, hours: int) -> Slot:
    first, last = start % HOURS_PER_DAY, start % HOURS_PER_DAY + hours
    end = last if last <= HOURS_PER_DAY else last - HOURS_PER_DAY
    day_after = " (lendemain)" if start >= HOURS_PER_DAY else ""
    return Slot(f"{first:02d}h-{end:02d}h{day_after}", first, hours)

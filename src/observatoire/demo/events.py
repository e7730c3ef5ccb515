"""Draw the facts of a source: how many of each kind per month, then day, hour and place.

Counts come from their own random streams, so that they do not depend on the contours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zlib import crc32

import numpy as np
import numpy.typing as npt

from observatoire.demo import catalogue, places
from observatoire.demo.catalogue import HOURS, KINDS, OPERATING_HOURS, SEASONS, WEEKDAYS, Kind
from observatoire.demo.places import HOTSPOTS, Floats, HotspotSpec, Ints, Place
from observatoire.demo.plan import LANDLORD, MONTHS, POLICE, SOURCES, TRANSPORT, has_facts, shift

Days = npt.NDArray[np.datetime64]

UNKNOWN_MINUTE = -1
BACKGROUND, FRIDAY_NIGHT, FIRST_HOTSPOT = 0, 1, 2
"""Values of ``Facts.planted``; the hotspots follow each other from ``FIRST_HOTSPOT``."""
OVERDISPERSION = 1.5
"""Variance over mean of each kind's monthly count."""
FRIDAY_FACTS_PER_WEEK = 5.0
FRIDAY_LEAF = "A101"
UNKNOWN_HOUR_SHARE = {POLICE: 0.08, TRANSPORT: 0.03, LANDLORD: 0.65}
UNLOCATED_SHARE = 0.12
"""Share of the police facts written without coordinates."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of one source as columns of n rows, in order of time.

    ``day`` is the day written in the export (the operating day for transport); ``minute`` counts
    from its midnight (1440 and more: the next day) or is -1; ``kind`` indexes ``KINDS[source]``;
    ``place`` the commune (or the stop, for transport); ``xy`` (n, 2) Lambert-93, NaN if unlocated.
    """

    day: Days
    minute: Ints
    kind: Ints
    place: Ints
    xy: Floats
    planted: Ints

    def __len__(self) -> int:
        return len(self.day)

    @property
    def local_day(self) -> Days:
        """The civil day of each fact."""
        return np.asarray(self.day + (self.minute // 1440 > 0).astype("timedelta64[D]"))

    def take(self, rows: Ints) -> "Facts":
        """The given rows, in the given order."""
        return Facts(
            self.day[rows],
            self.minute[rows],
            self.kind[rows],
            self.place[rows],
            self.xy[rows],
            self.planted[rows],
        )


def stream(seed: int, name: str) -> np.random.Generator:
    """An independent random stream per purpose: changing one leaves the others as they are."""
    return np.random.default_rng(np.random.SeedSequence([seed, crc32(name.encode())]))


def month_index(days: Days, first: date) -> Ints:
    """Months elapsed from ``first`` to each day (n,)."""
    return np.asarray(days.astype("datetime64[M]").astype(int) - np.datetime64(first, "M").astype(int))


def draw_police(first: date, seed: int, all_places: Sequence[Place]) -> Facts:
    """Background, two hotspots and the Friday nights, with 12 % of the facts unlocated."""
    rng = stream(seed, "police")
    weights = places.commune_weights(all_places, stream(seed, "communes"))
    background = _locate(_draw_background(POLICE, first, seed), all_places, weights, rng)
    friday = _locate(_draw_friday_nights(first, stream(seed, "vendredi")), all_places, weights, rng)
    hotspots = [
        _draw_hotspot(spec, FIRST_HOTSPOT + rank, first, all_places, stream(seed, spec.name))
        for rank, spec in enumerate(HOTSPOTS)
    ]
    facts = _concatenate([background, friday, *hotspots])
    facts.xy[rng.random(len(facts)) < UNLOCATED_SHARE] = np.nan
    return _in_order(facts, rng)


def draw_transport(first: date, seed: int, stop_count: int) -> Facts:
    """Facts at stops; ``place`` is the rank of the stop, and its coordinates stay with the stop."""
    rng = stream(seed, "transport")
    facts = _draw_background(TRANSPORT, first, seed)
    weights = rng.gamma(2.0, 1.0, stop_count)
    facts.place[:] = rng.choice(stop_count, len(facts), p=weights / weights.sum())
    _keep_out_of_nil_months(facts, first)
    return _in_order(facts, rng)


def draw_landlord(first: date, seed: int, residence_count: int) -> Facts:
    """Facts at residences; ``place`` is the rank of the residence; no coordinates."""
    rng = stream(seed, "bailleur")
    facts = _draw_background(LANDLORD, first, seed)
    weights = rng.gamma(3.0, 1.0, residence_count)
    facts.place[:] = rng.choice(residence_count, len(facts), p=weights / weights.sum())
    return _in_order(facts, rng)


def _draw_background(source: str, first: date, seed: int) -> Facts:
    """Facts of every kind and month of a source, with day and minute, still nowhere."""
    rng = stream(seed, f"jours {source}")
    counts = _monthly_counts(source, first, stream(seed, f"effectifs {source}"))
    parts = [
        _draw_month(kind, rank, shift(first, month), int(counts[rank, month]), source, rng)
        for rank, kind in enumerate(KINDS[source])
        for month in range(MONTHS)
        if counts[rank, month]
    ]
    facts = _concatenate(parts)
    facts.minute[rng.random(len(facts)) < UNKNOWN_HOUR_SHARE[source]] = UNKNOWN_MINUTE
    return facts


def _monthly_counts(source: str, first: date, rng: np.random.Generator) -> Ints:
    """Counts (kinds, 48): Poisson around a gamma mean, so that variance / mean is ``OVERDISPERSION``."""
    expected = expected_counts(source, first)
    spread = OVERDISPERSION - 1.0
    means = np.zeros_like(expected)
    means[expected > 0] = rng.gamma(expected[expected > 0] / spread, spread)
    return np.asarray(rng.poisson(means))


def expected_counts(source: str, first: date) -> Floats:
    """Expected background facts (kinds, 48); silent and nil months expect none."""
    months = [shift(first, index) for index in range(MONTHS)]
    days = np.array([(shift(month, 1) - month).days for month in months], dtype=float)
    sent = np.array([has_facts(source, index) for index in range(MONTHS)])
    shape = np.array([_shape(kind, months, source) for kind in KINDS[source]]) * days * sent
    return np.asarray(shape * (_background_total(source) / shape.sum()))


def _shape(kind: Kind, months: Sequence[date], source: str) -> Floats:
    """Relative intensity of one kind per day, for each month (48,): season, and the real rise."""
    season = np.array(SEASONS[kind.season])
    shape = kind.share * season[[month.month - 1 for month in months]] / season.mean()
    if source == POLICE and kind.family == catalogue.RISING_FAMILY:
        years = (np.arange(len(months)) - (len(months) - 1) / 2) / 12.0
        shape = shape * (1.0 + catalogue.RISE_PER_YEAR) ** years
    return np.asarray(shape)


def _background_total(source: str) -> float:
    target = next(item.expected_facts for item in SOURCES if item.code == source)
    if source != POLICE:
        return float(target)
    planted = sum(spec.facts_per_month for spec in HOTSPOTS) * MONTHS
    return target - planted - FRIDAY_FACTS_PER_WEEK * MONTHS * 30.44 / 7


def _draw_month(
    kind: Kind, rank: int, month: date, count: int, source: str, rng: np.random.Generator
) -> Facts:
    days = _days_of(month)
    weekday = (days.astype("datetime64[D]").astype(int) + 3) % 7
    weights = np.array(WEEKDAYS[kind.week])[weekday]
    chosen = rng.choice(days, count, p=weights / weights.sum())
    return _blank(chosen, _draw_minutes(kind, count, source, rng), np.full(count, rank), BACKGROUND)


def _draw_minutes(kind: Kind, count: int, source: str, rng: np.random.Generator) -> Ints:
    """Minutes from midnight (n,): an hour of the profile and a minute that people round.

    The operating day of transport ends at 25:10.
    """
    weights = np.array(OPERATING_HOURS if source == TRANSPORT else HOURS[kind.hours], dtype=float)
    start = 5 if source == TRANSPORT else 0
    hours = start + rng.choice(len(weights), count, p=weights / weights.sum())
    minutes = hours * 60 + _rounded_minutes(count, rng)
    return np.minimum(minutes, 25 * 60 + 10) if source == TRANSPORT else np.asarray(minutes)


def _rounded_minutes(count: int, rng: np.random.Generator) -> Ints:
    """Minutes of the hour (n,), half of them rounded to the quarter, a quarter to five minutes."""
    exact = rng.integers(0, 60, count)
    manner = rng.random(count)
    step = np.where(manner < 0.5, 15, np.where(manner < 0.75, 5, 1))
    return np.asarray(exact // step * step)


def _draw_friday_nights(first: date, rng: np.random.Generator) -> Facts:
    """Night noise every Friday from 22:00 to 02:00: Poisson, the same on average every week."""
    start, end = np.datetime64(first, "D"), np.datetime64(shift(first, MONTHS), "D")
    all_days = np.arange(start, end)
    # A Friday whose Saturday falls outside the period is left out: no fact may fall after the end.
    fridays = all_days[(all_days.astype(int) + 3) % 7 == 4]
    fridays = fridays[fridays + np.timedelta64(1, "D") < end]
    friday = np.repeat(fridays, rng.poisson(FRIDAY_FACTS_PER_WEEK, len(fridays)))
    minute = 22 * 60 + rng.integers(0, 4 * 60, len(friday))
    day = friday + (minute >= 1440).astype("timedelta64[D]")
    return _blank(day, minute % 1440, np.full(len(day), _rank_of(FRIDAY_LEAF)), FRIDAY_NIGHT)


def _draw_hotspot(
    spec: HotspotSpec, planted: int, first: date, all_places: Sequence[Place], rng: np.random.Generator
) -> Facts:
    """Facts of a disk: flat over the months (Poisson), evenings, evenly spread over the disk."""
    counts = rng.poisson(spec.facts_per_month, MONTHS)
    days = np.concatenate([rng.choice(_days_of(shift(first, index)), n) for index, n in enumerate(counts)])
    leaves, shares = zip(*spec.leaves, strict=True)
    kinds = np.array([_rank_of(leaf) for leaf in leaves])[rng.choice(len(leaves), len(days), p=shares)]
    evening = Kind("", 1.0, (), "soir")
    facts = _blank(days, _draw_minutes(evening, len(days), POLICE, rng), kinds, planted)
    facts.place[:] = [place.commune.code for place in all_places].index(spec.commune)
    centre = places.hotspot_centre(spec, all_places)
    facts.xy[:] = places.sample_disk(centre, spec.radius_m - 1.0, len(days), rng)
    return facts


def _locate(facts: Facts, all_places: Sequence[Place], weights: Floats, rng: np.random.Generator) -> Facts:
    """Give each fact a commune and a point, in place."""
    facts.place[:] = rng.choice(len(all_places), len(facts), p=weights)
    for rank, place in enumerate(all_places):
        rows = np.flatnonzero(facts.place == rank)
        facts.xy[rows] = places.sample_points(place, len(rows), rng)
    return facts


def _keep_out_of_nil_months(facts: Facts, first: date) -> None:
    """Bring back before midnight the small hours that would fall in a month without facts, in place."""
    late = np.flatnonzero(facts.minute >= 1440)
    landing = month_index(facts.local_day[late], first)
    forbidden = np.array([index == MONTHS or not has_facts(TRANSPORT, int(index)) for index in landing])
    facts.minute[late[forbidden]] -= 120


def _rank_of(leaf: str) -> int:
    return next(rank for rank, kind in enumerate(KINDS[POLICE]) if kind.leaf == leaf)


def _days_of(month: date) -> Days:
    return np.arange(np.datetime64(month, "D"), np.datetime64(shift(month, 1), "D"))


def _blank(day: Days, minute: Ints, kind: Ints, planted: int) -> Facts:
    count = len(day)
    nowhere = np.zeros(count, dtype=np.int64)
    return Facts(day, minute, kind, nowhere, np.full((count, 2), np.nan), np.full(count, planted))


def _concatenate(parts: Sequence[Facts]) -> Facts:
    return Facts(
        np.concatenate([part.day for part in parts]),
        np.concatenate([part.minute for part in parts]),
        np.concatenate([part.kind for part in parts]),
        np.concatenate([part.place for part in parts]),
        np.concatenate([part.xy for part in parts]),
        np.concatenate([part.planted for part in parts]),
    )


def _in_order(facts: Facts, rng: np.random.Generator) -> Facts:
    tie = rng.random(len(facts))
    return facts.take(np.lexsort((tie, facts.minute, facts.day)))

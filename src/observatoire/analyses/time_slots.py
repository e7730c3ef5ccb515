"""When: hour × weekday, with the unknown hours beside."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from observatoire.analyses import calendars
from observatoire.analyses.coverage import Coverage, coverage_of
from observatoire.analyses.origin import provenance
from observatoire.analyses.proof import (
    Exclusion,
    Headcount,
    Proof,
    coverage_proof,
    coverage_warnings,
    place_proof,
    with_unplaced,
)
from observatoire.analyses.question import Asking, Question, ask
from observatoire.analyses.readings import by_group, short
from observatoire.analyses.slot_cutting import METHOD, Cutting, method_of, warnings_of
from observatoire.analyses.slot_exposure import departement_of, hours_of_week
from observatoire.analyses.slot_sharing import shared_out
from observatoire.disclosure import gate
from observatoire.disclosure.confidential import Confidential
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller
from observatoire.disclosure.released import Count, Released, ValueState, Weighted
from observatoire.domain.day_kind import DayGroup
from observatoire.errors import NotComputableResult, OutsideDiffusion
from observatoire.statistics import slot_weights
from observatoire.statistics import time_slots as slots_room
from observatoire.statistics.circular import MeanHour, mean_hour
from observatoire.statistics.slot_weights import SlotWeights
from observatoire.statistics.weighted_counts import weighted_interval
from observatoire.store.confidential import counts
from observatoire.store.confidential.counts import IntervalCounts, PrecisionCount
from observatoire.store.engine import Connection, Database

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
FEWEST_FACTS_TO_TEST = 30
LARGEST_Q = 0.05
LEAST_CONCENTRATION, LARGEST_RAYLEIGH_P = 0.3, 0.01
Cell = Count | Weighted


@dataclass(frozen=True, slots=True)
class SlotTest:
    """One slot of the week against equal intensity: expected facts, standard residual, p, q, what it says."""

    day: str
    slot: str
    expected: float
    residual: float
    p: float
    q: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """The 95 % interval of a slot whose facts are shared out."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class TimeSlotMatrix:
    """Seven rows (Monday first) of one value per slot, and what could not be placed in time.

    ``intervals``: of each value, where facts are shared out over hours. ``mean``: only where the day has one
    direction.
    """

    question: Question
    split: str
    slots: tuple[str, ...]
    matrix: tuple[tuple[Cell, ...], ...]
    by_day: tuple[Cell, ...]
    by_slot: tuple[Cell, ...]
    intervals: tuple[tuple[Bounds, ...], ...] | None
    unknown_hour: Count
    unknown_share: float | None
    mean: MeanHour | None
    tests: tuple[SlotTest, ...]
    proof: Proof


@dataclass(frozen=True, slots=True, eq=False)
class _Exposure:
    """Hours of each hour of the week, shape (168,), and the only days that count (None: all)."""

    hours: np.ndarray
    groups: tuple[DayGroup, ...] | None


@dataclass(frozen=True, slots=True)
class _Found:
    """What the store counted."""

    by_hour: Mapping[int | None, int]
    intervals: IntervalCounts | None
    precisions: list[PrecisionCount]
    nowhere: Mapping[date, int]


def tabulate(
    database: Database, question: Question, cutting: Cutting, caller: Caller, journal: Journal
) -> Released[TimeSlotMatrix]:
    """Answer ``creneaux-horaires``.

    Raises:
        OutsideDiffusion: outside the grant.
        NonAdditiveSources: several groups.
        NotComputableResult: nothing was received over the period, or days without a calendar.
    """
    with database.reading() as connection:
        asking = ask(connection, question, caller, journal)
        if asking.audience is not Audience.INTERNE:
            raise OutsideDiffusion("")
        sources = asking.single_group()
        coverage = coverage_of(connection, sources, asking.communes, question.period)
        observed = [month for month in question.period.months() if coverage.is_begun(month)]
        if not observed:
            raise NotComputableResult(
                "aucun mois de la période n'a été reçu. Importez-le ou déclarez-le nul."
            )
        covered = [c for c in asking.communes if c.code in coverage.covered]
        groups = calendars.day_groups(
            cutting.days,
            question.period,
            (departement_of(commune.code) for commune in covered),
            reaching=cutting.method == "aoristique",
        )
        hours = hours_of_week(covered, question.period, observed, groups)
        read = [replace(reading, days=groups) for reading in by_group(asking, coverage)]
        seen = {"calendrier": calendars.snapshot(cutting.days), "jours": _days_seen(groups)}
        origin = provenance(connection, asking, METHOD, (coverage,), read, seen=seen)
        counted = _counted(connection, asking, coverage, cutting, groups)
        exposure = _Exposure(hours, groups)
        confidential = counted.map(lambda found: _answer(found, asking, coverage, cutting, exposure, origin))
    return gate.release(
        confidential, asking.audience, caller, f"creneaux-horaires {question.canonical()}", journal
    )


def _days_seen(groups: tuple[DayGroup, ...] | None) -> str | None:
    if groups is None:
        return None
    return short([[list(g.departements), [day.isoformat() for day in g.days]] for g in groups])


def _counted(
    connection: Connection,
    asking: Asking,
    coverage: Coverage,
    cutting: Cutting,
    groups: tuple[DayGroup, ...] | None,
) -> Confidential[_Found]:
    scope, covered = asking.scope(list(asking.single_group()), days=groups), coverage.covered
    hours = counts.by_hour_of_week(connection, scope, covered)
    intervals: Confidential[IntervalCounts | None] = Confidential(None)
    if cutting.method == "aoristique":
        intervals = counts.by_interval(connection, scope, covered).map(lambda found: found)
    precisions = counts.by_precision(connection, scope, covered)
    nowhere = counts.unplaced_by_month(connection, scope, covered)
    timed = hours.combine(intervals, lambda by_hour, found: (by_hour, found))
    placed = precisions.combine(nowhere, lambda precision, months: (precision, months))
    return timed.combine(placed, lambda when, where: _Found(*when, *where))


def _answer(
    found: _Found,
    asking: Asking,
    coverage: Coverage,
    cutting: Cutting,
    exposed: _Exposure,
    origin: tuple[str, str],
) -> TimeSlotMatrix:
    weekly = np.array([found.by_hour.get(hour, 0) for hour in range(168)], dtype=np.int64)
    spread = slot_weights.known(weekly, cutting.split)
    if found.intervals is not None:
        spread = spread + shared_out(found.intervals, cutting, exposed.groups)
    exposure = slots_room.slot_matrix(exposed.hours, cutting.split)
    unknown = found.by_hour.get(None, 0) - (spread.kept - int(weekly.sum())) - spread.excluded
    total = sum(found.by_hour.values())
    places = place_proof(found.precisions)
    return TimeSlotMatrix(
        question=asking.question,
        split=cutting.name,
        slots=tuple(slot.label for slot in slots_room.slots(cutting.split)),
        matrix=_cells(spread.total, exposure, coverage, cutting),
        by_day=_cells(spread.total.sum(axis=1)[None], exposure.sum(axis=1)[None], coverage, cutting)[0],
        by_slot=_cells(spread.total.sum(axis=0)[None], exposure.sum(axis=0)[None], coverage, cutting)[0],
        intervals=_bounds(spread) if cutting.method == "aoristique" else None,
        unknown_hour=Count.exact(unknown) if unknown or coverage.is_whole else Count.absent(),
        unknown_share=round(unknown / total, 4) if total else None,
        mean=_mean(weekly),
        tests=_tests(spread.total, exposure, cutting) if cutting.method == "connue" else (),
        proof=Proof(
            with_unplaced(_headcount(total, unknown, spread), asking, sum(found.nowhere.values())),
            coverage_proof(coverage, asking),
            places,
            method_of(cutting),
            *origin,
            (
                *asking.notes,
                *coverage_warnings(coverage, places, asking),
                *warnings_of(unknown, total, spread, cutting),
            ),
        ),
    )


def _headcount(total: int, unknown: int, spread: SlotWeights) -> Headcount:
    excluded = [Exclusion("heure_inconnue", unknown)]
    if spread.excluded:
        excluded.append(Exclusion("intervalle_trop_long", spread.excluded))
    return Headcount(total, total - unknown - spread.excluded, tuple(excluded))


def _cells(
    values: np.ndarray, exposure: np.ndarray, coverage: Coverage, cutting: Cutting
) -> tuple[tuple[Cell, ...], ...]:
    """Zero is told only where every month was received, and never of a slot that had no hour."""
    whole = coverage.is_whole

    def cell(value: float, hours: float) -> Cell:
        if value == 0 and not (whole and hours > 0):
            return Count.absent() if cutting.method == "connue" else Weighted(None, ValueState.ABSENT)
        if cutting.method == "connue":
            return Count.exact(int(value))
        return Weighted(round(float(value), 3), ValueState.PUBLISHED if value else ValueState.ZERO)

    return tuple(
        tuple(cell(value, hours) for value, hours in zip(row, there, strict=True))
        for row, there in zip(values, exposure, strict=True)
    )


def _bounds(spread: SlotWeights) -> tuple[tuple[Bounds, ...], ...]:
    low, high = weighted_interval(spread.total, spread.squares)
    return tuple(
        tuple(Bounds(round(float(a), 3), round(float(b), 3)) for a, b in zip(lows, highs, strict=True))
        for lows, highs in zip(low, high, strict=True)
    )


def _mean(weekly: np.ndarray) -> MeanHour | None:
    """The mean hour, where the day points somewhere: two peaks would put it between them."""
    by_hour = weekly.reshape(7, 24).sum(axis=0)
    if by_hour.sum() < FEWEST_FACTS_TO_TEST:
        return None
    found = mean_hour(np.arange(24) + 0.5, by_hour)
    pointed = found.concentration > LEAST_CONCENTRATION and found.p < LARGEST_RAYLEIGH_P
    return found if pointed else None


def _tests(matrix: np.ndarray, exposure: np.ndarray, cutting: Cutting) -> tuple[SlotTest, ...]:
    outside = bool(np.any(matrix[exposure == 0] > 0))
    if matrix.sum() < FEWEST_FACTS_TO_TEST or outside or np.count_nonzero(exposure) < 2:
        return ()
    tests = slots_room.slot_tests(matrix, exposure)
    labels = [slot.label for slot in slots_room.slots(cutting.split)]
    return tuple(
        SlotTest(
            DAYS[day],
            labels[slot],
            round(float(tests.expected[day, slot]), 3),
            round(float(tests.residuals[day, slot]), 3),
            float(tests.slot_p[day, slot]),
            float(tests.slot_q[day, slot]),
            _verdict(float(tests.slot_q[day, slot]), float(tests.residuals[day, slot])),
        )
        for day, slot in np.ndindex(*matrix.shape)
        if exposure[day, slot] > 0
    )


def _verdict(q: float, residual: float) -> str:
    if q > LARGEST_Q:
        return "non_concluant"
    return "sur_represente" if residual > 0 else "sous_represente"

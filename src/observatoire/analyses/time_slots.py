"""When: hour × weekday, with the unknown hours beside."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from observatoire.analyses.coverage import Coverage, coverage_of
from observatoire.analyses.origin import Method, provenance
from observatoire.analyses.proof import (
    Exclusion,
    Headcount,
    MethodProof,
    Proof,
    coverage_proof,
    coverage_warnings,
    place_proof,
    with_unplaced,
)
from observatoire.analyses.question import Question, ask
from observatoire.analyses.readings import by_group
from observatoire.disclosure import gate
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller
from observatoire.disclosure.released import Count, Released
from observatoire.domain.period import Period, next_month
from observatoire.errors import NotComputableResult, OutsideDiffusion
from observatoire.statistics import time_slots as slots_room
from observatoire.statistics.time_slots import Preset
from observatoire.store.confidential import counts
from observatoire.store.confidential.counts import PrecisionCount
from observatoire.store.engine import Database

METHOD = Method("creneaux_horaires", 1)
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
FEWEST_FACTS_TO_TEST = 30


@dataclass(frozen=True, slots=True)
class SlotTest:
    """One slot of the week against equal intensity: expected facts, standard residual, p and q."""

    day: str
    slot: str
    expected: float
    residual: float
    p: float
    q: float


@dataclass(frozen=True, slots=True)
class TimeSlotMatrix:
    """Seven rows (Monday first) of one count per slot, and what could not be placed in time."""

    question: Question
    split: str
    slots: tuple[str, ...]
    matrix: tuple[tuple[Count, ...], ...]
    by_day: tuple[Count, ...]
    by_slot: tuple[Count, ...]
    unknown_hour: Count
    tests: tuple[SlotTest, ...]
    proof: Proof


def tabulate(
    database: Database, question: Question, split: Preset, caller: Caller, journal: Journal
) -> Released[TimeSlotMatrix]:
    """Answer ``creneaux-horaires``.

    Raises:
        OutsideDiffusion: outside the grant.
        NonAdditiveSources: several groups.
        NotComputableResult: nothing was received over the period.
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
        hours = counts.by_hour_of_week(connection, asking.scope(sources), coverage.covered)
        precisions = counts.by_precision(connection, asking.scope(sources), coverage.covered)
        unplaced = counts.unplaced_by_month(connection, asking.scope(sources), coverage.covered)
        digest, link = provenance(connection, asking, METHOD, (coverage,), by_group(asking, coverage))
        exposure = _exposure(question.period, observed, split)

        def answer(
            by_hour: dict[int | None, int], rest: tuple[list[PrecisionCount], dict[date, int]]
        ) -> TimeSlotMatrix:
            precision, nowhere = rest
            weekly = np.zeros(168, dtype=np.int64)
            for hour, facts in by_hour.items():
                if hour is not None:
                    weekly[hour] = facts
            matrix = slots_room.slot_matrix(weekly, split)
            unknown = by_hour.get(None, 0)
            total = int(weekly.sum()) + unknown
            places = place_proof(precision)
            return TimeSlotMatrix(
                question=question,
                split=split,
                slots=tuple(slot.label for slot in slots_room.slots(split)),
                matrix=tuple(tuple(_count(v, coverage) for v in row) for row in matrix),
                by_day=tuple(_count(v, coverage) for v in matrix.sum(axis=1)),
                by_slot=tuple(_count(v, coverage) for v in matrix.sum(axis=0)),
                unknown_hour=_count(unknown, coverage),
                tests=_tests(matrix, exposure, split),
                proof=Proof(
                    with_unplaced(
                        Headcount(total, total - unknown, (Exclusion("heure_inconnue", unknown),)),
                        asking,
                        sum(nowhere.values()),
                    ),
                    coverage_proof(coverage, asking),
                    places,
                    _method(split),
                    digest,
                    link,
                    (*asking.notes, *coverage_warnings(coverage, places, asking), *_warnings(unknown, total)),
                ),
            )

        rest = precisions.combine(unplaced, lambda precision, nowhere: (precision, nowhere))
        confidential = hours.combine(rest, answer)
    return gate.release(
        confidential, asking.audience, caller, f"creneaux-horaires {question.canonical()}", journal
    )


def _count(value: int, coverage: Coverage) -> Count:
    """Zero is told only where every month was received: what is missing may hold facts at that hour."""
    return Count.exact(int(value)) if value or coverage.is_whole else Count.absent()


def _exposure(period: Period, observed: list[date], split: Preset) -> np.ndarray:
    """Hours of each slot in the months received: an absent month offers no hour."""
    total = np.zeros((7, len(slots_room.slots(split))))
    for month in observed:
        start = max(month, period.start)
        end = min(next_month(month), period.end)
        total += slots_room.exposure(start, (end - start).days, split)
    return total


def _tests(matrix: np.ndarray, exposure: np.ndarray, split: Preset) -> tuple[SlotTest, ...]:
    if matrix.sum() < FEWEST_FACTS_TO_TEST:
        return ()
    tests = slots_room.slot_tests(matrix, exposure)
    labels = [slot.label for slot in slots_room.slots(split)]
    return tuple(
        SlotTest(
            DAYS[day],
            labels[slot],
            round(float(tests.expected[day, slot]), 3),
            round(float(tests.residuals[day, slot]), 3),
            float(tests.slot_p[day, slot]),
            float(tests.slot_q[day, slot]),
        )
        for day, slot in np.ndindex(*matrix.shape)
    )


def _method(split: Preset) -> MethodProof:
    return MethodProof(
        METHOD.name,
        METHOD.version,
        {"decoupage": split, "methode": "connue", "heures": "heure civile locale de la commune"},
        ("test binomial exact par créneau contre l'exposition en heures ; Benjamini & Hochberg (1995)",),
    )


def _warnings(unknown: int, total: int) -> list[str]:
    if not total or not unknown:
        return []
    share = f"{unknown / total:.0%}".replace("%", " %")
    return [f"{share} des faits ont une heure inconnue : ils sont comptés à part, jamais répartis."]

"""Which months of a period compare with the years before: the same ones on both sides, or neither."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from observatoire.analyses.coverage import Coverage
from observatoire.domain.period import Period, next_month
from observatoire.errors import NotComputableResult


class Reference(StrEnum):
    """What a period is compared with; the value is the wire name."""

    YEAR_BEFORE = "annee_precedente"
    THREE_YEARS = "moyenne_3_ans"

    @property
    def years(self) -> tuple[int, ...]:
        """How many years before the period each of its parts lies."""
        return (1,) if self is Reference.YEAR_BEFORE else (1, 2, 3)


EXCLUSIONS = {
    "mois_incomplet": "pas entièrement reçus, par toutes les sources, de chaque côté",
    "mois_provisoire": "encore provisoires : leurs chiffres n'ont pas le même recul que ceux de la référence",
    "autre_cote_d_une_rupture": "séparés de leur référence par une rupture de série déclarée",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A period, the same days of earlier years, and which months compare.

    ``references``: one period per year, latest first; ``months``: those of the period that compare, each
    with its own in every reference; ``excluded``: the others, and why (a key of ``EXCLUSIONS``);
    ``coverage``: of the months of both sides and no other, from the first reference to the end.
    """

    period: Period
    references: tuple[Period, ...]
    months: tuple[date, ...]
    excluded: dict[date, str]
    coverage: Coverage

    @property
    def days(self) -> int:
        """Days of the period that compare."""
        return sum(_days(self.period, month) for month in self.months)

    @property
    def reference_days(self) -> int:
        """Days of all the references that compare: three years are three times as long as one."""
        return sum(
            _days(period, years_before(month, years))
            for years, period in enumerate(self.references, start=1)
            for month in self.months
        )

    def reason(self, month: date, years: int = 0) -> str | None:
        """Why a month, of the reference so many years before, is left out; None when it compares."""
        return self.excluded.get(years_before(month, -years))

    @property
    def warnings(self) -> list[str]:
        """What the reader must know of the months that left."""
        told = []
        for reason, words in EXCLUSIONS.items():
            months = [month for month, found in self.excluded.items() if found == reason]
            if months:
                verb = "est écarté" if len(months) == 1 else "sont écartés"
                told.append(f"{_named(months)} {verb} de la comparaison, des deux côtés : {words}.")
        return told


def span(period: Period, reference: Reference) -> Period:
    """All the days that a comparison rests on, and those in between.

    Raises:
        NotComputableResult: a period of more than a year, which would be a part of its own reference.
    """
    if period.year_before().end > period.start:
        raise NotComputableResult(
            "la période dépasse un an, elle serait comparée à une partie d'elle-même. Choisissez douze mois "
            "au plus, ou demandez les tendances (/analyses/tendances)."
        )
    return Period(references_of(period, reference)[-1].start, period.end)


def compare(coverage: Coverage, period: Period, reference: Reference) -> Comparison:
    """Pair the months of a period with those of its references; ``coverage`` is that of the whole span.

    A month missing, partial or provisional on any side leaves every side; so does a pair that a declared
    break cuts.

    Raises:
        NotComputableResult: no month compares.
    """
    references = references_of(period, reference)
    reasons = {month: _reason(coverage, period, month, reference.years) for month in period.months()}
    months = tuple(month for month, reason in reasons.items() if reason is None)
    excluded = {month: reason for month, reason in reasons.items() if reason is not None}
    sides = frozenset(
        years_before(month, years) for month in period.months() for years in (0, *reference.years)
    )
    comparison = Comparison(period, references, months, excluded, _only(coverage, sides))
    if not months:
        raise NotComputableResult(_nothing(comparison))
    return comparison


def years_before(month: date, years: int) -> date:
    """The same month so many years before, by its first day."""
    return month.replace(year=month.year - years)


def references_of(period: Period, reference: Reference) -> tuple[Period, ...]:
    """The same days of each year of a reference, latest first."""

    def earlier() -> Iterator[Period]:
        found = period
        for _ in reference.years:
            found = found.year_before()
            yield found

    return tuple(earlier())


def _reason(coverage: Coverage, period: Period, month: date, years: tuple[int, ...]) -> str | None:
    sides = [years_before(month, back) for back in (0, *years)]
    if not all(coverage.is_observed(side) for side in sides):
        return "mois_incomplet"
    if not all(coverage.is_settled(side) for side in sides):
        return "mois_provisoire"
    cut = Period(max(coverage.period.start, sides[-1]), min(period.end, next_month(month)))
    return "autre_cote_d_une_rupture" if coverage.breaks_in(cut) else None


def _days(period: Period, month: date) -> int:
    """Days of a month that lie in a period."""
    return max((min(period.end, next_month(month)) - max(period.start, month)) // timedelta(days=1), 0)


def _only(coverage: Coverage, months: frozenset[date]) -> Coverage:
    """The same coverage, told of some months."""
    sources = tuple(
        replace(
            source,
            months={month: state for month, state in source.months.items() if month in months},
            provisional=source.provisional & months,
        )
        for source in coverage.sources
    )
    return replace(coverage, sources=sources)


def _nothing(comparison: Comparison) -> str:
    """Why no month compares, and what would make some do."""
    reasons = set(comparison.excluded.values())
    if reasons == {"mois_incomplet"}:
        missing = sorted(
            {f"« {source.code} » {month:%Y-%m}" for source, month in comparison.coverage.missing()}
        )
        more = f" et {len(missing) - 6} autres" if len(missing) > 6 else ""
        return (
            "aucun mois n'est entièrement reçu de chaque côté, par toutes les sources. "
            f"Manquent : {', '.join(missing[:6])}{more}. Importez-les ou déclarez-les nuls, "
            "ou choisissez une autre source."
        )
    if reasons == {"mois_provisoire"}:
        return (
            "tous les mois de la période sont encore provisoires. Attendez qu'ils soient consolidés, "
            "ou choisissez une période plus ancienne."
        )
    told = " ".join(comparison.warnings)
    return f"aucun mois ne se compare. {told} Choisissez une période dont la référence est du même côté."


def _named(months: list[date]) -> str:
    names = [f"{month:%Y-%m}" for month in months]
    return ", ".join(names) if len(names) <= 6 else f"{', '.join(names[:5])} et {len(names) - 5} autres mois"

"""The place's own past: the months that tell how rough its counts are when nothing in particular happens."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from observatoire.analyses.coverage import Coverage, communes_throughout, coverage_of
from observatoire.analyses.question import Asking
from observatoire.analyses.readings import runs
from observatoire.analyses.sides import Side, longest_side
from observatoire.domain.period import FIRST_YEAR, Period, month_start
from observatoire.domain.source import Source
from observatoire.errors import NotComputableResult
from observatoire.statistics.dispersion import MINIMUM_MONTHS, Dispersion, monthly_dispersion
from observatoire.statistics.not_computable import NotComputable
from observatoire.store.engine import Connection
from observatoire.store.reference.territories import CommuneRecord

YEARS = 5


@dataclass(frozen=True, slots=True)
class Past:
    """Months before a period; ``holds_the_period`` where those before it were too few without it."""

    coverage: Coverage
    side: Side
    holds_the_period: bool

    @property
    def bounds(self) -> dict[str, str | int]:
        """The past as parameters of the method."""
        first, last = self.side.months[0], self.side.months[-1]
        return {
            "premier_mois": f"{first:%Y-%m}",
            "dernier_mois": f"{last:%Y-%m}",
            "mois": len(self.side.months),
        }

    @property
    def seen(self) -> dict[str, Any]:
        """The past as plain values: its months, and whether they hold those of the period."""
        months = [[str(part.start), str(part.end)] for part in runs(self.side.months)]
        return {"passe": months, "passe_tient_la_periode": self.holds_the_period}

    @property
    def warnings(self) -> list[str]:
        """What the reader must know of the past."""
        if not self.holds_the_period:
            return []
        return [
            f"Moins de {MINIMUM_MONTHS} mois entièrement reçus avant la période : ce qui est ordinaire ici "
            "est estimé sur ces mois et sur ceux de la période elle-même."
        ]

    def dispersion(self, by_month: Mapping[date, int]) -> Dispersion | None:
        """Roughness of some facts over these months; None when they are too few to tell it."""
        months = list(self.coverage.period.months())
        try:
            return monthly_dispersion(
                np.array([by_month.get(month, 0) for month in months], dtype=float),
                np.array([calendar.monthrange(month.year, month.month)[1] for month in months], dtype=float),
                np.array([month.month - 1 for month in months]),
                np.array([month in self.side.months for month in months]),
            )
        except NotComputable:
            return None


def past_of(connection: Connection, asking: Asking, sources: list[Source]) -> Past:
    """The months of the five years before a period, on the longest side of the declared breaks.

    Raises:
        NotComputableResult: fewer than 24 of them are wholly received and final, even with the period.
    """
    period = asking.question.period
    first = month_start(period.start)
    start = first.replace(year=max(first.year - YEARS, FIRST_YEAR))
    for end in (first, month_start(period.end)):
        communes = _always_covered(connection, asking, sources, Period(start, end))
        coverage = coverage_of(connection, sources, communes, Period(start, end))
        side = longest_side(coverage)
        if len(side.months) >= MINIMUM_MONTHS:
            return Past(coverage, side, holds_the_period=end != first)
    raise NotComputableResult(
        f"moins de {MINIMUM_MONTHS} mois entièrement reçus et définitifs, par toutes les sources, jusqu'à la "
        "fin de la période : rien ne dit ce qui est ordinaire ici. Importez des années plus anciennes, ou "
        "lisez la synthèse (/analyses/synthese), qui ne conclut pas."
    )


def _always_covered(
    connection: Connection, asking: Asking, sources: list[Source], period: Period
) -> tuple[CommuneRecord, ...]:
    """The communes that no source began or ceased to cover meanwhile: growth is no roughness."""
    codes = [commune.code for commune in asking.communes]
    for source in sources:
        codes = sorted(communes_throughout(connection, source, codes, period))
    kept = frozenset(codes)
    return tuple(commune for commune in asking.communes if commune.code in kept) or asking.communes

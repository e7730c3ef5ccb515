"""What the cells of a column look like, whatever its name says. Shares are of the cells not blank."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from observatoire.intake.parsing.text import plain
from observatoire.intake.personal import Kind, kinds

NEARLY_ALL = 0.8
MOST_DISTINCT, LONGEST_LOOK, MOST_JUDGED = 400, 200, 100
"""Distinct cells of a column, and signs of a cell, that are looked at; cells judged as personal or not."""

_MONTHS = r"(?:janv|fev|mars|avr|mai|juin|juil|aout|sept|oct|nov|dec)[a-z]*\.?"
_NUMERIC_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)")
_DATE = re.compile(
    r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})(?!\d).*|\d{4}[/-]\d{2}[/-]\d{2}(?!\d).*|\d{4}-\d{2}|"
    rf"(?:[a-z]+,? )?\d{{1,2}}(?:er)? {_MONTHS} \d{{4}}.*|(?:entre le|du|le) \d.*|"
    r"\d{4}-?[sw]\d{1,2}|[sw]\d{1,2}-\d{4}"
)
_HOUR = re.compile(
    r"(?:vers |de |entre |a )?[0-3]?\d ?(?:h|:|\.(?=\d\d$)) ?(?:[0-5]\d)?(?::[0-5]\d)?(?:\D.*)?|"
    r"(?:la |le |en |de )?(?:matin|matinee|midi|apres[- ]midi|soir|soiree|nuit|journee).*"
)
_CLOCK = re.compile(r"(\d{1,2}) ?[h:.] ?(\d{2})?(?::\d{2})?")
_POINT = re.compile(r"\D*?[-+]?\d{1,3}[.,]\d+\s*[,;\s]\s*[-+]?\d{1,3}[.,]\d+\D*")
_WORD = re.compile(r"[a-z]{2}")
_INSEE = re.compile(r"\d{4,5}|2[ab]\d{3}")
_SERIAL = (32_874.0, 73_050.0)
"""Excel serials of 1990-01-01 and 2100-01-01 (base 1900)."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Counts and shares of one column's cells; ``names``: bare names of persons, ``personal``: the rest."""

    filled: int
    distinct: int
    dates: float
    hours: float
    numbers: float
    points: float
    codes: float
    personal: float
    names: float
    longest: int
    worded: float

    @property
    def is_list(self) -> bool:
        """Few distinct short texts: the labels of a closed list."""
        few = self.distinct <= max(20, 0.2 * self.filled)
        numeric = max(self.dates, self.hours, self.numbers, self.points)
        return self.filled > 0 and few and self.longest <= 80 and self.worded > NEARLY_ALL > numeric


@dataclass(frozen=True, slots=True)
class DateOrder:
    """In which order a column writes its dates, always read day first.

    ``proven``: some day is above 12, or the year comes first. ``impossible``: cells whose month would be
    above 12, day first.
    """

    order: str
    proven: bool
    impossible: int = 0


def looks_of(cells: Sequence[str | None]) -> Looks:
    """Look at one column, through some hundred of its distinct cells."""
    counts = Counter(cell.strip()[:LONGEST_LOOK] for cell in cells if cell and cell.strip())
    values = list(counts)[:: max(1, len(counts) // MOST_DISTINCT)]
    weights = np.array([counts[value] for value in values], dtype=np.float64)
    seen = max(float(weights.sum()), 1.0)
    forms = [plain(value) for value in values]

    def share(found: Iterable[bool]) -> float:
        return float(weights @ np.fromiter(found, dtype=np.float64, count=len(values))) / seen

    def like(pattern: re.Pattern[str]) -> float:
        return share(pattern.fullmatch(form) is not None for form in forms)

    judged = [kinds(value) for value in values[:: max(1, len(values) // MOST_JUDGED)]]
    numbers = numbers_of(values)
    serial = (numbers > _SERIAL[0]) & (numbers < _SERIAL[1])
    return Looks(
        filled=counts.total(),
        distinct=len(counts),
        dates=max(like(_DATE), share(serial.tolist())),
        hours=like(_HOUR),
        numbers=share(np.isfinite(numbers).tolist()),
        points=like(_POINT),
        codes=like(_INSEE),
        personal=sum(bool(found - {Kind.NAME}) for found in judged) / max(len(judged), 1),
        names=sum(Kind.NAME in found for found in judged) / max(len(judged), 1),
        longest=max(map(len, values), default=0),
        worded=share(_WORD.search(form) is not None for form in forms),
    )


def numbers_of(cells: Sequence[str | None]) -> NDArray[np.float64]:
    """Decimals, French or English, one per cell; NaN where there is none."""
    return np.array([_number(cell or "") for cell in cells], dtype=np.float64)


def _number(cell: str) -> float:
    text = re.sub(r"\s", "", cell).replace(",", ".")
    return float(text) if re.fullmatch(r"[-+]?\d{1,12}(\.\d{1,15})?", text, re.ASCII) else float("nan")


def date_order(cells: Sequence[str | None]) -> DateOrder:
    """Which order the dates of a column prove."""
    numeric = [m for cell in cells if cell and (m := _NUMERIC_DATE.match(cell.strip()))]
    if not numeric:
        return DateOrder("annee_mois_jour", True) if _year_first(cells) else DateOrder("autre", True)
    firsts, seconds = ([int(match[n]) for match in numeric] for n in (1, 2))
    return DateOrder("jour_mois_annee", max(firsts) > 12, sum(month > 12 for month in seconds))


def _year_first(cells: Sequence[str | None]) -> bool:
    return any(re.match(r"\d{4}[-/]\d{2}", cell.strip()) for cell in cells if cell)


def hours_above_24(cells: Sequence[str | None]) -> bool:
    """Whether some hour is that of an operating day (25:10)."""
    clocks = [m for cell in cells if cell and (m := _CLOCK.fullmatch(cell.strip().lower()))]
    return any(24 <= int(m[1]) < 30 and (int(m[1]), m[2] or "00") > (24, "00") for m in clocks)


def midnight_share(cells: Sequence[str | None]) -> float:
    """Share of the clock hours that read 00:00."""
    clocks = [m for cell in cells if cell and (m := _CLOCK.fullmatch(cell.strip().lower()))]
    return sum(int(m[1]) == 0 and int(m[2] or 0) == 0 for m in clocks) / max(len(clocks), 1)

"""Do two classifications of the same facts depend on one another? Which cells depart from independence?

Facts are taken as independent of one another. Facts that come in runs (one night, one author) depart more
often than chance: the caller says so.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from observatoire.statistics.not_computable import NotComputable
from observatoire.statistics.significance import benjamini_hochberg

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Test = Literal["khi_deux", "fisher_exact", "monte_carlo"]

SMALLEST_EXPECTED = 5
"""Below, the law of chi-squared is not trusted (Cochran 1954, Biometrics 10)."""
MINIMUM_FACTS = 30
DRAWS, FEWEST_DRAWS = 1999, 199
DRAWN_CELLS = 1_000_000
"""A large table is drawn fewer times, so that an answer does not wait for seconds."""
# Statistics equal in exact arithmetic must count as ties after rounding.
_TIE = 1 - 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class CrossTable:
    """A table against independence given its margins; arrays have the shape of the table.

    Attributes:
        expected: facts, row total × column total / total.
        residuals: adjusted standardised residuals (Haberman 1973): standard normal under independence.
        p: two-sided, of each residual; exact (hypergeometric) where fewer than 5 facts are expected.
        q: ``p`` corrected by Benjamini-Hochberg over the cells.
        chi_squared, degrees, p_value, test: Pearson's statistic, and how its p was found.
        cramers_v: from 0 (independence) to 1 (one tells the other).
        draws: tables drawn by ``monte_carlo``; 0 otherwise.

    An empty row or column has NaN everywhere, and counts for nothing.
    """

    expected: Floats
    residuals: Floats
    p: Floats
    q: Floats
    chi_squared: float
    degrees: int
    p_value: float
    test: Test
    cramers_v: float
    smallest_expected: float
    draws: int


def cross_table(counts: ArrayLike, seed: int = 0) -> CrossTable:
    """Test a table of counts for independence.

    Pearson 1900 (Philosophical Magazine 50); residuals of Haberman 1973 (Biometrics 29); V of Cramér 1946.
    Where a cell expects fewer than 5 facts: Fisher's exact test of a table of two by two, else Monte-Carlo
    given both margins, p = (1 + tables as far) / (1 + draws) (Phipson & Smyth 2010, SAGMB 9).

    Args:
        counts: whole numbers, rows × columns; empty rows and columns are left out.
        seed: of the draws.

    Raises:
        NotComputable: ``trop_peu_de_faits`` under 30 facts; ``tableau_degenere`` when fewer than two rows
            or two columns have facts.
        ValueError: a negative or fractional count, or no table.
    """
    table = _checked(counts)
    rows, columns = table.sum(axis=1) > 0, table.sum(axis=0) > 0
    if table.sum() < MINIMUM_FACTS:
        raise NotComputable("trop_peu_de_faits")
    if rows.sum() < 2 or columns.sum() < 2:
        raise NotComputable("tableau_degenere")
    inner = table[np.ix_(rows, columns)]
    expected = _expected(inner)
    residuals = _residuals(inner, expected)
    p = _cell_p(inner, expected, residuals)
    chi_squared = _chi_squared(inner, expected)
    degrees = (inner.shape[0] - 1) * (inner.shape[1] - 1)
    test, p_value = _whole_p(inner, expected, chi_squared, degrees, seed)

    def back(values: Floats) -> Floats:
        found = np.full(table.shape, np.nan)
        found[np.ix_(rows, columns)] = values
        return found

    return CrossTable(
        back(expected),
        back(residuals),
        back(p),
        back(benjamini_hochberg(p)),
        chi_squared,
        degrees,
        p_value,
        test,
        float(np.sqrt(chi_squared / (inner.sum() * (min(inner.shape) - 1)))),
        float(expected.min()),
        _draws(inner) if test == "monte_carlo" else 0,
    )


def _checked(counts: ArrayLike) -> Whole:
    table = np.asarray(counts)
    if table.ndim != 2:
        raise ValueError("a table has rows and columns")
    whole = table.astype(np.int64)
    if np.any(whole != table) or np.any(whole < 0):
        raise ValueError("counts are whole numbers, 0 or more")
    return whole


def _expected(table: Whole) -> Floats:
    return np.asarray(np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum())


def _chi_squared(table: Whole, expected: Floats) -> float:
    return float(np.sum((table - expected) ** 2 / expected))


def _residuals(table: Whole, expected: Floats) -> Floats:
    total = table.sum()
    outside_rows = 1 - table.sum(axis=1, keepdims=True) / total
    outside_columns = 1 - table.sum(axis=0, keepdims=True) / total
    return np.asarray((table - expected) / np.sqrt(expected * outside_rows * outside_columns))


def _cell_p(table: Whole, expected: Floats, residuals: Floats) -> Floats:
    p = np.asarray(2 * special.ndtr(-np.abs(residuals)))
    total = int(table.sum())
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    for row, column in np.argwhere(expected < SMALLEST_EXPECTED):
        p[row, column] = _hypergeometric_p(
            int(table[row, column]), int(rows[row]), int(columns[column]), total
        )
    return p


def _hypergeometric_p(count: int, row: int, column: int, total: int) -> float:
    """Fisher's exact two-sided p of a cell against the rest: the outcomes no likelier than the one seen."""
    outcomes = np.arange(max(0, row + column - total), min(row, column) + 1)
    logs = _log_choose(row, outcomes) + _log_choose(total - row, column - outcomes)
    weights = np.exp(logs - logs.max())
    seen = weights[count - outcomes[0]]
    return float(min(1.0, weights[weights * _TIE <= seen].sum() / weights.sum()))


def _log_choose(total: int, chosen: Whole) -> Floats:
    return np.asarray(
        special.gammaln(total + 1) - special.gammaln(chosen + 1) - special.gammaln(total - chosen + 1)
    )


def _whole_p(
    table: Whole, expected: Floats, chi_squared: float, degrees: int, seed: int
) -> tuple[Test, float]:
    if expected.min() >= SMALLEST_EXPECTED:
        return "khi_deux", float(special.chdtrc(degrees, chi_squared))
    if table.shape == (2, 2):
        row, column = int(table[0].sum()), int(table[:, 0].sum())
        return "fisher_exact", _hypergeometric_p(int(table[0, 0]), row, column, int(table.sum()))
    drawn = _drawn(table, expected, np.random.default_rng(seed))
    as_far = np.sum(drawn >= chi_squared * _TIE)
    return "monte_carlo", float((1 + as_far) / (1 + len(drawn)))


def _draws(table: Whole) -> int:
    return min(DRAWS, max(FEWEST_DRAWS, DRAWN_CELLS // table.size))


def _drawn(table: Whole, expected: Floats, chance: np.random.Generator) -> Floats:
    """Chi-squared of tables drawn given both margins, as if every fact drew its column at random."""
    left = np.tile(table.sum(axis=0), (_draws(table), 1))
    statistic = np.zeros(len(left))
    for row, facts in enumerate(table.sum(axis=1)):
        own = _dealt(left, int(facts), chance)
        left -= own
        statistic += np.sum((own - expected[row]) ** 2 / expected[row], axis=1)
    return statistic


def _dealt(left: Whole, facts: int, chance: np.random.Generator) -> Whole:
    """One row of each draw: so many facts out of what is left of each column (draws × columns)."""
    own = np.zeros_like(left)
    wanted = np.full(len(left), facts)
    beyond = left.sum(axis=1)
    for column in range(left.shape[1]):
        beyond = beyond - left[:, column]
        own[:, column] = chance.hypergeometric(left[:, column], beyond, wanted)
        wanted = wanted - own[:, column]
    return own

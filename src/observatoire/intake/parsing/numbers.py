"""Numbers, French or English, and what stands where a number is absent."""

import math
import re
from enum import StrEnum

import polars as pl

from observatoire.intake.faults import Fault, Flag, content

LARGEST_QUANTITY = 10_000
_TO_CONFIRM_ABOVE = 50

_SPACES = " \u00a0\u2009\u202f"
_NUMBER = re.compile(
    rf"[+-]?(?:[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+|[0-9]{{1,40}})(?:[.,][0-9]{{1,40}})?(?:e[+-]?[0-9]{{1,4}})?"
)
_SECRET = re.compile(r"n\.? ?d\.?|ndiff|non diffus[ée]e?|s|secret(?: statistique)?|< ?[0-9]{1,3}")
_UNAVAILABLE = re.compile(r"|n\.? ?a\.?|n/a|#n/a|null|[-–—.]|nc|n\.c\.|non disponible|…|\.\.\.")
_ABOUT = re.compile(r"^(?:~|≈|env\.?|environ) ?")


class Absent(StrEnum):
    """Why a cell holds no number. An absent number is never 0.

    ``SECRET``: someone knows it and does not publish it (« n.d. », ``ndiff``, « <5 »).
    """

    SECRET = "secret"
    UNAVAILABLE = "indisponible"


def parse_number(text: str) -> float | Absent | Fault:
    """``17 369``, ``0,0078318``, ``2,76968965272353e+00``, ``-1.5``; an empty cell is unavailable.

    Spaces separate thousands in threes only; a comma or a point is the decimal mark, so that
    ``1.234,5`` is refused. What is not finite, or not written in ASCII digits, is refused too.
    """
    cell = text.strip().casefold()
    if _NUMBER.fullmatch(cell):
        value = float(re.sub(rf"[{_SPACES}]", "", cell).replace(",", "."))
        return value if math.isfinite(value) else content.INVALID_NUMBER
    if _SECRET.fullmatch(cell):
        return Absent.SECRET
    return Absent.UNAVAILABLE if _UNAVAILABLE.fullmatch(cell) else content.INVALID_NUMBER


def parse_quantity(text: str) -> int | Absent | Fault:
    """How many a fact counts: a whole number, 1 to 10,000; empty is 1, ``~20`` is 20."""
    cell = text.strip().casefold()
    if not cell:
        return 1
    found = parse_number(_ABOUT.sub("", cell, count=1))
    if not isinstance(found, float):
        return found
    return int(found) if found.is_integer() and 1 <= found <= LARGEST_QUANTITY else content.INVALID_NUMBER


def quantity_flag(quantity: int) -> Flag | None:
    """What a person must confirm: a quantity above 50 is rare, and often a code in the wrong column."""
    return content.LARGE_QUANTITY if quantity > _TO_CONFIRM_ABOVE else None


def decimal_comma(column: pl.Expr) -> pl.Expr:
    """French or English decimals to float; spaces of any width are thousands separators.

    What can't be read becomes null; infinities are refused too.
    """
    number = (
        column.str.replace_all(r"[\s\u00a0\u202f]", "")
        .str.replace(",", ".", literal=True)
        .cast(pl.Float64, strict=False)
    )
    return pl.when(number.is_finite()).then(number)


def has_foreign_digits(text: str) -> bool:
    """Digits of another script, full width, raised or circled: look-alikes that compatibility forms hide."""
    return not text.isascii() and any(c.isnumeric() and not c.isascii() for c in text)

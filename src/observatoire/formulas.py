"""A spreadsheet must not take a cell of ours for a formula, and what is escaped must come back whole.

A cell that begins like a formula (``= + - @``, a tab, a carriage return, their full-width forms) is
prefixed by an apostrophe (OWASP, « CSV injection »). A number is no formula: « -1,0 » stays a
coordinate. A cell that already begins by apostrophes and such a sign receives one more, so that
``restored(escaped(cell)) == cell`` for every cell.
"""

import re

FORMULA = "^'*[=+\\-@\t\r\n＝＋－＠]"
NUMBER = "^[-+]?[0-9][0-9 \u00a0\u202f]*(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]{1,3})?$"
"""Both are written for Python and for the engine of the columns alike."""

_FORMULA, _NUMBER = re.compile(FORMULA), re.compile(NUMBER.removesuffix("$"))


def escaped(cell: str) -> str:
    """The cell as a spreadsheet may open it."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def restored(cell: str) -> str:
    """The cell as it was before ``escaped``."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell

"""Rows that describe no fact: totals, sub-totals, lines of edition, page numbers.

Such a row is known by its first filled cell. Where that cell could begin a fact (« Total Access, 12 rue X »),
the other cells decide: a fact has words, a date or an hour beside; a total has numbers.
"""

import re
from collections.abc import Sequence

from observatoire.intake.faults import Fault
from observatoire.intake.faults import reading as faults
from observatoire.intake.parsing.text import plain

SUSPECT = (
    r"(?i)^\W*(?:so?u[sb]|tota|[eé].?dit|imprim|extrai|extrac|expor|g.{1,2}n.{1,2}r|page|"
    r"nombre|nbr?e?\b|date d)"
)
"""Rust pattern: every first cell that ``fault_of_line`` may exclude matches it, few others do."""

_SUBTOTAL = re.compile(r"(sous|sub)[- ]*tota(l|ux)\b.*")
_BARE_TOTAL = re.compile(r"tota(l|ux)\s*:?[-\d ,.%]*")
_TOTAL = re.compile(
    r"tota(l|ux)\W*(generale?s?|generaux|mensuels?|annuels?|trimestriels?|partiels?|cumules?|global|globaux|"
    r"d[ue]s?|d'|par|pour|au|mois|annee|trimestre|periode|semaine|fiches?|faits?|lignes?|interventions?)\b.*"
)
_EDITION = re.compile(
    r"(edit|imprim|extrai|export|gener)(ee?s?|ts?|tes?)? (le|du|par|a)\b.*|"
    r"(date d'|date de l')?(edition|impression|extraction|export) (le|du|par|:).*"
)
_PAGE = re.compile(r"page \d+(\s*(/|sur|de|-)\s*\d+)?\W*")
_WEAK = re.compile(r"tota(l|ux)\b.*|(nombre|nbr?e?)\.? (total )?(de\b|d').*|page \d+\b.*")
_WORD = re.compile(r"[^\W\d_]{2}")
_MOMENT = re.compile(r"\d+[/.-]\d+[/.-]\d+|\d+\s*[h:]\s*\d*")


def fault_of_line(fields: Sequence[str]) -> Fault | None:
    """The fault of a row that describes no fact; None for any other row. At least one cell is filled."""
    filled = (field for field in fields if field.strip())
    first = plain(next(filled)).lstrip("*-=#>. ")
    if _SUBTOTAL.fullmatch(first):
        return faults.SUBTOTAL_LINE
    if _TOTAL.fullmatch(first) or _EDITION.fullmatch(first) or _PAGE.fullmatch(first):
        return faults.TOTAL_LINE
    beside = " | ".join(plain(field) for field in filled)
    words, moment = _WORD.search(beside), _MOMENT.search(beside)
    if _BARE_TOTAL.fullmatch(first):
        return None if words and moment else faults.TOTAL_LINE
    if _WEAK.fullmatch(first) and not words and not moment:
        return faults.TOTAL_LINE
    return None

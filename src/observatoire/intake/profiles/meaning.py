"""What the name of a column usually means, by a table of synonyms."""

import re
import tomllib
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from functools import cache

from observatoire.intake.parsing.text import plain
from observatoire.intake.profiles.shipping import SYNONYMS

PERSONAL = "personnelle"
WHOLE, WORD, ALIKE = 0.9, 0.6, 0.75
"""Confidence in a whole name, in one word of a name; how alike two names must be to be taken for one."""

LONGEST_NAME = 100
_WORDS = re.compile(r"[^\W_]+°?|n°")
_PLURAL = re.compile(r"(?<=\w{3})s$")


@cache
def synonyms() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Meaning to whole names and to words, in order of likelihood."""
    table = tomllib.loads(SYNONYMS.read_text(encoding="utf-8"))
    return {
        meaning: (tuple(_bare(name) for name in entry["noms"]), tuple(entry["mots"]))
        for meaning, entry in table.items()
    }


def meanings_of(name: str) -> dict[str, float]:
    """Meanings of a column's name, with a confidence below 1."""
    form = _form(name)
    words = set(_WORDS.findall(form))
    found: dict[str, float] = {}
    for meaning, (whole, inside) in synonyms().items():
        if form in whole:
            found[meaning] = WHOLE - 0.002 * whole.index(form)
        elif words & set(inside):
            found[meaning] = WORD
    return found


def is_personal(name: str) -> bool:
    """Whether a column's name announces persons or free text."""
    found = meanings_of(name)
    strength = found.get(PERSONAL, 0.0)
    others = [value for meaning, value in found.items() if meaning != PERSONAL]
    return strength >= WORD and strength >= max(others, default=0.0)


def likeliest(column: str, fields: Collection[str], names: Sequence[str]) -> str | None:
    """The name that may be the new one of a column that served some fields; None when none looks like it."""
    scored = [(_likeness(column, fields, name), -position, name) for position, name in enumerate(names)]
    best = max(scored, default=(0.0, 0, ""))
    return best[2] if best[0] >= ALIKE else None


def _likeness(column: str, fields: Collection[str], name: str) -> float:
    if is_personal(name) and not is_personal(column):
        return 0.0
    named = meanings_of(name)
    written = SequenceMatcher(None, _form(column), _form(name)).ratio()
    # Whole names of one meaning are synonyms; a shared word alone is not enough.
    return max(written, *(named[field] for field in fields if named.get(field, 0.0) > WORD), 0.0)


def _bare(name: str) -> str:
    return plain(name[:LONGEST_NAME]).replace("_", " ").strip(" :.*")


def _form(name: str) -> str:
    form = _bare(name)
    return form if form in _every_name() else _PLURAL.sub("", form)


@cache
def _every_name() -> frozenset[str]:
    return frozenset(name for whole, _ in synonyms().values() for name in whole)

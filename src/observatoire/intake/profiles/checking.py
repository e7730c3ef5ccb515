"""Reads a structure sent by someone, part by part, and gathers everything that is wrong with it."""

import math
import re
from collections.abc import Collection, Mapping
from typing import Any

import polars as pl

from observatoire.errors import FieldError
from observatoire.intake.personal import Kind, kinds

LONGEST_PATTERN = 200
MOST_ENTRIES = 2000
MOST_FAULTS = 50
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00")


def compiles(pattern: str) -> bool:
    """Whether a pattern is one of polars (Rust: linear time, no backtracking, bounded size)."""
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.PolarsError:
        return False
    return True


class Checked:
    """Values by their path; what is refused is noted in ``faults`` and replaced by a harmless value."""

    def __init__(self) -> None:
        self.faults: list[FieldError] = []

    def refuse(self, path: str, message: str, expected: str | None = None) -> None:
        """Note a fault; a path is cut and cleaned, since it may hold a name that the sender wrote."""
        if len(self.faults) < MOST_FAULTS:
            told = "".join(sign for sign in path if sign.isprintable())
            self.faults.append(FieldError(told[:120], message, expected))

    def table(self, value: object, path: str, known: Collection[str] | None = None) -> Mapping[str, Any]:
        """A table whose keys are all known (None: any text)."""
        if value is None:
            return {}
        if not isinstance(value, Mapping) or len(value) > MOST_ENTRIES:
            self.refuse(path, "une table de clés et de valeurs est attendue")
            return {}
        for key in value:
            if known is not None and key not in known:
                self.refuse(f"{path}.{key}".removeprefix("profil."), "clé inconnue", ", ".join(known))
        return value

    def items(self, value: object, path: str, most: int) -> list[Any]:
        """A list of at most so many items."""
        if value is None:
            return []
        if not isinstance(value, list | tuple) or len(value) > most:
            self.refuse(path, f"une liste d'au plus {most} éléments est attendue")
            return []
        return list(value)

    def text(
        self, value: object, path: str, longest: int, default: str = "", *, may_name: bool = False
    ) -> str:
        """A text on one line that holds nothing personal; ``may_name``: it may read like a name."""
        if value is None:
            return default
        if not isinstance(value, str) or len(value) > longest or not value.isprintable():
            self.refuse(path, f"un texte d'au plus {longest} caractères est attendu, sur une ligne")
            return default
        if kinds(value) - ({Kind.NAME} if may_name else set()):
            self.refuse(path, "ce texte ressemble à une donnée personnelle : un profil n'en garde aucune")
            return default
        return value

    def name(self, value: object, path: str) -> str:
        """A column's name."""
        text = self.text(value, path, 200, may_name=True).strip()
        if isinstance(value, str) and not value.strip():
            self.refuse(path, "le nom de la colonne est vide")
        return text

    def flag(self, value: object, path: str) -> bool:
        """True or false; false when absent."""
        if value is None or isinstance(value, bool):
            return bool(value)
        self.refuse(path, "vrai ou faux est attendu", "true ou false")
        return False

    def choice(self, value: object, path: str, choices: tuple[str, ...]) -> str:
        """One of some words; the first when absent."""
        if value is None or value in choices:
            return choices[0] if value is None else str(value)
        self.refuse(path, "valeur inconnue", " ou ".join(choices))
        return choices[0]

    def integer(self, value: object, path: str, least: int, most: int) -> int | None:
        """An integer between two bounds."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.refuse(path, "un nombre entier est attendu", f"de {least} à {most}")
            return None
        return value

    def scale(self, value: object, path: str) -> float:
        """A finite number that is not zero; one when absent."""
        if value is None:
            return 1.0
        usable = isinstance(value, int | float) and not isinstance(value, bool) and value
        if not usable or not math.isfinite(float(value)):  # type: ignore[arg-type]
            self.refuse(path, "un nombre différent de zéro est attendu")
            return 1.0
        return float(value)  # type: ignore[arg-type]

    def pattern(self, value: object, path: str) -> str:
        """A regular expression that polars compiles."""
        written = isinstance(value, str) and 0 < len(value) <= LONGEST_PATTERN and value.isprintable()
        if not written or not compiles(str(value)):
            expected = f"une expression rationnelle (syntaxe de Rust) d'au plus {LONGEST_PATTERN} caractères"
            self.refuse(path, "expression rationnelle refusée", expected)
            return "^$"
        return str(value)

    def clock(self, value: object, path: str) -> int:
        """``12:00`` as minutes after midnight."""
        if not isinstance(value, str) or not _CLOCK.fullmatch(value):
            self.refuse(path, "une heure est attendue", "HH:MM")
            return 0
        hours, minutes = value.split(":")
        return int(hours) * 60 + int(minutes)

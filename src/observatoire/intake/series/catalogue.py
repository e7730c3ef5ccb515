"""The indicators that are known: what each counts, in which unit, and what overlaps what."""

import csv
from functools import cache
from pathlib import Path

from observatoire.domain.series import Indicator
from observatoire.intake.series.etat4001 import PREFIX

_UNUSED = "Index non utilisé"
_4001_CAUTION = (
    "Les index de l'état 4001 comptent dans des unités diverses (plaignants, procédures, véhicules…) : ils "
    "ne s'additionnent pas entre eux."
)


@cache
def read(data: Path) -> dict[str, Indicator]:
    """Indicators by code, from ``data/series/indicateurs.csv`` and ``data/etat4001_index.csv``."""
    found = [_indicator(row) for row in _rows(data / "series" / "indicateurs.csv")]
    found += [_index(row) for row in _rows(data / "etat4001_index.csv") if row["libelle"] != _UNUSED]
    return {indicator.code: indicator for indicator in found}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";", strict=True))


def _indicator(row: dict[str, str]) -> Indicator:
    return Indicator(
        code=row["code"],
        family=row["famille"],
        label=row["libelle"],
        aliases=tuple(filter(None, row["autres_libelles"].split("|"))),
        unit=row["unite_de_compte"],
        denominator=row["denominateur"] or None,
        additive=row["additif"] == "oui",
        overlap=row["recouvrement"] or None,
        signed=row["signe"] == "oui",
        whole=row["entier"] == "oui",
        definition=row["definition"],
        caution=row["avertissement"],
    )


def _index(row: dict[str, str]) -> Indicator:
    return Indicator(
        code=PREFIX + row["index"].zfill(2),
        family="etat_4001",
        label=row["libelle"],
        aliases=(),
        unit="fait constaté",
        denominator=None,
        additive=True,
        overlap=None,
        signed=False,
        whole=True,
        definition=f"Index {row['index']} de l'état 4001 : faits constatés par la police et la gendarmerie.",
        caution=_4001_CAUTION,
    )

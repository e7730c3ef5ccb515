"""Files of official series made by hand, in the two generations of columns of their producers."""

import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from observatoire.domain.series import DEPARTEMENTS
from observatoire.intake.reading.origin import BytesOrigin
from observatoire.intake.series.recognising import Declared
from observatoire.intake.series.service import Outcome, import_series
from support.world import World

OLD_COMMUNES = (
    "CODGEO_2023;annee;classe;unité.de.compte;valeur.publiée;faits;tauxpourmille;complementinfoval;"
    "complementinfotaux;POP;millPOP;LOG;millLOG"
)
NEW_COMMUNES = (
    '"CODGEO_2026";"annee";"indicateur";"unite_de_compte";"nombre";"taux_pour_mille";"est_diffuse";'
    '"insee_pop";"insee_pop_millesime";"insee_log";"insee_log_millesime";"complement_info_nombre";'
    '"complement_info_taux"'
)
DEPARTEMENTAL = (
    "Code_departement;annee;indicateur;unite_de_compte;nombre;taux_pour_mille;insee_pop;insee_pop_millesime;"
    "insee_log;insee_log_millesime"
)
COMPLEMENT = "77,7777"
"""Mean of the hidden communes of a département, in files made here: it must be found nowhere."""


def new_row(
    code: str,
    number: int | None,
    *,
    indicator: str = "Vols avec armes",
    unit: str = "Infraction",
    year: int = 2025,
    population: int = 1000,
    dwellings: int = 500,
) -> str:
    """A row of the newer communal base; ``number`` None: not disseminated."""
    if number is None:
        told = f'NA;NA;"ndiff";{population};2023;{dwellings};2022;"{COMPLEMENT}";"{COMPLEMENT}"'
    else:
        base = dwellings if indicator.startswith("Cambriolages") else population
        rate = "NA" if base == 0 else f'"{1000 * number / base:.4f}"'.replace(".", ",")
        told = f'{number};{rate};"diff";{population};2023;{dwellings};2022;NA;NA'
    return f'"{code}";{year};"{indicator}";"{unit}";{told}'


def departement_row(
    code: str,
    number: int | str,
    *,
    indicator: str = "Vols avec armes",
    unit: str = "Infraction",
    year: int = 2024,
    population: int = 100_000,
    vintage: int = 2022,
) -> str:
    """A row of the newer departmental base."""
    rate = "NA" if isinstance(number, str) else f"{1000 * number / population:.4f}".replace(".", ",")
    return f'{code};{year};"{indicator}";"{unit}";{number};{rate};{population};{vintage};50000;2021'


def national(numbers: Iterable[int] | None = None, **more: Any) -> list[str]:
    """A row for each of the 101 départements."""
    counted = itertools.count(1) if numbers is None else iter(numbers)
    return [departement_row(code, next(counted), **more) for code in sorted(DEPARTEMENTS)]


def table(header: str, rows: Sequence[str], encoding: str = "utf-8") -> bytes:
    """A file."""
    return "\r\n".join([header, *rows, ""]).encode(encoding)


def load(world: World, content: bytes, name: str = "base.csv", **declared: Any) -> Outcome:
    """Load a file as the command line does."""
    return import_series(
        world.database, world.settings.data, BytesOrigin(name, content), Declared(**declared), caller="essai"
    )


def load_path(world: World, path: Path, **declared: Any) -> Outcome:
    """Load a real file."""
    return load(world, path.read_bytes(), path.name, **declared)


def series_of(world: World, territory: str, **params: Any) -> dict[str, Any]:
    """``GET /series-officielles``, without a key."""
    answer: dict[str, Any] = world.get("/series-officielles", {}, territoire=territory, **params)
    return answer


def points_of(answer: dict[str, Any], code: str, dataset: str | None = None) -> dict[str, dict[str, Any]]:
    """Points of an indicator, by period."""
    found = [
        row for row in answer["resultat"]["series"] if row["code"] == code and dataset in (None, row["jeu"])
    ]
    assert len(found) == 1, [(row["jeu"], row["code"]) for row in answer["resultat"]["series"]]
    return {point["periode"]: point for point in found[0]["points"]}

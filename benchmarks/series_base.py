"""A fictional communal base of the SSMSI: as many rows as the real one, under its newer columns."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np

HEADER = (
    "CODGEO_2026", "annee", "indicateur", "unite_de_compte", "nombre", "taux_pour_mille", "est_diffuse",
    "insee_pop", "insee_pop_millesime", "insee_log", "insee_log_millesime", "complement_info_nombre",
    "complement_info_taux",
)  # fmt: skip
INDICATORS = (
    ("Violences physiques intrafamiliales", "Victime"),
    ("Violences physiques hors cadre familial", "Victime"),
    ("Violences sexuelles", "Victime"),
    ("Vols avec armes", "Infraction"),
    ("Vols violents sans arme", "Infraction"),
    ("Vols sans violence contre des personnes", "Victime entendue"),
    ("Cambriolages de logement", "Infraction"),
    ("Vols de véhicule", "Véhicule"),
    ("Vols dans les véhicules", "Véhicule"),
    ("Vols d'accessoires sur véhicules", "Véhicule"),
    ("Destructions et dégradations volontaires", "Infraction"),
    ("Usage de stupéfiants", "Mis en cause"),
    ("Usage de stupéfiants (AFD)", "Mis en cause"),
    ("Trafic de stupéfiants", "Mis en cause"),
    ("Escroqueries et fraudes aux moyens de paiement", "Victime"),
)
YEARS = range(2016, 2026)


def communes(rows: int) -> list[str]:
    """Enough codes, in INSEE order, for about that many rows."""
    number = max(1, rows // (len(INDICATORS) * len(YEARS)))
    return [f"{1 + i // 400:02d}{1 + i % 400:03d}" for i in range(number)]


def write(path: Path, rows: int, seed: int = 4001) -> int:
    """Write the base, ordered by commune, year and indicator; the number of rows."""
    random = np.random.default_rng(seed)
    written = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(";".join(f'"{name}"' for name in HEADER) + "\n")
        for code in communes(rows):
            text = io.StringIO()
            csv.writer(text, delimiter=";", lineterminator="\n").writerows(_rows(code, random))
            file.write(text.getvalue())
            written += len(INDICATORS) * len(YEARS)
    return written


def _rows(code: str, random: np.random.Generator) -> Iterator[list[object]]:
    """Published, zero and not disseminated in the shares that were measured (10, 42 and 48 %)."""
    people = int(random.lognormal(6.5, 1.2)) + 10
    kinds = random.choice(3, size=len(INDICATORS) * len(YEARS), p=[0.10, 0.42, 0.48])
    rank = 0
    for year in YEARS:
        vintage = min(year, 2023)
        population, dwellings = people + vintage - 2016, people // 2 + 1
        for indicator, unit in INDICATORS:
            kind = kinds[rank]
            rank += 1
            base = dwellings if indicator.startswith("Cambriolages") else population
            if kind == 2:
                told: list[object] = ["NA", "NA", "ndiff"]
                beside: list[object] = ["2,0560224", "1,9268733"]
            else:
                number = 0 if kind else 6 + int(base % 40)
                told = [number, f"{1000 * number / base:.7f}".replace(".", ","), "diff"]
                beside = ["NA", "NA"]
            denominators = [population, vintage, dwellings, min(year, 2022)]
            yield [code, year, indicator, unit, *told, *denominators, *beside]

"""Which rows describe no fact."""

import polars as pl
import pytest

from observatoire.intake.reading.footers import SUSPECT, fault_of_line

TOTALS = [
    "TOTAL;;128",
    "Total;128",
    "TOTAL : 128;;",
    ";Totaux;12",
    "Total général;;128",
    "TOTAL GÉNÉRALE;12;;",
    "Total du mois de mars;;12",
    "Total des faits : 128;;",
    "*** TOTAL ***;;12",
    "Total Centre;12;31",
    "TOTAL;Tapage;12",
    "Édité le 03/04/2026 par X;;",
    "Edité par X",
    "E\u0301dite\u0301 le 3 avril;;",
    "Édition du 03/04/2026;;",
    "Imprimé le 3 avril",
    "Imprimée le;03/04/2026;X",
    "Extrait le 03/04/2026",
    "Extraction du 03/04/2026",
    "Généré le 03/04/2026 à 12:00",
    "Exporté par X",
    "Date d’édition : 03/04/2026",
    "Date d'impression : 03/04/2026",
    "Page 3/12",
    "Page 3 sur 12;;",
    "- Page 3 -",
    ";;Page 3",
    "Nombre de fiches : 128",
    "Nombre total de faits;;128",
    "Nombre d’interventions;12",
    "Nb de lignes : 12",
]
SUBTOTALS = ["Sous-total Centre;;12", "sous total;;12", "SOUS-TOTAUX;12", "Subtotal;12", "S/total;1"]
FACTS = [
    "Totalité;x;1",
    "Total Access, 12 rue X;12/03/2026;22h45;Tapage",
    "TOTAL;12/03/2026;22h45;Tapage",
    "Pages jaunes;x;1",
    "Page 12 du registre;12/03/2026;Rixe",
    "Éditeur;x;1",
    "Impression;x;1",
    "Impressionnant;x;1",
    "Extraits;x;1",
    "Générateur volé;12/03/2026;1",
    "Nombre important de jeunes;12/03/2026;22h",
    "Nombre de jeunes dans le hall;12/03/2026;Tapage",
    "Sous le pont;12/03/2026;Rixe",
    "A1;TOTAL;128",
    "2026-1;Édité le 03/04/2026;x",
    "Exposition;12/03/2026;x",
]


def code_of(row: str) -> str | None:
    fault = fault_of_line(row.split(";"))
    return fault.code if fault else None


@pytest.mark.parametrize("row", TOTALS)
def test_lig_total_a_row_of_total_or_of_edition_describes_no_fact(row: str) -> None:
    assert code_of(row) == "LIG_TOTAL"


@pytest.mark.parametrize("row", SUBTOTALS[:-1])
def test_lig_soustotal_a_row_of_subtotal_describes_no_fact(row: str) -> None:
    assert code_of(row) == "LIG_SOUSTOTAL"


@pytest.mark.parametrize("row", [*FACTS, SUBTOTALS[-1]])
def test_a_row_that_only_begins_like_a_footer_is_kept(row: str) -> None:
    assert code_of(row) is None


def test_no_excluded_row_escapes_the_fast_look() -> None:
    firsts = [next(cell for cell in row.split(";") if cell.strip()) for row in [*TOTALS, *SUBTOTALS[:-1]]]
    seen = pl.Series(firsts).str.contains(SUSPECT).to_list()
    assert [first for first, suspect in zip(firsts, seen, strict=True) if not suspect] == []

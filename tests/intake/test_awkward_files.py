"""The files of ``tests/data/exports`` through the door: every row in its bucket."""

from collections.abc import Callable
from pathlib import Path

import pytest

from intake.desk import Desk, codes

EXPORTS = Path(__file__).resolve().parents[1] / "data" / "exports"

EXPECTED = {
    "pm_pages_et_totaux": (4, {"LIG_TOTAL": 3, "LIG_SOUSTOTAL": 1, "LIG_ENTETE": 1, "HEU_CRENEAU": 1}),
    "pm_excel_texte_unicode": (4, {"COG_ZERO": 1, "GEO_ABSENT": 1, "TER_HORS": 1}),
    "pm_separateurs_meles": (2, {"CSV_CHAMPS": 1}),
    "pm_guillemets": (2, {"CSV_GUILLEMET": 3}),
    "bailleur_lignes_inegales": (2, {"CSV_CHAMPS": 2, "GEO_ABSENT": 2, "HEU_VIDE": 1}),
    "transport_heures": (
        5,
        {
            "HEU_EXPLOITATION": 1,
            "HEU_24": 1,
            "HEU_INEXISTANTE": 1,
            "HEU_AMBIGUE": 1,
            "DAT_INVALIDE": 1,
        },
    ),
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_an_awkward_file_comes_in_with_every_row_counted(new_desk: Callable[..., Desk], name: str) -> None:
    (path,) = EXPORTS.glob(f"{name}.*.csv")
    desk = new_desk(kind="autre")
    report = desk.send(path.read_bytes())
    created, anomalies = EXPECTED[name]
    assert report["lignes"]["lues"] == int(path.suffixes[-2].removeprefix("."))
    assert report["lignes"]["creees"] == created
    assert codes(report) == anomalies


def test_every_file_of_the_folder_is_expected() -> None:
    assert {path.name.partition(".")[0] for path in EXPORTS.glob("*.csv")} == set(EXPECTED)

"""One fictional export per kind of exporter, dirt included, with what must come of each of its lines.

Headers are those of the exporters; streets, residences, references and facts are invented, and no
line speaks of anyone. The same bytes each time.
"""

from dataclasses import dataclass
from pathlib import Path

from observatoire.demo.workbook import Cell, write_workbook

_FOLDER = Path(__file__).parent / "exports"
_AGGREGATES = {
    "etat_4001_mensuel": "cp1252",
    "etat_4001_ouvert": "latin-1",
    "ssmsi_communes_2023": "utf-8",
    "ssmsi_communes_2026": "utf-8",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What must come of a line: local start, precision, leaf; or ``fault``, the code that sets it aside.

    ``flags``: codes that the line must bear (it may bear others). ``hour`` is empty when unknown.
    """

    line: int
    day: str = ""
    hour: str = ""
    precision: str = ""
    category: str = ""
    has_point: bool = False
    commune: str = ""
    fault: str = ""
    flags: tuple[str, ...] = ()
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """A file, the code of the profile that ships for it, and the outcome of each line that is not a title."""

    profile: str
    name: str
    content: bytes
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A file of counts, that no import of facts may take."""

    name: str
    content: bytes


def samples(commune: str) -> tuple[Sample, ...]:
    """Every sample; ``commune`` is the name that exports which tell a commune bear."""
    return (
        _logbook(commune),
        _spreadsheet(),
        _landlord(),
        _night_watch(),
        _network(),
        _mediation(),
        _citizens(),
        _cameras(),
    )


def _sample(profile: str, encoding: str, outcomes: tuple[Outcome, ...], commune: str = "") -> Sample:
    return Sample(profile, f"exemple_fictif_{profile}.csv", _encoded(profile, encoding, commune), outcomes)


def _encoded(name: str, encoding: str, commune: str = "") -> bytes:
    """An export in the encoding and the line ends of its exporter."""
    text = (_FOLDER / f"{name}.csv").read_text(encoding="utf-8").replace("{commune}", commune)
    return text.replace("\n", "\r\n").encode(encoding)


def _logbook(commune: str) -> Sample:
    outcomes = (
        Outcome(2, "2026-03-12", "22:45", "minute", "A101"),
        Outcome(3, "2026-03-14", "00:00", "minute", "A201", flags=("HEU_24",)),
        Outcome(4, "2026-03-13", "", "jour", "C101", flags=("HEU_VIDE",)),
        Outcome(5, fault="DAT_INVALIDE"),
        Outcome(6, "2026-03-14", "", "jour", "Z999", flags=("HEU_INVALIDE", "CAT_A_CLASSER")),
        Outcome(7, "2026-03-29", "03:30", "minute", "A101", flags=("HEU_INEXISTANTE",)),
        Outcome(8, "2026-03-13", "22:00", "heure", "A302"),
        Outcome(9, "2026-03-15", "", "creneau", "A201", flags=("HEU_CRENEAU",)),
        Outcome(10, fault="PII_LIBRE"),
        Outcome(11, fault="LIG_TOTAL"),
        Outcome(12, fault="LIG_TOTAL"),
    )
    return _sample("pm_main_courante", "cp1252", outcomes, commune)


def _spreadsheet() -> Sample:
    rows: list[list[Cell]] = [
        ["Police municipale de Saint-Ville (données fictives)"],
        ["Main courante, mars 2026"],
        ["Service de la tranquillité publique"],
        ["Réf", "Début", "Fin", "Famille", "Sous-famille", "Adresse", "X", "Y"],
        ["MC/26/881", "28/03/2026 22:00", "29/03/2026 06:00", "Atteintes aux biens", "Dégradation véhicule",
         "Parking gare", "1652295,7", "8183858,0"],
        ["MC/26/882", "30/03/26 2h", "", "Tranquillité", "Différend", "3 AV DE LA FICTION", "", ""],
        ["MC/26/883", "14/03/2026 22:00", "14/03/2026 02:00", "Tranquillité", "Tapage", "Rue Inventée",
         1652300.5, 8183900.25],
        ["MC/26/884", "entre le 12/03/2026 22h et le 13/03/2026 6h", "", "Atteintes aux biens",
         "Dégradation véhicule", "Parking gare", "1 652 295,7", "8 183 858,0"],
        ["MC/26/885", "15/03/2026", "", "Tranquillité", "", "Rue Inventée", "0,0", "0,0"],
        ["MC/26/886", 46093.604166666664, "", "Tranquillité", "Différend", "Rue Inventée", 1652250, 8183800],
        ["TOTAL", "", "", "", "", "", "", 6],
    ]  # fmt: skip
    outcomes = (
        Outcome(5, "2026-03-28", "", "intervalle", "D103", True),
        Outcome(6, "2026-03-30", "02:00", "heure", "A303"),
        Outcome(7, "2026-03-14", "", "intervalle", "A102", True, flags=("INT_MINUIT",)),
        Outcome(8, "2026-03-12", "", "intervalle", "D103", True),
        Outcome(9, "2026-03-15", "", "jour", "Z999", flags=("HEU_VIDE", "GEO_ABSENT")),
        Outcome(10, "2026-03-12", "14:30", "minute", "A303", True),
        Outcome(11, fault="LIG_TOTAL"),
    )
    content = write_workbook("Export", rows, merged=("A1:H1", "A2:H2", "A3:H3"))
    return Sample("pm_export_tableur", "exemple_fictif_pm_export_tableur.xlsx", content, outcomes)


def _landlord() -> Sample:
    outcomes = (
        Outcome(2, "2026-02-05", "", "intervalle", "A202"),
        Outcome(3, "2026-02-06", "", "jour", "D102", flags=("HEU_VIDE",)),
        Outcome(4, "2026-02-07", "", "creneau", "E106", flags=("HEU_CRENEAU",)),
        Outcome(5, "2026-02-13", "22:10", "minute", "A101"),
        Outcome(6, "2026-02-13", "22:10", "minute", "A101"),
        Outcome(7, fault="DAT_INVALIDE"),
    )
    return _sample("bailleur_incivilites", "utf-8-sig", outcomes)


def _night_watch() -> Sample:
    outcomes = (
        Outcome(2, "2026-03-13", "01:20", "minute", "A202", flags=("HEU_VACATION",)),
        Outcome(3, "2026-03-12", "23:50", "minute", "A101"),
        Outcome(4, fault="LIG_IGNOREE"),
        Outcome(5, "2026-03-14", "04:10", "minute", "S101", flags=("HEU_VACATION",)),
        Outcome(6, "2026-03-14", "", "jour", "A202", flags=("HEU_VIDE",)),
    )
    return _sample("inter_bailleurs", "cp1252", outcomes)


def _network() -> Sample:
    outcomes = (
        Outcome(2, "2026-03-13", "01:10", "minute", "G102", flags=("HEU_EXPLOITATION",)),
        Outcome(3, "2026-03-12", "17:42", "minute", "E102"),
        Outcome(4, "2026-03-13", "", "jour", "D202", flags=("HEU_VIDE",)),
        Outcome(5, "2026-03-29", "03:30", "minute", "D101", flags=("HEU_EXPLOITATION", "HEU_INEXISTANTE")),
        Outcome(6, "2026-03-13", "", "jour", "F101", flags=("HEU_INVALIDE",)),
    )
    return _sample("transport_evenements", "utf-8", outcomes)


def _mediation() -> Sample:
    outcomes = (
        Outcome(2, "2026-03-09", "", "intervalle", "A303", quantity=12),
        Outcome(3, "2026-03-09", "", "intervalle", "A102", quantity=3),
        Outcome(4, "2026-03-16", "", "intervalle", "S102", quantity=20),
        Outcome(5, fault="DAT_INVALIDE"),
        Outcome(6, fault="NB_INVALIDE"),
    )
    return _sample("mediation", "utf-8", outcomes)


def _citizens() -> Sample:
    outcomes = (
        Outcome(2, "2026-03-12", "", "jour", "B101", True, "75056"),
        Outcome(3, "2026-03-12", "", "jour", "B103", True, "75056"),
        Outcome(4, "2026-03-13", "", "jour", "A103", False, "75056"),
        Outcome(5, fault="COG_INCONNU"),
    )
    return _sample("dans_ma_rue", "utf-8", outcomes)


def _cameras() -> Sample:
    outcomes = (
        Outcome(2, "2026-03-13", "03:12", "minute", "E103"),
        Outcome(3, "2026-03-13", "03:40", "minute", "B101"),
        Outcome(4, "2026-03-13", "", "jour", "H102"),
        Outcome(5, "2025-10-26", "02:30", "minute", "E103", flags=("HEU_AMBIGUE",)),
        Outcome(6, fault="DAT_BORNES"),
    )
    return _sample("csu", "cp1252", outcomes)


def aggregates() -> tuple[Aggregate, ...]:
    """Files of counts in their publishers' own headers."""
    return tuple(Aggregate(f"{name}.csv", _encoded(name, encoding)) for name, encoding in _AGGREGATES.items())

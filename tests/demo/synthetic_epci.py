"""Six square communes around Toulouse, and the demonstration files read back with plain ``csv``.

Square contours keep these tests free of any atlas; the codes are real, the squares are not.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import shapely

from observatoire.demo import DEFAULT_FIRST_MONTH, DEFAULT_SEED, DemoCommune, DemoFile, generate, truth

POLICE, TRANSPORT, LANDLORD = "pm-toulouse-metropole", "transport-metropole", "bailleur-garonne"
ENCODINGS = {POLICE: "cp1252", TRANSPORT: "utf-8-sig", LANDLORD: "cp1252"}
SEPARATORS = {POLICE: ";", TRANSPORT: ",", LANDLORD: ";"}
HEADERS = {
    POLICE: "N° fiche;Date;Heure;Nature;Code INSEE;Commune;X;Y",
    TRANSPORT: "id_evt,date_exploit,heure,ligne,arret,categorie,item,lat,lon",
    LANDLORD: "Référence;Date constat;Heure;Résidence;Code INSEE;Type d'incident;Lieu précis",
}
REFERENCES = {POLICE: r"\d{4}-\d{6}", TRANSPORT: r"T\d{7}", LANDLORD: r"BG-\d{4}-\d{5}"}


def square(west: float, south: float, east: float, north: float) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([shapely.box(west, south, east, north)])


COMMUNES = (
    DemoCommune("31555", "Toulouse", 514_819, square(1.38, 43.54, 1.50, 43.66)),
    DemoCommune("31149", "Colomiers", 40_882, square(1.30, 43.59, 1.37, 43.64)),
    DemoCommune("31069", "Blagnac", 27_604, square(1.30, 43.64, 1.37, 43.69)),
    DemoCommune("31557", "Tournefeuille", 30_168, square(1.30, 43.54, 1.37, 43.59)),
    DemoCommune("31044", "Balma", 17_772, square(1.50, 43.58, 1.56, 43.64)),
    DemoCommune("31561", "L'Union", 12_638, square(1.50, 43.64, 1.56, 43.69)),
)


@dataclass(frozen=True)
class ReadFile:
    """A file read back: its rows after the header, as lists of cells."""

    file: DemoFile
    header: str
    rows: list[list[str]]

    def facts(self) -> list[list[str]]:
        """Rows with a reference of the exporter, duplicates included."""
        pattern = re.compile(REFERENCES[self.file.source])
        return [row for row in self.rows if pattern.fullmatch(row[0])]


def read(file: DemoFile) -> ReadFile:
    text = file.content.decode(ENCODINGS[file.source])
    header, _, body = text.partition("\n")
    rows = list(csv.reader(io.StringIO(body, newline=""), delimiter=SEPARATORS[file.source]))
    return ReadFile(file, header.rstrip("\r"), rows)


@cache
def all_files() -> tuple[ReadFile, ...]:
    return tuple(read(file) for file in generate(COMMUNES, DEFAULT_FIRST_MONTH, DEFAULT_SEED))


@cache
def the_truth() -> dict:
    return truth(COMMUNES, DEFAULT_FIRST_MONTH, DEFAULT_SEED)


@cache
def final_facts(source: str) -> dict[str, list[str]]:
    """Reference -> row, as the last file that holds it says."""
    return {row[0]: row for each in all_files() if each.file.source == source for row in each.facts()}


def local_day(source: str, row: Sequence[str]) -> date:
    """The civil day of a row: 24:00 and operating hours above 24 belong to the next day."""
    text = row[1] if source == TRANSPORT else "-".join(reversed(row[1].split("/")))
    hour = hour_of(row[2])
    return date.fromisoformat(text) + timedelta(days=1 if hour is not None and hour >= 24 else 0)


def hour_of(text: str) -> int | None:
    """The hour written in a cell, None when it is empty, a word or impossible."""
    found = re.fullmatch(r"(\d\d)[:h](\d\d)", text)
    return int(found[1]) if found and int(found[2]) < 60 else None


def located(rows: Sequence[Sequence[str]]) -> list[tuple[Sequence[str], float, float]]:
    """Police rows with a usable point: (row, x, y) in Lambert-93 metres."""
    return [
        (row, float(row[6].replace(",", ".")), float(row[7].replace(",", ".")))
        for row in rows
        if row[6] and row[6] != "0,0"
    ]

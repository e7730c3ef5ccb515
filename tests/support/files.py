"""Export files made by hand."""

from collections.abc import Iterable

PM_HEADER = "N° fiche;Date;Heure;Nature;Code INSEE;Commune;X;Y"
LANDLORD_HEADER = "Référence;Date constat;Heure;Résidence;Code INSEE;Type d'incident;Lieu précis"
TRANSPORT_HEADER = "id_evt,date_exploit,heure,ligne,arret,categorie,item,lat,lon"
CAPITOLE = ("574357,3", "6279642,9")
"""Place du Capitole, Toulouse, in Lambert-93."""


def pm_row(
    reference: str = "2025-000001",
    date: str = "12/03/2025",
    hour: str = "22h45",
    nature: str = "Tapage nocturne",
    code: str = "31555",
    point: tuple[str, str] = CAPITOLE,
) -> str:
    """One row of a municipal-police export."""
    return f"{reference};{date};{hour};{nature};{code};Toulouse;{point[0]};{point[1]}"


def pm_file(rows: Iterable[str], encoding: str = "cp1252") -> bytes:
    """A municipal-police export."""
    return "\r\n".join([PM_HEADER, *rows, ""]).encode(encoding)

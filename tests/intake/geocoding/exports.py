"""Exports with addresses, and what a person does with the places to check."""

from typing import Any

from intake.desk import Desk
from support.geocoding_server import Known

TOULOUSE, COLOMIERS, BLAGNAC = "31555", "31149", "31069"
HEADER = "N° fiche;Date;Heure;Nature;N°;Voie;Commune"
PROFILE = "pm_main_courante"
PASTEUR = Known("12 Rue Pasteur 31000 Toulouse", TOULOUSE, 1.4440, 43.6040)


def line(
    reference: str = "1", number: str = "12", street: str = "rue Pasteur", commune: str = TOULOUSE
) -> str:
    """One row of a log of municipal police: no coordinates, the address cut over two columns."""
    return f"{reference};12/03/2025;22h45;Tapage nocturne;{number};{street};{commune}"


def send(desk: Desk, *lines: str, **more: Any) -> dict[str, Any]:
    """Send rows of that log."""
    return desk.send("\r\n".join([HEADER, *lines, ""]).encode("cp1252"), profil=PROFILE, **more)


def queue(desk: Desk, **params: Any) -> list[dict[str, Any]]:
    """The places of the desk's source that wait."""
    found: list[dict[str, Any]] = desk.world.get("/lieux/a-verifier", source=desk.source, **params)["lieux"]
    return found


def answer(desk: Desk, id_: str, status: int = 204, **body: Any) -> Any:
    """Answer of a place, by the administration."""
    done = desk.world.client.put(f"/api/v1/lieux/a-verifier/{id_}", json=body, headers=desk.world.admin)
    assert done.status_code == status, done.text
    return done.json() if done.content else None


def load_table(desk: Desk, content: str, status: int = 200) -> dict[str, Any]:
    """Replace the table of places of the desk's organisation."""
    done = desk.world.client.put(
        f"/api/v1/organisations/{desk.source}/lieux",
        files={"fichier": ("lieux.csv", content.encode())},
        headers=desk.world.admin,
    )
    assert done.status_code == status, done.text
    body: dict[str, Any] = done.json()
    return body

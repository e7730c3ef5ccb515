"""Three organisations side by side, each with one row at least of everything that belongs to one."""

import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from observatoire.disclosure.policy import Caller, Role
from observatoire.intake.geocoding.means import Means
from observatoire.intake.geocoding.sealing import PlaceText, seal
from support.files import LANDLORD_HEADER
from support.world import EPCI, TOULOUSE, World

MARSEILLE = "commune:13055"
YEAR = {"debut": "2025-01-01", "fin": "2026-01-01"}
SQUARES = {
    "Ville": [1.40, 43.58], "Bailleur": [1.45, 43.60], "Marseille": [5.38, 43.30]
}  # fmt: skip
SOURCES = {
    "Ville": ("faits-ville", EPCI),
    "Bailleur": ("faits-bailleur", TOULOUSE),
    "Marseille": ("faits-marseille", MARSEILLE),
}

# What no route makes as simply, written as the import role writes it.
ROWS = """
insert into collection.profile (source, version, content, author) values (:source, 1, '{}', 'essai');
insert into collection.series_break (source, day, kind, reason, author)
    values (:source, '2025-06-01', 'logiciel', 'Nouveau logiciel', 'essai');
insert into collection.notice (source, first_month, last_month, opened_at)
    values (:source, '2025-02-01', '2025-02-01', now());
insert into collection.correspondence (source, label, form, category, taxonomy, author)
    values (:source, 'Tapage', 'tapage', 'A101', 1, 'essai');
insert into collection.correspondence (organisation, label, form, category, taxonomy, author)
    values (:organisation, 'Tag', 'tag', 'B101', 1, 'essai');
insert into collection.place_table (organisation, version, rows, author)
    values (:organisation, 1, 1, 'essai');
insert into collection.place (organisation, number, name, aliases, kind, commune, geom)
    values (:organisation, 1, 'Mairie', '{}', 'lieu', '31555', st_setsrid(st_makepoint(1.44, 43.6), 4326));
insert into confidential.place_to_check (key, id, organisation, source, commune, sealed, reason, requested_at)
    values (:key, :place, :organisation, :source, '31555', :sealed, 'score_faible', now());
insert into collection.idempotency (caller, key, digest, import_id) values (:organisation, 'k', 'd', :import);
insert into accounts.organisation_territory (organisation, level, code, valid_from)
    values (:organisation, 'commune', '31555', '2020-01-01')
"""


def export(rows: int, code: str) -> bytes:
    """A landlord's export: some good rows, one bad."""
    good = [f"{code}-{i};12/03/2025;22:10;Les Tilleuls;{code};Tapage nocturne;" for i in range(rows)]
    bad = f"{code}-x;31/02/2025;22:10;Les Tilleuls;{code};Tapage nocturne;"
    return "\r\n".join([LANDLORD_HEADER, *good, bad, ""]).encode()


@dataclass
class Neighbours:
    """The world and what stands in it, by organisation: identifiers of imports, zones, places, breaks."""

    world: World
    imports: dict[str, str] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    breaks: dict[str, int] = field(default_factory=dict)

    @classmethod
    def settle(cls, world: World) -> "Neighbours":
        """Fill an empty world."""
        here = cls(world)
        for organisation, (source, territory) in SOURCES.items():
            world.source(source, "bailleur", territory, organisation=organisation, visibilite="public")
            code = "13055" if organisation == "Marseille" else "31555"
            here.imports[organisation] = world.send(export(6, code), source, **YEAR)["id"]
            here.zones[organisation] = here._draw(organisation)
            here.places[organisation] = str(uuid.uuid4())
            world.key(f"clé de {organisation}", Role.PARTENAIRE, organisation, territory)
            here._write(organisation, source)
        return here

    def _draw(self, organisation: str) -> str:
        x, y = SQUARES[organisation]
        box = [[x, y], [x + 0.002, y], [x + 0.002, y + 0.002], [x, y + 0.002], [x, y]]
        body = {
            "libelle": f"Quartier de {organisation}", "type": "quartier", "organisation": organisation,
            "contour": {"type": "Polygon", "coordinates": [box]},
        }  # fmt: skip
        answer = self.world.client.post("/api/v1/zones", json=body, headers=self.world.admin)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def _write(self, organisation: str, source: str) -> None:
        key = secrets.token_bytes(16)
        told = PlaceText(f"place de {organisation}", ())
        values: dict[str, Any] = {
            "sealed": seal(told, Means.of(self.world.settings).sealing_key, key),
            "organisation": organisation,
            "source": source,
            "key": key,
            "place": self.places[organisation],
            "import": self.imports[organisation],
        }
        with self.world.database.importing() as connection:
            for statement in ROWS.split(";"):
                connection.execute(text(statement), values)
            number = "select number from collection.series_break where source = :source"
            self.breaks[organisation] = connection.execute(text(number), values).scalar_one()


def caller(role: Role, organisation: str = "", communes: frozenset[str] | None = frozenset()) -> Caller:
    """Somebody who asks."""
    return Caller(f"essai {role}", role, organisation, communes=communes)

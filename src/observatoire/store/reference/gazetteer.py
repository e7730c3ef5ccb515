"""What an import must know of France: codes, parents, former codes, contours."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import shapely
from sqlalchemy import Connection, text

from observatoire.space.locate import CommuneLocator
from observatoire.store.queries import query


@dataclass(frozen=True, slots=True)
class Parents:
    """Codes of the territories that a commune belongs to, in the geography in force."""

    departement: str | None
    region: str | None
    epci: str | None
    ept: str | None


@dataclass(frozen=True)
class Gazetteer:
    """Reference geography of one import.

    ``parents``: current communes; ``arrondissements``: municipal arrondissement to commune;
    ``former``: old code to current one; ``incomplete``: communes whose contour is missing or
    known to be too small. Locators answer for the window they were loaded for.
    """

    vintage: int
    parents: Mapping[str, Parents]
    arrondissements: Mapping[str, str]
    former: Mapping[str, str]
    incomplete: frozenset[str]
    communes: CommuneLocator
    municipal_arrondissements: CommuneLocator
    neighbourhoods_2015: CommuneLocator
    neighbourhoods_2024: CommuneLocator

    @cached_property
    def known(self) -> frozenset[str]:
        """Every current code that a row may declare."""
        return frozenset(self.parents) | frozenset(self.arrondissements)


Window = tuple[float, float, float, float]


def load(connection: Connection, window: Window | None) -> Gazetteer:
    """Read the geography; contours only inside ``window`` (west, south, east, north; None: none)."""
    parents = {
        row.code: Parents(row.departement, row.region, row.epci, row.ept)
        for row in connection.execute(text(query("commune_parents")))
    }
    arrondissements = connection.execute(
        text(
            "select child_code, parent_code from reference.membership "
            "where child_level = 'arrondissement' and parent_level = 'commune' and valid_to is null"
        )
    )
    former = connection.execute(text("select former, current from reference.former_code"))
    incomplete = connection.execute(
        text(
            "select code from reference.contour where level = 'commune' "
            "and (geom is null or defects && array['contour_absent', 'fusion_non_dessinee', 'trou_voisin'])"
        )
    )
    return Gazetteer(
        vintage=connection.execute(
            text("select coalesce(max(vintage), 0) from reference.territory where level = 'nation'")
        ).scalar_one(),
        parents=parents,
        arrondissements={row[0]: row[1] for row in arrondissements},
        former={row[0]: row[1] for row in former},
        incomplete=frozenset(row[0] for row in incomplete),
        communes=_locator(connection, "commune", window),
        municipal_arrondissements=_locator(connection, "arrondissement", window),
        neighbourhoods_2015=_locator(connection, "qpv", window, vintage=2015),
        neighbourhoods_2024=_locator(connection, "qpv", window, vintage=2024),
    )


def _locator(
    connection: Connection, level: str, window: Window | None, vintage: int | None = None
) -> CommuneLocator:
    if window is None:
        return CommuneLocator([], [])
    west, south, east, north = window
    rows = connection.execute(
        text(query("contours_in_window")),
        {"level": level, "vintage": vintage, "west": west, "south": south, "east": east, "north": north},
    ).all()
    return CommuneLocator([row[0] for row in rows], list(shapely.from_wkb([bytes(row[1]) for row in rows])))

"""What an import must know of France: codes, parents, former codes, contours; read once, then kept.

Reading it takes longer than importing a month of facts, and it changes once a year. So each engine
keeps the last one read, with the state of the reference that it was read in (``_state``): another
process may load new territories at any time, and the next import sees it.
"""

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from weakref import WeakKeyDictionary

import shapely
from sqlalchemy import Connection, Engine, text

from observatoire.space.locate import CommuneLocator
from observatoire.store.queries import query
from observatoire.store.reference.movements import DividedCommune, divided_communes

Window = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""

State = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Parents:
    """Codes of the territories that a commune belongs to, in the geography in force."""

    departement: str | None
    region: str | None
    epci: str | None
    ept: str | None


@dataclass(frozen=True)
class Gazetteer:
    """Reference geography of an import.

    ``parents``: current communes; ``arrondissements``: municipal arrondissement to commune;
    ``former``: old code to current one; ``divided``: codes whose facts may belong to one of several
    communes of today, latest division first; ``incomplete``: communes whose contour is missing or
    known to be too small. Locators answer inside ``window`` (None: nowhere).

    ``turn``: hold it while you ask the locators. Imports of several threads share them, and GEOS
    writes into a prepared geometry while it answers.
    """

    vintage: int
    parents: Mapping[str, Parents]
    arrondissements: Mapping[str, str]
    former: Mapping[str, str]
    divided: Mapping[str, tuple[DividedCommune, ...]]
    incomplete: frozenset[str]
    window: Window | None
    communes: CommuneLocator
    municipal_arrondissements: CommuneLocator
    neighbourhoods_2015: CommuneLocator
    neighbourhoods_2024: CommuneLocator
    iris: CommuneLocator
    turn: threading.Lock = field(default_factory=threading.Lock, compare=False, repr=False)

    @cached_property
    def known(self) -> frozenset[str]:
        """Every current code that a row may declare."""
        return frozenset(self.parents) | frozenset(self.arrondissements)


_kept: WeakKeyDictionary[Engine, tuple[State, Gazetteer]] = WeakKeyDictionary()
_keeping = threading.Lock()


def load(connection: Connection, window: Window | None) -> Gazetteer:
    """The geography in force, with the contours of at least ``window`` (None: no contour is needed).

    The window kept grows with what is asked, to whole degrees: at most to the contours of France.
    """
    state = _state(connection)  # first: what is read after it is at least as new
    with _keeping:
        kept = _kept.get(connection.engine)
    found = kept[1] if kept is not None and kept[0] == state else _codes(connection)
    if not _holds(found.window, window):
        found = _with_contours(found, connection, _grown(found.window, window))
    with _keeping:
        _kept[connection.engine] = (state, found)
    return found


def _state(connection: Connection) -> State:
    """How many territories and former codes each transaction wrote: differs as soon as one was added.

    A load of territories or of neighbourhoods writes its territories anew, along with their
    contours and memberships and in the same transaction, so their rows tell for all tables.
    """
    rows = connection.execute(text(query("reference_state"))).all()
    return tuple((row.written_by, row.territories) for row in rows)


def _codes(connection: Connection) -> Gazetteer:
    """Everything but contours."""
    rows = connection.execute(text(query("commune_parents"))).all()
    arrondissements = connection.execute(
        text(
            "select child_code, parent_code from reference.membership "
            "where child_level = 'arrondissement' and parent_level = 'commune' and valid_to is null"
        )
    ).all()
    former = connection.execute(text("select former, current from reference.former_code")).all()
    incomplete = connection.execute(
        text(
            "select code from reference.contour where level = 'commune' "
            "and (geom is null or defects && array['contour_absent', 'fusion_non_dessinee', 'trou_voisin'])"
        )
    ).all()
    nowhere = CommuneLocator([], [])
    return Gazetteer(
        vintage=connection.execute(
            text("select coalesce(max(vintage), 0) from reference.territory where level = 'nation'")
        ).scalar_one(),
        parents={code: Parents(*parents) for code, *parents in rows},
        arrondissements={row[0]: row[1] for row in arrondissements},
        former={row[0]: row[1] for row in former},
        divided=divided_communes(connection),
        incomplete=frozenset(row[0] for row in incomplete),
        window=None,
        communes=nowhere,
        municipal_arrondissements=nowhere,
        neighbourhoods_2015=nowhere,
        neighbourhoods_2024=nowhere,
        iris=nowhere,
    )


def _with_contours(gazetteer: Gazetteer, connection: Connection, window: Window) -> Gazetteer:
    return replace(
        gazetteer,
        window=window,
        communes=_locator(connection, "commune", window),
        municipal_arrondissements=_locator(connection, "arrondissement", window),
        neighbourhoods_2015=_locator(connection, "qpv", window, vintage=2015),
        neighbourhoods_2024=_locator(connection, "qpv", window, vintage=2024),
        iris=_locator(connection, "iris", window),
        turn=threading.Lock(),
    )


def _locator(
    connection: Connection, level: str, window: Window, vintage: int | None = None
) -> CommuneLocator:
    west, south, east, north = window
    rows = connection.execute(
        text(query("contours_in_window")),
        {"level": level, "vintage": vintage, "west": west, "south": south, "east": east, "north": north},
    ).all()
    return CommuneLocator([row[0] for row in rows], list(shapely.from_wkb([bytes(row[1]) for row in rows])))


def _holds(kept: Window | None, asked: Window | None) -> bool:
    if asked is None:
        return True
    return (
        kept is not None
        and kept[0] <= asked[0]
        and kept[1] <= asked[1]
        and kept[2] >= asked[2]
        and kept[3] >= asked[3]
    )


def _grown(kept: Window | None, asked: Window | None) -> Window:
    """The whole degrees that hold both."""
    windows = [window for window in (kept, asked) if window is not None]
    west, south, east, north = zip(*windows, strict=True)
    return (
        float(math.floor(min(west))),
        float(math.floor(min(south))),
        float(math.ceil(max(east))),
        float(math.ceil(max(north))),
    )

"""The outlines of every version of every zone, to be asked which of them hold some points."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from observatoire.space.areas import points_in
from observatoire.store.queries import query


@dataclass(frozen=True, slots=True)
class Outlines:
    """``numbers`` of zone versions, their polygons, the communes that each of them concerns."""

    numbers: NDArray[np.int32]
    shapes: list[Any]
    communes: list[frozenset[str]]

    @classmethod
    def of(cls, connection: Connection, version: int | None = None) -> Self:
        """Every version, or one of them."""
        rows = connection.execute(text(query("zone_shapes")), {"version": version}).all()
        return cls(
            np.array([row.number for row in rows], dtype=np.int32),
            [shapely.from_wkb(bytes(row.wkb)) for row in rows],
            [frozenset(row.communes) for row in rows],
        )

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.shapes)

    def holding(
        self, longitude: NDArray[np.float64], latitude: NDArray[np.float64], communes: Sequence[str | None]
    ) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
        """Which version holds which point: the point inside, its commune one of the zone's.

        Args:
            longitude: degrees, shape (n,), finite; ``latitude`` alike.
            communes: of the points, (n,).

        Returns:
            (numbers of the versions, ranks of the points), both of shape (pairs,).
        """
        which, where = points_in(self.shapes, longitude, latitude)
        kept = [
            communes[point] in self.communes[zone]
            for zone, point in zip(which.tolist(), where.tolist(), strict=True)
        ]
        told = np.array(kept, dtype=bool)
        return self.numbers[which[told]], where[told]

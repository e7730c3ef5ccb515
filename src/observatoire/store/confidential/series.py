"""Figures that the State transmits to a town hall and does not publish: small counts, closed like any."""

from collections.abc import Sequence

from sqlalchemy import Connection

from observatoire.disclosure.confidential import Confidential
from observatoire.domain.territory import TerritoryLevel
from observatoire.store.reference import series
from observatoire.store.reference.series import Selection, SeriesSum


def transmitted(
    connection: Connection, level: TerritoryLevel, codes: Sequence[str], selection: Selection
) -> Confidential[list[SeriesSum]]:
    """Sums over territories of one level of what was transmitted."""
    return Confidential(series.cells(connection, level, codes, selection, transmitted=True))

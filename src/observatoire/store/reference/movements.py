"""Former codes and divisions of communes, as a file of movements tells them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Connection, text

from observatoire.store.copying import copy_frame


@dataclass(frozen=True, slots=True)
class DividedCommune:
    """Facts of a code before ``until`` may be of any of ``parts``."""

    until: date
    parts: frozenset[str]


def replace_movements(
    connection: Connection, former: Mapping[str, str], divisions: Iterable[tuple[str, date, str]]
) -> None:
    """Former codes in place of those that stand; ``divisions``: (code, until, part), one for each part.

    A former code that the movements do not tell at all stays as it was; one that was divided goes.
    """
    parts = pl.DataFrame(
        list(divisions), schema={"code": pl.String, "until": pl.Date, "part": pl.String}, orient="row"
    )
    told = [*former, *parts["code"].unique()]
    connection.execute(text("delete from reference.former_code where former = any(:told)"), {"told": told})
    frame = pl.DataFrame({"former": list(former), "current": list(former.values())})
    copy_frame(connection, "reference.former_code", frame)
    connection.execute(text("delete from reference.divided_commune"))
    copy_frame(connection, "reference.divided_commune", parts)


def divided_communes(connection: Connection) -> dict[str, tuple[DividedCommune, ...]]:
    """Divisions of each code, the latest first."""
    rows = connection.execute(
        text(
            "select code, until, array_agg(part) as parts from reference.divided_commune "
            "group by code, until order by code, until desc"
        )
    )
    found: dict[str, tuple[DividedCommune, ...]] = {}
    for row in rows:
        found[row.code] = (*found.get(row.code, ()), DividedCommune(row.until, frozenset(row.parts)))
    return found

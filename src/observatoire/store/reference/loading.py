"""The reference geography written by the atlas: whole, by contour, or by neighbourhoods."""

from collections.abc import Sequence
from datetime import date

import polars as pl
from sqlalchemy import Connection, text

from observatoire.domain.territory import TerritoryLevel
from observatoire.store.copying import copy_frame
from observatoire.store.queries import query


def replace_all(
    connection: Connection,
    territories: pl.DataFrame,
    memberships: pl.DataFrame,
    former_codes: pl.DataFrame,
    contours_frame: pl.DataFrame,
    valid_from: date,
) -> None:
    """Load a whole geography in place of the one that stands; neighbourhoods (QPV, IRIS) are kept.

    ``contours_frame``: level, code, source, area_km2, defects, geom (EWKB, hex text).
    """
    kept = "('qpv', 'iris')"
    connection.execute(text(f"delete from reference.membership where child_level not in {kept}"))
    connection.execute(text(f"delete from reference.territory where level not in {kept}"))
    connection.execute(text("delete from reference.former_code"))
    copy_frame(connection, "reference.territory", territories)
    dated = memberships.with_columns(pl.lit(valid_from).alias("valid_from"))
    copy_frame(connection, "reference.membership", dated)
    copy_frame(connection, "reference.former_code", former_codes)
    copy_frame(connection, "reference.contour", contours_frame)


def replace_parts(
    connection: Connection,
    level: TerritoryLevel,
    territories: pl.DataFrame,
    memberships: pl.DataFrame,
    contours_frame: pl.DataFrame,
    valid_from: date,
) -> None:
    """Load neighbourhoods (QPV of one generation, IRIS) in place of those that bear the same codes."""
    values = {"level": level.value, "codes": territories["code"].to_list()}
    for statement in (
        "delete from reference.membership where child_level = :level and child_code = any(:codes)",
        "delete from reference.territory where level = :level and code = any(:codes)",
    ):
        connection.execute(text(statement), values)
    copy_frame(connection, "reference.territory", territories)
    dated = memberships.with_columns(pl.lit(valid_from).alias("valid_from"))
    copy_frame(connection, "reference.membership", dated)
    copy_frame(connection, "reference.contour", contours_frame)


def drop_iris_of(connection: Connection, communes: Sequence[str]) -> None:
    """Take away the IRIS of some communes: another vintage divides them otherwise."""
    for table, code in (("membership", "child_code"), ("territory", "code")):
        level = "child_level" if table == "membership" else "level"
        connection.execute(
            text(f"delete from reference.{table} where {level} = 'iris' and left({code}, 5) = any(:codes)"),
            {"codes": list(communes)},
        )


def standing_contours(connection: Connection) -> pl.DataFrame:
    """Every contour but those of parts of communes: ``level, code, source, defects, geometry`` (WKB)."""
    rows = connection.execute(text(query("standing_contours"))).all()
    return pl.DataFrame(
        [(r.level, r.code, r.source, list(r.defects), r.wkb and bytes(r.wkb)) for r in rows],
        schema={
            "level": pl.String,
            "code": pl.String,
            "source": pl.String,
            "defects": pl.List(pl.String),
            "geometry": pl.Binary,
        },
        orient="row",
    )


def replace_contours(connection: Connection, contours_frame: pl.DataFrame) -> int:
    """Put contours in place of those that stand, where they differ; how many did.

    ``contours_frame``: as in ``replace_all``. The territories are written too, as they were: a gazetteer
    looks at them to know that something changed.
    """
    connection.execute(text(query("create_new_contours")))
    copy_frame(connection, "new_contour", contours_frame)
    changed: int = connection.execute(text(query("change_contours"))).rowcount
    connection.execute(text(query("tell_gazetteers")))
    connection.execute(text("drop table new_contour"))
    return changed

"""The territories that the commune of a fact belongs to."""

import polars as pl

from observatoire.store.reference.gazetteer import Gazetteer, Parents


def with_parents(frame: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Département, région, EPCI and EPT of ``commune`` in the geography in force; null where it has none."""
    nowhere = Parents(None, None, None, None)
    codes = frame["commune"].drop_nulls().unique()
    parents = [gazetteer.parents.get(code, nowhere) for code in codes]
    table = pl.DataFrame(
        {"commune": codes} | {name: [getattr(p, name) for p in parents] for name in Parents.__slots__},
        schema_overrides=dict.fromkeys(Parents.__slots__, pl.String),
    )
    bare = frame.drop(Parents.__slots__, strict=False)
    return bare.join(table, on="commune", how="left", maintain_order="left")

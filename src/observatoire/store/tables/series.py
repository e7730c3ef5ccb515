"""Official series: figures of the State, as published, never facts."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from observatoire.store.tables.base import metadata

series_indicator = Table(
    "series_indicator",
    metadata,
    Column("id", SmallInteger, Identity(), primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("family", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("denominator", Text),
    Column("additive", Boolean, nullable=False),
    Column("overlap", Text),
    Column("definition", Text, nullable=False),
    Column("caution", Text, nullable=False),
    schema="collection",
)

series_file = Table(
    "series_file",
    metadata,
    Column("number", Integer, Identity(), primary_key=True),
    Column("dataset", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("geography", SmallInteger, nullable=False),
    Column("transmitted", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("replaced_by", Integer, ForeignKey("collection.series_file.number")),
    Column("file", JSONB, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("produced_on", Date),
    Column("lines", JSONB, nullable=False),
    Column("anomalies", JSONB, nullable=False, server_default="[]"),
    Column("territories", ARRAY(Text), nullable=False),
    Column("indicators", ARRAY(Text), nullable=False),
    Column("periods", ARRAY(Date), nullable=False),
    Column("caller", Text, nullable=False),
    Column("imported_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("state in ('valide', 'remplace', 'annule')", name="state"),
    CheckConstraint("(state = 'remplace') = (replaced_by is not null)", name="replaced"),
    schema="collection",
)

series = Table(
    "series",
    metadata,
    Column("file", Integer, nullable=False),
    Column("indicator", SmallInteger, nullable=False),
    Column("level", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("value", Float),
    Column("state", Text, nullable=False),
    Column("rate", Float),
    Column("denominator_vintage", SmallInteger),
    PrimaryKeyConstraint("code", "level", "file", "indicator", "period_start"),
    CheckConstraint("(value is null) = (state in ('secret', 'absent'))", name="state"),
    CheckConstraint("value is null or (state = 'zero') = (value = 0)", name="zero"),
    # Cells are written file by file: a few pages tell where each file lies.
    Index("ix_series_file", "file", postgresql_using="brin"),
    schema="collection",
)

"""What an edition has released."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from observatoire.store.tables.base import metadata

edition = Table(
    "edition",
    metadata,
    Column("number", Integer, Identity(), primary_key=True),
    Column("published_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("policy", Text, nullable=False),
    Column("policy_version", SmallInteger, nullable=False),
    Column("geography", SmallInteger, nullable=False),
    Column("taxonomy", SmallInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("audit", JSONB, nullable=False),
    Column("previous", Integer, ForeignKey("published.edition.number")),
    Column("withdrawn_at", DateTime(timezone=True)),
    Column("withdrawal_reason", Text),
    schema="published",
)

count = Table(
    "count",
    metadata,
    Column("edition", Integer, ForeignKey("published.edition.number", ondelete="CASCADE"), nullable=False),
    Column("audience", Text, nullable=False),
    Column("additivity_group", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("level", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("value", Integer),
    Column("state", Text, nullable=False),
    PrimaryKeyConstraint("edition", "audience", "level", "code", "year", "additivity_group", "category"),
    CheckConstraint("(value is null) = (state in ('secret', 'absent'))", name="state"),
    schema="published",
)

published_coverage = Table(
    "coverage",
    metadata,
    Column("edition", Integer, ForeignKey("published.edition.number", ondelete="CASCADE"), nullable=False),
    Column("additivity_group", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("level", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("communes", Integer, nullable=False),
    Column("communes_covered", Integer, nullable=False),
    Column("population_share", Float),
    Column("months_received", SmallInteger, nullable=False),
    Column("fictional", Boolean, nullable=False),
    Column("settled_by", Integer, nullable=False),
    Column("small_commune", Boolean, nullable=False, server_default=text("false")),
    PrimaryKeyConstraint("edition", "additivity_group", "year", "level", "code"),
    schema="published",
)

cell = Table(
    "cell",
    metadata,
    Column("edition", Integer, ForeignKey("published.edition.number", ondelete="CASCADE"), nullable=False),
    Column("audience", Text, nullable=False),
    Column("additivity_group", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("commune", Text, nullable=False),
    Column("cell", Text, nullable=False),
    Column("value", Integer, nullable=False),
    PrimaryKeyConstraint("edition", "audience", "commune", "year", "additivity_group", "cell"),
    CheckConstraint("value >= 5", name="value"),
    schema="published",
)

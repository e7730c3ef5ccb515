"""Who did what: entries that are never rewritten, the seals that chain them, what was purged."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
)

from observatoire.store.tables.base import metadata

entry = Table(
    "entry",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("key_label", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("filter", Text, nullable=False),
    Column("sources", ARRAY(Text), nullable=False),
    Column("row_count", Integer),
    Column("purpose", Text),
    Column("outcome", Text, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("reason", Text),
    Index("ix_entry_sources", "sources", postgresql_using="gin"),
    schema="audit",
)

seal = Table(
    "seal",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("first_entry", BigInteger, nullable=False),
    Column("last_entry", BigInteger, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("sealed_at", DateTime(timezone=True), nullable=False),
    schema="audit",
)

purge = Table(
    "purge",
    metadata,
    Column("seal", BigInteger, primary_key=True, autoincrement=False),
    Column("last_entry", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("purged_at", DateTime(timezone=True), nullable=False),
    Column("signature", LargeBinary, nullable=False),
    schema="audit",
)

"""What answers rested on."""

from sqlalchemy import Column, DateTime, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB

from observatoire.store.tables.base import metadata

# Lines are added, never rewritten: what a figure rested on is told as it was, whatever came after.
provenance = Table(
    "provenance",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("kept_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("rests_on", JSONB, nullable=False),
    Column("beside", JSONB, nullable=False),
    Column("reader", JSONB, nullable=False),
    schema="collection",
)

"""Who sends what, and what was received."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
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
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from observatoire.store.tables.base import geometry, metadata

source = Table(
    "source",
    metadata,
    Column("code", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("organisation", Text, ForeignKey("accounts.organisation.code"), nullable=False),
    Column("timezone", Text, nullable=False),
    Column("additivity_group", Text, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("fictional", Boolean, nullable=False, server_default="false"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("precision", Text, nullable=False, server_default="point"),
    Column("retention_years", SmallInteger),
    Column("charter_signed_on", Date),
    Column("settling_days", SmallInteger),
    Column("periodicity", Text),
    Column("delay_days", SmallInteger),
    Column("expected_since", Date),
    Column("suspended", ARRAY(Text), nullable=False, server_default="{}"),
    Column("reduced_before", Date),
    Column("deletion_asked_at", DateTime(timezone=True)),
    CheckConstraint(
        "(periodicity is null) = (delay_days is null) and (periodicity is null) = (expected_since is null)",
        name="schedule",
    ),
    schema="collection",
)

source_territory = Table(
    "source_territory",
    metadata,
    Column("source", Text, ForeignKey("collection.source.code", ondelete="CASCADE"), nullable=False),
    Column("level", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    PrimaryKeyConstraint("source", "valid_from"),
    CheckConstraint("valid_to > valid_from", name="dates"),
    schema="collection",
)

series_break = Table(
    "series_break",
    metadata,
    Column("number", Integer, Identity(), primary_key=True),
    Column("source", Text, ForeignKey("collection.source.code", ondelete="CASCADE"), nullable=False),
    Column("day", Date, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_series_break_source_day", "source", "day"),
    schema="collection",
)

notice = Table(
    "notice",
    metadata,
    Column("number", Integer, Identity(), primary_key=True),
    Column("source", Text, ForeignKey("collection.source.code", ondelete="CASCADE"), nullable=False),
    Column("first_month", Date, nullable=False),
    Column("last_month", Date, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("told_at", DateTime(timezone=True)),
    # One silence at a time: two checks at once raise one notice.
    Index("ix_notice_open", "source", unique=True, postgresql_where=text("closed_at is null")),
    schema="collection",
)

import_ = Table(
    "import",
    metadata,
    Column("number", Integer, Identity(), primary_key=True),
    Column("id", UUID(as_uuid=True), nullable=False, unique=True),
    Column("source", Text, ForeignKey("collection.source.code"), nullable=False),
    Column("state", Text, nullable=False),
    Column("profile", Text),
    Column("simulation", Boolean, nullable=False, server_default="false"),
    Column("nil", Boolean, nullable=False, server_default="false"),
    Column("file", JSONB, nullable=False),
    Column("sha256", Text),
    Column("lines", JSONB, nullable=False),
    Column("anomalies", JSONB, nullable=False, server_default="[]"),
    Column("location", JSONB, nullable=False, server_default="{}"),
    Column("period_start", Date),
    Column("period_end", Date),
    Column("period_deduced", Boolean, nullable=False, server_default="false"),
    Column("partial", Boolean, nullable=False, server_default="false"),
    Column("as_of", Date, nullable=False),
    Column("message", Text),
    Column("caller", Text, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    Column("progress", Float, nullable=False, server_default="0"),
    Column("options", JSONB, nullable=False, server_default="{}"),
    Column("quality", JSONB, nullable=False, server_default="{}"),
    Column("to_confirm", ARRAY(Text), nullable=False, server_default="{}"),
    Column("confirmed_by", Text),
    Column("undone_at", DateTime(timezone=True)),
    CheckConstraint("period_end > period_start", name="period"),
    Index("ix_import_source_state", "source", "state"),
    schema="collection",
)

reject = Table(
    "reject",
    metadata,
    Column(
        "import_number", Integer, ForeignKey("collection.import.number", ondelete="CASCADE"), nullable=False
    ),
    Column("line", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("shape", Text, nullable=False),
    Column("bucket", Text, nullable=False),
    # That of the import, so that a row tells by itself whose it is (row-level security).
    Column("source", Text, nullable=False),
    PrimaryKeyConstraint("import_number", "line"),
    schema="collection",
)

profile = Table(
    "profile",
    metadata,
    Column("source", Text, ForeignKey("collection.source.code"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("source", "version"),
    schema="collection",
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("caller", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("import_id", UUID(as_uuid=True), ForeignKey("collection.import.id"), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("caller", "key"),
    schema="collection",
)

# Decisions are added, never rewritten: the latest of a label is in force, a null category takes it back.
correspondence = Table(
    "correspondence",
    metadata,
    Column("number", Integer, Identity(), primary_key=True),
    Column("source", Text, ForeignKey("collection.source.code")),
    Column("organisation", Text),
    Column("label", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("category", Text),
    Column("replaced", Text),
    Column("taxonomy", SmallInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("(source is null) <> (organisation is null)", name="scope"),
    Index("ix_correspondence_source_form", "source", "form"),
    Index("ix_correspondence_organisation_form", "organisation", "form"),
    schema="collection",
)

zone = Table(
    "zone",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("organisation", Text, ForeignKey("accounts.organisation.code"), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    schema="collection",
)

zone_version = Table(
    "zone_version",
    metadata,
    Column("number", Integer, Identity(), primary_key=True),
    Column("zone", UUID(as_uuid=True), ForeignKey("collection.zone.id"), nullable=False),
    Column("version", SmallInteger, nullable=False),
    Column("label", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("area_km2", Float, nullable=False),
    Column("defects", ARRAY(Text), nullable=False, server_default="{}"),
    Column("communes", ARRAY(Text), nullable=False),
    Column("geom", geometry("MULTIPOLYGON"), nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("assigned", Boolean, nullable=False, server_default="false"),
    CheckConstraint("valid_to > valid_from", name="validity"),
    UniqueConstraint("zone", "version"),
    schema="collection",
)

assignment = Table(
    "assignment",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("zone_version", Integer, ForeignKey("collection.zone_version.number")),
    Column("state", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("position", LargeBinary),
    Column("done", BigInteger, nullable=False, server_default="0"),
    Column("total", BigInteger),
    Column("requested_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("finished_at", DateTime(timezone=True)),
    Column("message", Text),
    schema="collection",
)

place_table = Table(
    "place_table",
    metadata,
    Column("organisation", Text, ForeignKey("accounts.organisation.code"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("loaded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    schema="collection",
)

place = Table(
    "place",
    metadata,
    Column(
        "organisation",
        Text,
        ForeignKey("collection.place_table.organisation", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("aliases", ARRAY(Text), nullable=False),
    Column("kind", Text, nullable=False),
    Column("commune", Text, nullable=False),
    Column("geom", geometry("GEOMETRY"), nullable=False),
    PrimaryKeyConstraint("organisation", "number"),
    schema="collection",
)

switch = Table(
    "switch",
    metadata,
    Column("name", Text, primary_key=True),
    Column("on", Boolean, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    schema="collection",
)

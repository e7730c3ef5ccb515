"""The schema, as SQLAlchemy tables: the migrations must lead exactly here (a test proves it)."""

from geoalchemy2 import Geometry
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
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

SCHEMAS = ("reference", "collection", "confidential", "published", "accounts")


def _geometry(kind: str) -> Geometry:
    return Geometry(kind, srid=4326, spatial_index=False)


# ---- reference: places, neighbourhoods, categories -----------------------------------------

territory = Table(
    "territory",
    metadata,
    Column("level", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text),
    Column("vintage", SmallInteger, nullable=False),
    Column("population", Integer),
    Column("population_vintage", SmallInteger),
    Column("fictional", Boolean, nullable=False, server_default="false"),
    PrimaryKeyConstraint("level", "code"),
    schema="reference",
)

contour = Table(
    "contour",
    metadata,
    Column("level", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("area_km2", Float),
    Column("defects", ARRAY(Text), nullable=False, server_default="{}"),
    Column("geom", _geometry("MULTIPOLYGON")),
    PrimaryKeyConstraint("level", "code"),
    ForeignKeyConstraint(
        ["level", "code"], ["reference.territory.level", "reference.territory.code"], ondelete="CASCADE"
    ),
    Index("ix_contour_geom", "geom", postgresql_using="gist"),
    schema="reference",
)

membership = Table(
    "membership",
    metadata,
    Column("child_level", Text, nullable=False),
    Column("child_code", Text, nullable=False),
    Column("parent_level", Text, nullable=False),
    Column("parent_code", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    PrimaryKeyConstraint("child_level", "child_code", "parent_level", "parent_code", "valid_from"),
    Index("ix_membership_parent", "parent_level", "parent_code", "child_level"),
    schema="reference",
)

former_code = Table(
    "former_code",
    metadata,
    Column("former", Text, primary_key=True),
    Column("current", Text, nullable=False),
    schema="reference",
)

divided_commune = Table(
    "divided_commune",
    metadata,
    Column("code", Text, primary_key=True),
    Column("until", Date, primary_key=True),
    Column("part", Text, primary_key=True),
    schema="reference",
)

category = Table(
    "category",
    metadata,
    Column("taxonomy", SmallInteger, nullable=False),
    Column("code", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("family_label", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("domain_label", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("sensitivity", SmallInteger, nullable=False),
    Column("ssmsi_indicator", Text),
    Column("synonyms", ARRAY(Text), nullable=False),
    PrimaryKeyConstraint("taxonomy", "code"),
    schema="reference",
)

taxonomy = Table(
    "taxonomy",
    metadata,
    Column("version", SmallInteger, primary_key=True, autoincrement=False),
    Column("author", Text, nullable=False),
    Column("loaded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    schema="reference",
)

passage = Table(
    "passage",
    metadata,
    Column("taxonomy", SmallInteger, ForeignKey("reference.taxonomy.version"), nullable=False),
    Column("former", Text, nullable=False),
    Column("current", Text, nullable=False),
    PrimaryKeyConstraint("taxonomy", "former", "current"),
    schema="reference",
)

# ---- collection: who sends what, and what was received ---------------------------------------

source = Table(
    "source",
    metadata,
    Column("code", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("organisation", Text, nullable=False),
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
    Column("organisation", Text, nullable=False),
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
    Column("geom", _geometry("MULTIPOLYGON"), nullable=False),
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

# ---- official series: figures of the State, as published, never facts --------------------------

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

place_table = Table(
    "place_table",
    metadata,
    Column("organisation", Text, primary_key=True),
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
    Column("geom", _geometry("GEOMETRY"), nullable=False),
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

# ---- confidential: facts ------------------------------------------------------------------


def _fact_columns() -> list[Column[object]]:
    return [
        Column("key", LargeBinary, nullable=False),
        Column("content", LargeBinary, nullable=False),
        Column("source", Text, nullable=False),
        Column("category", Text, nullable=False),
        Column("category_mode", Text, nullable=False),
        Column("source_label", Text),
        Column("occurred_from", DateTime(timezone=True), nullable=False),
        Column("time_precision", Text, nullable=False),
        Column("local_day", Date, nullable=False),
        Column("local_hour", SmallInteger),
        Column("hour_of_week", SmallInteger),
        Column("geom", _geometry("POINT")),
        Column("location_precision", Text, nullable=False),
        Column("location_method", Text),
        Column("location_score", Float),
        Column("place_key", LargeBinary),
        Column("cell", BigInteger),
        Column("commune", Text),
        Column("declared_commune", Text),
        Column("arrondissement", Text),
        Column("epci", Text),
        Column("ept", Text),
        Column("departement", Text),
        Column("region", Text),
        Column("qpv_2015", Text),
        Column("qpv_2024", Text),
        Column("near_border", Boolean, nullable=False),
        Column("unit", Text, nullable=False),
        Column("quantity", Integer, nullable=False),
        Column("sensitivity", SmallInteger, nullable=False),
        Column("anomalies", ARRAY(Text), nullable=False),
        Column("occurred_to", DateTime(timezone=True)),
        Column("taxonomy", SmallInteger, nullable=False, server_default="1"),
        Column("iris", Text),
    ]


FACT_COLUMNS = tuple(column.name for column in _fact_columns())

fact = Table(
    "fact",
    metadata,
    *_fact_columns(),
    Column("import_number", Integer, nullable=False),
    Column("as_of", Date, nullable=False),
    PrimaryKeyConstraint("key"),
    Index("ix_fact_commune_local_day", "commune", "local_day"),
    # An import writes the facts of one source, most often of one month, together: blocks of pages tell them.
    Index(
        "ix_fact_source_local_day",
        "source",
        "local_day",
        postgresql_using="brin",
        postgresql_with={"pages_per_range": 16, "autosummarize": True},
    ),
    # Facts that an answer about their place would move; those with coordinates of their own have none.
    Index("ix_fact_place_key", "place_key", postgresql_where=text("place_key is not null")),
    schema="confidential",
)

fact_version = Table(
    "fact_version",
    metadata,
    Column("key", LargeBinary, nullable=False),
    Column("import_number", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("as_of", Date, nullable=False),
    PrimaryKeyConstraint("key", "import_number"),
    # Versions are appended import by import: a few pages tell where each import lies.
    Index("ix_fact_version_import_number", "import_number", postgresql_using="brin"),
    schema="confidential",
)

fact_history = Table(
    "fact_history",
    metadata,
    *_fact_columns(),
    PrimaryKeyConstraint("key", "content"),
    Index("ix_fact_history_place_key", "place_key", postgresql_where=text("place_key is not null")),
    schema="confidential",
)

place_to_check = Table(
    "place_to_check",
    metadata,
    Column("key", LargeBinary, nullable=False),
    Column("id", UUID(as_uuid=True), nullable=False, unique=True),
    Column("organisation", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("commune", Text),
    Column("sealed", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("key"),
    Index("ix_place_to_check_organisation", "organisation", "requested_at"),
    schema="confidential",
)

learnt_place = Table(
    "learnt_place",
    metadata,
    Column("key", LargeBinary, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("commune", Text),
    Column("longitude", Float),
    Column("latitude", Float),
    Column("precision", Text, nullable=False),
    Column("method", Text),
    Column("score", Float),
    Column("answered_by", Text, nullable=False),
    Column("answered_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("key"),
    CheckConstraint("(longitude is null) = (method is null)", name="point"),
    schema="confidential",
)

fact_zone = Table(
    "fact_zone",
    metadata,
    Column("zone_version", Integer, nullable=False),
    Column("key", LargeBinary, nullable=False),
    PrimaryKeyConstraint("zone_version", "key"),
    Index("ix_fact_zone_key", "key"),
    schema="confidential",
)

# ---- published: what an edition has released ---------------------------------------------

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
    PrimaryKeyConstraint("edition", "additivity_group", "year", "level", "code"),
    schema="published",
)

# ---- accounts ---------------------------------------------------------------------------

api_key = Table(
    "api_key",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("prefix", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("grant", ARRAY(Text), nullable=False),
    Column("scopes", ARRAY(Text), nullable=False, server_default="{}"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    UniqueConstraint("sha256"),
    schema="accounts",
)

journal = Table(
    "journal",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("caller", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("audience", Text),
    schema="accounts",
)

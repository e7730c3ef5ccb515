"""Facts, and what is known of their places."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from observatoire.store.tables.base import geometry, metadata


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
        Column("geom", geometry("POINT")),
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
        # When its point was reduced to its neighbourhoods, and the versions of zones that held it then.
        Column("reduced_at", DateTime(timezone=True)),
        Column("zones", ARRAY(Integer)),
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

OWN_FACT_COLUMNS = (
    "key", "source", "category", "occurred_from", "occurred_to", "time_precision", "local_day", "local_hour",
    "hour_of_week", "geom", "location_precision", "location_method", "place_key", "cell", "commune",
    "arrondissement", "epci", "ept", "departement", "region", "qpv_2015", "qpv_2024", "iris", "unit",
    "quantity", "sensitivity", "taxonomy", "import_number",
)  # fmt: skip
"""What a list of facts may be made of: no label, no declared place, no content."""

# Empty, and the parent of ``fact``: read through it, facts are guarded by its policies. They have none of
# their own, which COPY would refuse.
own_fact = Table(
    "own_fact",
    metadata,
    *(Column(name, fact.c[name].type, nullable=fact.c[name].nullable) for name in OWN_FACT_COLUMNS),
    PrimaryKeyConstraint("key"),
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

# Facts erased at the request of their source: nothing but the key is left, so that none comes back.
erasure = Table(
    "erasure",
    metadata,
    Column("key", LargeBinary, nullable=False),
    Column("source", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("erased_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("key"),
    Index("ix_erasure_source", "source"),
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

edition_count = Table(
    "edition_count",
    metadata,
    Column("edition", Integer, nullable=False),
    Column("additivity_group", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("commune", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("facts", Integer, nullable=False),
    PrimaryKeyConstraint("edition", "additivity_group", "year", "commune", "family"),
    schema="confidential",
)

edition_source = Table(
    "edition_source",
    metadata,
    Column("edition", Integer, nullable=False),
    Column("additivity_group", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("source", Text, nullable=False),
    PrimaryKeyConstraint("edition", "additivity_group", "year", "source"),
    Index("ix_edition_source_source_year", "source", "year"),
    schema="confidential",
)

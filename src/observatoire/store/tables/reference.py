"""Places, neighbourhoods, categories."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    func,
)

from observatoire.store.tables.base import geometry, metadata

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
    Column("geom", geometry("MULTIPOLYGON")),
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

"""first tables"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


SCHEMAS = ("reference", "collection", "confidential", "published", "accounts")
ROLES = ("observatoire_import", "observatoire_analyse", "observatoire_publication", "observatoire_diffusion")

GRANTS = """
grant usage on schema reference to
    observatoire_import, observatoire_analyse, observatoire_publication, observatoire_diffusion;
grant select on all tables in schema reference to
    observatoire_import, observatoire_analyse, observatoire_publication, observatoire_diffusion;
grant usage on schema collection to
    observatoire_import, observatoire_analyse, observatoire_publication;
grant select on all tables in schema collection to
    observatoire_import, observatoire_analyse, observatoire_publication;
grant insert, update, delete on all tables in schema collection to observatoire_import;
grant usage on schema confidential to
    observatoire_import, observatoire_analyse, observatoire_publication;
grant select on confidential.fact to observatoire_analyse, observatoire_publication;
grant select, insert, update, delete on all tables in schema confidential to observatoire_import;
grant usage on schema published to observatoire_publication, observatoire_diffusion;
grant select on all tables in schema published to observatoire_publication, observatoire_diffusion;
grant insert, update, delete on all tables in schema published to observatoire_publication;
grant select on public.alembic_version to observatoire_analyse;
grant usage on schema accounts to observatoire_import, observatoire_analyse;
grant select on accounts.api_key to observatoire_analyse;
grant select, insert, update on accounts.api_key to observatoire_import;
grant insert on accounts.journal to observatoire_import, observatoire_analyse;
"""


def create_roles():
    for role in ROLES:
        # Roles belong to the whole server: another database of it may have made them already.
        op.execute(
            f"do $$ begin create role {role} nologin; exception when duplicate_object or unique_violation "
            "then null; end $$"
        )
        op.execute(f"do $$ begin execute format('grant {role} to %I', current_user); end $$")


def upgrade():
    op.execute("create extension if not exists postgis")
    for schema in SCHEMAS:
        op.execute(f"create schema {schema}")
    create_roles()
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("grant", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("sha256", name=op.f("uq_api_key_sha256")),
        schema="accounts",
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        schema="accounts",
    )
    op.create_table(
        "source",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("territory_level", sa.Text(), nullable=False),
        sa.Column("territory_code", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("covered_since", sa.Date(), nullable=False),
        sa.Column("covered_until", sa.Date(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("additivity_group", sa.Text(), nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("fictional", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_source")),
        schema="collection",
    )
    op.create_table(
        "fact_history",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("category_mode", sa.Text(), nullable=False),
        sa.Column("source_label", sa.Text(), nullable=True),
        sa.Column("occurred_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_precision", sa.Text(), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("local_hour", sa.SmallInteger(), nullable=True),
        sa.Column("hour_of_week", sa.SmallInteger(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("location_precision", sa.Text(), nullable=False),
        sa.Column("cell", sa.BigInteger(), nullable=True),
        sa.Column("commune", sa.Text(), nullable=True),
        sa.Column("declared_commune", sa.Text(), nullable=True),
        sa.Column("arrondissement", sa.Text(), nullable=True),
        sa.Column("epci", sa.Text(), nullable=True),
        sa.Column("ept", sa.Text(), nullable=True),
        sa.Column("departement", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("qpv_2015", sa.Text(), nullable=True),
        sa.Column("qpv_2024", sa.Text(), nullable=True),
        sa.Column("near_border", sa.Boolean(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.SmallInteger(), nullable=False),
        sa.Column("anomalies", sa.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("key", "content", name=op.f("pk_fact_history")),
        schema="confidential",
    )
    op.create_table(
        "edition",
        sa.Column("number", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "published_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.SmallInteger(), nullable=False),
        sa.Column("geography", sa.SmallInteger(), nullable=False),
        sa.Column("taxonomy", sa.SmallInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("audit", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_edition")),
        schema="published",
    )
    op.create_table(
        "category",
        sa.Column("taxonomy", sa.SmallInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("family_label", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("domain_label", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("sensitivity", sa.SmallInteger(), nullable=False),
        sa.Column("ssmsi_indicator", sa.Text(), nullable=True),
        sa.Column("synonyms", sa.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("taxonomy", "code", name=op.f("pk_category")),
        schema="reference",
    )
    op.create_table(
        "former_code",
        sa.Column("former", sa.Text(), nullable=False),
        sa.Column("current", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("former", name=op.f("pk_former_code")),
        schema="reference",
    )
    op.create_table(
        "membership",
        sa.Column("child_level", sa.Text(), nullable=False),
        sa.Column("child_code", sa.Text(), nullable=False),
        sa.Column("parent_level", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint(
            "child_level",
            "child_code",
            "parent_level",
            "parent_code",
            "valid_from",
            name=op.f("pk_membership"),
        ),
        schema="reference",
    )
    op.create_index(
        "ix_membership_parent",
        "membership",
        ["parent_level", "parent_code", "child_level"],
        unique=False,
        schema="reference",
    )
    op.create_table(
        "territory",
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("vintage", sa.SmallInteger(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("population_vintage", sa.SmallInteger(), nullable=True),
        sa.Column("fictional", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("level", "code", name=op.f("pk_territory")),
        schema="reference",
    )
    op.create_table(
        "import",
        sa.Column("number", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=True),
        sa.Column("simulation", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("nil", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("file", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("anomalies", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("location", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("period_start", sa.Date(), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("period_deduced", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("partial", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("period_end > period_start", name=op.f("ck_import_period")),
        sa.ForeignKeyConstraint(["source"], ["collection.source.code"], name=op.f("fk_import_source")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_import")),
        sa.UniqueConstraint("id", name=op.f("uq_import_id")),
        schema="collection",
    )
    op.create_index(
        "ix_import_source_state", "import", ["source", "state"], unique=False, schema="collection"
    )
    op.create_table(
        "count",
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("additivity_group", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("(value is null) = (state in ('secret', 'absent'))", name=op.f("ck_count_state")),
        sa.ForeignKeyConstraint(
            ["edition"], ["published.edition.number"], name=op.f("fk_count_edition"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "edition",
            "audience",
            "level",
            "code",
            "year",
            "additivity_group",
            "category",
            name=op.f("pk_count"),
        ),
        schema="published",
    )
    op.create_table(
        "coverage",
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("additivity_group", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("communes", sa.Integer(), nullable=False),
        sa.Column("communes_covered", sa.Integer(), nullable=False),
        sa.Column("population_share", sa.Float(), nullable=True),
        sa.Column("months_received", sa.SmallInteger(), nullable=False),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition"], ["published.edition.number"], name=op.f("fk_coverage_edition"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "edition", "additivity_group", "year", "level", "code", name=op.f("pk_coverage")
        ),
        schema="published",
    )
    op.create_table(
        "contour",
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("area_km2", sa.Float(), nullable=True),
        sa.Column("defects", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["level", "code"],
            ["reference.territory.level", "reference.territory.code"],
            name=op.f("fk_contour_level_code"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("level", "code", name=op.f("pk_contour")),
        schema="reference",
    )
    op.create_index(
        "ix_contour_geom", "contour", ["geom"], unique=False, schema="reference", postgresql_using="gist"
    )
    op.create_table(
        "reject",
        sa.Column("import_number", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_number"],
            ["collection.import.number"],
            name=op.f("fk_reject_import_number"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_number", "line", name=op.f("pk_reject")),
        schema="collection",
    )
    op.create_table(
        "fact",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("category_mode", sa.Text(), nullable=False),
        sa.Column("source_label", sa.Text(), nullable=True),
        sa.Column("occurred_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_precision", sa.Text(), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("local_hour", sa.SmallInteger(), nullable=True),
        sa.Column("hour_of_week", sa.SmallInteger(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("location_precision", sa.Text(), nullable=False),
        sa.Column("cell", sa.BigInteger(), nullable=True),
        sa.Column("commune", sa.Text(), nullable=True),
        sa.Column("declared_commune", sa.Text(), nullable=True),
        sa.Column("arrondissement", sa.Text(), nullable=True),
        sa.Column("epci", sa.Text(), nullable=True),
        sa.Column("ept", sa.Text(), nullable=True),
        sa.Column("departement", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("qpv_2015", sa.Text(), nullable=True),
        sa.Column("qpv_2024", sa.Text(), nullable=True),
        sa.Column("near_border", sa.Boolean(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("sensitivity", sa.SmallInteger(), nullable=False),
        sa.Column("anomalies", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("import_number", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_number"], ["collection.import.number"], name=op.f("fk_fact_import_number")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_fact")),
        schema="confidential",
    )
    op.create_index(
        "ix_fact_commune_local_day", "fact", ["commune", "local_day"], unique=False, schema="confidential"
    )
    op.create_index(
        "ix_fact_source_local_day", "fact", ["source", "local_day"], unique=False, schema="confidential"
    )
    op.create_table(
        "fact_version",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("import_number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_number"], ["collection.import.number"], name=op.f("fk_fact_version_import_number")
        ),
        sa.PrimaryKeyConstraint("key", "import_number", name=op.f("pk_fact_version")),
        schema="confidential",
    )
    op.create_index(
        "ix_fact_version_import_number",
        "fact_version",
        ["import_number"],
        unique=False,
        schema="confidential",
    )
    op.execute(GRANTS)


def downgrade():
    for schema in reversed(SCHEMAS):
        op.execute(f"drop schema {schema} cascade")

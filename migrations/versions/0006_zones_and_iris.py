"""zones of the organisations, by version; IRIS of the facts; assignments of facts to what changed

A fact belongs to any number of zones: the pairs stand in a table of their own. IRIS tile the country:
one column is enough.
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

GRANTS = """
grant select on collection.zone, collection.zone_version, collection.assignment to
    observatoire_import, observatoire_analyse, observatoire_publication;
grant insert, update, delete on collection.zone, collection.zone_version, collection.assignment to
    observatoire_import;
grant select, insert, update, delete on confidential.fact_zone to observatoire_import;
grant select on confidential.fact_zone to observatoire_analyse;
"""


def moment(name, **options):
    return sa.Column(name, sa.DateTime(timezone=True), **options)


def upgrade():
    for table in ("fact", "fact_history"):
        op.add_column(table, sa.Column("iris", sa.Text(), nullable=True), schema="confidential")
    op.create_table(
        "zone",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        moment("created_at", server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
        schema="collection",
    )
    op.create_table(
        "zone_version",
        sa.Column("number", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("zone", sa.UUID(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("area_km2", sa.Float(), nullable=False),
        sa.Column("defects", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("communes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("geom", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        moment("created_at", server_default=sa.text("now()"), nullable=False),
        sa.Column("assigned", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_zone_version_validity")),
        sa.ForeignKeyConstraint(["zone"], ["collection.zone.id"], name=op.f("fk_zone_version_zone")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_zone_version")),
        sa.UniqueConstraint("zone", "version", name=op.f("uq_zone_version_zone_version")),
        schema="collection",
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("zone_version", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("position", sa.LargeBinary(), nullable=True),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        moment("requested_at", server_default=sa.text("now()"), nullable=False),
        moment("finished_at", nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["zone_version"], ["collection.zone_version.number"], name=op.f("fk_assignment_zone_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        schema="collection",
    )
    op.create_table(
        "fact_zone",
        sa.Column("zone_version", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("zone_version", "key", name=op.f("pk_fact_zone")),
        schema="confidential",
    )
    op.create_index("ix_fact_zone_key", "fact_zone", ["key"], schema="confidential")
    op.execute(GRANTS)


def downgrade():
    op.drop_table("fact_zone", schema="confidential")
    for table in ("assignment", "zone_version", "zone"):
        op.drop_table(table, schema="collection")
    for table in ("fact", "fact_history"):
        op.drop_column(table, "iris", schema="confidential")

"""geocoding: method and score of a point, tables of places, places to check, what was answered

A fact keeps the keyed hash of its place, never its text: an answer about the place finds the facts that wait
for it. Facts with coordinates of their own have no such hash.
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0009"
down_revision = "0008"

FACTS = ("fact", "fact_history")
GRANTS = """
grant select on collection.place_table, collection.place, collection.switch to
    observatoire_import, observatoire_analyse, observatoire_publication;
grant insert, update, delete on collection.place_table, collection.place, collection.switch to
    observatoire_import;
grant select, insert, update, delete on confidential.place_to_check, confidential.learnt_place to
    observatoire_import;
"""


def facts():
    for table in FACTS:
        for column in (
            sa.Column("location_method", sa.Text(), nullable=True),
            sa.Column("location_score", sa.Float(), nullable=True),
            sa.Column("place_key", sa.LargeBinary(), nullable=True),
        ):
            op.add_column(table, column, schema="confidential")
        op.execute(f"update confidential.{table} set location_method = 'source' where geom is not null")
        op.create_index(
            f"ix_{table}_place_key",
            table,
            ["place_key"],
            schema="confidential",
            postgresql_where=sa.text("place_key is not null"),
        )


def tables_of_the_city():
    op.create_table(
        "place_table",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("organisation", name=op.f("pk_place_table")),
        schema="collection",
    )
    op.create_table(
        "place",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("commune", sa.Text(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="GEOMETRY",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["collection.place_table.organisation"],
            name=op.f("fk_place_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organisation", "number", name=op.f("pk_place")),
        schema="collection",
    )
    op.create_table(
        "switch",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_switch")),
        schema="collection",
    )


def places():
    op.create_table(
        "place_to_check",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("commune", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_place_to_check")),
        sa.UniqueConstraint("id", name=op.f("uq_place_to_check_id")),
        schema="confidential",
    )
    op.create_index(
        "ix_place_to_check_organisation",
        "place_to_check",
        ["organisation", "requested_at"],
        schema="confidential",
    )
    op.create_table(
        "learnt_place",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("commune", sa.Text(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("precision", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_learnt_place")),
        sa.CheckConstraint("(longitude is null) = (method is null)", name=op.f("ck_learnt_place_point")),
        schema="confidential",
    )


def upgrade():
    facts()
    tables_of_the_city()
    places()
    op.execute(GRANTS)


def downgrade():
    for table in ("learnt_place", "place_to_check"):
        op.drop_table(table, schema="confidential")
    for table in ("switch", "place", "place_table"):
        op.drop_table(table, schema="collection")
    for table in FACTS:
        op.drop_index(f"ix_{table}_place_key", table, schema="confidential")
        for name in ("location_method", "location_score", "place_key"):
            op.drop_column(table, name, schema="confidential")

"""Editions that last: one names the one before it and may be withdrawn; a year keeps its counts and map.

The counts and sources from which a year was told are kept, closed to all but the publication: a later
edition of the same year is protected together with them.

Revision ID: 0019
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None

GRANTS = """
grant select, insert on confidential.edition_count, confidential.edition_source to observatoire_publication;
grant select on published.cell to observatoire_publication, observatoire_diffusion;
grant insert, update, delete on published.cell to observatoire_publication;
"""


def upgrade():
    op.add_column("edition", sa.Column("previous", sa.Integer(), nullable=True), schema="published")
    op.add_column(
        "edition", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True), schema="published"
    )
    op.add_column("edition", sa.Column("withdrawal_reason", sa.Text(), nullable=True), schema="published")
    op.create_foreign_key(
        op.f("fk_edition_previous"), "edition", "edition", ["previous"], ["number"],
        source_schema="published", referent_schema="published",
    )  # fmt: skip
    op.add_column("coverage", sa.Column("settled_by", sa.Integer(), nullable=True), schema="published")
    op.execute("update published.coverage set settled_by = edition")
    op.alter_column("coverage", "settled_by", nullable=False, schema="published")
    op.add_column(
        "coverage",
        sa.Column("small_commune", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        schema="published",
    )
    op.create_table(
        "cell",
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("additivity_group", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("commune", sa.Text(), nullable=False),
        sa.Column("cell", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.CheckConstraint("value >= 5", name=op.f("ck_cell_value")),
        sa.ForeignKeyConstraint(
            ["edition"], ["published.edition.number"], name=op.f("fk_cell_edition"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "edition", "audience", "commune", "year", "additivity_group", "cell", name=op.f("pk_cell")
        ),
        schema="published",
    )
    op.create_table(
        "edition_count",
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("additivity_group", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("commune", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("facts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "edition", "additivity_group", "year", "commune", "family", name=op.f("pk_edition_count")
        ),
        schema="confidential",
    )
    op.create_table(
        "edition_source",
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("additivity_group", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "edition", "additivity_group", "year", "source", name=op.f("pk_edition_source")
        ),
        schema="confidential",
    )
    op.create_index(
        "ix_edition_source_source_year", "edition_source", ["source", "year"], schema="confidential"
    )
    op.execute(GRANTS)


def downgrade():
    op.drop_table("edition_source", schema="confidential")
    op.drop_table("edition_count", schema="confidential")
    op.drop_table("cell", schema="published")
    op.drop_column("coverage", "small_commune", schema="published")
    op.drop_column("coverage", "settled_by", schema="published")
    op.drop_column("edition", "withdrawal_reason", schema="published")
    op.drop_column("edition", "withdrawn_at", schema="published")
    op.drop_column("edition", "previous", schema="published")

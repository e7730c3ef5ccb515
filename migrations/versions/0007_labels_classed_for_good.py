"""Labels classed by people, versions of the taxonomy and the passages between them.

Revision ID: 0007
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

GRANTS = """
grant select on reference.taxonomy, reference.passage to
    observatoire_import, observatoire_analyse, observatoire_publication, observatoire_diffusion;
grant select on collection.correspondence to
    observatoire_import, observatoire_analyse, observatoire_publication;
grant insert on collection.correspondence to observatoire_import;
"""
"""Decisions are added by the role that classes facts; no role rewrites or erases one."""


def upgrade():
    op.create_table(
        "taxonomy",
        sa.Column("version", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_taxonomy")),
        schema="reference",
    )
    op.execute(
        "insert into reference.taxonomy (version, author) "
        "select distinct taxonomy, 'nomenclature livrée' from reference.category"
    )
    op.create_table(
        "passage",
        sa.Column("taxonomy", sa.SmallInteger(), nullable=False),
        sa.Column("former", sa.Text(), nullable=False),
        sa.Column("current", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["taxonomy"], ["reference.taxonomy.version"], name=op.f("fk_passage_taxonomy")
        ),
        sa.PrimaryKeyConstraint("taxonomy", "former", "current", name=op.f("pk_passage")),
        schema="reference",
    )
    op.create_table(
        "correspondence",
        sa.Column("number", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("replaced", sa.Text(), nullable=True),
        sa.Column("taxonomy", sa.SmallInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(source is null) <> (organisation is null)", name=op.f("ck_correspondence_scope")
        ),
        sa.ForeignKeyConstraint(
            ["source"], ["collection.source.code"], name=op.f("fk_correspondence_source")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_correspondence")),
        schema="collection",
    )
    for scope in ("source", "organisation"):
        op.create_index(
            f"ix_correspondence_{scope}_form", "correspondence", [scope, "form"], schema="collection"
        )
    for table in ("fact", "fact_history"):
        op.add_column(
            table,
            sa.Column("taxonomy", sa.SmallInteger(), nullable=False, server_default="1"),
            schema="confidential",
        )
    op.execute(GRANTS)


def downgrade():
    for table in ("fact", "fact_history"):
        op.drop_column(table, "taxonomy", schema="confidential")
    op.drop_table("correspondence", schema="collection")
    op.drop_table("passage", schema="reference")
    op.drop_table("taxonomy", schema="reference")

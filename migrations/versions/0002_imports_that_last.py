"""imports run by a worker, profiles by version, ends of intervals

The foreign keys of the fact tables go: they were checked row by row and doubled the cost of COPY
(docs/benchmarks.md). An import is never deleted, and its row is written in the transaction of its
facts; a test of the house looks for orphans.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

GRANTS = """
grant select on collection.profile, collection.idempotency to
    observatoire_import, observatoire_analyse, observatoire_publication;
grant insert, update, delete on collection.profile, collection.idempotency to observatoire_import;
"""


def upgrade():
    op.add_column(
        "import",
        sa.Column("progress", sa.Float(), nullable=False, server_default="0"),
        schema="collection",
    )
    for name in ("options", "quality"):
        op.add_column(
            "import",
            sa.Column(name, postgresql.JSONB(), nullable=False, server_default="{}"),
            schema="collection",
        )
    op.add_column(
        "import",
        sa.Column("to_confirm", sa.ARRAY(sa.Text()), nullable=False, server_default="{}"),
        schema="collection",
    )
    op.add_column("import", sa.Column("confirmed_by", sa.Text(), nullable=True), schema="collection")
    op.execute("update collection.import set progress = 1")
    for table in ("fact", "fact_history"):
        op.add_column(
            table,
            sa.Column("occurred_to", sa.DateTime(timezone=True), nullable=True),
            schema="confidential",
        )
    for table in ("fact", "fact_version"):
        op.drop_constraint(f"fk_{table}_import_number", table, schema="confidential", type_="foreignkey")
    op.drop_index("ix_fact_version_import_number", "fact_version", schema="confidential")
    op.create_index(
        "ix_fact_version_import_number",
        "fact_version",
        ["import_number"],
        schema="confidential",
        postgresql_using="brin",
    )
    op.create_table(
        "profile",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["collection.source.code"], name=op.f("fk_profile_source")),
        sa.PrimaryKeyConstraint("source", "version", name=op.f("pk_profile")),
        schema="collection",
    )
    op.create_table(
        "idempotency",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("import_id", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["collection.import.id"], name=op.f("fk_idempotency_import_id")
        ),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_idempotency")),
        schema="collection",
    )
    op.execute(GRANTS)


def downgrade():
    op.drop_table("idempotency", schema="collection")
    op.drop_table("profile", schema="collection")
    op.drop_index("ix_fact_version_import_number", "fact_version", schema="confidential")
    op.create_index("ix_fact_version_import_number", "fact_version", ["import_number"], schema="confidential")
    for table in ("fact", "fact_version"):
        op.create_foreign_key(
            f"fk_{table}_import_number",
            table,
            "import",
            ["import_number"],
            ["number"],
            source_schema="confidential",
            referent_schema="collection",
        )
    for table in ("fact", "fact_history"):
        op.drop_column(table, "occurred_to", schema="confidential")
    for name in ("progress", "options", "quality", "to_confirm", "confirmed_by"):
        op.drop_column("import", name, schema="collection")

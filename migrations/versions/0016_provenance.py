"""What each answer rested on, by its digest: added, never rewritten; when an import was undone.

No role may update or delete a line of ``provenance``.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0014"

ROLES = "observatoire_analyse, observatoire_publication"
GRANTS = f"""
grant select on collection.provenance to observatoire_import, {ROLES};
grant insert on collection.provenance to {ROLES};
"""


def upgrade():
    op.create_table(
        "provenance",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("rests_on", postgresql.JSONB(), nullable=False),
        sa.Column("beside", postgresql.JSONB(), nullable=False),
        sa.Column("reader", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_provenance")),
        schema="collection",
    )
    op.execute(GRANTS)
    op.add_column(
        "import", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True), schema="collection"
    )


def downgrade():
    op.drop_column("import", "undone_at", schema="collection")
    op.drop_table("provenance", schema="collection")

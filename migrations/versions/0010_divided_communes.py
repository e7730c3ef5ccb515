"""Communes that were divided: facts of the old code belong to one of its parts, and only a point tells which.

Revision ID: 0010
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "divided_commune",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", "until", "part", name=op.f("pk_divided_commune")),
        schema="reference",
    )
    op.execute(
        "grant select on reference.divided_commune to "
        "observatoire_import, observatoire_analyse, observatoire_publication, observatoire_diffusion"
    )


def downgrade():
    op.drop_table("divided_commune", schema="reference")

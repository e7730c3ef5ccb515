"""Official series: one table of published figures, by file, edition, indicator, territory and period.

The cells have no foreign key to their file: checked row by row, it doubles the cost of COPY; the row of
the file is written in the transaction of its cells.

Revision ID: 0008
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = "collection.series, collection.series_file, collection.series_indicator"
GRANTS = f"""
grant select on {TABLES} to observatoire_import, observatoire_analyse, observatoire_publication;
grant insert, update, delete on {TABLES} to observatoire_import;
"""


def upgrade():
    op.create_table(
        "series_indicator",
        sa.Column("id", sa.SmallInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("denominator", sa.Text(), nullable=True),
        sa.Column("additive", sa.Boolean(), nullable=False),
        sa.Column("overlap", sa.Text(), nullable=True),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("caution", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_indicator")),
        sa.UniqueConstraint("code", name=op.f("uq_series_indicator_code")),
        schema="collection",
    )
    op.create_table(
        "series_file",
        sa.Column("number", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("geography", sa.SmallInteger(), nullable=False),
        sa.Column("transmitted", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=True),
        sa.Column("file", postgresql.JSONB(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("produced_on", sa.Date(), nullable=True),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
        sa.Column("anomalies", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("territories", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("indicators", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("periods", sa.ARRAY(sa.Date()), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state in ('valide', 'remplace', 'annule')", name=op.f("ck_series_file_state")),
        sa.CheckConstraint(
            "(state = 'remplace') = (replaced_by is not null)", name=op.f("ck_series_file_replaced")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["collection.series_file.number"], name=op.f("fk_series_file_replaced_by")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_series_file")),
        schema="collection",
    )
    op.create_table(
        "series",
        sa.Column("file", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.SmallInteger(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=True),
        sa.Column("denominator_vintage", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint("(value is null) = (state in ('secret', 'absent'))", name=op.f("ck_series_state")),
        sa.CheckConstraint("value is null or (state = 'zero') = (value = 0)", name=op.f("ck_series_zero")),
        sa.PrimaryKeyConstraint("code", "level", "file", "indicator", "period_start", name=op.f("pk_series")),
        schema="collection",
    )
    op.create_index("ix_series_file", "series", ["file"], schema="collection", postgresql_using="brin")
    op.execute(GRANTS)


def downgrade():
    for table in ("series", "series_file", "series_indicator"):
        op.drop_table(table, schema="collection")

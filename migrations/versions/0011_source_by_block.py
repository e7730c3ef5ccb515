"""Facts of a source and period are found by blocks of pages, not row by row.

An import writes the rows of one source together, most often of one month: the limits of a block of pages
tell almost as much as an entry per row, for next to nothing at each insertion (docs/benchmarks.md).
"""

from alembic import op

revision = "0011"
down_revision = "0010"

OPTIONS = {"postgresql_using": "brin", "postgresql_with": {"pages_per_range": 16, "autosummarize": True}}


def upgrade():
    op.drop_index("ix_fact_source_local_day", "fact", schema="confidential")
    op.create_index(
        "ix_fact_source_local_day", "fact", ["source", "local_day"], schema="confidential", **OPTIONS
    )


def downgrade():
    op.drop_index("ix_fact_source_local_day", "fact", schema="confidential")
    op.create_index("ix_fact_source_local_day", "fact", ["source", "local_day"], schema="confidential")

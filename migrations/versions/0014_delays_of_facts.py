"""How late facts come is read by the analyses: when each was first told, and nothing of what was told."""

from alembic import op

revision = "0014"
down_revision = "0011"

COLUMNS = "key, as_of"


def upgrade():
    op.execute(f"grant select ({COLUMNS}) on confidential.fact_version to observatoire_analyse")


def downgrade():
    op.execute(f"revoke select ({COLUMNS}) on confidential.fact_version from observatoire_analyse")

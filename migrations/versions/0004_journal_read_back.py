"""What a source's data was used for: the journal is read back, by role and question.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS = "at, caller, role, action, question"
"""The caller is compared with the keys of an organisation, never told."""


def upgrade():
    op.execute(f"grant select ({COLUMNS}) on accounts.journal to observatoire_analyse")


def downgrade():
    op.execute(f"revoke select ({COLUMNS}) on accounts.journal from observatoire_analyse")

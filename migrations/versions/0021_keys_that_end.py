"""A key ends, is renewed without a gap and tells when it was last used; an organisation declares its origins.

A key that had no end gets one year from today: nobody is cut off by the migration, and none is for ever.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0021"
down_revision = "0020"

SEEN = "last_used_at, replaced_by"


def upgrade():
    op.execute("update accounts.api_key set expires_at = now() + interval '1 year' where expires_at is null")
    op.alter_column("api_key", "expires_at", nullable=False, schema="accounts",
                    server_default=sa.text("now() + interval '1 year'"))  # fmt: skip
    op.add_column("api_key", sa.Column("last_used_at", sa.DateTime(timezone=True)), schema="accounts")
    op.add_column("api_key", sa.Column("replaced_by", sa.Integer()), schema="accounts")
    op.create_foreign_key(
        op.f("fk_api_key_replaced_by"), "api_key", "api_key", ["replaced_by"], ["id"],
        source_schema="accounts", referent_schema="accounts",
    )  # fmt: skip
    op.execute(f"grant select ({SEEN}) on accounts.api_key to observatoire_consultation")
    op.add_column(
        "organisation",
        sa.Column("origins", ARRAY(sa.Text()), nullable=False, server_default="{}"),
        schema="accounts",
    )


def downgrade():
    op.drop_column("organisation", "origins", schema="accounts")
    op.execute(f"revoke select ({SEEN}) on accounts.api_key from observatoire_consultation")
    op.drop_column("api_key", "replaced_by", schema="accounts")
    op.drop_column("api_key", "last_used_at", schema="accounts")
    op.alter_column("api_key", "expires_at", nullable=True, schema="accounts", server_default=None)

"""People: accounts, invitations, second factors, sessions. One role alone reads them: no other can.

What is stored opens nothing: passwords by argon2id, sessions, invitations and recovery codes by their digest,
the secret of the second factor sealed by a key that is outside the database.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

ROLE = "observatoire_identification"
TABLES = ("person", "invitation", "recovery_code", "identity", "session", "attempt")

GRANTS = f"""
grant usage on schema accounts to {ROLE};
grant select, insert, update on accounts.person to {ROLE};
grant select, insert, update, delete on accounts.invitation, accounts.recovery_code, accounts.identity,
    accounts.session, accounts.attempt to {ROLE};
grant select on accounts.organisation, accounts.organisation_territory to {ROLE};
grant insert on accounts.journal to {ROLE};
create policy identification on accounts.organisation for select to {ROLE} using (true);
create policy identification on accounts.organisation_territory for select to {ROLE} using (true);
"""


def create_role():
    # Roles belong to the whole server: another database of it may have made it already.
    op.execute(
        f"do $$ begin create role {ROLE} nologin; exception when duplicate_object or unique_violation "
        "then null; end $$"
    )
    op.execute(f"do $$ begin execute format('grant {ROLE} to %I', current_user); end $$")


def moment(name, *, nullable=False, now=False):
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=default)


def holder(table):
    return (
        sa.Column("holder", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["holder"], ["accounts.person.id"], name=op.f(f"fk_{table}_holder"), ondelete="CASCADE"
        ),
    )


def text(name, *, nullable=False):
    return sa.Column(name, sa.Text(), nullable=nullable)


def upgrade():
    create_role()
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        text("login"),
        text("label"),
        text("role"),
        text("organisation", nullable=True),
        sa.Column("grant", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False, server_default="true"),
        moment("created_at", now=True),
        text("password", nullable=True),
        moment("password_set_at", nullable=True),
        sa.Column("otp_secret", sa.LargeBinary(), nullable=True),
        moment("otp_confirmed_at", nullable=True),
        sa.Column("otp_last_step", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"], ["accounts.organisation.code"], name=op.f("fk_person_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("login", name=op.f("uq_person_login")),
        schema="accounts",
    )
    op.create_table(
        "invitation",
        text("sha256"),
        *holder("invitation"),
        moment("created_at", now=True),
        moment("expires_at"),
        moment("used_at", nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_invitation")),
        schema="accounts",
    )
    op.create_table(
        "recovery_code",
        *holder("recovery_code"),
        text("sha256"),
        moment("used_at", nullable=True),
        sa.PrimaryKeyConstraint("holder", "sha256", name=op.f("pk_recovery_code")),
        schema="accounts",
    )
    op.create_table(
        "identity",
        text("issuer"),
        text("subject"),
        *holder("identity"),
        moment("linked_at", now=True),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identity")),
        schema="accounts",
    )
    op.create_table(
        "session",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        text("sha256"),
        *holder("session"),
        text("stage"),
        text("means"),
        moment("created_at", now=True),
        moment("seen_at", now=True),
        moment("expires_at"),
        sa.Column("id_token", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("sha256", name=op.f("uq_session_sha256")),
        schema="accounts",
    )
    op.create_table(
        "attempt",
        text("key"),
        sa.Column("failures", sa.Integer(), nullable=False),
        moment("last_at"),
        moment("blocked_until"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempt")),
        schema="accounts",
    )
    op.execute(GRANTS)


def downgrade():
    for table in ("organisation", "organisation_territory"):
        op.execute(f"drop policy identification on accounts.{table}")
        op.execute(f"revoke select on accounts.{table} from {ROLE}")
    op.execute(f"revoke insert on accounts.journal from {ROLE}")
    for table in reversed(TABLES):
        op.drop_table(table, schema="accounts")
    op.execute(f"revoke usage on schema accounts from {ROLE}")

"""Who read points, rejects and reports, who administers, who was refused: written once, never rewritten.

A role of its own adds entries and seals; it can change none. The triggers stop mistakes, the owner's too;
what an owner who disables them does is found by the seals, whose key is outside the database.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

ROLE = "observatoire_audit"
TABLES = ("entry", "seal", "purge")

FUNCTIONS = """
create sequence audit.entry_number as bigint;

-- The lock is taken before the number is drawn: whoever seals holds it alone, so that no entry with a smaller
-- number can be committed later than the seal.
create function audit.stamp() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(20260020, 1);
    new.id := nextval('audit.entry_number');
    new.at := clock_timestamp();
    return new;
end $$;

create function audit.refuse() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and (to_jsonb(old) ->> tg_argv[0])::bigint
        <= nullif(current_setting('observatoire.audit_forgets', true), '')::bigint then
        return old;
    end if;
    raise exception 'audit.% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;

-- The only way out: whole seals, none younger than thirty days.
create function audit.forget(up_to bigint) returns bigint
language plpgsql security definer set search_path = pg_catalog as $$
declare
    last bigint;
    gone bigint;
begin
    select last_entry into last from audit.seal
    where number = up_to and sealed_at < clock_timestamp() - interval '30 days';
    if not found then
        raise exception 'no seal % that is old enough', up_to using errcode = 'insufficient_privilege';
    end if;
    perform set_config('observatoire.audit_forgets', last::text, true);
    delete from audit.entry where id <= last;
    get diagnostics gone = row_count;
    delete from audit.seal where number <= up_to;
    perform set_config('observatoire.audit_forgets', '', true);
    return gone;
end $$;
revoke execute on function audit.forget(bigint) from public;

create trigger stamp before insert on audit.entry for each row execute function audit.stamp();
create trigger entry_stands before update or delete on audit.entry
    for each row execute function audit.refuse('id');
create trigger seal_stands before update or delete on audit.seal
    for each row execute function audit.refuse('last_entry');
create trigger purge_stands before update or delete on audit.purge
    for each row execute function audit.refuse('none');
"""

GRANTS = f"""
grant usage on schema audit, collection to {ROLE};
grant select, insert on audit.entry, audit.seal, audit.purge to {ROLE};
grant usage on sequence audit.entry_number to {ROLE};
grant execute on function audit.forget(bigint) to {ROLE};
grant select (code, additivity_group) on collection.source to {ROLE};
grant select (id, source) on collection.import to {ROLE};
create policy trail on collection.source for select to {ROLE} using (true);
create policy trail on collection.import for select to {ROLE} using (true);
"""


def create_role():
    # Roles belong to the whole server: another database of it may have made it already.
    op.execute(
        f"do $$ begin create role {ROLE} nologin; exception when duplicate_object or unique_violation "
        "then null; end $$"
    )
    op.execute(f"do $$ begin execute format('grant {ROLE} to %I', current_user); end $$")


def moment(name):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade():
    op.execute("create schema audit")
    create_role()
    op.create_table(
        "entry",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        moment("at"),
        sa.Column("key_label", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("sources", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        schema="audit",
    )
    op.create_index(
        "ix_entry_sources", "entry", ["sources"], schema="audit", postgresql_using="gin", unique=False
    )
    op.create_table(
        "seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_entry", sa.BigInteger(), nullable=False),
        sa.Column("last_entry", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        moment("sealed_at"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seal")),
        schema="audit",
    )
    op.create_table(
        "purge",
        sa.Column("seal", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_entry", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        moment("purged_at"),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seal", name=op.f("pk_purge")),
        schema="audit",
    )
    op.execute(FUNCTIONS)
    for table in TABLES:
        op.execute(
            f"create trigger {table}_stays before truncate on audit.{table} "
            "for each statement execute function audit.refuse()"
        )
    op.execute(GRANTS)


def downgrade():
    for table in ("source", "import"):
        op.execute(f"drop policy trail on collection.{table}")
    op.execute(f"revoke select (code, additivity_group) on collection.source from {ROLE}")
    op.execute(f"revoke select (id, source) on collection.import from {ROLE}")
    op.execute(f"revoke usage on schema collection from {ROLE}")
    op.execute("drop schema audit cascade")

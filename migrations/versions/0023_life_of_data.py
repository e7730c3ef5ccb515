"""Points that are too old are reduced, facts are erased, sources are deleted with all that they sent.

A fact whose point was reduced says when, and which zones held it. What the room of imports may not delete
(decisions, the journal, what figures rested on) leaves by functions of the owner, which check why.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

FUNCTIONS = """
-- The questions asked, older than anything that is still read of them; never the last thirty days.
create function accounts.forget_journal(before timestamptz) returns bigint
language plpgsql security definer set search_path = pg_catalog as $$
declare
    gone bigint;
begin
    delete from accounts.journal where at < least(before, clock_timestamp() - interval '30 days');
    get diagnostics gone = row_count;
    return gone;
end $$;

-- What was decided on the labels of a source, and what figures rested on it: with the source, never before.
create function collection.forget_source(code text) returns bigint
language plpgsql security definer set search_path = pg_catalog as $$
declare
    decisions bigint;
    gone bigint;
begin
    perform from collection.source s where s.code = forget_source.code and s.deletion_asked_at is not null;
    if not found then
        raise exception 'this source is not to be deleted' using errcode = 'insufficient_privilege';
    end if;
    delete from collection.correspondence c where c.source = forget_source.code;
    get diagnostics decisions = row_count;
    delete from collection.provenance p
    where p.rests_on -> 'sources' ? forget_source.code
        or p.rests_on -> 'ecartees' ? forget_source.code
        or p.rests_on -> 'imports' ? forget_source.code
        or p.rests_on -> 'question' -> 'source' ? forget_source.code
        or p.beside -> 'couverture' ? forget_source.code;
    get diagnostics gone = row_count;
    return decisions + gone;
end $$;
revoke execute on function accounts.forget_journal(timestamptz), collection.forget_source(text) from public;
grant execute on function accounts.forget_journal(timestamptz), collection.forget_source(text) to
    observatoire_import;
"""


def moment(name, **options):
    return sa.Column(name, sa.DateTime(timezone=True), **options)


def upgrade():
    for table in ("fact", "fact_history"):
        op.add_column(table, moment("reduced_at", nullable=True), schema="confidential")
        op.add_column(table, sa.Column("zones", sa.ARRAY(sa.Integer()), nullable=True), schema="confidential")
    op.add_column("source", sa.Column("reduced_before", sa.Date(), nullable=True), schema="collection")
    op.add_column("source", moment("deletion_asked_at", nullable=True), schema="collection")
    op.create_table(
        "erasure",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        moment("erased_at", server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_erasure")),
        schema="confidential",
    )
    op.create_index("ix_erasure_source", "erasure", ["source"], schema="confidential")
    op.execute("grant select, insert, update, delete on confidential.erasure to observatoire_import")
    op.execute(FUNCTIONS)


def downgrade():
    op.execute("drop function collection.forget_source(text)")
    op.execute("drop function accounts.forget_journal(timestamptz)")
    op.drop_table("erasure", schema="confidential")
    op.drop_column("source", "deletion_asked_at", schema="collection")
    op.drop_column("source", "reduced_before", schema="collection")
    for table in ("fact", "fact_history"):
        op.drop_column(table, "zones", schema="confidential")
        op.drop_column(table, "reduced_at", schema="confidential")

"""Contracts, dated territories, calendars, breaks, notices.

A source without a signed charter is shown to nobody outside the grant: after this migration no
source has one, so the next edition publishes nothing until the administration writes the dates.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = "collection.source_territory, collection.series_break, collection.notice"
GRANTS = f"""
grant select on {TABLES} to observatoire_import, observatoire_analyse, observatoire_publication;
grant insert, update, delete on {TABLES} to observatoire_import;
"""
TERRITORIES = """
insert into collection.source_territory (source, level, code, valid_from, valid_to)
select code, territory_level, territory_code, covered_since, covered_until from collection.source
"""
LAST_TERRITORIES = """
update collection.source s
set territory_level = t.level, territory_code = t.code, covered_since = t.first, covered_until = t.valid_to
from (
    select distinct on (source) source, level, code, valid_to,
        min(valid_from) over (partition by source) as first
    from collection.source_territory
    order by source, valid_from desc
) t
where t.source = s.code
"""
MOVED = ("territory_level", "territory_code", "covered_since", "covered_until")


def upgrade():
    _contracts()
    op.create_table(
        "source_territory",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        _of_source("source_territory"),
        sa.PrimaryKeyConstraint("source", "valid_from", name=op.f("pk_source_territory")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_source_territory_dates")),
        schema="collection",
    )
    # A contract that ended before it began covered no day: it is kept as one that covers one.
    op.execute(
        "update collection.source set covered_until = covered_since + 1 where covered_until <= covered_since"
    )
    op.execute(TERRITORIES)
    for name in MOVED:
        op.drop_column("source", name, schema="collection")
    op.create_table(
        "series_break",
        sa.Column("number", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        _of_source("series_break"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_series_break")),
        schema="collection",
    )
    op.create_index("ix_series_break_source_day", "series_break", ["source", "day"], schema="collection")
    op.create_table(
        "notice",
        sa.Column("number", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("first_month", sa.Date(), nullable=False),
        sa.Column("last_month", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        _of_source("notice"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_notice")),
        schema="collection",
    )
    op.create_index(
        "ix_notice_open",
        "notice",
        ["source"],
        unique=True,
        schema="collection",
        postgresql_where=sa.text("closed_at is null"),
    )
    op.execute(GRANTS)


def _contracts():
    for column in (
        sa.Column("precision", sa.Text(), nullable=False, server_default="point"),
        sa.Column("retention_years", sa.SmallInteger(), nullable=True),
        sa.Column("charter_signed_on", sa.Date(), nullable=True),
        sa.Column("settling_days", sa.SmallInteger(), nullable=True),
        sa.Column("periodicity", sa.Text(), nullable=True),
        sa.Column("delay_days", sa.SmallInteger(), nullable=True),
        sa.Column("expected_since", sa.Date(), nullable=True),
        sa.Column("suspended", sa.ARRAY(sa.Text()), nullable=False, server_default="{}"),
    ):
        op.add_column("source", column, schema="collection")
    op.create_check_constraint(
        op.f("ck_source_schedule"),
        "source",
        "(periodicity is null) = (delay_days is null) and (periodicity is null) = (expected_since is null)",
        schema="collection",
    )


def _of_source(table):
    return sa.ForeignKeyConstraint(
        ["source"], ["collection.source.code"], name=op.f(f"fk_{table}_source"), ondelete="CASCADE"
    )


def downgrade():
    for name in ("territory_level", "territory_code"):
        op.add_column("source", sa.Column(name, sa.Text(), nullable=True), schema="collection")
    for name in ("covered_since", "covered_until"):
        op.add_column("source", sa.Column(name, sa.Date(), nullable=True), schema="collection")
    op.execute(LAST_TERRITORIES)
    for name in MOVED[:3]:
        op.alter_column("source", name, nullable=False, schema="collection")
    for table in ("notice", "series_break", "source_territory"):
        op.drop_table(table, schema="collection")
    op.drop_constraint(op.f("ck_source_schedule"), "source", schema="collection", type_="check")
    for name in (
        "precision retention_years charter_signed_on settling_days "
        "periodicity delay_days expected_since suspended"
    ).split():
        op.drop_column("source", name, schema="collection")

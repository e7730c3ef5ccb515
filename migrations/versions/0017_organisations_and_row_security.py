"""Organisations as data; what belongs to one is shown by the database to whom the transaction names.

The role ``observatoire_consultation`` reads row-level objects (imports, rejects, facts, queues, profiles,
zones, keys). Policies read settings of the transaction (``observatoire.sources``…): unset, nothing is seen.
The other roles of ours see every row, as statistics and imports must; what they may do is in their grants.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

ROLE = "observatoire_consultation"
ROOMS = "observatoire_import, observatoire_analyse, observatoire_publication"


def setting(name):
    """A list of the transaction, read once per statement: never once per row."""
    return f"any((select nullif(current_setting('observatoire.{name}', true), '')::text[])::text[])"


def flag(name):
    return f"(select coalesce(nullif(current_setting('observatoire.{name}', true), '')::boolean, false))"


OF_SOURCES = f"source = {setting('sources')}"
OF_CONTRACTS = f"source = {setting('contracts')}"
OF_ORGANISATIONS = f"organisation = {setting('organisations')}"
OF_KNOWN_ORGANISATIONS = "organisation in (select s.organisation from collection.source s)"
POLICIES = {
    "collection.source": f"code = {setting('contracts')}",
    "collection.source_territory": OF_CONTRACTS,
    "collection.import": OF_SOURCES,
    "collection.reject": OF_SOURCES,
    "collection.idempotency": "exists (select from collection.import i where i.id = idempotency.import_id)",
    "collection.profile": OF_CONTRACTS,
    "collection.series_break": OF_CONTRACTS,
    "collection.notice": OF_CONTRACTS,
    "collection.correspondence": f"{OF_CONTRACTS} or {OF_KNOWN_ORGANISATIONS}",
    "collection.place_table": OF_KNOWN_ORGANISATIONS,
    "collection.place": OF_KNOWN_ORGANISATIONS,
    "collection.zone": f"{flag('everywhere')} or {OF_ORGANISATIONS} or "
    "collection.zone_meets(id, (select nullif(current_setting('observatoire.communes', true), '')::text[]))",
    "collection.zone_version": "exists (select from collection.zone z where z.id = zone_version.zone)",
    "collection.assignment": f"{flag('everywhere')} "
    "or exists (select from collection.zone_version v where v.number = assignment.zone_version)",
    "confidential.place_to_check": OF_SOURCES,
    "accounts.organisation": f"{flag('everywhere')} or code = {setting('organisations')} "
    "or code in (select s.organisation from collection.source s)",
    "accounts.organisation_territory": "exists (select from accounts.organisation o "
    "where o.code = organisation_territory.organisation)",
    "accounts.api_key": f"{flag('administers')} and ({flag('everywhere')} or {OF_ORGANISATIONS})",
}
TOUCHED_BY_THE_OWNER = (
    "collection.source", "collection.source_territory", "collection.import", "collection.correspondence",
    "collection.zone", "collection.zone_version", "collection.assignment",
)  # fmt: skip
"""Contours, taxonomies and what follows from them are loaded by the owner, who needs no other row."""
KEY_COLUMNS = 'id, prefix, label, role, organisation, "grant", scopes, created_at, expires_at, revoked_at'
FACT_COLUMNS = (
    "key, source, category, occurred_from, occurred_to, time_precision, local_day, local_hour, hour_of_week, "
    "geom, location_precision, location_method, place_key, cell, commune, arrondissement, epci, ept, "
    "departement, region, qpv_2015, qpv_2024, iris, unit, quantity, sensitivity, taxonomy, import_number"
)
# The policies of a zone and of its versions would call each other: the owner looks at the versions.
ZONE_MEETS = """
create function collection.zone_meets(asked uuid, grants text[]) returns boolean
language sql stable security definer set search_path = ''
as 'select exists (
    select from collection.zone_version v where v.zone = asked and v.communes operator(pg_catalog.&&) grants
)'
"""
NEVER_NULL = (
    "source", "category", "occurred_from", "time_precision", "local_day", "location_precision", "unit",
    "quantity", "sensitivity", "taxonomy", "import_number",
)  # fmt: skip
OWNERS = ("collection.source", "collection.zone", "collection.place_table")
KINDS = """
case
    when s.kind in ('police_nationale', 'gendarmerie') then 'service_etat'
    when s.kind = 'bailleur' then 'bailleur'
    when s.kind = 'transporteur' then 'operateur'
    when s.kind in ('police_municipale', 'csu') and t.level = 'commune' then 'commune'
    when s.kind in ('police_municipale', 'csu') and t.level in ('epci', 'ept') then 'epci'
    else 'autre'
end
"""


def tables():
    op.create_table(
        "organisation",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_organisation")),
        schema="accounts",
    )
    op.create_table(
        "organisation_territory",
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_organisation_territory_dates")),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["accounts.organisation.code"],
            name=op.f("fk_organisation_territory_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organisation", "level", "code", "valid_from", name=op.f("pk_organisation_territory")
        ),
        schema="accounts",
    )


def known_organisations():
    """Whoever sends, asks or draws today, as described by the first source that it sends."""
    op.execute(
        f"""
        insert into accounts.organisation (code, label, kind)
        select distinct on (s.organisation) s.organisation, s.organisation, {KINDS}
        from collection.source s
        left join collection.source_territory t on t.source = s.code
        order by s.organisation, s.created_at, s.code, t.valid_from
        """
    )
    op.execute(
        """
        insert into accounts.organisation (code, label, kind)
        select code, code, 'autre'
        from (
            select organisation as code from accounts.api_key where organisation <> ''
            union select organisation from collection.zone
            union select organisation from collection.place_table
        ) others
        on conflict do nothing
        """
    )
    for table in OWNERS:
        schema, name = table.split(".")
        op.create_foreign_key(
            op.f(f"fk_{name}_organisation"),
            name,
            "organisation",
            ["organisation"],
            ["code"],
            source_schema=schema,
            referent_schema="accounts",
        )


def keys():
    op.alter_column("api_key", "organisation", nullable=True, schema="accounts")
    op.execute("update accounts.api_key set organisation = null where organisation = ''")
    op.execute("update accounts.api_key set role = 'administrateur' where role = 'administration'")
    op.create_foreign_key(
        op.f("fk_api_key_organisation"),
        "api_key",
        "organisation",
        ["organisation"],
        ["code"],
        source_schema="accounts",
        referent_schema="accounts",
    )


def rejects():
    """A row set aside tells its source: asked of its import, row by row, it would cost more than the rest."""
    op.add_column("reject", sa.Column("source", sa.Text(), nullable=True), schema="collection")
    op.execute(
        "update collection.reject set source = i.source "
        "from collection.import i where i.number = import_number"
    )
    op.alter_column("reject", "source", nullable=False, schema="collection")


def role():
    # Roles belong to the whole server: another database of it may have made this one already.
    op.execute(
        f"do $$ begin create role {ROLE} nologin; exception when duplicate_object or unique_violation "
        "then null; end $$"
    )
    op.execute(f"do $$ begin execute format('grant {ROLE} to %I', current_user); end $$")
    op.execute(f"grant usage on schema reference, collection, confidential, accounts to {ROLE}")
    for table in POLICIES:
        if table != "accounts.api_key":
            op.execute(f"grant select on {table} to {ROLE}")
    op.execute(f"grant select ({KEY_COLUMNS}) on accounts.api_key to {ROLE}")
    op.execute("grant select on accounts.organisation, accounts.organisation_territory to "
               "observatoire_import, observatoire_analyse")  # fmt: skip
    op.execute("grant insert, update on accounts.organisation to observatoire_import")
    op.execute("grant insert, update, delete on accounts.organisation_territory to observatoire_import")


def row_security():
    op.execute(ZONE_MEETS)
    op.execute("revoke execute on function collection.zone_meets from public")
    op.execute(f"grant execute on function collection.zone_meets to {ROLE}")
    for table, shown in POLICIES.items():
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy caller on {table} for select to {ROLE} using ({shown})")
        op.execute(f"create policy rooms on {table} to {ROOMS} using (true) with check (true)")
    for table in TOUCHED_BY_THE_OWNER:
        op.execute(f"create policy owner on {table} to current_user using (true) with check (true)")


def facts():
    """An empty table with policies, of which ``fact`` is the only child.

    COPY, by which imports write, refuses a table that has policies; read through its parent, a table is
    guarded by those of the parent alone, and planned as if they were its own. Columns added to ``fact``
    stay out of it.
    """
    op.execute(
        f"create table confidential.own_fact as select {FACT_COLUMNS} from confidential.fact with no data"
    )
    for column in NEVER_NULL:
        op.alter_column("own_fact", column, nullable=False, schema="confidential")
    op.create_primary_key(op.f("pk_own_fact"), "own_fact", ["key"], schema="confidential")
    op.execute("alter table confidential.fact inherit confidential.own_fact")
    op.execute("alter table confidential.own_fact enable row level security")
    op.execute("alter table confidential.own_fact force row level security")
    op.execute(f"create policy caller on confidential.own_fact for select to {ROLE} using ({OF_SOURCES})")
    op.execute(f"grant select on confidential.own_fact to {ROLE}")


def upgrade():
    tables()
    known_organisations()
    keys()
    rejects()
    role()
    row_security()
    facts()


def downgrade():
    op.execute("alter table confidential.fact no inherit confidential.own_fact")
    op.drop_table("own_fact", schema="confidential")
    for table in TOUCHED_BY_THE_OWNER:
        op.execute(f"drop policy owner on {table}")
    for table in POLICIES:
        op.execute(f"drop policy rooms on {table}")
        op.execute(f"drop policy caller on {table}")
        op.execute(f"alter table {table} no force row level security")
        op.execute(f"alter table {table} disable row level security")
        if table != "accounts.api_key":
            op.execute(f"revoke select on {table} from {ROLE}")
    op.execute("drop function collection.zone_meets")
    op.execute(f"revoke select ({KEY_COLUMNS}) on accounts.api_key from {ROLE}")
    op.execute(f"revoke usage on schema reference, collection, confidential, accounts from {ROLE}")
    op.drop_column("reject", "source", schema="collection")
    op.drop_constraint(op.f("fk_api_key_organisation"), "api_key", schema="accounts")
    # Roles that the version before does not know open nothing there.
    op.execute("update accounts.api_key set revoked_at = coalesce(revoked_at, now()) "
               "where role in ('coordonnateur', 'elu')")  # fmt: skip
    op.execute("update accounts.api_key set role = 'administration' where role = 'administrateur'")
    op.execute("update accounts.api_key set organisation = '' where organisation is null")
    op.alter_column("api_key", "organisation", nullable=False, schema="accounts")
    for table in OWNERS:
        schema, name = table.split(".")
        op.drop_constraint(op.f(f"fk_{name}_organisation"), name, schema=schema)
    op.drop_table("organisation_territory", schema="accounts")
    op.drop_table("organisation", schema="accounts")

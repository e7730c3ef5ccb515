"""the queue of the workers: procrastinate's own schema, in a schema of its own

The statements are those that procrastinate 3.10 ships; its names are not qualified, hence the search
paths. When its schema changes, tests/store/test_queue.py says so: the change is then a migration of ours.
The trigger is ours: procrastinate wakes its workers when a job comes in, not when the end of one job
lets the next of the same lock go.
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0003"
down_revision = "0002"

AT_HOME = """
do $$
declare
    called regprocedure;
begin
    for called in select oid from pg_proc where pronamespace = 'queue'::regnamespace loop
        execute format('alter function %s set search_path = queue, public', called);
    end loop;
end;
$$;
"""

WAKING = """
create function queue.wake_the_workers() returns trigger language plpgsql as $$
begin
    perform pg_notify(
        'procrastinate_queue_v1#' || old.queue_name,
        json_build_object('type', 'job_inserted', 'job_id', old.id)::text
    );
    return null;
end;
$$;

create trigger wake_when_a_lock_is_free_on_update after update of status on queue.procrastinate_jobs
    for each row when (old.status = 'doing' and new.status <> 'doing' and old.lock is not null)
    execute function queue.wake_the_workers();

create trigger wake_when_a_lock_is_free_on_delete after delete on queue.procrastinate_jobs
    for each row when (old.status = 'doing' and old.lock is not null)
    execute function queue.wake_the_workers();
"""

GRANTS = """
grant usage on schema queue to observatoire_import;
grant select, insert, update, delete on all tables in schema queue to observatoire_import;
grant usage on all sequences in schema queue to observatoire_import;
"""


def upgrade():
    op.execute("create schema queue")
    op.execute("set local search_path = queue, public")
    # Straight to the driver: SQLAlchemy would take the colons of the statements for parameters.
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    op.execute("set local search_path to default")
    op.get_bind().exec_driver_sql(AT_HOME.replace("%", "%%"))
    op.execute(WAKING)
    op.execute(GRANTS)


def downgrade():
    op.execute("drop schema queue cascade")

-- The queue: what procrastinate has no query for.

-- name: stalled_jobs
select job.id, job.args ->> 'import_id' as import_id, job.args ->> 'assignment_id' as assignment_id,
    job.args ->> 'source' as source, job.attempts
from queue.procrastinate_jobs job
left join queue.procrastinate_workers worker on worker.id = job.worker_id
where job.status = 'doing'
    and (
        worker.id is null
        or worker.last_heartbeat < now() - make_interval(secs => :seconds)
        or job.id = any (cast(:lost as bigint[]))
    )
for update of job skip locked

-- name: orphan_imports
select i.id
from collection.import i
where i.state in ('en_attente', 'en_cours')
    and i.started_at < :before
    and not exists (
        select from queue.procrastinate_jobs job
        where job.status in ('todo', 'doing') and job.args ->> 'import_id' = i.id::text
    )
order by i.number
for update of i skip locked

-- name: delete_ended_jobs
delete from queue.procrastinate_jobs
where status in ('succeeded', 'failed', 'cancelled', 'aborted')
    and id in (select job_id from queue.procrastinate_events group by job_id having max(at) < :before)

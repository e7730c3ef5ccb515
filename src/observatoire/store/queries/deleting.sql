-- A source leaves with all that it sent and all that was made of it; in this order, in one transaction.

-- name: ask_deletion
update collection.source set deletion_asked_at = coalesce(deletion_asked_at, now())
where code = :source
returning deletion_asked_at

-- name: deleted_places
create temporary table deleted_place on commit drop as
select distinct place_key as key
from (
    select place_key, source from confidential.fact
    union all
    select place_key, source from confidential.fact_history
) f
where source = :source and place_key is not null

-- name: deleted_facts
create temporary table deleted_fact on commit drop as
select key from confidential.fact where source = :source

-- name: delete_zones
-- After the facts: whoever places one meanwhile holds its row, and has written its zones by then.
delete from confidential.fact_zone z
using deleted_fact d
where d.key = z.key

-- name: delete_versions
delete from confidential.fact_version v
using collection.import i
where i.number = v.import_number and i.source = :source

-- name: delete_history
delete from confidential.fact_history where source = :source

-- name: delete_facts
delete from confidential.fact where source = :source

-- name: delete_erasures
delete from confidential.erasure where source = :source

-- name: delete_places_to_check
delete from confidential.place_to_check where source = :source

-- name: delete_learnt_places
delete from confidential.learnt_place l
using deleted_place d
where l.key = d.key
    and not exists (select from confidential.fact f where f.place_key = l.key)
    and not exists (select from confidential.fact_history h where h.place_key = l.key)

-- name: delete_idempotency
delete from collection.idempotency k
using collection.import i
where i.id = k.import_id and i.source = :source

-- name: delete_decisions_and_proofs
select collection.forget_source(:source)

-- name: delete_profiles
delete from collection.profile where source = :source

-- name: delete_imports
delete from collection.import where source = :source

-- name: delete_jobs
-- Those that wait are about imports that are gone; the one under way is this deletion.
delete from queue.procrastinate_jobs where lock = 'import:' || :source and status <> 'doing'

-- name: delete_source
delete from collection.source where code = :source and deletion_asked_at is not null

-- name: add_audit_entry
insert into audit.entry (key_label, organisation, role, action, object, filter, sources, row_count, purpose,
    outcome, status, reason)
select :key_label, :organisation, :role, :action, :subject, :filter, coalesce(array_agg(code order by code), '{}'),
    :rows, :purpose, :outcome, :status, :reason
from collection.source
where code = any(:sources) or additivity_group = any(:sources)
    or code = (select i.source from collection.import i where i.id = :import_id)

-- name: take_turn_to_seal
select pg_try_advisory_xact_lock(20260020, 2)

-- name: take_turn_to_verify
select pg_advisory_xact_lock_shared(20260020, 2)

-- name: wait_for_writers
select set_config('lock_timeout', '2s', true), pg_advisory_xact_lock(20260020, 1)

-- name: forget_seals
select audit.forget(:seal)

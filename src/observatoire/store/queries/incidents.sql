-- name: create_staging
create temporary table staging (like confidential.fact) on commit drop

-- name: prepare_staging
alter table staging
    drop column import_number,
    drop column as_of,
    add column known_as_of date,  -- of the fact that stands in the store; null: the key is new
    add column known_same boolean

-- name: index_staging
-- The store is searched here, once; the statements below find their rows in staging.
update staging s
set known_as_of = f.as_of, known_same = f.content = s.content
from confidential.fact f
where f.key = s.key

-- name: count_buckets
select
    count(*) filter (where known_as_of is null) as created,
    count(*) filter (where known_same) + (
        select count(*)
        from staging s
        where not s.known_same
            and exists (select from confidential.fact_version v where v.key = s.key and v.content = s.content)
    ) as unchanged
from staging

-- name: count_older
select count(*) from staging where not known_same and known_as_of > :as_of

-- name: add_versions
insert into confidential.fact_version (key, import_number, content, as_of)
select key, :number, content, :as_of from staging order by key

-- name: insert_created
insert into confidential.fact ({columns}, import_number, as_of)
select {columns}, :number, :as_of
from staging
where known_as_of is null
order by commune, occurred_from

-- name: archive_replaced
insert into confidential.fact_history ({columns})
select {f_columns}
from confidential.fact f
join staging s using (key)
where not s.known_same and s.known_as_of <= :as_of
on conflict (key, content) do nothing

-- name: archive_older
insert into confidential.fact_history ({columns})
select {columns}
from staging
where not known_same and known_as_of > :as_of
on conflict (key, content) do nothing

-- name: apply_revisions
update confidential.fact f
set {set_from_s}, import_number = :number, as_of = :as_of
from staging s
where f.key = s.key and not s.known_same and s.known_as_of <= :as_of

-- name: confirm_unchanged
update confidential.fact f
set import_number = :number, as_of = :as_of
from staging s
where f.key = s.key and s.known_same and s.known_as_of <= :as_of

-- name: sweep_current
-- A fact that returns to a content it had before: the copy in the history is no longer of the past.
delete from confidential.fact_history h
using staging s
where h.key = s.key and h.content = s.content and not s.known_same and s.known_as_of <= :as_of

-- name: undo_touched
create temporary table touched on commit drop as
select key, content from confidential.fact_version where import_number = :number

-- name: undo_versions
delete from confidential.fact_version where import_number = :number

-- name: undo_archive_current
insert into confidential.fact_history ({columns})
select {f_columns}
from confidential.fact f
where f.import_number = :number
    and exists (select from confidential.fact_version v where v.key = f.key and v.content = f.content)
on conflict (key, content) do nothing

-- name: undo_restore
with winner as (
    select distinct on (v.key) v.key, v.content, v.import_number, v.as_of
    from confidential.fact_version v
    join confidential.fact f on f.key = v.key and f.import_number = :number
    order by v.key, v.as_of desc, v.import_number desc
)
update confidential.fact f
set {set_from_s}, import_number = w.import_number, as_of = w.as_of
from winner w
join confidential.fact_history s on s.key = w.key and s.content = w.content
where f.key = w.key and f.content <> w.content

-- name: undo_confirm
with winner as (
    select distinct on (v.key) v.key, v.content, v.import_number, v.as_of
    from confidential.fact_version v
    join confidential.fact f on f.key = v.key and f.import_number = :number
    order by v.key, v.as_of desc, v.import_number desc
)
update confidential.fact f
set import_number = w.import_number, as_of = w.as_of
from winner w
where f.key = w.key and f.content = w.content

-- name: undo_delete
delete from confidential.fact f
where f.import_number = :number
    and not exists (select from confidential.fact_version v where v.key = f.key)

-- name: undo_sweep
delete from confidential.fact_history h
using touched t
where h.key = t.key
    and (
        not exists (select from confidential.fact_version v where v.key = h.key and v.content = h.content)
        or exists (select from confidential.fact f where f.key = h.key and f.content = h.content)
    )

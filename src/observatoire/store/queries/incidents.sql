-- name: create_staging
create temporary table staging (like confidential.fact) on commit drop

-- name: prepare_staging
alter table staging
    drop column import_number,
    drop column as_of,
    add column line integer not null,
    add column referenced boolean not null,
    add column located boolean not null

-- name: create_candidate
create temporary table candidate (key bytea not null) on commit drop

-- name: find_candidates
-- Keys that stand in the store, from another import or from an earlier batch of this one.
-- One probe of the index per row: as a join, each batch would read the whole store.
select key from candidate c where (select true from confidential.fact f where f.key = c.key limit 1)

-- name: empty_candidate
truncate candidate

-- name: take_back
-- The first row of a key that the file says again was stored at once: it is judged with the others.
with first as (
    delete from confidential.fact f
    using (select key, bool_or(referenced) as referenced from staging group by key) s
    where f.key = s.key and f.import_number = :number
    returning
        {f_columns},
        s.referenced,
        f.geom is not null or f.reduced_at is not null as located
), versions as (
    delete from confidential.fact_version v
    using first
    where v.key = first.key and v.import_number = :number
)
insert into staging ({columns}, line, referenced, located)
select {columns}, (- row_number() over ())::integer, referenced, located from first

-- name: find_repeats
-- The same key several times in one file: a reference given twice, or rows alike without a reference.
create temporary table repeat on commit drop as
select
    key,
    line,
    referenced,
    row_number() over (partition by key order by line) - 1 as rank,
    row_number() over (partition by key order by line desc) - 1 as rank_from_last
from staging
where key in (select key from staging group by key having count(*) > 1)

-- name: drop_repeats
-- Of a reference given twice the last line stands; of rows alike the first, when they are to be ignored.
delete from staging s
using repeat r
where s.line = r.line
    and case when r.referenced then r.rank_from_last > 0 else :ignored and r.rank > 0 end

-- name: number_repeats
-- Rows alike without a reference are several facts: the rank makes their keys differ.
update staging s
set key = substring(sha256(s.key || int4send(r.rank::int)) for 16)
from repeat r
where s.line = r.line and not r.referenced and r.rank > 0 and not :ignored

-- name: count_alike
select count(*) from repeat where not referenced

-- name: find_known
-- The store is searched here, once; the statements below find their rows in ``known``.
create temporary table known on commit drop as
select s.key, f.content = s.content as same, null::boolean as wins, null::boolean as told, null::boolean as tied
from staging s
join confidential.fact f using (key)

-- name: judge_known
-- A content that differs wins over what was said at an earlier date of extraction (ties: the later import).
update known k
set wins = v.wins, told = v.told, tied = v.tied
from (
    select
        c.key,
        bool_and((v.as_of, v.import_number) < (cast(:as_of as date), cast(:number as integer))) as wins,
        bool_or(v.content = s.content) as told,
        max(v.as_of) = cast(:as_of as date) as tied
    from known c
    join staging s using (key)
    join confidential.fact_version v using (key)
    where not c.same
    group by c.key
) v
where k.key = v.key

-- name: count_known
select
    count(*) as known,
    count(*) filter (where same) as same,
    count(*) filter (where not same and told) as told,
    count(*) filter (where not same and not wins) as older,
    count(*) filter (where not same and tied) as tied
from known

-- name: add_versions
insert into confidential.fact_version (key, import_number, content, as_of)
select key, :number, content, :as_of from staging order by key

-- name: insert_created
insert into confidential.fact ({columns}, import_number, as_of)
select {columns}, :number, :as_of
from staging s
where not exists (select from known k where k.key = s.key)
order by commune, occurred_from

-- name: archive_replaced
insert into confidential.fact_history ({columns})
select {f_columns}
from confidential.fact f
join known k using (key)
where not k.same and k.wins
on conflict (key, content) do nothing

-- name: archive_older
insert into confidential.fact_history ({columns})
select {s_columns}
from staging s
join known k using (key)
where not k.same and not k.wins
on conflict (key, content) do nothing

-- name: apply_revisions
-- ``import_number`` is the first import, by date of extraction, that said the current content.
update confidential.fact f
set {set_from_s}, import_number = first.import_number, as_of = first.as_of
from staging s
join known k using (key)
cross join lateral (
    select v.import_number, v.as_of
    from confidential.fact_version v
    where v.key = s.key and v.content = s.content
    order by v.as_of, v.import_number
    limit 1
) first
where f.key = s.key and not k.same and k.wins

-- name: precede_unchanged
update confidential.fact f
set import_number = :number, as_of = :as_of
from known k
where f.key = k.key
    and k.same
    and (f.as_of, f.import_number) > (cast(:as_of as date), cast(:number as integer))

-- name: sweep_current
-- A fact that returns to a content it had before: the copy in the history is no longer of the past.
delete from confidential.fact_history h
using known k
join staging s using (key)
where h.key = s.key and h.content = s.content and not k.same and k.wins

-- name: undo_touched
create temporary table touched on commit drop as
select key, content from confidential.fact_version where import_number = :number

-- name: undo_versions
delete from confidential.fact_version where import_number = :number

-- name: undo_winners
-- What the other imports say of the touched facts: the content last said, and who said it first.
create temporary table winner on commit drop as
select w.key, w.content, first.import_number, first.as_of
from (
    select distinct on (v.key) v.key, v.content
    from confidential.fact_version v
    join touched t using (key)
    order by v.key, v.as_of desc, v.import_number desc
) w
cross join lateral (
    select v.import_number, v.as_of
    from confidential.fact_version v
    where v.key = w.key and v.content = w.content
    order by v.as_of, v.import_number
    limit 1
) first

-- name: undo_archive_current
insert into confidential.fact_history ({columns})
select {f_columns}
from confidential.fact f
join winner w using (key)
where f.content <> w.content
    and exists (select from confidential.fact_version v where v.key = f.key and v.content = f.content)
on conflict (key, content) do nothing

-- name: undo_restore
update confidential.fact f
set {set_from_s}, import_number = w.import_number, as_of = w.as_of
from winner w
join confidential.fact_history s on s.key = w.key and s.content = w.content
where f.key = w.key and f.content <> w.content

-- name: undo_point
update confidential.fact f
set import_number = w.import_number, as_of = w.as_of
from winner w
where f.key = w.key and f.content = w.content and f.import_number <> w.import_number

-- name: undo_delete
delete from confidential.fact f
using touched t
where f.key = t.key and not exists (select from winner w where w.key = t.key)

-- name: undo_sweep
delete from confidential.fact_history h
using touched t
where h.key = t.key
    and (
        not exists (select from confidential.fact_version v where v.key = h.key and v.content = h.content)
        or exists (select from confidential.fact f where f.key = h.key and f.content = h.content)
    )

-- name: summarise_rows
select
    count(*) as facts,
    count(*) filter (where located) as located,
    count(local_hour) as with_hour,
    count(*) filter (where category_mode <> 'defaut') as classed
from {table}
where {where}

-- name: count_days
select local_day, count(*) as rows from {table} where {where} group by local_day

-- name: count_anomalies
select a.code, count(*) as rows
from {table}, unnest(anomalies) as a(code)
where anomalies <> array[]::text[] and {where}
group by a.code

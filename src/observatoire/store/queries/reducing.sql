-- Facts too old to keep their point: the neighbourhoods and zones that hold it are kept, the rest goes.

-- name: announce_reduction
-- From now on every answer says so, whatever was done of the batches.
update collection.source set reduced_before = :before
where code = :source and (reduced_before is null or reduced_before < :before)

-- name: months_to_reduce
select distinct date_trunc('month', local_day)::date as month
from confidential.{table}
where source = :source and local_day < :before
    and (geom is not null or cell is not null or place_key is not null)
order by 1

-- name: reduce_month
-- By their place in the file: joined, each batch would read the whole store.
update confidential.{table} f
set {reduced}
where f.ctid = any(array(
    select ctid from confidential.{table}
    where source = :source and local_day >= :month and local_day < :before
        and local_day < (cast(:month as date) + interval '1 month')::date
        and (geom is not null or cell is not null or place_key is not null)
    limit :limit
))

-- name: reduce_import
update confidential.{table} f
set {reduced}
from confidential.fact_version v
where v.import_number = :number and v.key = f.key and f.local_day < :before
    and (f.geom is not null or f.cell is not null or f.place_key is not null)

-- name: reduced
-- A point that only told around where it was (no cell) was in no neighbourhood: none is known of it.
geom = null, cell = null, place_key = null, location_method = null, location_score = null,
location_precision = case when f.cell is null then 'commune' else 'quartier' end,
reduced_at = case when f.cell is null then f.reduced_at else clock_timestamp() end,
zones = case when f.cell is null then f.zones else {zones} end

-- name: zones_of_fact
array(select z.zone_version from confidential.fact_zone z where z.key = f.key order by 1)

-- name: zones_of_fact_history
-- What was said before is in no pair: its zones are looked for, once.
array(
    select v.number from collection.zone_version v
    where f.commune = any(v.communes) and v.geom && f.geom and st_intersects(v.geom, f.geom)
    order by 1
)

-- name: count_to_reduce
select count(*) from confidential.{table}
where source = :source and local_day < :before
    and (geom is not null or cell is not null or place_key is not null)

-- name: count_reduced
select count(*) from confidential.fact where source = :source and reduced_at is not null

-- name: assignment_under_way
select exists (select from collection.assignment where state in ('en_attente', 'en_cours'))

-- name: reduced_zones
-- Facts without a point stay in the zones that they were in.
select unnest(f.zones) as zone_version, f.key
from moved_key m
join confidential.fact f using (key)
where f.reduced_at is not null

-- name: drawn_since
-- Whether what is asked about was drawn, or drawn anew, after a fact had lost its point.
(
    reduced_at < coalesce(
        case when {reached} then (
            select coalesce(
                (select max(a.finished_at) from collection.assignment a where a.zone_version = v.number),
                v.created_at
            )
            from collection.zone_version v
            where v.zone = cast(:zone as uuid) and v.version = cast(:zone_version as integer)
        ) else (
            select max(a.finished_at) from collection.assignment a where a.zone_version is null
        ) end,
        '-infinity'
    )
)

-- name: forget_learnt_places
-- An answer about a place that no fact bears any longer.
delete from confidential.learnt_place l
where l.answered_at < :before
    and not exists (select from confidential.fact f where f.place_key = l.key)
    and not exists (select from confidential.fact_history h where h.place_key = l.key)

-- One fact erased, whatever was said of it: current content, past contents, versions, zones, places.

-- name: add_erasure
insert into confidential.erasure (key, source, reason, author)
values (:key, :source, :reason, :author)
on conflict (key) do nothing

-- name: places_of_fact
select place_key from confidential.fact where key = :key and place_key is not null
union
select place_key from confidential.fact_history where key = :key and place_key is not null

-- name: erase_zones
delete from confidential.fact_zone where key = :key

-- name: erase_versions
delete from confidential.fact_version where key = :key

-- name: erase_history
delete from confidential.fact_history where key = :key

-- name: erase_fact
delete from confidential.fact where key = :key

-- name: erase_places_to_check
delete from confidential.place_to_check p
where p.key = any(cast(:places as bytea[]))
    and not exists (select from confidential.fact f where f.place_key = p.key)
    and not exists (select from confidential.fact_history h where h.place_key = p.key)

-- name: erase_learnt_places
delete from confidential.learnt_place p
where p.key = any(cast(:places as bytea[]))
    and not exists (select from confidential.fact f where f.place_key = p.key)
    and not exists (select from confidential.fact_history h where h.place_key = p.key)

-- name: erased_keys
select key from confidential.erasure where source = :source

-- name: erasures_of_source
select reason, erased_at, count(*) over () as total
from confidential.erasure
where source = :source
order by erased_at desc, key
limit :limit offset :offset

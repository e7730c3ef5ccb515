-- Facts and the places that hold them: zones by pairs, neighbourhoods and IRIS by column. A fact whose point
-- only tells around where it was (the middle of a street) has no cell, and is in none of them.

-- name: any_fact_to_assign
select exists (select from confidential.fact)
    or exists (select from collection.import where state in ('en_attente', 'en_cours', 'a_confirmer'))

-- name: try_to_be_alone
select pg_try_advisory_xact_lock(hashtextextended(:name, 0))

-- name: note_moved_keys
create temporary table moved_key on commit drop as
select key from confidential.fact_version where import_number = :number

-- name: note_keys_at_places
create temporary table moved_key on commit drop as
select key from confidential.fact where place_key = any(:places)

-- name: create_moved_keys
create temporary table moved_key (key bytea not null) on commit drop

-- name: moved_points
select f.key, st_x(f.geom) as lon, st_y(f.geom) as lat, f.commune
from moved_key m
join confidential.fact f using (key)
where f.cell is not null

-- name: create_placed
create temporary table placed (zone_version integer not null, key bytea not null) on commit drop

-- name: leave_zones
delete from confidential.fact_zone z
using moved_key m
where z.key = m.key
    and not exists (select from placed p where p.zone_version = z.zone_version and p.key = z.key)

-- name: enter_zones
insert into confidential.fact_zone (zone_version, key)
select zone_version, key from placed order by zone_version, key
on conflict do nothing

-- name: zone_shapes
select v.number, st_asbinary(v.geom) as wkb, v.communes
from collection.zone_version v
where cast(:version as integer) is null or v.number = :version
order by v.number

-- name: count_zone_candidates
select count(*)
from collection.zone_version v
join confidential.fact f on f.commune = any (v.communes) and f.geom && v.geom
where v.number = :version and f.cell is not null

-- name: zone_candidates
-- The rows are held until the page is written: an import that moves one of them comes after, and sees it.
select f.key, st_x(f.geom) as lon, st_y(f.geom) as lat, f.commune
from collection.zone_version v
join confidential.fact f on f.commune = any (v.communes) and f.geom && v.geom
where v.number = :version and f.cell is not null and f.key > :position
order by f.key
limit :limit
for no key update of f

-- name: count_facts_to_assign
select
    (select count(*) from confidential.fact where cell is not null)
    + (select count(*) from confidential.fact_history where cell is not null)

-- name: facts_to_assign
-- With ties: the history has several contents of one key.
select f.key, f.content, st_x(f.geom) as lon, st_y(f.geom) as lat, f.commune, f.declared_commune,
    f.arrondissement, f.qpv_2015, f.qpv_2024, f.iris, f.near_border
from {table} f
where f.cell is not null and f.key > :position
order by f.key
fetch first :limit rows with ties
for no key update of f

-- name: create_corrected
create temporary table corrected (
    key bytea not null,
    content bytea not null,
    near_border boolean not null,
    arrondissement text,
    qpv_2015 text,
    qpv_2024 text,
    iris text
) on commit drop

-- name: correct_facts
update {table} f
set near_border = c.near_border, arrondissement = c.arrondissement, qpv_2015 = c.qpv_2015,
    qpv_2024 = c.qpv_2024, iris = c.iris
from corrected c
where f.key = c.key and f.content = c.content

-- name: add_zone_version
insert into collection.zone_version
    (zone, version, label, valid_from, valid_to, area_km2, defects, communes, geom, author)
values (
    :zone, :version, :label, :valid_from, :valid_to, :area_km2, :defects, :communes,
    st_multi(st_geomfromwkb(:wkb, 4326)), :author
)
returning number

-- name: zone_shape
select st_asbinary(geom) from collection.zone_version where zone = :zone and version = :version

-- name: zone_geojson
select st_asgeojson(geom, 6) from collection.zone_version where zone = :zone and version = :version

-- name: renew_zone_communes
update collection.zone_version v
set communes = array(
    select c.code
    from reference.contour c
    where c.level = 'commune'
        and c.geom && v.geom
        and st_intersects(c.geom, v.geom)
        and st_area(st_intersection(c.geom, v.geom)) > st_area(v.geom) / 100
    order by c.code
)

-- name: zone_communes
-- Without a version: those of any version.
select distinct t.code, t.name, t.population
from collection.zone_version v
join reference.territory t on t.level = 'commune' and t.code = any(v.communes)
where v.zone = cast(:zone as uuid) and (cast(:version as integer) is null or v.version = :version)
order by t.code

-- name: reference_state
select xmin::text::bigint as written_by, count(*) as territories
from reference.territory
group by 1
union all
select xmin::text::bigint, count(*)
from reference.former_code
group by 1
order by 1, 2

-- name: commune_parents
select
    t.code,
    max(m.parent_code) filter (where m.parent_level = 'departement') as departement,
    max(m.parent_code) filter (where m.parent_level = 'region') as region,
    max(m.parent_code) filter (where m.parent_level = 'epci') as epci,
    max(m.parent_code) filter (where m.parent_level = 'ept') as ept
from reference.territory t
left join reference.membership m
    on m.child_level = t.level and m.child_code = t.code and m.valid_to is null
where t.level = 'commune'
group by t.code

-- name: contours_in_window
select c.code, st_asbinary(c.geom)
from reference.contour c
join reference.territory t using (level, code)
where c.level = :level
    and (cast(:vintage as int) is null or t.vintage = :vintage)
    and c.geom && st_makeenvelope(:west, :south, :east, :north, 4326)
order by c.code

-- name: territory_search
select t.level, t.code, t.name, t.kind, t.vintage, t.population, t.population_vintage, t.fictional,
    count(*) over () as total
from reference.territory t
where (cast(:level as text) is null or t.level = :level)
    and (
        cast(:text as text) is null
        or translate(lower(t.name), 'àâäéèêëîïôöùûüÿç', 'aaaeeeeiioouuuyc') like :text
        or t.code = :code
    )
    and (
        cast(:parent_level as text) is null
        or exists (
            select from reference.membership m
            where m.child_level = t.level and m.child_code = t.code
                and m.parent_level = :parent_level and m.parent_code = :parent_code and m.valid_to is null
        )
    )
order by
    t.level,
    case when cast(:words as text) is null then null
        when translate(lower(t.name), 'àâäéèêëîïôöùûüÿç', 'aaaeeeeiioouuuyc') = :words then 0
        when translate(lower(t.name), 'àâäéèêëîïôöùûüÿç', 'aaaeeeeiioouuuyc') like :words || '%' then 1
        else 2 end,
    case when cast(:words as text) is not null then t.population end desc nulls last,
    t.code
limit :limit offset :offset

-- name: territory_parents
select m.parent_level as level, m.parent_code as code, t.name, t.vintage, m.valid_from, m.valid_to
from reference.membership m
join reference.territory t on t.level = m.parent_level and t.code = m.parent_code
where m.child_level = :level and m.child_code = :code
order by m.parent_level, m.parent_code, m.valid_from

-- name: communes_of
select t.code, t.name, t.population
from reference.membership m
join reference.territory t on t.level = 'commune' and t.code = m.child_code
where m.child_level = 'commune' and m.parent_level = :level and m.parent_code = :code and m.valid_to is null
order by t.code

-- name: contour_of
select c.source, c.area_km2, c.defects,
    st_xmin(c.geom), st_ymin(c.geom), st_xmax(c.geom), st_ymax(c.geom)
from reference.contour c
where c.level = :level and c.code = :code

-- name: contour_geojson
select st_asgeojson(c.geom, 5) from reference.contour c
where c.level = :level and c.code = :code and c.geom is not null

-- name: contour_shapes
select c.code, st_asbinary(c.geom)
from reference.contour c
where c.level = :level and c.code = any(:codes) and c.geom is not null
order by c.code

-- name: standing_contours
select c.level, c.code, c.source, c.defects, st_asbinary(c.geom) as wkb
from reference.contour c
where c.level not in ('qpv', 'iris')
order by c.level, c.code

-- name: create_new_contours
create temporary table new_contour (like reference.contour) on commit drop

-- name: change_contours
-- Compared bit by bit: the operator = of geometries compares their boxes.
update reference.contour c
set source = n.source, area_km2 = n.area_km2, defects = n.defects, geom = n.geom
from new_contour n
where c.level = n.level
    and c.code = n.code
    and (
        (c.source, c.defects) is distinct from (n.source, n.defects)
        or st_asbinary(c.geom) is distinct from st_asbinary(n.geom)
    )

-- name: tell_gazetteers
update reference.territory t
set name = t.name
from new_contour n
where t.level = n.level and t.code = n.code

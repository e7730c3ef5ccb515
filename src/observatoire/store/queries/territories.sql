-- name: communes_containing
select t.code, t.name, t.population
from reference.membership m
join reference.territory t on t.level = 'commune' and t.code = m.parent_code
where m.child_level = :level and m.child_code = :code and m.parent_level = 'commune' and m.valid_to is null
order by t.code

-- name: commune_totals
select m.parent_level, m.parent_code, count(*), coalesce(sum(t.population), 0)
from reference.membership m
join reference.territory t on t.level = 'commune' and t.code = m.child_code
where m.child_level = 'commune' and m.valid_to is null
group by 1, 2

-- name: touched_communes
with q as (select st_geomfromwkb(:wkb, 4326) as geom)
select c.code
from reference.contour c, q
where c.level = 'commune'
    and c.geom && q.geom
    and st_intersects(c.geom, q.geom)
    and st_area(st_intersection(c.geom, q.geom)) > st_area(q.geom) / 100
order by c.code

-- name: shared_communes
select child_code
from reference.membership
where child_level = 'commune'
    and parent_level = :level
    and parent_code = :code
    and child_code = any(:among)
    and valid_to is null

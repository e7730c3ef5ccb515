-- name: published_state
select xmin::text::bigint as written_by, count(*) as rows
from reference.territory
group by 1
union all
select -number::bigint, 1
from collection.series_file
where state = 'valide' and not transmitted
order by 1

-- name: commune_base
select t.code, t.name, t.vintage, t.population, t.population_vintage, c.area_km2, m.parent_code as departement
from reference.territory t
left join reference.contour c on c.level = t.level and c.code = t.code
left join reference.membership m
    on m.child_level = t.level and m.child_code = t.code and m.parent_level = 'departement'
    and m.valid_to is null
where t.level = 'commune'
order by t.code

-- name: commune_values
-- What published files tell of every commune; what they tell of all the arrondissements of one adds up.
with told as (
    select f.dataset, f.edition, f.geography, i.code as indicator, i.additive,
        extract(year from s.period_start)::integer as vintage, s.level, s.code, s.value
    from collection.series_file f
    join collection.series s on s.file = f.number
    join collection.series_indicator i on i.id = s.indicator
    where f.state = 'valide' and not f.transmitted
        and i.code = any(:indicators) and s.level in ('commune', 'arrondissement') and s.value is not null
),
piece as (
    select m.parent_code as commune, m.child_code as code,
        count(*) over (partition by m.parent_code) as pieces
    from reference.membership m
    where m.child_level = 'arrondissement' and m.parent_level = 'commune' and m.valid_to is null
)
select dataset, edition, geography, indicator, vintage, code, value, true as direct
from told
where level = 'commune'
union all
select t.dataset, t.edition, max(t.geography), t.indicator, t.vintage, p.commune, sum(t.value), false
from told t
join piece p on p.code = t.code
where t.level = 'arrondissement' and t.additive
group by t.dataset, t.edition, t.indicator, t.vintage, p.commune, p.pieces
having count(*) = p.pieces

-- name: count_crossed
-- Each fact has a class in both dimensions, or a reason why it has none.
select
    case when reason is null then row_class end as row_class,
    case when reason is null then column_class end as column_class,
    reason, unit, sum(facts)::int as facts
from (
    select {rows} as row_class, {columns} as column_class, {reason} as reason, fact.unit, count(*) as facts
    from confidential.fact
    {placed_by}
    where {where}
    group by 1, 2, 3, 4
) crossed
group by 1, 2, 3, 4
order by 1, 2, 3, 4

-- name: inside_a_neighbourhood
-- Only a point that the contract lets us keep, and that says where, is inside or outside.
case
    when placed.code is null or fact.cell is null then null
    when {generation} is null then 'hors'
    else 'dans'
end

-- name: why_neither_inside_nor_outside
case
    when placed.code is not null and fact.cell is not null then null
    when placed.code is null then 'contrat_sans_point'
    when fact.geom is not null then 'precision_insuffisante'
    else 'non_localise'
end

-- name: neighbourhood_lists
-- What is loaded of a generation of priority neighbourhoods: what is not drawn has no inside.
select
    count(*) filter (where c.geom is not null) as drawn,
    count(*) filter (where c.geom is null) as undrawn,
    coalesce(bool_or(t.fictional), false) as fictional
from reference.territory t
left join reference.contour c using (level, code)
where t.level = 'qpv' and t.vintage = :vintage

-- name: parents_of_communes
select m.child_code as commune, m.parent_code as code, t.name
from reference.membership m
join reference.territory t on t.level = m.parent_level and t.code = m.parent_code
where m.child_level = 'commune' and m.child_code = any(:communes) and m.parent_level = :level
    and m.valid_to is null
order by 2, 1

-- name: latest_context
-- The latest period, up to a year, of an indicator for some territories of one level; newest edition first.
select distinct on (s.code)
    s.code, s.value, s.state, extract(year from s.period_start)::int as vintage, f.geography, f.dataset, f.edition
from collection.series s
join collection.series_file f on f.number = s.file and f.state = 'valide' and not f.transmitted
join collection.series_indicator i on i.id = s.indicator and i.code = :indicator
where s.level = :level and s.code = any(:codes) and s.period_start <= make_date(:year, 12, 31)
order by s.code, s.period_start desc, f.edition desc, s.file desc

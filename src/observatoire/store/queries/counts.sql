-- name: within_contract
exists (
    select from collection.source_territory t
    where t.source = fact.source
        and fact.local_day >= t.valid_from
        and (t.valid_to is null or fact.local_day < t.valid_to)
        and t.code = case t.level
            when 'commune' then fact.commune
            when 'epci' then fact.epci
            when 'ept' then fact.ept
            when 'departement' then fact.departement
            when 'region' then fact.region
            else t.code
        end
)

-- name: is_a_fact
-- Service activity (domain S of the taxonomy) is never counted, whatever is asked.
category not like 'S%'

-- name: on_days
local_day = any(:days_{rank})

-- name: reaching_days
-- What began on one of the days, or began before in a slot or an interval that reaches one of them.
(local_day = any(:days_{rank}) or (
    hour_of_week is null and time_precision in ('creneau', 'intervalle') and occurred_to > occurred_from
    and exists (
        select from generate_series(
            1, ((occurred_to - interval '1 microsecond') at time zone :clock_{rank})::date - local_day
        ) later
        where local_day + later = any(:days_{rank})
    )
))

-- name: placed_by
-- The contract of a fact's source, where it lets the fact be placed inside its commune; else nothing. A
-- contract that grows longer gives no point back to the facts that have lost theirs.
left join collection.source placed on placed.code = fact.source
    and placed.precision in ('point', 'voie')
    and fact.local_day >= greatest(
        (current_date - make_interval(years => coalesce(placed.retention_years, 3)))::date,
        placed.reduced_before
    )

-- name: neighbourhood_allowed
fact.source in (select code from collection.source where precision <> 'commune')

-- name: within_zone
exists (
    select from confidential.fact_zone z
    join collection.zone_version v on v.number = z.zone_version
    where z.key = fact.key and v.zone = cast(:zone as uuid) and v.version = cast(:zone_version as integer)
)

-- name: count_by_category
select category, source, count(*) as facts, count(geom) filter (where placed.code is not null) as located,
    count(*) filter (where hour_of_week is not null) as timed
from confidential.fact
{placed_by}
where {where}
group by category, source
order by category, source

-- name: count_by_month
select date_trunc('month', local_day)::date as month, count(*) as facts
from confidential.fact
where {where}
group by 1
order by 1

-- name: count_by_week
-- Weeks of ISO 8601, by their Monday.
select date_trunc('week', local_day)::date as week, count(*) as facts
from confidential.fact
where {where}
group by 1
order by 1

-- name: count_by_month_and_arrival
-- The day of extraction of the first import that told of each fact, whatever was said of it since.
select source, month, as_of, count(*) as facts
from (
    select told.key, told.source, told.month, min(v.as_of) as as_of
    from (
        select key, source, date_trunc('month', local_day)::date as month
        from confidential.fact
        where {where}
    ) told
    join confidential.fact_version v on v.key = told.key
    group by 1, 2, 3
) arrived
group by 1, 2, 3
order by 1, 2, 3

-- name: count_by_month_and_category
select date_trunc('month', local_day)::date as month, category, count(*) as facts
from confidential.fact
where {where}
group by 1, 2
order by 1, 2

-- name: count_by_commune
select commune, count(*) as facts
from confidential.fact
where {where} and date_trunc('month', local_day)::date = any(cast(:months as date[]))
group by 1
order by 1

-- name: count_by_hour_of_week
select hour_of_week, count(*) as facts
from confidential.fact
where {where}
group by 1
order by 1

-- name: count_by_interval
select departement, extract(epoch from occurred_from)::bigint as first,
    extract(epoch from occurred_to)::bigint as last, count(*) as facts
from confidential.fact
where {where} and hour_of_week is null and occurred_to > occurred_from
    and time_precision in ('creneau', 'intervalle')
group by 1, 2, 3
order by 1, 2, 3

-- name: count_by_cell
select cell, count(*) as facts
from confidential.fact
{placed_by}
where {where} and cell is not null and placed.code is not null
group by 1
order by 1

-- name: count_by_unit
select {unit} as unit, count(*) as facts, count(cell) filter (where placed.code is not null) as located,
    count(geom) filter (where cell is null and placed.code is not null) as around
from confidential.fact
{placed_by}
where {where}
group by 1
order by 1

-- name: count_precision
select source, case when is_placed then location_precision else 'commune' end as location_precision,
    time_precision, category_mode, near_border and is_placed as near_border, asked, sum(facts)::int as facts
from (
    select source, location_precision, time_precision, category_mode, near_border,
        placed.code is not null as is_placed,
        (cast(:wanted as text[]) is null or category = any(cast(:wanted as text[]))) as asked,
        count(*) as facts
    from confidential.fact
    {placed_by}
    where {where}
    group by 1, 2, 3, 4, 5, 6, 7
) counted
group by 1, 2, 3, 4, 5, 6

-- name: cube_by_commune
select s.additivity_group, fact.source, extract(year from fact.local_day)::int as year, c.family, fact.commune,
    count(*) as facts
from confidential.fact
join collection.source s on s.code = fact.source
join reference.category c on c.code = fact.category and c.taxonomy = :taxonomy
where fact.commune is not null and c.domain <> 'S' and c.sensitivity < 2
    and s.visibility <> 'interne' and s.charter_signed_on <= :today
    and fact.local_day >= make_date(:first_year, 1, 1) and fact.local_day < make_date(:end_year, 1, 1)
    and {within_contract}
group by 1, 2, 3, 4, 5

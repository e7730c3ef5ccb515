-- name: within_contract
exists (
    select from collection.source s
    where s.code = fact.source
        and fact.local_day >= s.covered_since
        and (s.covered_until is null or fact.local_day < s.covered_until)
)

-- name: count_by_category
select category, source, count(*) as facts, count(geom) as located,
    count(*) filter (where hour_of_week is not null) as timed
from confidential.fact
where {where}
group by category, source
order by category, source

-- name: count_by_month
select date_trunc('month', local_day)::date as month, count(*) as facts
from confidential.fact
where {where}
group by 1
order by 1

-- name: count_by_hour_of_week
select hour_of_week, count(*) as facts
from confidential.fact
where {where}
group by 1
order by 1

-- name: count_by_cell
select cell, count(*) as facts
from confidential.fact
where {where} and cell is not null
group by 1
order by 1

-- name: count_by_unit
select {unit} as unit, count(*) as facts, count(cell) as located, count(geom) - count(cell) as around
from confidential.fact
where {where}
group by 1
order by 1

-- name: count_precision
select location_precision, time_precision, category_mode, near_border, count(*) as facts
from confidential.fact
where {where}
group by 1, 2, 3, 4

-- name: cube_by_commune
select s.additivity_group, f.source, extract(year from f.local_day)::int as year, c.family, f.commune,
    count(*) as facts
from confidential.fact f
join collection.source s on s.code = f.source
join reference.category c on c.code = f.category and c.taxonomy = :taxonomy
where f.commune is not null and c.domain <> 'S' and c.sensitivity < 2
    and f.local_day >= make_date(:first_year, 1, 1) and f.local_day < make_date(:end_year, 1, 1)
    and f.local_day >= s.covered_since and (s.covered_until is null or f.local_day < s.covered_until)
group by 1, 2, 3, 4, 5

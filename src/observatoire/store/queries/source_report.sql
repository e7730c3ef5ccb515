-- name: source_quality
select count(*) as facts, count(geom) filter (where placed.code is not null) as located, count(hour_of_week) as timed,
    count(*) filter (where category <> 'Z999') as classed,
    percentile_disc(0.5) within group (order by i.started_at::date - fact.local_day) as median_delay
from confidential.fact
join collection.import i on i.number = fact.import_number
{placed_by}
where fact.source = :source and local_day >= :start and local_day < :end
    and {is_a_fact} and {within_contract}

-- name: editions_of_group
select e.number, e.published_at, min(c.year) as first_year, max(c.year) as last_year
from published.edition e
join published.count c on c.edition = e.number
where c.additivity_group = :group
group by e.number, e.published_at
order by e.number desc

-- name: questions_asked
-- The journal is never rewritten: the role « administrateur » was once « administration ».
select case j.role when 'administration' then 'administrateur' else j.role end as role, j.question, count(*) as number
from accounts.journal j
where j.action = 'lecture' and (
    j.role in ('administrateur', 'administration', 'coordonnateur', 'analyste')
    or exists (
        select from accounts.api_key k where k.label = j.caller and k.organisation = :organisation
    )
)
group by 1, j.question

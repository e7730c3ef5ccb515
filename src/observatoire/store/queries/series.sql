-- name: series_staging
create temporary table staged_series (
    line bigint, indicator text, level text, code text, period_start date, period_end date,
    value double precision, state text, rate double precision, denominator_vintage smallint
) on commit drop

-- name: series_conflicts
select
    level, code, indicator, period_start, min(line) as first_line, max(line) as last_line, count(*) over () as number
from staged_series
group by level, code, indicator, period_start
having
    min(value) is distinct from max(value)
    or min(state) is distinct from max(state)
    or min(rate) is distinct from max(rate)
order by min(line)
limit 1

-- name: series_settle
insert into collection.series
    (file, indicator, level, code, period_start, period_end, value, state, rate, denominator_vintage)
select distinct on (s.code, s.level, i.id, s.period_start)
    cast(:file as integer), i.id, s.level, s.code, s.period_start, s.period_end, s.value, s.state, s.rate,
    s.denominator_vintage
from staged_series s
join collection.series_indicator i on i.code = s.indicator
order by s.code, s.level, i.id, s.period_start, s.line

-- name: series_indicators_saved
insert into collection.series_indicator
    (code, family, label, unit, denominator, additive, overlap, definition, caution)
values (:code, :family, :label, :unit, :denominator, :additive, :overlap, :definition, :caution)
on conflict (code) do update set
    family = excluded.family, label = excluded.label, unit = excluded.unit, denominator = excluded.denominator,
    additive = excluded.additive, overlap = excluded.overlap, definition = excluded.definition,
    caution = excluded.caution

-- name: series_superseded
select number, territories, indicators, periods
from collection.series_file
where state = 'valide' and dataset = :dataset and edition = :edition
    and territories && cast(:territories as text[])
    and indicators && cast(:indicators as text[])
    and periods && cast(:periods as date[])

-- name: series_values
with cell as (
    select
        s.level, s.code, s.indicator, s.period_start, s.period_end, s.value, s.state, s.rate,
        s.denominator_vintage, s.file, f.dataset, f.edition, f.geography,
        max(f.edition) over (partition by f.dataset) as latest
    from collection.series s
    join collection.series_file f on f.number = s.file
    join collection.series_indicator i on i.id = s.indicator
    where s.level = :level and s.code = any(:codes)
        and f.state = 'valide' and f.transmitted = :transmitted
        and f.dataset = any(:datasets)
        and (cast(:indicators as text[]) is null or i.code = any(:indicators))
        and (cast(:start as date) is null or s.period_start >= :start)
        and (cast(:end as date) is null or s.period_end <= :end)
        and (cast(:edition as text) is null or f.edition = :edition)
),
kept as (
    select distinct on (dataset, indicator, code, period_start) *
    from cell
    where edition = latest or not dataset = any(:back_cast)
    order by dataset, indicator, code, period_start, edition desc, file desc
)
select
    k.dataset, i.code as indicator, k.period_start, k.period_end,
    count(*) as cells,
    count(*) filter (where k.state = 'secret') as secret,
    count(*) filter (where k.state = 'absent') as absent,
    sum(k.value) as value,
    case when count(*) = 1 then max(k.rate) end as rate,
    case when count(d.value) = count(*) then sum(d.value) end as denominator,
    array_agg(distinct k.denominator_vintage order by k.denominator_vintage)
        filter (where k.denominator_vintage is not null) as vintages,
    max(k.edition) as edition,
    max(k.geography) as geography,
    array_agg(distinct k.file order by k.file) as files
from kept k
join collection.series_indicator i on i.id = k.indicator
left join collection.series_indicator di on di.code = i.denominator
left join collection.series d
    on d.level = k.level and d.code = k.code and d.file = k.file and d.indicator = di.id
    and d.period_start = make_date(k.denominator_vintage, 1, 1)
group by k.dataset, i.code, k.period_start, k.period_end
order by k.dataset, i.code, k.period_start

-- name: series_catalogue
select
    f.dataset, i.code, i.label, i.unit, i.denominator, i.additive, i.overlap, i.definition, i.caution,
    array_agg(distinct f.edition order by f.edition) as editions,
    min(p.period) as first_period, max(p.period) as last_period
from collection.series_file f
cross join lateral unnest(f.indicators) as told (code)
join collection.series_indicator i on i.code = told.code
cross join lateral (select unnest(f.periods) as period) p
where f.state = 'valide' and f.transmitted = false
group by f.dataset, i.code, i.label, i.unit, i.denominator, i.additive, i.overlap, i.definition, i.caution
order by f.dataset, i.code

-- name: series_held
select exists (
    select from collection.series s
    join collection.series_file f on f.number = s.file
    where s.level = :level and s.code = :code and f.state = 'valide' and not f.transmitted
)

-- name: series_latest_editions
select dataset, max(edition) as edition
from collection.series_file
where state = 'valide' and not transmitted
group by dataset

-- name: denominators
with wanted as (
    select cast(:level as text) as level, cast(:code as text) as code, 'elle' as way
    union all
    -- its communes; those of Paris, Lyon and Marseille are told by arrondissement: see « cell »
    select 'commune', m.child_code, 'communes'
    from reference.membership m
    where :level not in ('commune', 'arrondissement') and m.child_level = 'commune'
        and m.parent_level = :level and m.parent_code = :code and m.valid_to is null
    union all
    select 'departement', m.child_code, 'departements'
    from reference.membership m
    where :level in ('region', 'nation') and m.child_level = 'departement'
        and m.parent_level = :level and m.parent_code = :code and m.valid_to is null
        and m.child_code = any(:departements)
),
part as (
    select w.level as whole_level, w.code as whole_code, w.way, w.level, w.code, 1 as pieces from wanted w
    union all
    select w.level, w.code, w.way, 'arrondissement', m.child_code, count(*) over (partition by w.way, w.code)
    from wanted w
    join reference.membership m
        on w.level = 'commune' and m.parent_level = 'commune' and m.parent_code = w.code
        and m.child_level = 'arrondissement' and m.valid_to is null
),
cell as (
    select
        p.way, p.whole_level, p.whole_code, p.level, p.pieces, f.dataset, f.edition, f.geography,
        extract(year from s.period_start)::integer as vintage, s.value
    from part p
    join collection.series s on s.level = p.level and s.code = p.code
    join collection.series_file f on f.number = s.file and f.state = 'valide' and not f.transmitted
    join collection.series_indicator i on i.id = s.indicator and i.code = :kind
    where s.value is not null
),
whole as (
    select distinct on (way, whole_code, dataset, edition, vintage)
        way, whole_code, dataset, edition, geography, vintage, sum(value) as value
    from cell
    group by way, whole_level, whole_code, level, pieces, dataset, edition, geography, vintage
    having count(*) = pieces
    order by way, whole_code, dataset, edition, vintage, (level = whole_level) desc
),
told as (
    select
        w.dataset, w.edition, max(w.geography) as geography, w.vintage, sum(w.value) as value, count(*) as told,
        (select count(*) from wanted n where n.way = w.way) as parts,
        case w.dataset when 'populations' then 2 else 1 end as preference
    from whole w
    group by w.way, w.dataset, w.edition, w.vintage
)
select dataset, edition, geography, vintage, value, told, parts, preference from told
union all
select 'territoires', cast(t.vintage as text), t.vintage, t.population_vintage, t.population, 1, 1, 0
from reference.territory t
where :kind = 'population' and t.level = :level and t.code = :code
    and t.population is not null and t.population_vintage is not null

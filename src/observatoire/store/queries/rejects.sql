-- name: rejects_by_code
select code, bucket, array_agg(distinct field order by field) as fields, count(*) as number,
    (array_agg(line order by line))[1:5] as first_lines
from collection.reject
where import_number = :number
group by code, bucket
order by number desc, code

-- name: rejects_of_source
select r.code, count(*) as number
from collection.reject r
join collection.import i on i.number = r.import_number
where i.source = :source and i.state = 'valide' and r.bucket = 'quarantaine'
    and i.period_start < :end and i.period_end > :start
group by r.code
order by number desc, r.code

-- name: lines_of_source
select count(*) as imports, max(started_at) as latest,
    coalesce(sum((lines ->> 'lues')::bigint), 0)::bigint as read,
    coalesce(sum((lines ->> 'quarantaine')::bigint), 0)::bigint as quarantined,
    coalesce(sum((lines ->> 'ecartees')::bigint), 0)::bigint as set_aside
from collection.import
where source = :source and state = 'valide' and not nil
    and period_start < :end and period_end > :start

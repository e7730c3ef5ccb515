-- name: similar_facts
-- Facts of two sources, of one family, close in time and in place. Each fact of the second stands in the
-- three buckets around its own, so that the join is an equality; the exact limits come after.
with chosen as materialized (
    select source, category, left(category, 2) as family, occurred_from, local_day, commune, geom,
        floor(extract(epoch from occurred_from) / :seconds)::bigint as bucket
    from confidential.fact
    {placed_by}
    where {where} and cell is not null and local_hour is not null
        and placed.precision = 'point'
)
select a.local_day, a.commune, a.family, a.source as source, b.source as other_source,
    a.category as category, b.category as other_category,
    abs(extract(epoch from b.occurred_from - a.occurred_from)) / 60 as minutes,
    st_distancesphere(a.geom, b.geom) as metres
from chosen a
cross join lateral (values (a.bucket - 1), (a.bucket), (a.bucket + 1)) as around(bucket)
join chosen b on b.family = a.family and b.bucket = around.bucket and b.source > a.source
where abs(extract(epoch from b.occurred_from - a.occurred_from)) <= :seconds
    and abs(st_y(a.geom) - st_y(b.geom)) * 110574 <= :metres
    and st_distancesphere(a.geom, b.geom) <= :metres
order by a.local_day, minutes, metres, a.source, b.source

-- name: fingerprints
-- By import, one hash of all that an answer may read of its facts, whatever their order. Hash partitions rest
-- on these same functions: they stay what they are from one version of PostgreSQL to the next. What an import
-- said of a key never changes (its day, its hour); how it is classed and placed may. Of a fact that may not be
-- placed nothing finer than the commune is read, so that losing its point moves nothing.
select source, import_number, count(*)::int as facts,
    count(*) filter (where category_mode = 'defaut')::int as unclassed,
    bit_xor(
        hash_record_extended(
            row(
                key, category, category_mode, commune, case when placed.code is not null then cell end,
                case when placed.code is null then 'commune' else location_precision end, near_border,
                placed.code is not null, case when placed.code is not null then st_x(geom) end,
                case when placed.code is not null then st_y(geom) end{told}
            ),
            0
        )
    ) filter (
        where cast(:wanted as text[]) is null or category = any(cast(:wanted as text[]))
    ) as fingerprint
from confidential.fact
{placed_by}
where {where}
group by source, import_number
order by source, import_number

-- name: list_facts
-- Read through the parent of the facts, which the reach of the caller guards. What a contract does not let
-- be placed, or be told below the commune, is not read.
select fact.key, fact.source, fact.category, fact.local_day, fact.local_hour, fact.time_precision,
    fact.occurred_from, fact.occurred_to, fact.commune, fact.quantity, fact.unit,
    (select told.id from collection.import told where told.number = fact.import_number) as import_id,
    case when placed.code is null then 'commune' else fact.location_precision end as location_precision,
    case when contract.precision <> 'commune' then fact.arrondissement end as arrondissement,
    case when contract.precision <> 'commune' then fact.iris end as iris,
    case when contract.precision <> 'commune' then coalesce(fact.qpv_2024, fact.qpv_2015) end as qpv,
    case when :points and placed.precision = 'point' then ST_X(fact.geom) end as longitude,
    case when :points and placed.precision = 'point' then ST_Y(fact.geom) end as latitude
from confidential.own_fact fact
join collection.source contract on contract.code = fact.source
{placed_by}
where {where}
    and (cast(:day as date) is null or (fact.local_day, fact.key) > (:day, cast(:key as bytea)))
order by fact.local_day, fact.key
limit :limit

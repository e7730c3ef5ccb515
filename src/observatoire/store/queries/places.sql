-- name: unplaced_keys
select k.key
from unnest(cast(:keys as bytea[])) k(key)
where exists (
    select from confidential.fact f where f.place_key is not null and f.place_key = k.key and f.geom is null
)

-- name: places_behind
select l.*
from confidential.learnt_place l
where l.longitude is not null
    and exists (
        select from confidential.fact f
        where f.place_key is not null and f.place_key = l.key and f.geom is null
    )

-- name: create_moved_places
create temporary table moved_place on commit drop as
select place_key, geom, location_precision, location_method, location_score, cell, commune, arrondissement,
    epci, ept, departement, region, qpv_2015, qpv_2024, iris, near_border
from confidential.fact
with no data

-- name: move_facts
-- The flags that said « to be checked », or « no point » where there is one now, are no longer true.
update confidential.{table} f
set {set_from_p},
    anomalies = array(
        select a.code from unnest(f.anomalies) with ordinality a(code, rank)
        where a.code not in ('GEO_VERIFIER', 'GEO_INTROUVABLE', 'GEO_INDISPONIBLE')
            and (a.code <> 'GEO_ABSENT' or p.geom is null)
        order by a.rank
    )
from moved_place p
where f.place_key is not null and f.place_key = p.place_key

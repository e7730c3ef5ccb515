-- name: repeat_coverage
insert into published.coverage (
    edition, additivity_group, year, level, code, communes, communes_covered, population_share,
    months_received, fictional, settled_by, small_commune
)
select :number, additivity_group, year, level, code, communes, communes_covered, population_share,
    months_received, fictional, settled_by, small_commune
from published.coverage
where edition = :before and additivity_group = :group and year = :year

-- name: repeat_counts
-- Every audience reads the same figures: the rows of any of them do.
insert into published.count (edition, audience, additivity_group, year, level, code, category, value, state)
select distinct on (level, code, category)
    cast(:number as integer), cast(:audience as text), additivity_group, year, level, code, category, value, state
from published.count
where edition = :before and additivity_group = :group and year = :year

-- name: repeat_cells
insert into published.cell (edition, audience, additivity_group, year, commune, cell, value)
select distinct on (commune, cell)
    cast(:number as integer), cast(:audience as text), additivity_group, year, commune, cell, value
from published.cell
where edition = :before and additivity_group = :group and year = :year

-- name: cube_by_cell
-- As ``cube_by_commune``, by the cell of each fact whose contract lets it be placed inside its commune.
select s.additivity_group, extract(year from fact.local_day)::int as year, fact.commune, fact.cell,
    count(*) as facts
from confidential.fact
join collection.source s on s.code = fact.source
join reference.category c on c.code = fact.category and c.taxonomy = :taxonomy
{placed_by}
where fact.commune is not null and fact.cell is not null and placed.code is not null
    and c.domain <> 'S' and c.sensitivity < 2
    and s.visibility <> 'interne' and s.charter_signed_on <= :today
    and fact.local_day >= make_date(:first_year, 1, 1) and fact.local_day < make_date(:end_year, 1, 1)
    and {within_contract}
group by 1, 2, 3, 4

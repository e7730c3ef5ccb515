-- name: used_labels
select source_label as label, category, category_mode, count(*) as facts
from confidential.fact
where source = :source
group by source_label, category, category_mode

-- name: stored_labels
-- The labels of a source, in facts and in their history, with the profile of the import that said them first.
with first_said as (
    select source_label, category, category_mode, sensitivity, import_number
    from confidential.fact
    where source = :source
    union all
    select h.source_label, h.category, h.category_mode, h.sensitivity, v.import_number
    from confidential.fact_history h
    cross join lateral (
        select import_number from confidential.fact_version
        where key = h.key and content = h.content
        order by as_of, import_number
        limit 1
    ) v
    where h.source = :source
)
select s.source_label as label, i.profile, s.category, s.category_mode, s.sensitivity
from (select distinct * from first_said) s
join collection.import i on i.number = s.import_number
group by s.source_label, i.profile, s.category, s.category_mode, s.sensitivity

-- name: reclassed_rows
-- What each label becomes; a null label stands for the facts whose label was not kept.
create temporary table reclassed on commit drop as
select *
from unnest(
    cast(:label as text[]), cast(:profile as text[]), cast(:former as text[]), cast(:former_mode as text[]),
    cast(:category as text[]), cast(:category_mode as text[]), cast(:sensitivity as smallint[])
) as r(label, profile, former, former_mode, category, category_mode, sensitivity)

-- name: reclass_facts
update confidential.fact f
set category = r.category, category_mode = r.category_mode, sensitivity = r.sensitivity,
    taxonomy = :taxonomy, anomalies = {anomalies}
from reclassed r, collection.import i
where f.source = :source
    and coalesce(f.source_label, '') = coalesce(r.label, '')
    and (f.source_label is null) = (r.label is null)
    and f.category = r.former and f.category_mode = r.former_mode
    and i.number = f.import_number and i.profile is not distinct from r.profile

-- name: reclass_history
update confidential.fact_history f
set category = r.category, category_mode = r.category_mode, sensitivity = r.sensitivity,
    taxonomy = :taxonomy, anomalies = {anomalies}
from reclassed r
where f.source = :source
    and coalesce(f.source_label, '') = coalesce(r.label, '')
    and (f.source_label is null) = (r.label is null)
    and f.category = r.former and f.category_mode = r.former_mode
    and r.profile is not distinct from (
        select i.profile
        from confidential.fact_version v
        join collection.import i on i.number = v.import_number
        where v.key = f.key and v.content = f.content
        order by v.as_of, v.import_number
        limit 1
    )

-- name: anomalies_reclassed
case
    when r.category_mode <> 'defaut' then array_remove(f.anomalies, :flag)
    when :flag = any(f.anomalies) then f.anomalies
    else f.anomalies || :flag
end

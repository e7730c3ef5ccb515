-- name: source_positions
-- Every source beside a grant: whether one of its communes, former territories included, is inside it, or all are.
-- The communes are looked up only for a role that reads them.
with covered as (
    select t.source, t.code as commune
    from collection.source_territory t
    where :bounded and t.level = 'commune'
    union all
    select t.source, inside.child_code
    from collection.source_territory t
    -- « offset 0 »: one look at the index per territory, where a join would read every membership of France.
    cross join lateral (
        select m.child_code
        from reference.membership m
        where m.child_level = 'commune' and m.parent_level = t.level and m.parent_code = t.code
            and m.valid_to is null
        offset 0
    ) inside
    where :bounded and t.level <> 'commune'
), held as (
    select c.source, bool_or(g.code is not null) as meets, bool_and(g.code is not null) as inside
    from covered c
    left join unnest(cast(:communes as text[])) g (code) on g.code = c.commune
    group by c.source
)
select s.code, s.organisation, coalesce(h.meets, :everywhere) as meets, coalesce(h.inside, :everywhere) as inside
from collection.source s
left join held h on h.source = s.code
order by s.code

-- name: set_reach
-- Settings of one transaction, that the policies of the tables read. An array is written as PostgreSQL reads it.
select
    set_config('observatoire.organisations', cast(cast(:organisations as text[]) as text), true),
    set_config('observatoire.sources', cast(cast(:sources as text[]) as text), true),
    set_config('observatoire.contracts', cast(cast(:contracts as text[]) as text), true),
    set_config('observatoire.communes', cast(cast(:communes as text[]) as text), true),
    set_config('observatoire.everywhere', cast(cast(:everywhere as boolean) as text), true),
    set_config('observatoire.administers', cast(cast(:administers as boolean) as text), true)

-- What a backup holds, and what stands after a restore. Tables of extensions are theirs.

-- name: own_tables
select n.nspname as schema, c.relname as name
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r'
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
order by 1, 2

-- name: forced_guards
select n.nspname || '.' || c.relname as table,
       array_agg(format('%s %s %s %s %s check %s', p.polname, case when p.polpermissive then 'permissive' else 'restrictive' end, p.polcmd,
                        (select string_agg(case when r = 0 then 'public'
                                                when pg_get_userbyid(r) = pg_get_userbyid(c.relowner) then '<owner>'
                                                else pg_get_userbyid(r) end, ',' order by pg_get_userbyid(r))
                         from unnest(p.polroles) r),
                        pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) order by p.polname) as policies
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_policy p on p.polrelid = c.oid
where c.relrowsecurity and c.relforcerowsecurity
group by n.nspname, c.relname
order by 1

-- name: granted_roles
select distinct pg_get_userbyid(grantee) as role
from (
  select (aclexplode(relacl)).grantee from pg_class
  union all
  select (aclexplode(nspacl)).grantee from pg_namespace
  union all
  select unnest(polroles) from pg_policy
) as granted(grantee)
where pg_get_userbyid(grantee) ~ '^observatoire_'
order by 1

-- name: owner_of_tables
select pg_get_userbyid(c.relowner) from pg_class c where c.oid = 'public.alembic_version'::regclass

-- name: what_stands
select n.nspname
from pg_namespace n
where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public')
  and not exists (select from pg_depend d where d.objid = n.oid and d.classid = 'pg_namespace'::regclass and d.deptype = 'e')
union all
select c.relname
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
limit 1

-- name: policies_of_another_owner
select format('alter policy %I on %I.%I to current_user', p.polname, n.nspname, c.relname)
from pg_policy p
join pg_class c on c.oid = p.polrelid
join pg_namespace n on n.oid = c.relnamespace
where p.polroles = array[(select oid from pg_roles where rolname = :owner)]
  and :owner <> current_user

-- name: drop_everything
select format('drop schema if exists %I cascade', n.nspname)
from pg_namespace n
where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public')
  and not exists (select from pg_depend d where d.objid = n.oid and d.classid = 'pg_namespace'::regclass and d.deptype = 'e')
union all
select format('drop table if exists public.%I cascade', c.relname)
from pg_class c
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
  and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')

-- name: decisions_since
select at, key_label as caller, action, object as subject, array_to_string(sources, ',') as sources
from audit.entry
where at >= :since and outcome = 'fait' and action in ('envoi', 'administration')
union all
select at, caller, action, question, ''
from accounts.journal
where at >= :since and caller = :operator and audience is null
order by 1

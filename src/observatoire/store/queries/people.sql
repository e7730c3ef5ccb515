-- name: reserve_attempt
with counted as (
    insert into accounts.attempt as a (key, failures, last_at, blocked_until)
    values (:key, 1, now(), now())
    on conflict (key) do update set (failures, last_at, blocked_until) = (
        select
            held + 1,
            case when held = 0 then now() else a.last_at + forgiven * :longest * interval '1 second' end,
            now() + case
                when held + 1 < :free then interval '0'
                else least(:longest, :first * power(2, least(held + 1 - :free, 20))) * interval '1 second'
            end
        from (select greatest(floor(extract(epoch from now() - a.last_at) / :longest), 0) as forgiven) as leak,
            lateral (select greatest(a.failures - forgiven, 0)::integer as held) as left_over
    )
    -- The clock, not the transaction: another that began later may have written before us.
    where a.blocked_until <= clock_timestamp()
    returning key
)
select case
    when exists (select from counted) then 0
    else coalesce((
        select greatest(1, ceil(extract(epoch from blocked_until - now())))::integer
        from accounts.attempt where key = :key
    ), 1)
end;

-- name: forget_attempts
delete from accounts.attempt where key = :key;

-- name: give_attempt_back
update accounts.attempt set failures = greatest(failures - 1, 0), blocked_until = now() where key = :key;

-- name: forget_old_attempts
delete from accounts.attempt where last_at < now() - interval '1 day' and blocked_until < now();

-- name: reserve_attempt
with counted as (
    insert into accounts.attempt as a (key, failures, last_at, blocked_until)
    values (:key, 1, now(), now())
    on conflict (key) do update set
        failures = case when a.last_at < now() - interval '1 day' then 1 else a.failures + 1 end,
        last_at = now(),
        blocked_until = now() + case
            when a.last_at < now() - interval '1 day' or a.failures + 1 < :free then interval '0'
            else least(:longest, :first * power(2, least(a.failures + 1 - :free, 20))) * interval '1 second'
        end
    where a.blocked_until <= now()
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

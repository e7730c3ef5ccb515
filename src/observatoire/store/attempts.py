"""Failed attempts to enter, under keyed hashes: by login, by device, by network address."""

from sqlalchemy import Connection, text

from observatoire.store.queries import query


def reserve(connection: Connection, key: str, free: int, first: int, longest: int) -> int:
    """Count an attempt before it is looked at, so that parallel ones can't slip by; seconds to wait, or 0.

    Beyond ``free`` attempts each one closes the door for ``first`` seconds, then twice as long, up to
    ``longest``. An attempt while it is closed is refused and does not lengthen it. One failure is forgiven
    each ``longest`` (a leaky bucket): who guesses gains nothing, since the door opens no more often than
    that, and an address that many share does not end closed at each slip.
    """
    values = {"key": key, "free": free, "first": first, "longest": longest}
    wait: int = connection.execute(text(query("reserve_attempt")), values).scalar_one()
    return wait


def succeed(connection: Connection, key: str) -> None:
    """The attempt was good: nothing is held against this key."""
    connection.execute(text(query("forget_attempts")), {"key": key})


def give_back(connection: Connection, key: str) -> None:
    """The attempt was good: it does not count, those before it do."""
    connection.execute(text(query("give_attempt_back")), {"key": key})


def forget_old(connection: Connection) -> int:
    """Remove what is a day old; how many."""
    return connection.execute(text(query("forget_old_attempts"))).rowcount

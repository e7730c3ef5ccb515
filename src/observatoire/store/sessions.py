"""Sessions: kept on the server, of which only the digest of the browser's secret is known."""

from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from observatoire.domain.person import Means, OpenSession, Session, Stage
from observatoire.errors import NotFound
from observatoire.store import persons
from observatoire.store.tables import person, session


def begin(
    connection: Connection,
    digest: str,
    holder: int,
    stage: Stage,
    means: Means,
    lasting: timedelta,
    id_token: bytes | None = None,
) -> None:
    """A new session, for ``lasting`` at most whatever is done with it."""
    connection.execute(
        insert(session).values(
            sha256=digest,
            holder=holder,
            stage=stage.value,
            means=means.value,
            expires_at=func.now() + lasting,
            id_token=id_token,
        )
    )


def _alive(idle: timedelta) -> tuple[ColumnElement[bool], ...]:
    return (session.c.expires_at > func.now(), session.c.seen_at > func.now() - idle)


def find(connection: Connection, digest: str, idle: timedelta) -> Session | None:
    """The session in use with this digest, marked as seen at most once a minute.

    None: unknown, over, idle for longer than ``idle``, or its person opens nothing any more.
    """
    rows = (
        select(
            session.c.id.label("session_number"),
            session.c.stage,
            session.c.means,
            *persons.COLUMNS,
        )
        .select_from(persons.with_organisation().join(session, session.c.holder == person.c.id))
        .where(session.c.sha256 == digest, *_alive(idle))
    )
    row = connection.execute(rows).one_or_none()
    if row is None or not row.opens:
        return None
    stale = (session.c.id == row.session_number) & (session.c.seen_at < func.now() - timedelta(minutes=1))
    connection.execute(update(session).where(stale).values(seen_at=func.now()))
    return Session(row.session_number, persons.told(row), Stage(row.stage), Means(row.means))


def raise_(connection: Connection, number: int, digest: str, lasting: timedelta) -> None:
    """Open a session that has proved what was asked, under a new secret: the old one opens nothing."""
    values = {
        "sha256": digest,
        "stage": Stage.OPEN.value,
        "seen_at": func.now(),
        "expires_at": func.now() + lasting,
    }
    connection.execute(update(session).where(session.c.id == number).values(values))


def of(connection: Connection, holder: int, idle: timedelta) -> list[OpenSession]:
    """Open sessions of a person, the latest first."""
    rows = connection.execute(
        select(session.c.id, session.c.means, session.c.created_at, session.c.seen_at, session.c.expires_at)
        .where(session.c.holder == holder, session.c.stage == Stage.OPEN.value, *_alive(idle))
        .order_by(session.c.id.desc())
    )
    return [OpenSession(r.id, Means(r.means), r.created_at, r.seen_at, r.expires_at) for r in rows]


def id_token(connection: Connection, number: int) -> bytes | None:
    """The sealed token that a provider of identities wants back at logout."""
    found: bytes | None = connection.execute(
        select(session.c.id_token).where(session.c.id == number)
    ).scalar_one_or_none()
    return found


def end(connection: Connection, holder: int, number: int) -> None:
    """End one session of a person.

    Raises:
        NotFound: the person has none of this number.
    """
    mine = (session.c.id == number) & (session.c.holder == holder)
    if connection.execute(session.delete().where(mine)).rowcount == 0:
        raise NotFound


def end_all(connection: Connection, holder: int, *, but: int | None = None) -> None:
    """End every session of a person, ``but`` one."""
    mine = session.c.holder == holder
    if but is not None:
        mine &= session.c.id != but
    connection.execute(session.delete().where(mine))


def forget_ended(connection: Connection) -> int:
    """Remove what is over; how many."""
    return connection.execute(session.delete().where(session.c.expires_at < func.now())).rowcount

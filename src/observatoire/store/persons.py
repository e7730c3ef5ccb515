"""Persons, the one-time codes that let them choose a password, and their second factors."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from observatoire.domain.person import NewPerson, Person, SecondFactor
from observatoire.domain.territory import TerritoryCode
from observatoire.errors import NotFound
from observatoire.store import organisations
from observatoire.store.tables import identity, invitation, organisation, person, recovery_code

_HELD = [c for c in person.c if c.name not in {"password", "otp_secret"}]
COLUMNS: tuple[ColumnElement[Any], ...] = (
    *_HELD,
    person.c.password.is_not(None).label("has_password"),
    organisations.in_force(person.c.organisation).label("inherited"),
    (person.c.active & func.coalesce(organisation.c.active, True)).label("opens"),
)
"""A person without its secrets; join ``organisation`` beside it."""


def with_organisation() -> Any:  # noqa: ANN401
    """Persons beside their organisation, if any."""
    return person.outerjoin(organisation, organisation.c.code == person.c.organisation)


def told(row: Row[Any]) -> Person:
    """A person from ``COLUMNS``."""
    return Person(
        number=row.id,
        login=row.login,
        label=row.label,
        role=row.role,
        organisation=row.organisation,
        grant=tuple(row.grant),
        active=row.active,
        created_at=row.created_at,
        has_password=row.has_password,
        has_second_factor=row.otp_confirmed_at is not None,
        territories=tuple(TerritoryCode.parse(code) for code in row.grant or row.inherited or ()),
        opens=row.opens,
    )


def add(connection: Connection, new: NewPerson) -> int | None:
    """Number of the new person; None: this login exists."""
    statement = upsert(person).values(
        login=new.login,
        label=new.label,
        role=new.role,
        organisation=new.organisation,
        grant=[str(code) for code in new.grant],
    )
    number: int | None = connection.execute(
        statement.on_conflict_do_nothing(index_elements=["login"]).returning(person.c.id)
    ).scalar_one_or_none()
    return number


def replace(connection: Connection, number: int, new: NewPerson, *, active: bool) -> None:
    """Describe a person anew, its login excepted.

    Raises:
        NotFound: nobody has this number.
    """
    values = {
        "label": new.label,
        "role": new.role,
        "organisation": new.organisation,
        "grant": [str(code) for code in new.grant],
        "active": active,
    }
    if connection.execute(update(person).where(person.c.id == number).values(values)).rowcount == 0:
        raise NotFound


def close(connection: Connection, number: int) -> None:
    """Switch a person off, and remove what let it in: password, factor, codes, identities, invitations.

    Raises:
        NotFound: nobody has this number.
    """
    values = {"active": False, "password": None, "password_set_at": None}
    if connection.execute(update(person).where(person.c.id == number).values(values)).rowcount == 0:
        raise NotFound
    propose_factor(connection, number, None)
    for table in (identity, invitation):
        connection.execute(table.delete().where(table.c.holder == number))


def open_again(connection: Connection, number: int) -> bool:
    """Switch a closed account on again; whether it was closed."""
    closed = (person.c.id == number) & ~person.c.active
    return connection.execute(update(person).where(closed).values(active=True)).rowcount > 0


def every(connection: Connection) -> list[Person]:
    """Every person, in order of login."""
    rows = connection.execute(select(*COLUMNS).select_from(with_organisation()).order_by(person.c.login))
    return [told(row) for row in rows]


def get(connection: Connection, number: int) -> Person:
    """One person.

    Raises:
        NotFound: nobody has this number.
    """
    found = _one(connection, person.c.id == number)
    if found is None:
        raise NotFound
    return found


def find(connection: Connection, login: str) -> Person | None:
    """Who has this login (lower case)."""
    return _one(connection, person.c.login == login)


def lock(connection: Connection, number: int) -> Person:
    """One person as it is now; whoever changes it, or ends its sessions, waits for the transaction to end.

    Raises:
        NotFound: nobody has this number.
    """
    mine = select(person.c.id).where(person.c.id == number)
    connection.execute(mine.with_for_update(key_share=True))
    return get(connection, number)


def linked(connection: Connection, issuer: str, subject: str) -> Person | None:
    """Who is known to a provider of identities under this subject."""
    holder = select(identity.c.holder).where(identity.c.issuer == issuer, identity.c.subject == subject)
    return _one(connection, person.c.id == holder.scalar_subquery())


def link(connection: Connection, issuer: str, subject: str, number: int) -> None:
    """Recognise a person by a provider's subject from now on, and by no former one of the same provider."""
    former = (identity.c.issuer == issuer) & (identity.c.holder == number)
    connection.execute(identity.delete().where(former))
    connection.execute(insert(identity).values(issuer=issuer, subject=subject, holder=number))


def _one(connection: Connection, clause: ColumnElement[bool]) -> Person | None:
    row = connection.execute(select(*COLUMNS).select_from(with_organisation()).where(clause)).one_or_none()
    return None if row is None else told(row)


def password_of(connection: Connection, login: str) -> str | None:
    """The encoded hash of a login's password; None: no such login, or no password yet."""
    found: str | None = connection.execute(
        select(person.c.password).where(person.c.login == login)
    ).scalar_one_or_none()
    return found


def set_password(connection: Connection, number: int, encoded: str, *, chosen: bool = True) -> None:
    """Keep an encoded hash; ``chosen`` False: the same password, hashed anew."""
    values: dict[str, Any] = {"password": encoded}
    if chosen:
        values["password_set_at"] = func.now()
    connection.execute(update(person).where(person.c.id == number).values(values))


def invite(connection: Connection, number: int, digest: str, expires_at: datetime) -> None:
    """Keep the digest of a new code; those that were still open are closed."""
    still_open = (invitation.c.holder == number) & invitation.c.used_at.is_(None)
    connection.execute(update(invitation).where(still_open).values(used_at=func.now()))
    connection.execute(insert(invitation).values(sha256=digest, holder=number, expires_at=expires_at))


def use_any_invitation(connection: Connection, number: int) -> bool:
    """Whether a code of this person was still open; it is used up, and for one caller only."""
    mine = update(invitation).where(invitation.c.holder == number, *_open()).values(used_at=func.now())
    return connection.execute(mine).rowcount > 0


def _open() -> tuple[ColumnElement[bool], ...]:
    return (invitation.c.used_at.is_(None), invitation.c.expires_at > func.now())


def use_invitation(connection: Connection, login: str, digest: str) -> int | None:
    """Number of the person whose open code this is, used up; None: no such code for this login.

    The person is locked before its code, in the order of all who take both: none waits for another in a ring.
    """
    holder = select(person.c.id).where(person.c.login == login, person.c.active)
    connection.execute(holder.with_for_update(key_share=True))
    mine = (invitation.c.sha256 == digest) & (invitation.c.holder == holder.scalar_subquery())
    statement = update(invitation).where(mine, *_open()).values(used_at=func.now())
    number: int | None = connection.execute(statement.returning(invitation.c.holder)).scalar_one_or_none()
    return number


def second_factor(connection: Connection, number: int) -> SecondFactor:
    """The second factor of a person, locked until the end of the transaction: a code serves once."""
    row = connection.execute(
        select(person.c.otp_secret, person.c.otp_confirmed_at, person.c.otp_last_step)
        .where(person.c.id == number)
        .with_for_update()
    ).one()
    return SecondFactor(row.otp_secret, row.otp_confirmed_at is not None, row.otp_last_step or 0)


def propose_factor(connection: Connection, number: int, sealed: bytes | None) -> None:
    """Keep a secret that no code has confirmed yet; None: take the factor away, recovery codes with it."""
    values = {"otp_secret": sealed, "otp_confirmed_at": None, "otp_last_step": None}
    connection.execute(update(person).where(person.c.id == number).values(values))
    connection.execute(recovery_code.delete().where(recovery_code.c.holder == number))


def confirm_factor(connection: Connection, number: int, step: int, codes: Iterable[str]) -> None:
    """The secret is in the person's hands; ``codes``: digests of its recovery codes."""
    values = {"otp_confirmed_at": func.now(), "otp_last_step": step}
    connection.execute(update(person).where(person.c.id == number).values(values))
    connection.execute(insert(recovery_code), [{"holder": number, "sha256": code} for code in codes])


def spend_step(connection: Connection, number: int, step: int) -> None:
    """No code of this step, or of one before, passes again."""
    connection.execute(update(person).where(person.c.id == number).values(otp_last_step=step))


def spend_recovery(connection: Connection, number: int, digest: str) -> bool:
    """Whether this recovery code was still good; it is no more."""
    mine = (recovery_code.c.holder == number) & (recovery_code.c.sha256 == digest)
    statement = update(recovery_code).where(mine, recovery_code.c.used_at.is_(None))
    return connection.execute(statement.values(used_at=func.now())).rowcount == 1

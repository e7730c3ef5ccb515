"""The watch over the sources: a notice is raised once per silence, and ended when data comes."""

import logging
from dataclasses import dataclass
from datetime import date, datetime

from observatoire.domain.reception import ReceivedPeriod
from observatoire.domain.source import Source
from observatoire.notices.errors import MailNotSent
from observatoire.notices.mail import Mailbox
from observatoire.notices.silence import current_silence
from observatoire.store import imports, notices, sources
from observatoire.store.engine import Connection, Database

logger = logging.getLogger("observatoire.notices")


@dataclass(frozen=True, slots=True)
class Watched:
    """What one look over the sources did: notices raised, ended, told by e-mail."""

    raised: int
    ended: int
    told: int


def watch(database: Database, now: datetime, mailbox: Mailbox | None) -> Watched:
    """Raise, follow and end notices, then tell by e-mail those that nobody was told of.

    Running it twice changes nothing. An e-mail that can't be sent is tried again at the next look.

    Raises:
        UnavailableStore: the database does not answer.
    """
    with database.importing() as connection:
        raised, ended = _follow(connection, now)
    return Watched(raised, ended, _tell(database, now, mailbox) if mailbox else 0)


def silences(connection: Connection, every: list[Source], today: date) -> dict[str, tuple[date, ...]]:
    """The silent months of each source that has some."""
    received: dict[str, list[ReceivedPeriod]] = {source.code: [] for source in every}
    for found in imports.received(connection, list(received)):
        received[found.source].append(found)
    silent = {source.code: current_silence(source, received[source.code], today) for source in every}
    return {code: months for code, months in silent.items() if months}


def _follow(connection: Connection, now: datetime) -> tuple[int, int]:
    silent = silences(connection, sources.every(connection), now.date())
    raised = ended = 0
    for notice in notices.opened(connection):
        months = silent.pop(notice.source, ())
        if months and months[0] == notice.first_month:
            notices.prolong(connection, notice.number, months[-1])
            continue
        # Data came: what is still late after it is another silence.
        notices.end(connection, notice.number, now)
        ended += 1
        if months:
            raised += notices.start(connection, notice.source, months[0], months[-1], now)
    for code, months in silent.items():
        raised += notices.start(connection, code, months[0], months[-1], now)
    return raised, ended


def _tell(database: Database, now: datetime, mailbox: Mailbox) -> int:
    """In one transaction that holds the rows: a second watcher passes over them, a failure leaves them."""
    with database.importing() as connection:
        untold = notices.untold(connection)
        if not untold:
            return 0
        try:
            mailbox.tell(untold)
        except MailNotSent as failure:
            logger.error("notices not sent: %s", failure.args[0])
            return 0
        notices.mark_told(connection, [notice.number for notice in untold], now)
    return len(untold)

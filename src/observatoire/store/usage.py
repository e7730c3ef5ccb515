"""What data was used for: editions that show a group, questions asked, by role and never by name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from observatoire.store.queries import query


@dataclass(frozen=True, slots=True)
class EditionUse:
    """An edition that shows a group, and the years that it shows of it."""

    number: int
    published_at: datetime
    first_year: int
    last_year: int


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as the journal keeps it, the role that asked it, how many times."""

    role: str
    question: str
    number: int


def editions_of_group(connection: Connection, group: str) -> list[EditionUse]:
    """Editions, latest first; a connection that may read what is published."""
    rows = connection.execute(text(query("editions_of_group")), {"group": group})
    return [EditionUse(r.number, r.published_at, r.first_year, r.last_year) for r in rows]


def questions_asked(connection: Connection, organisation: str) -> list[AskedQuestion]:
    """Questions answered to those who may read the sources of an organisation."""
    rows = connection.execute(text(query("questions_asked")), {"organisation": organisation})
    return [AskedQuestion(r.role, r.question, r.number) for r in rows]

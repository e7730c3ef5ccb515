"""What a caller may see of row-level objects: worked out from where the sources stand, once per question."""

from sqlalchemy import Connection, text

from observatoire.disclosure.policy import Caller, Reach, SourcePosition
from observatoire.store.engine import Database
from observatoire.store.queries import query


def of(connection: Connection, caller: Caller) -> Reach:
    """The reach of a caller, in a transaction that sees every source.

    The statement is the same whoever asks and whatever exists: nothing can be read in its time.
    """
    everywhere = caller.communes is None
    values = {
        "bounded": caller.sees_every_source and not everywhere,
        "everywhere": everywhere,
        "communes": sorted(caller.communes or ()),
    }
    rows = connection.execute(text(query("source_positions")), values)
    return caller.reach([SourcePosition(r.code, r.organisation, r.meets, r.inside) for r in rows])


def reach_of(database: Database, caller: Caller) -> Reach:
    """The same, in a transaction of its own: open ``Database.consulting`` with it."""
    with database.reading() as connection:
        return of(connection, caller)

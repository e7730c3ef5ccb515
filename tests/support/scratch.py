"""Work on an observatory that leaves nothing behind."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from support.world import World


class _Undone(Exception):
    """Leaves a transaction without keeping anything."""


@contextmanager
def scratch(world: World) -> Iterator[Connection]:
    """A transaction of the import role whose work is thrown away."""
    try:
        with world.database.importing() as connection:
            yield connection
            raise _Undone
    except _Undone:
        pass

"""Fingerprints of the facts that an answer read, by import: they change when any of these facts does."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from observatoire.disclosure.confidential import Confidential
from observatoire.domain.scope import Scope
from observatoire.domain.territory import NATION
from observatoire.store.confidential.scoping import filters, statement, without_place


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Facts of one import in a scope.

    ``value``: a 64-bit hash of those of the categories asked for, None when there is none; ``facts`` and
    ``unclassed``: of all categories, since what is to be classed may be of any.
    """

    source: str
    import_number: int
    value: int | None
    facts: int
    unclassed: int


def inside(
    connection: Connection, scope: Scope, communes: frozenset[str], *, neighbourhoods: bool = False
) -> Confidential[list[Fingerprint]]:
    """Facts of a scope, by import; ``neighbourhoods``: the one in which each lies is told too."""
    where, values = filters(replace(scope, categories=None), communes)
    return _read(connection, scope, where, values, ", qpv_2015, qpv_2024" if neighbourhoods else "")


def unplaced(
    connection: Connection, scope: Scope, communes: frozenset[str]
) -> Confidential[list[Fingerprint]]:
    """Facts that nothing puts inside or outside a part of communes (``counts.unplaced_by_month``)."""
    where, values = filters(replace(scope, territory=NATION, categories=None), communes)
    more, told = without_place(scope)
    return _read(connection, scope, where + more, values | told)


def _read(
    connection: Connection, scope: Scope, where: str, values: dict[str, object], told: str = ""
) -> Confidential[list[Fingerprint]]:
    wanted = None if scope.categories is None else list(scope.categories)
    rows = connection.execute(statement("fingerprints", where, told=told), values | {"wanted": wanted})
    return Confidential(
        [Fingerprint(r.source, r.import_number, r.fingerprint, r.facts, r.unclassed) for r in rows]
    )

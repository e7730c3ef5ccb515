"""Keeps the profile of a source as a new version; what it says of labels holds for what is stored too."""

from observatoire.intake.classing import in_force, reclassing
from observatoire.intake.profiles.notation import from_json
from observatoire.intake.profiles.writing import to_json
from observatoire.store import imports, sources
from observatoire.store import profiles as profile_store
from observatoire.store.engine import Connection, Database
from observatoire.store.profiles import ProfileRecord
from observatoire.store.reference import categories


def save(database: Database, source: str, content: object, author: str) -> ProfileRecord:
    """Keep a profile as the next version; the same content as the latest keeps its version.

    Labels that it classes otherwise than the version before are classed again in the facts that were read by
    a profile of the source.

    Raises:
        InvalidProfile: it could not read a file.
    """
    with database.importing() as connection:
        imports.lock_source(connection, source)
        before = profile_store.find(connection, source)
        version = before.version + 1 if before else 1
        leaves = frozenset(category.code for category in categories.every(connection))
        written = to_json(from_json(content, source, version, leaves))
        if before is not None and before.content == written:
            return before
        kept = profile_store.add(connection, source, version, written, author)
        _reclass(connection, source, before, kept)
        return kept


def _reclass(connection: Connection, code: str, before: ProfileRecord | None, after: ProfileRecord) -> None:
    """A first profile changes no fact: none has been read by it."""
    if before is None:
        return
    old, new = before.content.get("categories", {}), after.content.get("categories", {})
    forms = {form for form in {*old, *new} if old.get(form) != new.get(form)}
    if forms:
        source = sources.get(connection, code)
        reclassing.reclass(connection, source, in_force.for_source(connection, source), forms)

"""Profiles of the sources, kept by version."""

from contextlib import suppress

from observatoire.errors import InvalidProfile
from observatoire.intake.profiles.model import Profile
from observatoire.intake.profiles.notation import from_json
from observatoire.intake.profiles.proposing import Known
from observatoire.intake.profiles.shipping import shipped
from observatoire.store import profiles as profile_store
from observatoire.store.engine import Connection
from observatoire.store.profiles import ProfileRecord

MOST_OTHERS = 50
"""Profiles of other sources from which names are learnt."""


def latest(connection: Connection, source: str) -> Profile | None:
    """The latest profile of a source, under the source's code; None when it has none."""
    record = profile_store.find(connection, source)
    return None if record is None else _profile(record)


def of_import(connection: Connection, source: str, name: str) -> Profile | None:
    """The profile that read an import, by the ``code@version`` that its record tells; None: it is no more."""
    code, _, version = name.partition("@")
    if code in shipped() and str(shipped()[code].version) == version:
        return shipped()[code]
    kept = profile_store.versions(connection, source)
    return next((_profile(record) for record in kept if str(record.version) == version), None)


def known_for(connection: Connection, source: str) -> Known:
    """Profiles to learn from: the source's own, then those of others and those that ship."""
    own = [_profile(record) for record in profile_store.versions(connection, source)]
    others = list(shipped().values())
    for record in profile_store.of_others(connection, source, MOST_OTHERS):
        with suppress(InvalidProfile):  # one that another version of this software refuses teaches nothing
            others.append(_profile(record))
    return Known(tuple(own), tuple(others))


def _profile(record: ProfileRecord) -> Profile:
    return from_json(record.content, record.source, record.version)

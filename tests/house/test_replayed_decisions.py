"""Walk every route and command that writes: what a restore would undo is told, and how pressing it is."""

import re

from house.test_routes import routes_of
from observatoire.backup.replaying import COMMANDS, ROUTES, Replay
from observatoire.bootstrap import make_app
from observatoire.cli.auditing import AUDITED
from observatoire.domain.trail import Action
from observatoire.web.audited import API, action_of

WRITTEN = {Action.SEND, Action.ADMINISTER}


def writes() -> list[tuple[str, str]]:
    """(method, path) of the routes whose entry the list of decisions reads."""
    named = [name for name, _ in routes_of(make_app()) if action_of(name, refused=False) in WRITTEN]
    return [(method, path.removeprefix(f"{API}/")) for method, path in map(str.split, named)]


def test_every_command_that_writes_has_its_urgency():
    assert set(COMMANDS) == {command for command, action in AUDITED.items() if action in WRITTEN}


def test_every_route_that_writes_has_its_urgency():
    assert set(ROUTES) == {path for _, path in writes()}


def test_whatever_is_deleted_or_withdrawn_through_the_api_is_a_withdrawal():
    deleted = {path for method, path in writes() if method == "DELETE"}
    deleted |= {path for _, path in writes() if re.search(r"/(retrait|effacements)$", path)}
    assert len(deleted) > 8
    assert {ROUTES[path] for path in deleted} == {Replay.ERASURE}

"""Which activity each route is: what a key that is limited to some opens.

A write that nobody has named is one of the administration: a new route is closed to limited keys.
"""

from starlette.requests import Request

from observatoire.disclosure.errors import ScopeMissing
from observatoire.disclosure.policy import Caller, KeyScope
from observatoire.web.audited import API, SENDS, name_of

DESCRIBES = frozenset(
    {
        f"PUT {API}/sources/{{code}}/profil",
        f"POST {API}/sources/{{code}}/ruptures",
        f"PUT {API}/sources/{{code}}/ruptures/{{numero}}",
        f"DELETE {API}/sources/{{code}}/ruptures/{{numero}}",
        f"PUT {API}/categories/correspondances",
        f"PUT {API}/organisations/{{organisation}}/lieux",
        f"PUT {API}/lieux/a-verifier/{{id}}",
        f"POST {API}/zones",
        f"PUT {API}/zones/{{id}}",
    }
)
"""Writes of who sends, about what it sends."""
ADMINISTERS = frozenset({f"GET {API}/cles"})
OPEN_TO_ANY_KEY = frozenset({f"GET {API}/moi"})
"""Whoever holds a key may know what it is."""


def scope_of(name: str) -> KeyScope | None:
    """The activity of « METHOD path »; None: any key does."""
    if name in OPEN_TO_ANY_KEY:
        return None
    if name in SENDS or name in DESCRIBES:
        return KeyScope.ENVOI
    if name in ADMINISTERS or name.partition(" ")[0] not in {"GET", "HEAD"}:
        return KeyScope.ADMINISTRATION
    return KeyScope.LECTURE


def check_scope(request: Request, who: Caller) -> None:
    """Open the route under way to a key that may do what it does; the public has no key to limit.

    Raises:
        ScopeMissing: the key is limited to something else.
    """
    if who.role is None:
        return
    needed = scope_of(name_of(request.scope))
    if needed is not None and not who.opens(needed):
        raise ScopeMissing(needed.value)

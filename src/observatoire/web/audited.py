"""What the audit trail keeps of a request: routes, parameters, never a text that someone typed."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from starlette.types import Scope

from observatoire.domain.trail import Action

API = "/api/v1"

READS: Mapping[str, Action] = {
    f"GET {API}/imports/{{id}}/rejets": Action.EXPORT_REJECTS,
    f"GET {API}/imports/{{id}}/rapport": Action.READ_REPORT,
    f"GET {API}/sources/{{code}}/rapport": Action.READ_REPORT,
    f"GET {API}/lieux/a-verifier": Action.READ_POINTS,
    f"GET {API}/faits": Action.READ_POINTS,
    f"GET {API}/categories/a-classer": Action.READ_LABELS,
    f"GET {API}/categories/correspondances": Action.READ_LABELS,
    f"GET {API}/analyses/points-chauds": Action.READ_CELLS,
    f"GET {API}/analyses/rapprochements": Action.READ_CELLS,
    f"GET {API}/audit": Action.READ_TRAIL,
    "GET /connexion/fournisseur/retour": Action.ENTER,
}
"""Reads that leave an entry whatever their end; any other read leaves one when it is refused."""

SENDS = frozenset(
    {
        f"POST {API}/imports",
        f"POST {API}/imports/apercu",
        f"POST {API}/imports/{{id}}/validation",
        f"DELETE {API}/imports/{{id}}",
        f"POST {API}/faits",
        f"POST {API}/sources/{{code}}/neant",
    }
)
"""Writes of who sends; any other write is one of the administration, a new route too."""

ENTRANCES = frozenset(
    f"POST {path}"
    for path in (
        "/connexion",
        "/connexion/second-facteur",
        "/connexion/enrolement",
        "/invitation",
        "/deconnexion",
        "/compte/mot-de-passe",
        "/compte/sessions/{numero}",
    )
)
"""Somebody enters, leaves, or changes what lets it in."""

NUMBER, WORD = r"\d{1,9}", r"[a-z0-9_]{1,24}"
CODES = {
    "territoire": r"[a-z]+:(FR|[0-9][0-9AB]?[0-9]{0,7}|QN?[0-9A-Z]{4,9}|[0-9a-f-]{36})",
    "categorie": r"[A-Z][0-9]{0,3}",
    "debut": r"\d{4}-\d{2}-\d{2}",
    "fin": r"\d{4}-\d{2}-\d{2}",
    "arrete_le": r"\d{4}-\d{2}-\d{2}",
    "seuil": r"\d(\.\d{1,6})?",
    **dict.fromkeys(
        ("maille", "minutes", "metres", "limit", "offset", "curseur", "version", "avant"), NUMBER
    ),
}
"""Parameters whose shape tells that they hold nothing personal."""
WORDS = frozenset(
    {
        "f",
        "pas",
        "decoupage",
        "reference",
        "methode",
        "couche",
        "etat",
        "diffusion",
        "niveau",
        "tous",
        "action",
        "points",
    }
    | {"simulation", "couverture", "issue", "par", "type", "jeu"}
)
"""Parameters of closed lists: written once the route has accepted them."""

IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{1,9}")
HIDDEN = "…"


def name_of(scope: Scope) -> str:
    """« METHOD path » of the route that answers, its parameters unfilled."""
    base = API if scope["path"].startswith(f"{API}/") else ""
    return f"{scope['method']} {base}{scope['route'].path}"


def action_of(name: str, *, refused: bool) -> Action | None:
    """The action of « METHOD path »; None: it leaves no entry."""
    if name in READS:
        return READS[name]
    if name in ENTRANCES:
        return Action.ENTER
    if not name.startswith("GET "):
        return Action.SEND if name in SENDS else Action.ADMINISTER
    return Action.READ if refused else None


def subject_of(path: str, parameters: Mapping[str, object], *, accepted: bool) -> str:
    """The path without its base; a part that may be anything is hidden unless the route has accepted it."""
    shown = {
        name: value if accepted or _is_code(name, str(value)) else HIDDEN
        for name, value in parameters.items()
    }
    return path.removeprefix(f"{API}/").format(**shown)


def _is_code(name: str, value: str) -> bool:
    known = re.fullmatch(CODES[name], value) if name in CODES else None
    return bool(known or IDENTIFIER.fullmatch(value))


def filter_of(parameters: Iterable[tuple[str, str]], *, accepted: bool) -> str:
    """The canonical question: codes, dates and numbers; sources stand in their own column."""
    kept = sorted((n, v) for n, v in parameters if _told(n, v, accepted=accepted))
    return urlencode(kept, safe=":")


def _told(name: str, value: str, *, accepted: bool) -> bool:
    if name in WORDS:
        return accepted and re.fullmatch(WORD, value) is not None
    return name in CODES and re.fullmatch(CODES[name], value) is not None

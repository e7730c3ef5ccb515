"""What must be done again after a restore: each command and each route that writes has its urgency here.

A table and not a rule: a word that looks like a withdrawal is not always one, and one that is missed lets
something that was withdrawn stand. A test holds the table against the commands and the routes themselves.
"""

import re
from enum import StrEnum
from functools import cache

from observatoire.store.inventory import Decision


class Replay(StrEnum):
    """What must be done again after a restore, the most pressing first."""

    ERASURE = "effacement ou retrait"
    DECISION = "décision"
    SENDING = "envoi"


ON_SERVER = "observatoire "
"""How the audit trail begins the name of a command."""

COMMANDS: dict[str, Replay | None] = {
    "importer": Replay.SENDING,
    **dict.fromkeys(
        ("conservation effacer", "editions retirer", "series annuler"),
        Replay.ERASURE,
    ),
    **dict.fromkeys(
        (
            "publier", "rattacher", "territoires charger", "territoires mouvements", "qpv charger",
            "iris charger", "zones charger", "series importer", "geocodage reprendre", "categories classer",
            "categories retirer", "nomenclature charger", "nomenclature reclasser", "conservation purger",
            "personne reinviter",
        ),
        Replay.DECISION,
    ),
    **dict.fromkeys(
        (
            "administrateur creer", "cle creer", "cle renouveler", "cle revoquer", "organisation creer",
            "organisation modifier", "personne inviter", "personne desactiver",
            "personne retirer-second-facteur", "lieux charger", "geocodage national",
            "conservation supprimer-source",
            "sauvegarde creer", "sauvegarde cles",
        ),
        None,
    ),
}  # fmt: skip
"""None: the journal tells it, and of what, which the trail does not; or nothing is to be done again."""

JOURNAL: dict[str, Replay | None] = {
    "sauvegarde": None,
    "clé révoquée": Replay.ERASURE,
    "clé renouvelée": Replay.ERASURE,
    "personne désactivée": Replay.ERASURE,
    "second facteur retiré": Replay.ERASURE,
    "source supprimée": Replay.ERASURE,
    "organisation": Replay.ERASURE,
    "géocodage national": Replay.ERASURE,
}
"""Words of the journal; any other is a decision. A key renewed comes back with its former secret; what both
changes and withdraws (an organisation closed, a service cut) counts as a withdrawal, as below."""

ROUTES: dict[str, Replay | None] = {
    "imports/apercu": None,
    **dict.fromkeys(
        ("imports", "imports/{id}/validation", "faits", "sources/{code}/neant"), Replay.SENDING
    ),
    **dict.fromkeys(
        (
            "imports/{id}", "cles/{numero}", "cles/{numero}/rotation", "editions/{numero}/retrait",
            "personnes/{numero}", "personnes/{numero}/second-facteur", "sessions/{numero}",
            "series-officielles/fichiers/{numero}", "sources/{code}", "sources/{code}/effacements",
            "sources/{code}/ruptures/{numero}", "organisations/{organisation}", "geocodage",
        ),
        Replay.ERASURE,
    ),
    **dict.fromkeys(
        (
            "cles", "editions", "personnes", "personnes/{numero}/invitation", "series-officielles",
            "sources", "sources/{code}/profil", "sources/{code}/ruptures", "organisations",
            "organisations/{organisation}/lieux", "zones", "zones/{id}", "lieux/a-verifier/{id}",
            "categories/correspondances",
        ),
        Replay.DECISION,
    ),
}  # fmt: skip
"""Paths of the API. One that both changes and withdraws counts as a withdrawal: the trail keeps no method."""


def kind_of(decision: Decision) -> Replay | None:
    """How pressing a decision is; None: nothing is to be done again. What is unknown is shown."""
    if decision.subject.startswith(ON_SERVER):
        return COMMANDS.get(decision.subject.removeprefix(ON_SERVER), Replay.DECISION)
    if decision.action in ("envoi", "administration"):
        return next((kind for path, kind in _paths() if path.fullmatch(decision.subject)), Replay.DECISION)
    return JOURNAL.get(decision.action, Replay.DECISION)


@cache
def _paths() -> tuple[tuple[re.Pattern[str], Replay | None], ...]:
    """Those without a parameter first: « imports/apercu » is no import."""
    ordered = sorted(ROUTES.items(), key=lambda pair: "{" in pair[0])
    return tuple((re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), kind) for path, kind in ordered)

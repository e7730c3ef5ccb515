"""One entry of the audit trail per command that sends, administers or reads rows, whatever its end.

Whoever types on the server is not known by name: the entry says « ligne de commande ». Never an argument,
but the sources that were named, of which only those that exist are written.
"""

from collections.abc import Iterator, Sequence

from observatoire.cli.context import OPERATOR
from observatoire.domain.trail import Action, Entry, Outcome
from observatoire.store import trail
from observatoire.store.engine import Database

AUDITED: dict[str, Action] = {
    "importer": Action.SEND,
    "analyser points-chauds": Action.READ_CELLS,
    "categories a-classer": Action.READ_LABELS,
    "categories historique": Action.READ_LABELS,
    **dict.fromkeys(
        (
            "publier", "rattacher", "editions retirer", "administrateur creer", "cle creer", "cle revoquer",
            "cle renouveler", "organisation creer", "organisation modifier", "personne inviter",
            "personne reinviter", "personne desactiver", "personne retirer-second-facteur",
            "territoires charger", "territoires mouvements", "qpv charger", "iris charger", "zones charger",
            "series importer", "series annuler", "lieux charger", "geocodage national", "geocodage reprendre",
            "categories classer", "categories retirer", "nomenclature charger", "nomenclature reclasser",
            "conservation purger", "conservation effacer", "conservation supprimer-source",
            "sauvegarde creer", "sauvegarde cles",
        ),
        Action.ADMINISTER,
    ),
}  # fmt: skip
WITHOUT_ENTRY = frozenset(
    {
        "preparer", "serve", "travailler", "openapi", "verifier-configuration", "demo generer",
        "demo charger", "demo adresses", "provenance", "registre", "aipd", "cle lister",
        "organisation lister",
        "personne lister", "zones lister", "editions lister", "series lister", "nomenclature versions",
        "analyser synthese", "analyser creneaux-horaires", "analyser evolution", "analyser comparaisons",
        "analyser croisements", "analyser portrait", "analyser tendances", "avis verifier", "avis lister",
        "audit sceller", "audit verifier", "audit exporter", "conservation etat", "sauvegarde identite",
        "sauvegarde verifier", "sauvegarde restaurer", "sauvegarde suites", "sauvegarde rendre-cles",
    }
)  # fmt: skip
"""Counts (written in the journal of use), outlines, service, and what works on another database than ours."""
SOURCE = "--source"


def command_of(root: object, words: Sequence[str]) -> str:
    """The command that words name, as « groupe commande »; empty when they name none.

    ``root``: the group of click (or of the click that typer holds) whose ``commands`` are by name.
    """
    found, named = root, []
    for word in words:
        commands: dict[str, object] = getattr(found, "commands", {})
        if word not in commands:
            break
        found = commands[word]
        named.append(word)
    return "" if hasattr(found, "commands") else " ".join(named)


def write(database: Database, command: str, words: Sequence[str], code: int, reason: str | None) -> None:
    """Add the entry of a command that has ended, if it wants one."""
    action = AUDITED.get(command)
    if action is None:
        return
    ended = Outcome.DONE if code == 0 else Outcome.REFUSED if reason else Outcome.FAILED
    told = Entry(
        key_label=OPERATOR.name,
        role=OPERATOR.role or "",
        action=action,
        subject=f"observatoire {command}",
        sources=frozenset(_sources(words)),
        outcome=ended,
        status=code,
        reason=reason,
    )
    with database.auditing() as connection:
        trail.add(connection, told)


def _sources(words: Sequence[str]) -> Iterator[str]:
    for before, word in zip(["", *words], words, strict=False):
        told = word.removeprefix(f"{SOURCE}=") if word.startswith(f"{SOURCE}=") else word
        if (before == SOURCE or told != word) and told.isprintable():
            yield told

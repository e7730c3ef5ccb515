"""What is kept, how long, and then: the only place where a duration is written.

Every table of the database is in one rule at least (a test proves it): a new table comes with its rule.
"""

from dataclasses import dataclass
from datetime import timedelta

from observatoire.domain.source import RETENTION_YEARS
from observatoire.settings import Settings

DAYS_TO_CONFIRM = 7
REJECTS_KEPT = timedelta(days=30)
KEYS_KEPT = timedelta(days=30)
PLACES_TO_CHECK_KEPT = timedelta(days=30)
JOBS_KEPT = timedelta(days=30)
JOURNAL_KEPT = timedelta(days=365)
PLACES_KEPT = timedelta(days=365 * RETENTION_YEARS)
"""Answers about places, from the day they were given, when no fact bears the place any longer."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is kept under one rule. ``days`` None: no term of its own, ``then`` says what ends it.

    ``files``: what stands outside the database, encrypted.
    """

    kind: str
    label: str
    days: int | None
    then: str
    tables: tuple[str, ...] = ()
    files: bool = False


def rules(settings: Settings) -> tuple[Rule, ...]:
    """The rules in force, with what the installation has set."""
    return (*_of_facts(), *_of_imports(), *_of_use(settings), *_of_figures())


def _of_facts() -> tuple[Rule, ...]:
    return (
        Rule(
            "point",
            "Point, maille et adresse pseudonymisée d'un fait",
            365 * RETENTION_YEARS,
            "réduits au quartier et à la commune ; le contrat de la source peut fixer une autre durée",
            ("confidential.fact", "confidential.fact_history"),
        ),
        Rule(
            "fait",
            "Fait sans point : jour, heure, catégorie, commune, quartiers et zones",
            None,
            "jusqu'à l'effacement du fait ou la suppression de la source",
            (
                "confidential.fact", "confidential.fact_history", "confidential.fact_version",
                "confidential.fact_zone", "confidential.own_fact",
            ),
        ),
        Rule(
            "effacement",
            "Empreinte à clé d'un fait effacé à la demande",
            None,
            "jusqu'à la suppression de la source : sans elle, le fait reviendrait avec le fichier",
            ("confidential.erasure",),
        ),
        Rule(
            "lieu_a_verifier", "Texte scellé d'un lieu à vérifier", PLACES_TO_CHECK_KEPT.days, "supprimé",
            ("confidential.place_to_check",),
        ),
        Rule(
            "lieu_appris",
            "Réponse donnée sur un lieu, sans son texte",
            PLACES_KEPT.days,
            "supprimée si aucun fait ne porte plus ce lieu",
            ("confidential.learnt_place",),
        ),
    )  # fmt: skip


def _of_imports() -> tuple[Rule, ...]:
    return (
        Rule("depot", "Fichier reçu, chiffré", DAYS_TO_CONFIRM,
             "supprimé dès la fin de l'import ; sept jours au plus s'il attend d'être confirmé", files=True),
        Rule("rejet", "Lignes à corriger, chiffrées", REJECTS_KEPT.days, "supprimées", files=True),
        Rule("cle_idempotence", "Clé d'idempotence", KEYS_KEPT.days, "supprimée",
             ("collection.idempotency",)),
        Rule("travail", "Travail terminé de la file", JOBS_KEPT.days, "supprimé",
             ("queue.procrastinate_jobs", "queue.procrastinate_events", "queue.procrastinate_workers",
              "queue.procrastinate_periodic_defers")),
        Rule("import", "Compte rendu d'un import, forme des lignes écartées", None,
             "jusqu'à la suppression de la source", ("collection.import", "collection.reject")),
        Rule("contrat", "Contrat, profils, ruptures, avis et correspondances d'une source", None,
             "jusqu'à la suppression de la source",
             ("collection.source", "collection.source_territory", "collection.profile", "collection.notice",
              "collection.series_break", "collection.correspondence")),
    )  # fmt: skip


def _of_use(settings: Settings) -> tuple[Rule, ...]:
    return (
        Rule("audit", "Journal d'audit", settings.audit_days, "supprimé, sceaux entiers",
             ("audit.entry", "audit.seal", "audit.purge")),
        Rule("questions", "Journal des questions posées", JOURNAL_KEPT.days, "supprimé",
             ("accounts.journal",)),
        Rule("cle", "Clés d'accès, sans leur valeur, et organisations", None,
             "tant que le journal peut nommer la clé",
             ("accounts.api_key", "accounts.organisation", "accounts.organisation_territory")),
        Rule("personne", "Comptes des personnes : nom, adresse et rôle ; ce qui les fait entrer", None,
             "conservés : le journal peut encore nommer la personne ; mot de passe, second facteur, codes, "
             "invitations et identité sont supprimés à la fermeture du compte",
             ("accounts.person", "accounts.recovery_code", "accounts.identity", "accounts.invitation")),
        Rule("session", "Session d'une personne, sans son secret", 1, "supprimée à sa fin",
             ("accounts.session",)),
        Rule("tentative", "Essai manqué, sous une empreinte à clé", 1, "supprimé", ("accounts.attempt",)),
    )  # fmt: skip


def _of_figures() -> tuple[Rule, ...]:
    return (
        Rule("preuve", "Ce sur quoi un chiffre repose : dates, clauses et empreintes", None,
             "jusqu'à la suppression d'une source dont il dépend", ("collection.provenance",)),
        Rule("edition", "Éditions publiées, et comptes qui protègent les suivantes", None,
             "conservées : ce qui est publié l'est pour toujours",
             ("published.edition", "published.count", "published.coverage", "published.cell",
              "confidential.edition_count", "confidential.edition_source")),
        Rule("serie", "Séries officielles", None, "jusqu'à l'annulation du fichier",
             ("collection.series", "collection.series_file", "collection.series_indicator")),
        Rule("referentiel", "Territoires, nomenclatures, zones, tables de lieux, réglages", None,
             "sans donnée sur un fait",
             ("reference.territory", "reference.contour", "reference.membership", "reference.former_code",
              "reference.divided_commune", "reference.category", "reference.taxonomy", "reference.passage",
              "collection.zone", "collection.zone_version", "collection.assignment",
              "collection.place_table", "collection.place", "collection.switch")),
    )  # fmt: skip

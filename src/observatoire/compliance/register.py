"""The record of processing activities: what article 30(1) GDPR lists, in its order."""

from observatoire.compliance import common
from observatoire.compliance.retention import durations
from observatoire.compliance.standing import Standing
from observatoire.domain.organisation import OrganisationKind
from observatoire.domain.record import Record, RecordEntry, RecordPart

_KINDS = {
    OrganisationKind.COMMUNE: "commune",
    OrganisationKind.EPCI: "EPCI",
    OrganisationKind.BAILLEUR: "bailleur",
    OrganisationKind.OPERATEUR: "opérateur",
    OrganisationKind.SERVICE_ETAT: "service de l'État",
    OrganisationKind.AUTRE: "autre",
}
_ROLES = (
    "administrateur, coordonnateur, analyste : chiffres exacts, dans leur périmètre",
    "agent, partenaire : chiffres exacts des sources de leur organisme",
    "élu : chiffres protégés, aucun objet",
    "public : dernière édition protégée",
)


def register(here: Standing) -> Record:
    """The record, filled from what is in force."""
    return Record(
        "Registre des activités de traitement",
        "Observatoire de la tranquillité publique (article 30 du RGPD)",
        here.at,
        (
            RecordPart(
                "Responsable",
                (
                    *common.controller(here),
                    RecordEntry("Responsables conjoints", to_complete="responsables conjoints, ou « aucun »"),
                ),
            ),
            _purposes(),
            RecordPart("Personnes et données", (*_data(), *common.contracts(here))),
            _recipients(here),
            RecordPart("Durées de conservation", tuple(durations(here.settings, here.sources))),
            RecordPart("Mesures de sécurité", common.measures(here)),
            RecordPart(
                "Droits des personnes",
                (
                    RecordEntry("Information", to_complete="lieu et date de l'affichage de la notice"),
                    RecordEntry("Exercice des droits", to_complete="adresse et délai de réponse"),
                ),
            ),
        ),
    )


def _purposes() -> RecordPart:
    return RecordPart(
        "Finalités et bases légales",
        (
            RecordEntry("Finalités", common.PURPOSES),
            RecordEntry("Ce que le traitement ne fait pas", (common.EXCLUDED,)),
            RecordEntry(
                "Base légale proposée",
                (
                    "mission d'intérêt public (RGPD, article 6, 1, e) : prévention de la délinquance "
                    "(code de la sécurité intérieure, articles L. 132-1 et suivants)",
                    "faits qui peuvent être des infractions : RGPD, article 10, et article 46 de la loi du "
                    "6 janvier 1978",
                ),
                to_complete="base légale retenue, délibération et avis du délégué",
            ),
        ),
    )


def _data() -> tuple[RecordEntry, ...]:
    return (
        RecordEntry(
            "Personnes concernées",
            (
                "aucune personne liée à un fait n'est enregistrée",
                "les habitants d'un lieu peuvent être concernés indirectement, par le lieu d'un fait",
                "agents et élus qui se connectent : courriel professionnel, nom affiché, organisme, rôle, "
                "dates des sessions, identifiant chez le fournisseur d'identité (OpenID) s'il sert",
                "titulaires d'une clé : l'organisme et le nom de la clé",
            ),
        ),
        RecordEntry(
            "Données de chaque fait",
            ("catégorie, moment, lieu et sa précision, empreinte à clé de la référence", common.NEVER_KEPT),
            evidence="tests/house/test_schema.py",
        ),
    )


def _recipients(here: Standing) -> RecordPart:
    known = tuple(
        f"{o.label} ({_KINDS[o.kind]}{'' if o.active else ', inactif'})" for o in here.organisations
    )
    nobody = None if known else "organismes destinataires"
    return RecordPart(
        "Destinataires et transferts",
        (
            RecordEntry("Rôles", _ROLES, evidence="docs/securite.md"),
            RecordEntry("Organismes", known, nobody),
            RecordEntry(
                "Sous-traitants", to_complete="hébergeur et mainteneur, avec leurs contrats (article 28)"
            ),
            common.transfers(here),
        ),
    )

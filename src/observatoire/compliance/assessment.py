"""The outline of the impact assessment: the four steps of the CNIL's method (PIA, 2018), filled alike."""

from observatoire.compliance import common
from observatoire.compliance.retention import durations
from observatoire.compliance.standing import Standing
from observatoire.domain.record import Record, RecordEntry, RecordPart


def assessment(here: Standing) -> Record:
    """The outline: what the house knows is said, what is to be judged is left to people."""
    return Record(
        "Analyse d'impact relative à la protection des données",
        "Trame, selon la méthode de la CNIL ; observatoire de la tranquillité publique (article 35 du RGPD)",
        here.at,
        (
            _context(here),
            RecordPart("1.2 Données, processus et supports", (*common.contracts(here), _supports())),
            _proportionality(here),
            _rights(here),
            RecordPart("3.1 Mesures existantes", common.measures(here)),
            *_risks(),
            _validation(),
        ),
    )


def _context(here: Standing) -> RecordPart:
    return RecordPart(
        "1.1 Vue d'ensemble",
        (
            *common.controller(here),
            RecordEntry("Finalités", common.PURPOSES),
            RecordEntry("Enjeux", to_complete="bénéfices attendus par la collectivité"),
            RecordEntry(
                "Référentiels", to_complete="charte locale, référentiels et certifications applicables"
            ),
        ),
    )


def _supports() -> RecordEntry:
    return RecordEntry(
        "Processus et supports",
        (
            "fichier d'un service, lu et classé ; ligne à ligne, un seul sort compté",
            "base PostgreSQL, fichiers chiffrés, un serveur ; aucun service en nuage nécessaire",
        ),
        to_complete="hébergement et exploitation réels",
    )


def _proportionality(here: Standing) -> RecordPart:
    return RecordPart(
        "2.1 Proportionnalité et nécessité",
        (
            RecordEntry("Finalités déterminées", (common.EXCLUDED,)),
            RecordEntry("Fondement", to_complete="base légale retenue"),
            RecordEntry(
                "Minimisation", (common.NEVER_KEPT,), evidence="tests/intake/test_nothing_personal.py"
            ),
            RecordEntry(
                "Qualité",
                (
                    "chaque chiffre porte sa preuve",
                    "absent n'est pas zéro ; les sources ne s'additionnent pas",
                ),
                evidence="tests/house/test_routes.py",
            ),
            *durations(here.settings, here.sources),
        ),
    )


def _rights(here: Standing) -> RecordPart:
    return RecordPart(
        "2.2 Droits des personnes",
        (
            RecordEntry("Information", to_complete="notice, lieu d'affichage"),
            RecordEntry(
                "Accès, rectification, effacement, opposition, limitation",
                (
                    "aucune personne liée à un fait n'est enregistrée : une demande se traite par le "
                    "service qui a envoyé le fait",
                    "agents et élus qui se connectent : une demande se traite par qui administre les comptes",
                ),
                to_complete="procédure et adresse",
            ),
            RecordEntry("Sous-traitance", to_complete="contrats (article 28)"),
            common.transfers(here),
        ),
    )


_FEARED = (
    (
        "3.2 Accès illégitime à des données",
        "lieu et moment d'un fait rapprochés d'un habitant ; stigmatisation d'un lieu",
        "clé volée, agent trop curieux, sauvegarde égarée, chiffres publics recoupés",
    ),
    (
        "3.3 Modification non désirée de données",
        "décision publique fondée sur un chiffre faux",
        "fichier erroné, intrusion, réécriture du journal",
    ),
    (
        "3.4 Disparition de données",
        "séries interrompues, preuve d'un chiffre publié perdue",
        "panne, rançongiciel, clés perdues",
    ),
)


def _risks() -> tuple[RecordPart, ...]:
    return tuple(
        RecordPart(
            heading,
            (
                RecordEntry("Impacts à examiner", (impacts,)),
                RecordEntry("Sources de risque à examiner", (sources,)),
                RecordEntry("Gravité", to_complete=f"gravité : {heading[4:].lower()}"),
                RecordEntry("Vraisemblance", to_complete=f"vraisemblance : {heading[4:].lower()}"),
            ),
        )
        for heading, impacts, sources in _FEARED
    )


def _validation() -> RecordPart:
    return RecordPart(
        "4 Validation",
        (
            RecordEntry("Plan d'action", to_complete="mesures complémentaires, échéances, responsables"),
            RecordEntry("Avis du délégué", to_complete="avis du délégué à la protection des données"),
            RecordEntry(
                "Avis des personnes concernées", to_complete="avis recueilli, ou motif de ne pas l'avoir fait"
            ),
            RecordEntry("Décision", to_complete="validation par le responsable du traitement, date"),
        ),
    )

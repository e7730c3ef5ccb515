"""What the record and the impact assessment both say."""

from collections.abc import Iterator

from observatoire.compliance.standing import Standing
from observatoire.domain.record import RecordEntry
from observatoire.domain.source import Source, Visibility

PURPOSES = (
    "décrire où, quand et comment évoluent les faits portés à la connaissance des services et partenaires",
    "éclairer le conseil de sécurité et de prévention de la délinquance (CLSPD, CISPD) et l'action locale",
    "publier des chiffres protégés par le secret statistique",
)
EXCLUDED = "aucun suivi de personne, aucune prédiction, aucun classement de communes, aucune image"
NEVER_KEPT = "d'un fait : ni nom, ni date de naissance, ni téléphone, ni courriel, ni plaque, ni texte libre"


def controller(here: Standing) -> tuple[RecordEntry, ...]:
    """Who answers for the processing."""
    settings = here.settings
    return (
        _configured("Responsable du traitement", settings.controller_name, "OBSERVATOIRE_CONTROLLER_NAME"),
        _configured("Délégué à la protection des données", settings.dpo_contact, "OBSERVATOIRE_DPO_CONTACT"),
    )


def _configured(label: str, value: str, variable: str) -> RecordEntry:
    if value:
        return RecordEntry(label, (value,))
    return RecordEntry(label, to_complete=f"{label[0].lower()}{label[1:]} ({variable})")


_AUDIENCES = {
    Visibility.INTERNE: "le périmètre",
    Visibility.PARTENAIRES: "les partenaires",
    Visibility.PUBLIC: "le public",
}


def contracts(here: Standing) -> Iterator[RecordEntry]:
    """What comes from each source, under which contract."""
    for source in here.sources:
        yield _contract(source, here.names.get(source.territory, str(source.territory)))


def _contract(source: Source, territory: str) -> RecordEntry:
    told = [
        f"organisme : {source.organisation}",
        f"territoire : {territory}, depuis le {source.covered_since:%d/%m/%Y}",
        f"précision la plus fine : {source.precision.value}",
        f"diffusion la plus large : {_AUDIENCES[source.visibility]}",
    ]
    if source.fictional:
        told.append("données fictives de démonstration")
    if source.charter_signed_on is None:
        told.append("rien n'en sort du périmètre")
        return RecordEntry(source.label, tuple(told), f"signature de la charte de « {source.label} »")
    return RecordEntry(source.label, (*told, f"charte signée le {source.charter_signed_on:%d/%m/%Y}"))


def transfers(here: Standing) -> RecordEntry:
    """What leaves, and for where: the national geocoder, the e-mail server, the provider of identities."""
    told = tuple(_leaving(here)) or ("aucune donnée ne part vers un service extérieur",)
    if not here.national_geocoder:
        told = (*told, "le géocodeur national est éteint")
    return RecordEntry(
        "Transferts hors de l'Union européenne",
        told if _chosen(here) else ("aucun", *told),
        "hébergement de ces services, dans l'Union européenne ou non" if _chosen(here) else None,
        "tests/intake/geocoding/test_national.py, tests/web/test_records.py",
    )


def _chosen(here: Standing) -> bool:
    """Whether something leaves for a service that the town has chosen, of whose place we know nothing."""
    return bool(here.settings.smtp_host or here.settings.openid_issuer)


def _leaving(here: Standing) -> Iterator[str]:
    settings = here.settings
    if here.national_geocoder:
        yield (
            f"vers {settings.national_geocoder_url} partent l'adresse et le code de la commune, "
            "seuls et dans le désordre : ni date, ni catégorie, ni source"
        )
    if settings.smtp_host:
        yield (
            f"vers le serveur de courriel {settings.smtp_host} partent les avis de retard : "
            "nom d'une source et mois attendus, aucun fait"
        )
    if settings.openid_issuer:
        yield (
            f"vers le fournisseur d'identité {settings.openid_issuer} part l'identité de la personne qui "
            "se connecte : aucun fait"
        )


def measures(here: Standing) -> tuple[RecordEntry, ...]:
    """Security measures, each with what proves it."""
    return (
        RecordEntry(
            "Accès", ("clés par organisme, rôle et territoire ; seule leur empreinte est conservée",),
            evidence="tests/web/test_access.py",
        ),
        RecordEntry(
            "Cloisonnement", ("politiques de lignes forcées par la base ; l'objet d'un autre n'existe pas",),
            evidence="tests/store/test_row_security.py, tests/web/test_foreign_objects.py",
        ),
        RecordEntry(
            "Traçabilité", ("journal d'audit scellé chaque minute ; qui le réécrit est vu",),
            evidence="tests/house/test_audited_routes.py, tests/trail/test_tampering.py",
        ),
        RecordEntry(
            "Secret statistique", ("aucun effectif de 1 à 4 hors du périmètre, ni lu, ni déduit",),
            evidence="tests/spec/test_public_answers.py",
        ),
        RecordEntry(
            "Minimisation", (NEVER_KEPT, "recherche octet par octet : base, fichiers, journaux"),
            evidence="tests/intake/test_nothing_personal.py",
        ),
        RecordEntry(
            "Chiffrement au repos", ("fichiers reçus et lignes écartées, AES-256-GCM",),
            to_complete="chiffrement du disque de la base", evidence="tests/intake/test_vault.py",
        ),
        _backups(here),
        RecordEntry("Chiffrement du réseau", to_complete="mandataire TLS placé devant le serveur"),
    )  # fmt: skip


def _backups(here: Standing) -> RecordEntry:
    label, evidence = "Sauvegardes", "tests/backup/"
    told = "chiffrées pour une clé que le serveur n'a pas, vérifiées, restaurées tout entières ou pas du tout"
    if here.settings.backup_recipients:
        return RecordEntry(label, (told,), "date du dernier essai de restauration", evidence)
    return RecordEntry(label, (), "destinataire des sauvegardes (OBSERVATOIRE_BACKUP_RECIPIENTS)", evidence)

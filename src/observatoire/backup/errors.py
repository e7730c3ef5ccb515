"""What can go wrong with a backup: each says where things stand and what to do."""

from observatoire.errors import Conflict, ObservatoireError


class BackupRefused(ObservatoireError):
    """Root: nothing was written, nothing was changed."""

    code = "sauvegarde_refusee"
    title = "Sauvegarde refusée"


class NoRecipient(BackupRefused):
    """Nobody could open the backup."""

    message = (
        "aucun destinataire : créez une identité hors de ce serveur (« observatoire sauvegarde identite » ou "
        "« age-keygen »), puis donnez sa clé publique par OBSERVATOIRE_BACKUP_RECIPIENTS ou --destinataire."
    )


class UnknownRecipient(BackupRefused):
    """Argument: what was given."""

    message = "« {0} » n'est pas une clé publique age : elle commence par « age1 »."


class UnreadableIdentity(BackupRefused):
    """Argument: the file."""

    message = "« {0} » ne contient aucune identité age lisible (une ligne « AGE-SECRET-KEY-… »)."


class AlreadyThere(Conflict):
    """Argument: the file."""

    title = "Fichier déjà présent"
    message = "« {0} » existe déjà, et n'a pas été remplacé : donnez un autre nom."


class AnotherKey(AlreadyThere):
    """Argument: the file of the key."""

    title = "Autre clé en place"
    message = (
        "« {0} » existe déjà et contient une autre clé : rien n'a été écrit. Si l'installation en place est "
        "bien à abandonner, déplacez ses clés d'abord ; sinon, donnez un autre OBSERVATOIRE_VAR."
    )


class NoFolder(BackupRefused):
    """Argument: the folder."""

    message = "le dossier « {0} » n'existe pas ou ne peut être écrit : créez-le, ou montez le disque attendu."


class NoSpace(BackupRefused):
    """Argument: the folder."""

    message = (
        "plus de place dans « {0} » : libérez-en puis recommencez. Rien n'est resté sous le nom définitif."
    )


class DamagedBackup(BackupRefused):
    """Argument: what was found."""

    title = "Sauvegarde altérée"
    message = "{0} : ce fichier est tronqué ou a été modifié. Prenez-en une autre copie."


class WrongIdentity(BackupRefused):
    """The file was encrypted for somebody else."""

    title = "Mauvaise identité"
    message = "cette identité n'ouvre pas ce fichier : il a été chiffré pour un autre destinataire."


class WrongPassphrase(BackupRefused):
    """The sealed keys stay closed."""

    title = "Phrase secrète refusée"
    message = "la phrase secrète n'ouvre pas « {0} », ou le fichier a été modifié."


class ForeignBackup(BackupRefused):
    """The manifest was not signed with the audit key of this installation."""

    title = "Origine inconnue"
    message = (
        "la signature n'est pas celle de la clé d'audit de cette installation : fichier fabriqué ailleurs, "
        "ou autre clé. Rétablissez d'abord les clés de l'installation (« sauvegarde rendre-cles »)."
    )


class MissingKeys(BackupRefused):
    """Argument: where they should be."""

    title = "Clés absentes"
    message = (
        "les clés de l'installation ne sont pas dans « {0} » : corrigez OBSERVATOIRE_VAR si elles sont "
        "ailleurs, sinon rétablissez-les par « sauvegarde rendre-cles ». Aucune n'est "
        "inventée : sans elles, ni l'origine d'un fichier ni le journal d'audit ne se vérifient."
    )


class ShortTrail(BackupRefused):
    """Arguments: days that the audit trail is kept, days that a backup lives."""

    title = "Journal d'audit trop court"
    message = (
        "le journal d'audit n'est gardé que {0} jours (OBSERVATOIRE_AUDIT_DAYS) et une sauvegarde "
        "vit {1} jours (OBSERVATOIRE_BACKUP_DAYS) : il manquerait des décisions à la liste. Allongez l'un ou "
        "raccourcissez l'autre. La liste d'avant est restée."
    )


class NewerSchema(BackupRefused):
    """Arguments: the schema of the backup, ours."""

    title = "Version trop ancienne"
    message = (
        "la sauvegarde est au schéma {0}, que ce logiciel (schéma {1}) ne connaît pas : installez la version "
        "qui l'a faite, ou une plus récente."
    )


class NotEmpty(Conflict):
    """Argument: the database or the folder."""

    title = "Destination occupée"
    message = "« {0} » n'est pas vide : une sauvegarde ne se restaure que dans une base et un dossier vides."


class NoTarget(BackupRefused):
    """Argument: the database into which nothing could be restored."""

    title = "Destination absente"
    message = (
        "la base « {0} » n'existe pas, ou ne répond pas. Créez-la vide (« createdb {0} »), puis relancez : "
        "rien n'a été écrit."
    )


class NotAsSaved(BackupRefused):
    """Argument: what differs. The database was emptied again."""

    title = "Restauration annulée"
    message = "ce qui a été restauré n'est pas ce qui avait été sauvegardé ({0}). La base a été vidée."


class WeakPassphrase(BackupRefused):
    """Argument: the fewest characters."""

    title = "Phrase secrète trop courte"
    message = (
        "{0} caractères au moins : quatre ou cinq mots tirés au hasard valent mieux qu'un mot compliqué."
    )

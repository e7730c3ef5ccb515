"""The tree of expected failures. Each carries a French message that says what to do.

The class attribute ``message`` is a template filled with the arguments; ``web.errors``
maps classes to HTTP statuses and ``cli`` to exit codes: no HTTP here.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One faulty parameter: where, what, and what was expected."""

    field: str
    message: str
    expected: str | None = None


class ObservatoireError(Exception):
    """Root of every expected failure; ``code`` is stable and part of the wire contract."""

    code: ClassVar[str] = "erreur"
    title: ClassVar[str] = "Erreur"
    message: ClassVar[str] = "Une erreur est survenue."

    def __init__(self, *args: object, fields: tuple[FieldError, ...] = (), **values: object) -> None:
        super().__init__(*args)
        self.fields = fields
        self.values = values

    def __str__(self) -> str:
        return self.message.format(*self.args, **self.values)


class InvalidRequest(ObservatoireError):
    """The caller must change something in the question."""

    code = "parametre_invalide"
    title = "Paramètre invalide"
    message = "La demande comporte un paramètre invalide : corrigez-le puis recommencez."


class InvalidTerritoryCode(InvalidRequest):
    """A territory of unknown level or shape; argument: the text received."""

    code = "territoire_invalide"
    title = "Territoire invalide"
    message = (
        "« {0} » n'est pas un territoire : écrivez « niveau:code », par exemple « commune:31555 » "
        "ou « epci:243100518 »."
    )


class UnknownTerritory(InvalidRequest):
    """A well-formed code that names no territory; argument: the code."""

    code = "territoire_inconnu"
    title = "Territoire inconnu"
    message = "Le territoire « {0} » n'existe pas dans la géographie chargée."


class ReversedPeriod(InvalidRequest):
    """``fin`` is exclusive and must come after ``debut``; arguments: both dates."""

    code = "periode_inversee"
    title = "Période inversée"
    message = "La période va de {0} à {1} : « fin » (exclue) doit suivre « debut »."


class PeriodOutOfBounds(InvalidRequest):
    """Years that no fact can have; arguments: first and last admissible year."""

    code = "periode_hors_bornes"
    title = "Période hors bornes"
    message = "La période doit tenir entre les années {0} et {1} : vérifiez « debut » et « fin »."


class ForbiddenCharacter(InvalidRequest):
    """A NUL character in a parameter."""

    code = "caractere_interdit"
    title = "Caractère interdit"
    message = "Un paramètre contient un caractère nul (U+0000) : retirez-le puis recommencez."


class UnknownCode(InvalidRequest):
    """An unknown category, source or group; arguments: parameter and value."""

    code = "code_inconnu"
    title = "Code inconnu"
    message = "Le paramètre « {0} » ne connaît pas la valeur « {1} »."


class NonAdditiveSources(InvalidRequest):
    """A question that needs one set of facts met several additivity groups."""

    code = "sources_non_additionnables"
    title = "Sources non additionnables"
    message = "Ces sources ne s'additionnent pas. Choisissez un groupe par « source » : {0}."


class OutsideDiffusion(InvalidRequest):
    """The audience may only read the grid of the last edition."""

    code = "hors_diffusion"
    title = "Hors diffusion"
    message = (
        "Cette question dépasse ce qui est diffusé hors de votre périmètre. Existe : la synthèse "
        "(/analyses/synthese) par années civiles entières, par domaine ou famille, pour une commune, "
        "un EPCI, un département, une région ou la nation, sans filtre « source ». {0}"
    )


class NotComputableResult(InvalidRequest):
    """A statistic refuses: why, and what would make it computable."""

    code = "non_calculable"
    title = "Non calculable"
    message = "Non calculable : {0}"


class NotFound(ObservatoireError):
    """The object does not exist, or not for this caller: the two read alike."""

    code = "introuvable"
    title = "Introuvable"
    message = "Cet objet n'existe pas ou ne vous est pas accessible."


class NotAuthenticated(ObservatoireError):
    """No key, or a key that is unknown, expired or revoked."""

    code = "non_authentifie"
    title = "Clé absente ou invalide"
    message = "Donnez une clé valide dans l'en-tête « Authorization: Bearer <clé> »."


class Forbidden(ObservatoireError):
    """The key is valid, the action is not part of its role."""

    code = "interdit"
    title = "Action non autorisée"
    message = "Votre rôle ne permet pas cette action ; demandez-la à l'administration de l'observatoire."


class Conflict(ObservatoireError):
    """The object's state does not allow the action."""

    code = "conflit"
    title = "Conflit"
    message = "{0}"


class RefusedFile(ObservatoireError):
    """A file refused whole, before anything is written."""

    code = "fichier_refuse"
    title = "Fichier refusé"
    message = "{0}"


class EmptyFile(RefusedFile):
    """No byte, or a header without rows."""

    code = "fichier_vide"
    title = "Fichier vide"
    message = (
        "Le fichier ne contient aucune ligne de données. Si le mois est sans fait, "
        "déclarez-le « rien à signaler » ; sinon, refaites l'export."
    )


class BinaryFile(RefusedFile):
    """Bytes that are not text; argument: the nature recognised."""

    code = "fichier_binaire"
    title = "Fichier illisible"
    message = "Ce fichier n'est pas un texte CSV ({0}). Depuis le tableur : « Enregistrer sous… », type CSV."


class FileTooLarge(RefusedFile):
    """Over a limit; argument: the limit in words."""

    code = "fichier_trop_grand"
    title = "Fichier trop grand"
    message = "Le fichier dépasse la limite de {0} : découpez-le par période et envoyez chaque partie."


class UnreadableEncoding(RefusedFile):
    """Neither UTF-8 nor cp1252."""

    code = "encodage_illisible"
    title = "Encodage illisible"
    message = "L'encodage du fichier n'est ni UTF-8 ni Windows-1252 (cp1252) : réenregistrez-le en CSV UTF-8."


class UnknownProfile(RefusedFile):
    """A profile code that does not exist; arguments: the code, the codes that exist."""

    code = "profil_inconnu"
    title = "Profil inconnu"
    message = "Le profil « {0} » n'existe pas. Profils connus : {1}."


class UnrecognisedColumns(RefusedFile):
    """No profile fits the header; arguments: profile tried, missing columns, columns read."""

    code = "colonnes_non_reconnues"
    title = "Colonnes non reconnues"
    message = (
        "L'en-tête ne correspond pas au profil « {0} » : il manque {1}. Colonnes lues : {2}. "
        "Rien n'a été écrit."
    )


class MissingColumns(UnrecognisedColumns):
    """Columns that the source's own profile names are gone; arguments: profile, missing, what to do."""

    code = "colonnes_absentes"
    title = "Colonnes absentes"
    message = (
        "Le profil « {0} » de cette source lit des colonnes que le fichier n'a plus : {1}. {2} "
        "Rien n'a été écrit."
    )


class AmbiguousColumns(RefusedFile):
    """Two columns of one name could be the one that the profile reads; argument: the names and the choice."""

    code = "colonnes_en_double"
    title = "Colonnes en double"
    message = (
        "Le fichier a plusieurs colonnes du même nom et le profil ne dit pas laquelle lire : {0}. "
        "Nommez la bonne dans le profil de la source. Rien n'a été écrit."
    )


class OfficialSeriesFile(RefusedFile):
    """Aggregates sent where facts are expected; argument: what they are."""

    code = "serie_officielle"
    title = "Série officielle"
    message = (
        "Ce fichier contient des nombres de faits déjà agrégés ({0}), et non une ligne par fait : il relève "
        "des séries officielles, qui ne s'additionnent jamais aux faits importés. Rien n'a été écrit."
    )


class InvalidProfile(InvalidRequest):
    """A column map that can't be used; ``fields`` tell which part and why."""

    code = "profil_invalide"
    title = "Profil invalide"
    message = "Le profil de colonnes n'est pas utilisable : corrigez les champs indiqués puis recommencez."


class UnknownSource(InvalidRequest):
    """A source that does not exist for this caller; argument: the code."""

    code = "source_inconnue"
    title = "Source inconnue"
    message = "La source « {0} » n'existe pas ou ne vous est pas accessible."


class ImportFailed(ObservatoireError):
    """Something broke inside: nothing was written."""

    code = "import_echoue"
    title = "Import interrompu"
    message = "L'import a été interrompu et rien n'a été écrit : renvoyez le même fichier. ({0})"


class MissingDeposit(ObservatoireError):
    """The uploaded file is no longer in the vault."""

    code = "fichier_expire"
    title = "Fichier expiré"
    message = "Le fichier déposé n'est plus conservé : renvoyez-le."


class DamagedDeposit(ObservatoireError):
    """A file of the vault was changed, cut, or sealed with another key."""

    code = "fichier_altere"
    title = "Fichier altéré"
    message = "Le fichier conservé est illisible (modifié, ou clé changée) : renvoyez-le."


class UnavailableStore(ObservatoireError):
    """The database does not answer or is not prepared."""

    code = "base_indisponible"
    title = "Base indisponible"
    message = "La base de données ne répond pas ou n'est pas préparée : « observatoire preparer ». ({0})"

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
        "Cette question dépasse ce qui est diffusé hors de votre périmètre. Existent, par années civiles "
        "entières, d'une commune à la nation, sans filtre « source » : /analyses/synthese, "
        "/analyses/evolution, /analyses/comparaisons et /analyses/portrait, par domaine ou famille ; "
        "la carte d'une année (/analyses/points-chauds). {0}"
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


class NoProfile(NotFound):
    """The source has no profile of its own; argument: the version asked for, in words, or nothing."""

    code = "profil_absent"
    title = "Pas de profil enregistré"
    message = (
        "Cette source n'a pas de profil enregistré{0} : ses fichiers sont lus par un profil livré qui leur "
        "convient. Demandez un aperçu (POST /imports/apercu), corrigez le profil proposé, puis "
        "enregistrez-le (PUT /sources/<code>/profil)."
    )


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


class TooManyStreams(ObservatoireError):
    """This process tells the progress of as many imports as it can; argument: how many."""

    code = "trop_de_suivis"
    title = "Trop de suivis ouverts"
    message = (
        "Le serveur suit déjà {0} imports en direct : réessayez dans quelques secondes, ou interrogez "
        "« GET /imports/<id> »."
    )
    retry_after: ClassVar[int] = 5
    """Seconds after which it is worth trying again."""


class Conflict(ObservatoireError):
    """The object's state does not allow the action."""

    code = "conflit"
    title = "Conflit"
    message = "{0}"


class KeyUsedOtherwise(Conflict):
    """An idempotency key that came first with another content."""

    code = "cle_deja_employee"
    title = "Clé d'idempotence déjà employée"
    message = (
        "Cette clé « Idempotency-Key » a déjà servi pour un autre envoi : rien n'a été écrit. "
        "Employez une clé nouvelle pour chaque nouvel envoi, et la même pour répéter le même."
    )


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
    """Bytes of a kind that is not read; argument: the nature recognised."""

    code = "fichier_binaire"
    title = "Fichier illisible"
    message = (
        "Ce fichier n'est ni un texte CSV, ni un classeur XLSX, XLS ou ODS, ni du GeoJSON ou du JSON ({0}). "
        "Depuis le tableur : « Enregistrer sous… », type CSV UTF-8."
    )


class FileTooLarge(RefusedFile):
    """Over a limit; argument: the limit in words."""

    code = "fichier_trop_grand"
    title = "Fichier trop grand"
    message = "Le fichier dépasse la limite de {0} : découpez-le par période et envoyez chaque partie."


class UnreadableEncoding(RefusedFile):
    """None of the encodings in which French is written."""

    code = "encodage_illisible"
    title = "Encodage illisible"
    message = (
        "L'encodage du fichier n'est ni UTF-8 ni Windows-1252 (cp1252), ni celui d'un Mac ou de DOS : "
        "réenregistrez-le en CSV UTF-8."
    )


class HeaderNotFound(RefusedFile):
    """The line said to be the header holds nothing; argument: its number."""

    code = "entete_introuvable"
    title = "En-tête introuvable"
    message = "La ligne {0} ne porte pas d'en-tête : donnez le numéro de la ligne des noms de colonnes."


class MissingHeader(RefusedFile):
    """The file begins with data: its first row must not be taken, nor told, as column names."""

    code = "entete_absent"
    title = "En-tête absent"
    message = (
        "Le fichier commence par des données : la ligne des noms de colonnes manque. Refaites l'export avec "
        "les en-têtes, ou indiquez la ligne d'en-tête."
    )


class SheetToChoose(RefusedFile):
    """Several sheets hold rows; argument: their names."""

    code = "feuille_a_choisir"
    title = "Feuille à choisir"
    message = "Plusieurs feuilles du classeur sont remplies : choisissez la feuille parmi {0}."


class UnknownSheet(RefusedFile):
    """A sheet that the workbook does not have; arguments: the name asked for, the names that exist."""

    code = "feuille_inconnue"
    title = "Feuille inconnue"
    message = "Le classeur n'a pas de feuille « {0} » : choisissez parmi {1}."


class MacroWorkbook(RefusedFile):
    """A workbook that carries macros."""

    code = "classeur_macros"
    title = "Classeur à macros"
    message = (
        "Ce classeur contient des macros (.xlsm) et n'est pas ouvert : enregistrez-le en .xlsx, "
        "sans macro, puis renvoyez-le."
    )


class ProtectedWorkbook(RefusedFile):
    """A workbook locked by a password."""

    code = "classeur_protege"
    title = "Classeur protégé"
    message = "Ce classeur est protégé par un mot de passe : retirez la protection puis renvoyez-le."


class DamagedWorkbook(RefusedFile):
    """A workbook whose parts can't be read."""

    code = "classeur_illisible"
    title = "Classeur illisible"
    message = (
        "Ce classeur est incomplet ou abîmé : ouvrez-le dans le tableur, réenregistrez-le puis renvoyez-le."
    )


class SheetTooWide(RefusedFile):
    """A sheet whose cells are spread too far apart; argument: its last row and column."""

    code = "feuille_trop_etendue"
    title = "Feuille trop étendue"
    message = (
        "La feuille s'étend jusqu'à la ligne {0} et la colonne {1} : supprimez les lignes et les colonnes "
        "isolées, ou enregistrez-la en CSV."
    )


class InflationBomb(RefusedFile):
    """An archive that swells beyond reason once decompressed; argument: the limit in words."""

    code = "fichier_bombe"
    title = "Archive démesurée"
    message = (
        "Le classeur, une fois décompressé, dépasse la limite de {0} : il n'est pas ouvert. "
        "Enregistrez la feuille utile en CSV."
    )


class ForbiddenXml(RefusedFile):
    """A workbook whose XML declares a document type or entities."""

    code = "xml_interdit"
    title = "XML interdit"
    message = (
        "Le classeur contient une déclaration de type de document ou d'entité (DOCTYPE, ENTITY), "
        "ce qu'un tableur n'écrit pas : réenregistrez-le depuis le tableur."
    )


class UnreadableJson(RefusedFile):
    """JSON that is cut, malformed or nested beyond reason; argument: the rank of the element."""

    code = "json_illisible"
    title = "JSON illisible"
    message = "Le JSON est incomplet ou mal formé à l'élément {0} : refaites l'export."


class UnknownJson(RefusedFile):
    """JSON that is neither a list of objects nor a FeatureCollection."""

    code = "json_non_reconnu"
    title = "JSON non reconnu"
    message = (
        "Le JSON attendu est une liste d'objets ou une « FeatureCollection » GeoJSON de points : "
        "le fichier est d'une autre forme."
    )


class TwiceEncoded(RefusedFile):
    """UTF-8 read as cp1252 and written again: the header can't be recognised either."""

    code = "encodage_double"
    title = "Accents abîmés"
    message = (
        "Les accents ont été encodés deux fois (« Ã© » pour « é ») et l'en-tête n'est pas reconnu : "
        "renvoyez-le avec « reparer=true » (l'aperçu montre le résultat), ou refaites l'export en UTF-8."
    )


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
        "des séries officielles (« observatoire series importer », ou POST /series-officielles), qui ne "
        "s'additionnent jamais aux faits importés. Rien n'a été écrit."
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


class InterruptedImport(ImportFailed):
    """The worker died at each run; argument: how many."""

    code = "import_interrompu"
    message = (
        "L'import a été interrompu plusieurs fois ({0} essais) et rien n'a été écrit : renvoyez le fichier, "
        "au besoin découpé par période. Si cela se reproduit, prévenez l'administration."
    )


class ExpiredConfirmation(ObservatoireError):
    """An import held for review that nobody confirmed in time; argument: the days."""

    code = "confirmation_expiree"
    title = "Confirmation expirée"
    message = (
        "Personne n'a confirmé cet import en {0} jours : le fichier a été supprimé et rien n'a été écrit. "
        "Renvoyez-le s'il est toujours utile."
    )


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


class ExpiredRejects(ObservatoireError):
    """The rejects file is gone; argument: the days that it is kept."""

    code = "rejets_expires"
    title = "Rejets expirés"
    message = (
        "Le fichier des rejets n'existe plus : il a été corrigé et renvoyé, ou son délai de {0} jours est "
        "passé. Le rapport de l'import reste lisible ; pour retrouver les lignes, renvoyez l'export."
    )


class UnavailableStore(ObservatoireError):
    """The database does not answer or is not prepared."""

    code = "base_indisponible"
    title = "Base indisponible"
    message = "La base de données ne répond pas ou n'est pas préparée : « observatoire preparer ». ({0})"

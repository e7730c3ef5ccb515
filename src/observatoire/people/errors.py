"""What can go wrong when somebody enters."""

from observatoire.errors import Conflict, Forbidden, InvalidRequest, NotAuthenticated, ObservatoireError
from observatoire.vocabulary.agreement import agree


class RefusedLogin(Forbidden):
    """Unknown login, wrong password, closed account: one answer, so that none can be told from another."""

    code = "connexion_refusee"
    title = "Connexion refusée"
    message = "L'adresse ou le mot de passe ne convient pas."


class RefusedCode(Forbidden):
    """A code of the second factor, or a recovery code, that does not pass."""

    code = "code_refuse"
    title = "Code refusé"
    message = (
        "Ce code ne convient pas, ou il a déjà servi. Attendez le code suivant de votre application, "
        "ou donnez un code de secours."
    )


class RefusedInvitation(Forbidden):
    """A one-time code that opens nothing: wrong, used, too old, or not for this login."""

    code = "invitation_refusee"
    title = "Invitation refusée"
    message = (
        "Cette adresse et ce code d'invitation ne vont pas ensemble, ou le code a déjà servi ou a expiré. "
        "Demandez-en un nouveau à l'administration."
    )


class TooManyAttempts(ObservatoireError):
    """The door is closed for a while; argument: seconds to wait."""

    code = "trop_de_tentatives"
    title = "Trop de tentatives"
    message = "Trop de tentatives : réessayez dans {1}."

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds, agree(seconds, "seconde", "secondes"))

    @property
    def retry_after(self) -> int:
        """Seconds to wait."""
        return int(str(self.args[0]))


class WeakPassword(InvalidRequest):
    """A password that is guessed first; argument: what is wrong with it."""

    code = "mot_de_passe_faible"
    title = "Mot de passe trop faible"
    message = "{0}"


class ForgedRequest(Forbidden):
    """A request that changes something, sent with a session but not from our own pages."""

    code = "demande_non_verifiee"
    title = "Demande non vérifiée"
    message = (
        "Cette demande porte une session mais pas le jeton qui va avec : rechargez la page, puis "
        "recommencez. Par l'API, joignez l'en-tête « X-Jeton » que donne GET /sessions/jeton."
    )


class InsecureConnection(InvalidRequest):
    """A session over plain HTTP could be read on the way."""

    code = "connexion_non_chiffree"
    title = "Connexion non chiffrée"
    message = "On ne se connecte que par HTTPS, ou depuis la machine du serveur elle-même."


class KnownLogin(Conflict):
    """Somebody has this login."""

    code = "personne_connue"
    title = "Personne déjà connue"
    message = "Une personne a déjà cette adresse : modifiez-la, ou donnez-lui une nouvelle invitation."


class UnreadableSecret(ObservatoireError):
    """The vault's key is not the one that sealed a secret."""

    code = "secret_illisible"
    title = "Second facteur illisible"
    message = (
        "Le second facteur n'est plus lisible : la clé du coffre a changé. L'administration doit le retirer."
    )


class SessionOver(NotAuthenticated):
    """The cookie names no session in use: logged out, idle for too long, or closed by the administration."""

    code = "session_terminee"
    title = "Session terminée"
    message = "Votre session est terminée : reconnectez-vous à l'adresse « /connexion »."


class UnexpectedIdentity(Forbidden):
    """A provider vouches for somebody whom nobody has invited, or whose account is closed."""

    code = "identite_inattendue"
    title = "Compte inconnu"
    message = (
        "Aucun compte n'attend cette identité. Demandez une invitation à l'administration, pour l'adresse "
        "que votre fournisseur d'identité connaît, puis revenez avant qu'elle n'expire."
    )

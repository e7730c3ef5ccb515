"""What can go wrong when notices are told."""

from observatoire.errors import ObservatoireError


class MailNotSent(ObservatoireError):
    """The notices could not be sent by e-mail; argument: kind of the failure."""

    code = "courriel_non_envoye"
    title = "Courriel non envoyé"
    message = "Le serveur de courriel n'a pas pris le message ({0}) : un nouvel essai suivra."


class MailUnsafe(ObservatoireError):
    """A password would travel in clear."""

    code = "courriel_sans_chiffrement"
    title = "Courriel sans chiffrement"
    message = (
        "Le mot de passe du serveur de courriel voyagerait en clair : mettez OBSERVATOIRE_SMTP_SECURITY "
        "à « starttls » ou « tls », ou retirez OBSERVATOIRE_SMTP_USER."
    )

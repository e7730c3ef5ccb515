"""What can go wrong with a provider of identities."""

from observatoire.errors import Forbidden, UnavailableStore


class ProviderUnavailable(UnavailableStore):
    """The provider does not answer, or answers something else than its specification."""

    code = "fournisseur_indisponible"
    title = "Fournisseur d'identité indisponible"
    message = (
        "Le fournisseur d'identité ne répond pas comme prévu. Réessayez dans un instant, ou connectez-vous "
        "avec votre mot de passe si vous en avez un."
    )


class RefusedByProvider(Forbidden):
    """The provider, or the person there, said no."""

    code = "refus_du_fournisseur"
    title = "Connexion interrompue"
    message = "La connexion a été refusée ou abandonnée chez le fournisseur d'identité. Recommencez."


class UntrustedAnswer(Forbidden):
    """An answer that can't be proved to be the provider's, to us, for this very request; argument: what."""

    code = "reponse_du_fournisseur_refusee"
    title = "Réponse du fournisseur refusée"
    message = (
        "La réponse du fournisseur d'identité n'a pas pu être vérifiée ({0}) : rien n'a été ouvert. "
        "Recommencez depuis la page de connexion ; si cela se reproduit, prévenez l'administration."
    )

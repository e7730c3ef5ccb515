"""Faults that only the store can find."""

from observatoire.errors import ObservatoireError, UnavailableStore


class CrowdedStore(UnavailableStore):
    """Every connection is taken."""

    code = "base_occupee"
    title = "Base occupée"
    message = "La base de données répond déjà à autant de demandes qu'elle peut : réessayez dans un instant."


class TooLongQuestion(UnavailableStore):
    """A statement ran for longer than any answer may take."""

    code = "question_trop_longue"
    title = "Question trop longue"
    message = "La base de données a mis trop de temps à répondre. Réduisez le territoire ou la période."


class MissingCommand(ObservatoireError):
    """A command of PostgreSQL's client; argument: its name."""

    code = "commande_absente"
    title = "Commande absente"
    message = "« {0} » est introuvable : installez le client de PostgreSQL (postgresql-client)."


class StoppedCommand(ObservatoireError):
    """Arguments: the command, why in a few words; never what it printed, which may quote rows."""

    code = "commande_arretee"
    title = "Commande arrêtée"
    message = "« {0} » s'est arrêtée : {1}. Rien n'a été écrit."

"""Faults that only the store can find."""

from observatoire.errors import UnavailableStore


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

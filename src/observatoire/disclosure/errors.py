"""What a key does not open, whatever its role."""

from observatoire.errors import Forbidden


class ScopeMissing(Forbidden):
    """The key is limited to other activities; argument: the scope that was needed."""

    code = "portee_insuffisante"
    title = "Portée insuffisante"
    message = (
        "Cette clé n'ouvre pas cette adresse : la portée « {0} » lui manque. "
        "L'administration peut créer une clé qui la porte."
    )


class UndeclaredOrigin(Forbidden):
    """A page of an origin that the key's organisation has not declared."""

    code = "origine_non_declaree"
    title = "Origine non déclarée"
    message = "Cette clé n'est pas reçue de cette page : son organisation n'en a pas déclaré l'origine."

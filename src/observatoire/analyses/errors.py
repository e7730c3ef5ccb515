"""What can be wrong with a question."""

from observatoire.errors import Conflict, InvalidRequest


class ServiceActivity(InvalidRequest):
    """What a service does is imported, never counted as a fact; argument: the code asked for."""

    code = "activite_de_service"
    title = "Activité de service"
    message = (
        "« {0} » est de l'activité de service (patrouille, contrôle, médiation) : elle n'est jamais comptée "
        "comme un fait. Retirez ce code de « categorie »."
    )


class EditionRefused(Conflict):
    """An edition that its own audit does not pass; argument: the year that fails."""

    code = "edition_refusee"
    title = "Édition refusée"
    message = (
        "L'audit de l'année {0} échoue : une valeur de 1 à 4 pourrait être retrouvée. Rien n'a été publié ; "
        "l'édition en vigueur le reste."
    )


class RevisionRefused(Conflict):
    """A year that cannot be told again beside what was told of it; arguments: the year, why."""

    code = "revision_refusee"
    title = "Révision refusée"
    message = (
        "L'année {0} ne peut pas être révisée : {1}. Rien n'a été publié ; "
        "l'année reste telle qu'elle est arrêtée."
    )


class EditionNotInForce(Conflict):
    """An edition that is withdrawn already; argument: its number."""

    code = "edition_retiree"
    title = "Édition déjà retirée"
    message = "L'édition {0} est déjà retirée."

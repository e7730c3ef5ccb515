"""What can be wrong with a question."""

from observatoire.errors import InvalidRequest


class ServiceActivity(InvalidRequest):
    """What a service does is imported, never counted as a fact; argument: the code asked for."""

    code = "activite_de_service"
    title = "Activité de service"
    message = (
        "« {0} » est de l'activité de service (patrouille, contrôle, médiation) : elle n'est jamais comptée "
        "comme un fait. Retirez ce code de « categorie »."
    )

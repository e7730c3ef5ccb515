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


class InvalidCuts(InvalidRequest):
    """Hours that do not cut a day into slots."""

    code = "decoupage_invalide"
    title = "Découpage invalide"
    message = (
        "Ces bornes ne découpent pas une journée. Donnez l'heure à laquelle commence chaque créneau, "
        "dans l'ordre (« decoupage=personnalise&bornes=6,12,18,0 »)."
    )

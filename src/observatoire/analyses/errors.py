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


class MixedUnits(InvalidRequest):
    """Facts counted in several units are never added; argument: the units found."""

    code = "unites_melangees"
    title = "Unités de compte mêlées"
    message = (
        "Ces faits ne sont pas comptés dans la même unité ({0}) : ils ne s'additionnent pas. "
        "Choisissez des catégories ou une source d'une seule unité."
    )


class TableTooLarge(InvalidRequest):
    """More cells than a reader, or a test, can use; arguments: cells of the table, most allowed."""

    code = "tableau_trop_grand"
    title = "Tableau trop grand"
    message = (
        "Ce tableau aurait {0} cases, pour {1} au plus. Choisissez une dimension moins fine "
        "(« epci » plutôt que « commune », « annee » plutôt que « mois ») ou réduisez la période."
    )


class DimensionsTellTheSame(InvalidRequest):
    """Two dimensions of which one tells the other; arguments: rows, columns."""

    code = "dimensions_liees"
    title = "Dimensions liées"
    message = (
        "« {0} » et « {1} » classent les faits selon la même chose : les croiser n'apprend rien. "
        "Choisissez deux dimensions de natures différentes."
    )


class InvalidCuts(InvalidRequest):
    """Hours that do not cut a day into slots."""

    code = "decoupage_invalide"
    title = "Découpage invalide"
    message = (
        "Ces bornes ne découpent pas une journée. Donnez l'heure à laquelle commence chaque créneau, "
        "dans l'ordre (« decoupage=personnalise&bornes=6,12,18,0 »)."
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


class UnknownCursor(InvalidRequest):
    """A cursor that no page of this question has given."""

    code = "curseur_inconnu"
    title = "Curseur inconnu"
    message = "Reprenez à la première page, sans « curseur », ou avec les filtres de la page qui l'a donné."

"""What can be wrong with a decision about labels, or with a new taxonomy."""

from observatoire.errors import InvalidRequest


class InvalidCorrespondence(InvalidRequest):
    """Labels that can't be classed as asked."""

    code = "correspondance_invalide"
    title = "Correspondance invalide"
    message = "Rien n'a été classé : corrigez les correspondances signalées, puis renvoyez-les toutes."


class RefusedTaxonomy(InvalidRequest):
    """A taxonomy that can't take the place of the one in force; argument: why, in French."""

    code = "nomenclature_refusee"
    title = "Nomenclature refusée"
    message = "{0} La nomenclature en vigueur reste en place, et rien n'a été reclassé."

"""Ways to class facts that can be crossed with one another."""

from enum import StrEnum


class Axis(StrEnum):
    """What a dimension speaks of; two dimensions of one axis are not crossed: one tells the other."""

    WHAT = "quoi"
    WHO = "qui"
    WHERE = "ou"
    NEIGHBOURHOOD = "quartier"
    WHEN = "quand"
    HOUR = "heure"
    WEEKDAY = "jour"


class Dimension(StrEnum):
    """A way to class facts; the value is the wire name. The list is closed."""

    DOMAIN = "domaine"
    FAMILY = "famille"
    CATEGORY = "categorie"
    SOURCE = "source"
    COMMUNE = "commune"
    EPCI = "epci"
    DEPARTEMENT = "departement"
    REGION = "region"
    QPV = "qpv"
    SLOT = "creneau"
    WEEKDAY = "jour"
    MONTH = "mois"
    YEAR = "annee"

    @property
    def axis(self) -> Axis:
        """What it speaks of."""
        return _AXES[self]


_AXES = {
    Dimension.DOMAIN: Axis.WHAT,
    Dimension.FAMILY: Axis.WHAT,
    Dimension.CATEGORY: Axis.WHAT,
    Dimension.SOURCE: Axis.WHO,
    Dimension.COMMUNE: Axis.WHERE,
    Dimension.EPCI: Axis.WHERE,
    Dimension.DEPARTEMENT: Axis.WHERE,
    Dimension.REGION: Axis.WHERE,
    Dimension.QPV: Axis.NEIGHBOURHOOD,
    Dimension.SLOT: Axis.HOUR,
    Dimension.WEEKDAY: Axis.WEEKDAY,
    Dimension.MONTH: Axis.WHEN,
    Dimension.YEAR: Axis.WHEN,
}

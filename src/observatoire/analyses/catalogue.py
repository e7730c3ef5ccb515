"""Named analyses: the same code and version are always the same question, whoever asks it.

What an entry asks is never changed: another question is another version.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from observatoire.disclosure.policy import PUBLISHED_LEVELS, Audience
from observatoire.domain.territory import TerritoryLevel

_EVERYONE = tuple(Audience)
_INSIDE = (Audience.INTERNE,)
_WHOLE = PUBLISHED_LEVELS
_ANY = tuple(TerritoryLevel)
_HOLDS_COMMUNES = (TerritoryLevel.EPCI, TerritoryLevel.EPT, TerritoryLevel.DEPARTEMENT)


@dataclass(frozen=True, slots=True)
class NamedAnalysis:
    """An analysis that needs only a territory and a period.

    ``asks``: the question in French. ``levels``: territories that it speaks of. ``audiences``: who may ask
    it, from an edition outside the grant. ``single_group``: one additivity group must be named where several
    have facts.
    """

    code: str
    version: int
    label: str
    asks: str
    analysis: str
    parameters: tuple[tuple[str, str], ...]
    levels: tuple[TerritoryLevel, ...]
    audiences: tuple[Audience, ...]
    single_group: bool

    @property
    def link(self) -> str:
        """Its address, to be completed with a territory and a period."""
        asked = f"?{urlencode(self.parameters)}" if self.parameters else ""
        return f"/api/v1/analyses/{self.analysis}{asked}"


def _crossed(
    code: str,
    label: str,
    asks: str,
    dimensions: tuple[str, str],
    levels: tuple[TerritoryLevel, ...] = _ANY,
) -> NamedAnalysis:
    parameters = (("lignes", dimensions[0]), ("colonnes", dimensions[1]))
    return NamedAnalysis(code, 1, label, asks, "croisements", parameters, levels, _INSIDE, single_group=True)


CATALOGUE = (
    NamedAnalysis(
        "portrait_territoire",
        1,
        "Portrait du territoire",
        "Qui vit ici, qu'a-t-on signalé, que publie l'État ?",
        "portrait",
        (),
        _WHOLE,
        _EVERYONE,
        single_group=False,
    ),
    NamedAnalysis(
        "faits_par_categorie",
        1,
        "Faits par catégorie",
        "Combien de faits, de quelle nature, et un an plus tôt ?",
        "synthese",
        (),
        _WHOLE,
        _EVERYONE,
        single_group=False,
    ),
    NamedAnalysis(
        "evolution_annuelle",
        1,
        "Évolution sur un an, par domaine",
        "Que peut-on dire de l'évolution depuis l'année précédente ?",
        "evolution",
        (("reference", "annee_precedente"), ("par", "domaine")),
        _WHOLE,
        _EVERYONE,
        single_group=True,
    ),
    NamedAnalysis(
        "moments_de_la_semaine",
        1,
        "Moments de la semaine",
        "Quels jours et à quelles heures ?",
        "creneaux-horaires",
        (("decoupage", "6h"),),
        _ANY,
        _INSIDE,
        single_group=True,
    ),
    NamedAnalysis(
        "lieux_de_concentration",
        1,
        "Lieux de concentration",
        "Où les faits localisés se concentrent-ils ?",
        "points-chauds",
        (("couche", "concentration"),),
        _HOLDS_COMMUNES,
        _INSIDE,
        single_group=True,
    ),
    _crossed(
        "familles_par_creneau",
        "Familles de faits selon l'heure",
        "Quelles familles de faits sont signalées plus souvent à certaines heures ?",
        ("famille", "creneau"),
    ),
    _crossed(
        "domaines_par_commune",
        "Domaines selon la commune",
        "La nature des faits signalés diffère-t-elle d'une commune à l'autre ?",
        ("commune", "domaine"),
        _HOLDS_COMMUNES,
    ),
    _crossed(
        "domaines_dans_et_hors_qpv",
        "Domaines dans et hors des quartiers prioritaires",
        "La nature des faits localisés diffère-t-elle dans les quartiers prioritaires ?",
        ("qpv", "domaine"),
        _WHOLE,
    ),
    _crossed(
        "domaines_par_source",
        "Domaines selon la source",
        "Les sources d'un même groupe signalent-elles les mêmes faits ?",
        ("source", "domaine"),
    ),
)

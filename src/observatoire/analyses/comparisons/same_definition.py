"""Does another territory count the same things? Same sources, same months, more communes; or why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from observatoire.analyses.comparisons.broken import OTHER_KINDS, Breaks, breaks_of, one_sided
from observatoire.analyses.comparisons.model import ComparedPlace, PlaceRole
from observatoire.analyses.comparisons.words import covered
from observatoire.analyses.coverage import Coverage
from observatoire.domain.source import SourceKind
from observatoire.errors import NotComputableResult

LEAST_SHARE = 0.5
"""A figure of less than half of the residents does not bear the name of the territory."""
OUT_OF_GRANT = (
    "ce territoire est hors de votre périmètre et ses faits exacts ne vous sont pas ouverts ; la comparaison "
    "diffusée se demande sans clé, par année civile"
)
Mix = frozenset[SourceKind]


@dataclass(frozen=True, slots=True)
class Ground:
    """What the figure of the territory asked about rests on.

    ``months``: those wholly received of every source; ``mixes``: kinds of sources that cover its communes;
    ``breaks``: those that its communes went through.
    """

    coverage: Coverage
    months: tuple[date, ...]
    mixes: frozenset[Mix]
    breaks: frozenset[Breaks]

    @property
    def communes(self) -> frozenset[str]:
        """Its covered communes."""
        return self.coverage.covered


def ground_of(coverage: Coverage) -> Ground:
    """What the territory's own figure rests on.

    Raises:
        NotComputableResult: no month is wholly received.
    """
    months = tuple(month for month in coverage.period.months() if coverage.is_observed(month))
    if not months:
        missing = sorted({f"« {source.code} » {month:%Y-%m}" for source, month in coverage.missing()})
        more = f" et {len(missing) - 6} autres" if len(missing) > 6 else ""
        raise NotComputableResult(
            "aucun mois de la période n'est entièrement reçu de toutes les sources. "
            f"Manquent : {', '.join(missing[:6])}{more}. Importez-les ou déclarez-les nuls."
        )
    return Ground(coverage, months, frozenset(mixes(coverage).values()), breaks_of(coverage))


def mixes(coverage: Coverage) -> Mapping[str, Mix]:
    """Kinds of the sources that cover each commune."""
    found: dict[str, set[SourceKind]] = {}
    for source in coverage.sources:
        for commune in source.communes:
            found.setdefault(commune, set()).add(source.source.kind)
    return {commune: frozenset(kinds) for commune, kinds in found.items()}


def refusal(ground: Ground, place: ComparedPlace, coverage: Coverage, held: frozenset[str]) -> str | None:
    """Why a place does not compare; None when it does.

    ``held``: communes already counted in a smaller row: a larger one must add some to say anything more.
    """
    communes = coverage.covered
    if not communes:
        return f"{_sources(ground.coverage)} n'y couvre aucune commune"
    if place.role is PlaceRole.REFERENCE and communes <= held:
        return (
            f"{_sources(coverage)} n'y couvre aucune autre commune que celles déjà comptées au-dessus : "
            "le chiffre serait le leur"
        )
    return (
        little(len(communes), len(place.communes), coverage.population_share)
        or _mixed(ground, coverage)
        or _other_months(ground, coverage)
        or one_sided(ground.breaks | breaks_of(coverage))
    )


def little(some: int, communes: int, share: float | None) -> str | None:
    """Why the covered communes do not speak for a territory; None when they do."""
    if share is None:
        return "sa population est inconnue : la part couverte ne peut pas se dire"
    if share < LEAST_SHARE:
        told = covered(some, communes, share)
        return f"{told} : moins de la moitié, ce ne serait pas le chiffre de ce territoire"
    return None


def _mixed(ground: Ground, coverage: Coverage) -> str | None:
    found = frozenset(mixes(coverage).values())
    if len(ground.mixes) == 1 and found == ground.mixes:
        return None
    kinds = ", ".join(sorted({kind.value for mix in found | ground.mixes for kind in mix}))
    return f"{OTHER_KINDS} ({kinds})"


def _other_months(ground: Ground, coverage: Coverage) -> str | None:
    lacking = [month for month in ground.months if not coverage.is_observed(month)]
    if not lacking:
        return None
    told = ", ".join(f"{month:%Y-%m}" for month in lacking[:6])
    more = f" et {len(lacking) - 6} autres mois" if len(lacking) > 6 else ""
    return f"{told}{more} n'y est pas entièrement reçu de chaque source, alors qu'il l'est pour le territoire"


def _sources(coverage: Coverage) -> str:
    return ", ".join(f"« {source.source.code} »" for source in coverage.sources) or "aucune source"

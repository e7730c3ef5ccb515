"""Official figures beside local facts: same indicator and same year for every row, never added."""

from collections.abc import Sequence

from observatoire.analyses import official_series
from observatoire.analyses.comparisons.model import ComparedPlace, OfficialFigure, PlaceRole
from observatoire.analyses.question import Asking
from observatoire.analyses.series_points import OfficialSeries, SeriesPoint
from observatoire.domain.series import DATASETS
from observatoire.domain.territory import TerritoryCode
from observatoire.store.engine import Connection
from observatoire.store.reference import categories as category_store
from observatoire.store.reference import series
from observatoire.store.reference.series import Selection

Figures = dict[TerritoryCode, tuple[OfficialFigure, ...]]
PRODUCED = tuple(code for code in DATASETS if code.startswith("ssmsi_"))
NO_CATEGORY = (
    "Précisez une catégorie pour voir, à côté, les indicateurs du SSMSI auprès desquels elle peut se lire."
)
NOTHING_BESIDE = "Aucun indicateur du SSMSI ne peut se lire à côté de ces catégories."
NOTHING_LOADED = "Aucune série du SSMSI chargée ne dit ces indicateurs jusqu'à la fin de la période."
NEVER_ADDED = (
    "Les chiffres du SSMSI (police et gendarmerie) se lisent à côté des faits de la source : ils ne s'y "
    "ajoutent pas, et les deux taux ne comptent pas la même chose."
)


def figures(
    connection: Connection, asking: Asking, places: Sequence[ComparedPlace]
) -> tuple[Figures, tuple[str, ...]]:
    """(official figures of each place, French sentences on what is told or missing).

    The year is the last one by the end of the period that the territory's own series tells, of each
    indicator; another place that does not tell that year has none for it. The communes of the territory have
    none here: they are hundreds, and each is told by ``series-officielles``.
    """
    if asking.leaves is None:
        return {}, (NO_CATEGORY,)
    places = [place for place in places if place.role is not PlaceRole.COMMUNE]
    labels = category_store.indicators_beside(connection, asking.leaves)
    known = series.indicators(connection)
    codes = tuple(sorted(i.code for i in known.values() if i.family == "ssmsi" and i.label in labels))
    if not labels:
        return {}, (NOTHING_BESIDE,)
    end = asking.question.period.end
    selection = Selection(PRODUCED, codes, end=end)
    own, *others = (
        official_series.told(connection, place.code, selection, known) if codes else [] for place in places
    )
    years = {row.indicator.code: _last(row) for row in own if _last(row) is not None}
    if not years:
        return {}, (NOTHING_LOADED,)
    found = {
        place.code: tuple(_figures(rows, years)) for place, rows in zip(places, [own, *others], strict=True)
    }
    return found, (NEVER_ADDED, *_other_year(asking, set(years.values())))


def _last(row: OfficialSeries) -> str | None:
    """The last year of a series that has a point of its own."""
    told = [point.period for point in row.points if point.edition is not None]
    return max(told, default=None)


def _figures(rows: list[OfficialSeries], years: dict[str, str | None]) -> list[OfficialFigure]:
    found = []
    for row in rows:
        for point in row.points:
            if point.period == years.get(row.indicator.code):
                found.append(_figure(row, point))
    return found


def _figure(row: OfficialSeries, point: SeriesPoint) -> OfficialFigure:
    return OfficialFigure(
        row.indicator.code,
        row.indicator.label,
        row.indicator.unit,
        row.dataset,
        row.made_of,
        point.period,
        point.value,
        point.rate,
        point.edition,
        point.geography,
        point.reason,
        row.files,
    )


def _other_year(asking: Asking, years: set[str | None]) -> tuple[str, ...]:
    whole = {str(year) for year in asking.question.period.whole_years() or ()}
    if years == whole:
        return ()
    told = ", ".join(sorted(year for year in years if year))
    return (f"Les chiffres du SSMSI sont ceux de {told} : ce n'est pas exactement la période demandée.",)

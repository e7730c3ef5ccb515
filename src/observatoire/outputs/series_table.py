"""Official series as a table: one row per point, its provenance on each row."""

from collections.abc import Iterator

from observatoire.analyses.official_series import SeriesAnswer
from observatoire.analyses.series_points import OfficialSeries, SeriesPoint
from observatoire.disclosure.released import Released
from observatoire.domain.series import DATASETS
from observatoire.outputs.tabular import Cell, as_csv

COLUMNS = (
    "territoire", "nom", "jeu", "indicateur", "libelle", "unite_de_compte", "periode", "valeur",
    "valeur_etat", "mention", "taux_pour_mille", "taux_calcule", "denominateur", "denominateur_valeur",
    "denominateur_millesimes", "edition", "geographie", "somme_de", "motif", "producteur", "licence",
)  # fmt: skip


def series_table(released: Released[SeriesAnswer]) -> bytes:
    """CSV as a French spreadsheet reads it; what is not a number has its state beside, never 0."""
    answer = released.value
    return as_csv(COLUMNS, _rows(answer))


def _rows(answer: SeriesAnswer) -> Iterator[list[Cell]]:
    for series in answer.series:
        for point in series.points:
            yield [str(answer.question.territory), answer.name, *_row(series, point)]


def _row(series: OfficialSeries, point: SeriesPoint) -> list[Cell]:
    dataset, rate, measure = DATASETS[series.dataset], point.rate, point.value
    whole = measure.value is not None and measure.value.is_integer()
    return [
        series.dataset, series.indicator.code, series.indicator.label, series.indicator.unit, point.period,
        int(measure.value) if whole and measure.value is not None else measure.value,
        measure.state.value, measure.wording,
        *([rate.value, rate.computed, rate.denominator, rate.denominator_value] if rate else [None] * 4),
        ", ".join(map(str, rate.vintages)) if rate else None,
        point.edition, point.geography, series.made_of.value if series.made_of else None, point.reason,
        dataset.producer, dataset.licence,
    ]  # fmt: skip

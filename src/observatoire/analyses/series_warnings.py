"""What must be said beside official figures, in French."""

from collections.abc import Iterable, Iterator, Sequence

from observatoire.analyses.series_points import OfficialSeries
from observatoire.analyses.series_words import ACCUSED, PLURALS
from observatoire.disclosure.released import ValueState
from observatoire.domain.series import DATASETS
from observatoire.store.series import SeriesFile

STANDARD = (
    "Séries officielles, telles que leur producteur les publie : elles ne s'additionnent jamais aux faits "
    "collectés par l'observatoire, ni entre elles."
)
NOTHING = (
    "Aucune série chargée ne parle de ce territoire et de cette période : ce n'est pas un zéro. Les éditions "
    "chargées sont dans /series-officielles/indicateurs."
)
NOT_DISSEMINATED = (
    "« Non diffusé » : le producteur ne publie pas la valeur (moins de trois années successives au-dessus de "
    "5 faits, ou protection d'une autre valeur). Ce n'est ni 0, ni « 5 au plus »."
)
FILOSOFI_SECRET = "Filosofi : « non diffusé » est le secret statistique de l'Insee sur de petits effectifs."
ACCUSED_TWICE = (
    "Les mis en cause sont comptés une fois par zone : ils ne s'additionnent pas d'un niveau à l'autre."
)
SEVERAL_BASES = (
    "L'état 4001 et les indicateurs du SSMSI comptent en partie les mêmes faits, autrement : ils ne se "
    "comparent ni ne s'additionnent."
)
MAINLAND_ONLY = "L'état 4001 ouvert porte sur les 96 départements de métropole, sans l'outre-mer."


def warnings_of(
    found: Sequence[OfficialSeries], files: Iterable[SeriesFile], latest: dict[str, str]
) -> list[str]:
    """French sentences that the reader must see."""
    if not found:
        return [STANDARD, NOTHING]
    said = [STANDARD, *_units(found), *_overlaps(found), *_states(found), *_sums(found)]
    said += [*_vintages(found), *_editions(files, latest)]
    said += [row.indicator.caution for row in found if row.indicator.caution]
    return list(dict.fromkeys(said))


def _units(found: Sequence[OfficialSeries]) -> Iterator[str]:
    units = sorted({row.indicator.unit for row in found})
    if len(units) > 1:
        yield f"Unités de compte différentes ({', '.join(units)}) : elles ne s'additionnent pas."
    if ACCUSED in units:
        yield ACCUSED_TWICE


def _overlaps(found: Sequence[OfficialSeries]) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for row in found:
        if row.indicator.overlap and row.indicator.label not in groups.get(row.indicator.overlap, ()):
            groups.setdefault(row.indicator.overlap, []).append(row.indicator.label)
    for labels in groups.values():
        if len(labels) > 1:
            names = ", ".join(f"« {label} »" for label in labels)
            yield f"Indicateurs qui se recouvrent, à ne jamais additionner : {names}."
    families = {row.indicator.family for row in found}
    if {"ssmsi", "etat_4001"} <= families:
        yield SEVERAL_BASES


def _states(found: Sequence[OfficialSeries]) -> Iterator[str]:
    hidden = {
        row.dataset
        for row in found
        for point in row.points
        if point.value.state is ValueState.SECRET and row.made_of is None
    }
    if hidden - {"filosofi"}:
        yield NOT_DISSEMINATED
    if "filosofi" in hidden:
        yield FILOSOFI_SECRET
    if any(not DATASETS[row.dataset].overseas for row in found):
        yield MAINLAND_ONLY


def _sums(found: Sequence[OfficialSeries]) -> Iterator[str]:
    for row in found:
        if row.made_of is not None:
            label = DATASETS[row.dataset].label
            yield f"« {label} » : sommes des {row.parts} {PLURALS[row.made_of]} du producteur."


def _vintages(found: Sequence[OfficialSeries]) -> Iterator[str]:
    """Rates whose denominator is of another year than the facts."""
    older = {
        vintage
        for row in found
        for point in row.points
        if point.rate
        for vintage in point.rate.vintages
        if str(vintage) != point.period[:4]
    }
    if older:
        years = ", ".join(map(str, sorted(older)))
        yield (
            f"Des taux sont rapportés à un dénominateur d'un autre millésime que l'année des faits ({years}) "
            ": voir « denominateur_millesimes »."
        )


def _editions(files: Iterable[SeriesFile], latest: dict[str, str]) -> Iterator[str]:
    for file in files:
        dataset = DATASETS[file.dataset]
        told = f"« {dataset.label} », édition {file.edition} : géographie au 1er janvier {file.geography}"
        if not dataset.back_cast:
            yield f"{told}."
            continue
        yield f"{told}, à laquelle le producteur rapporte toutes ses années."
        newest = latest.get(file.dataset, file.edition)
        if newest > file.edition:
            yield f"« {dataset.label} » : une édition plus récente ({newest}) est chargée, non montrée ici."

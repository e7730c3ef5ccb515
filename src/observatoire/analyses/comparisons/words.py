"""Comparisons as they are told in French."""

from dataclasses import dataclass
from datetime import date, timedelta

from observatoire.analyses.comparisons.model import ComparisonRow, RateBase
from observatoire.analyses.verdict_words import decimal
from observatoire.disclosure.released import Count, ValueState
from observatoire.domain.period import Period
from observatoire.statistics.funnel import Position
from observatoire.store.reference.populations import DenominatorKind

UNITS = {DenominatorKind.POPULATION: "habitants", DenominatorKind.DWELLINGS: "logements"}
POSITIONS = {
    Position.INSIDE: "dans les limites de ce que le hasard permet",
    Position.ABOVE: "au-dessus de la limite à 95 %",
    Position.FAR_ABOVE: "au-dessus de la limite à 99,8 %",
    Position.BELOW: "en dessous de la limite à 95 %",
    Position.FAR_BELOW: "en dessous de la limite à 99,8 %",
}
SECRET = "non calculable : le compte est protégé par le secret statistique"


@dataclass(frozen=True, slots=True)
class Span:
    """The period asked about and the months of it that are counted, on both sides alike."""

    period: Period
    months: tuple[date, ...]

    @property
    def whole_year(self) -> bool:
        """Whether a rate of it is one of a year: twelve whole months, all counted."""
        return self.is_complete and self.period.start.day == 1 and len(self.months) == 12

    @property
    def is_complete(self) -> bool:
        """Whether every month of the period is counted."""
        return len(self.months) == sum(1 for _ in self.period.months())

    def words(self) -> str:
        """The days, and how much of them is counted."""
        last = self.period.end - timedelta(days=1)
        told = f"du {self.period.start:%d/%m/%Y} au {last:%d/%m/%Y}"
        if not self.is_complete:
            told += f" ({len(self.months)} mois comptés sur {sum(1 for _ in self.period.months())})"
        return told

    def per(self) -> str:
        """« sur un an », or the length of what is counted: a rate is never annualised."""
        return "sur un an" if self.whole_year else f"sur {len(self.months)} mois, non annualisé"


def sentence(row: ComparisonRow, span: Span) -> str:
    """A row as a council reads it: count, denominator, rate and interval; or why not."""
    if row.not_comparable is not None:
        return f"{row.place.name} : non comparable : {row.not_comparable}."
    told = f"{row.place.name} : {facts_told(row.facts)} {span.words()}{_part(row)}"
    if row.rate_per_thousand is None or row.base is None:
        return f"{told} ; taux {row.reason}."
    told += f", pour {number(row.base.value)} {UNITS[row.base.kind]} ({row.base.vintage})"
    bounds = " à ".join(rate_told(bound or 0.0) for bound in (row.rate_low, row.rate_high))
    told += f" : {rate_told(row.rate_per_thousand)} pour 1\u00a0000 {span.per()}"
    told += f" (intervalle à 95 % : de {bounds})"
    if row.position is not None:
        told += f" ; {POSITIONS[row.position]} autour du taux commun"
    return f"{told}."


def _part(row: ComparisonRow) -> str:
    communes = len(row.place.communes)
    if row.covered_communes == communes:
        return ""
    return f" dans {covered(row.covered_communes, communes, row.population_share)}"


def covered(some: int, communes: int, share: float | None) -> str:
    """« 12 communes couvertes sur 37, 81 % de la population »."""
    told = f"{some} commune{'s' if some > 1 else ''} couverte{'s' if some > 1 else ''} sur {communes}"
    return told if share is None else f"{told}, {share:.0%} de la population".replace("%", " %")


def facts_told(count: Count) -> str:
    """A count in words, or why there is none."""
    if count.state is ValueState.SECRET:
        return "n.d. (secret statistique)"
    if count.value is None:
        return "un nombre inconnu de faits"
    return "aucun fait" if count.value == 0 else f"{number(count.value)} fait{'s' if count.value > 1 else ''}"


def number(value: float) -> str:
    """A whole number, its thousands apart."""
    return f"{value:,.0f}".replace(",", "\u00a0")


def rate_told(rate: float) -> str:
    """A rate with as many decimals as it can bear."""
    return decimal(rate, 1 if rate >= 10 else 2 if rate >= 0.1 or rate == 0 else 3)


def missing_base(kind: DenominatorKind, year: int) -> str:
    """Why there is no rate for want of a denominator, and what would make one."""
    if kind is DenominatorKind.DWELLINGS:
        return (
            f"non calculable : aucun nombre de logements connu jusqu'à {year} ; chargez la base communale du "
            "SSMSI, qui les donne"
        )
    return (
        f"non calculable : aucune population connue jusqu'à {year} pour toutes ces communes ; chargez les "
        "populations de référence de l'Insee"
    )


def base_words(base: RateBase) -> str:
    """A denominator as the proof lists it."""
    return f"{UNITS[base.kind]}, {base.dataset} {base.edition}, millésime {base.vintage}"

"""What a comparison is made of: what is asked, the places, the rows, the figures beside."""

from dataclasses import dataclass
from enum import StrEnum

from observatoire.analyses.proof import Proof
from observatoire.analyses.question import Question
from observatoire.analyses.series_points import Measure, Rate
from observatoire.disclosure.released import Count
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.statistics.funnel import Position
from observatoire.store.reference.populations import DenominatorKind
from observatoire.store.reference.territories import CommuneRecord

METHOD_NAME, METHOD_VERSION = "comparaisons", 1
REFERENCES = (
    "Garwood (1936), Biometrika 28 : intervalle exact d'un compte de Poisson",
    "Marshall (1991), Applied Statistics 40 : taux lissés par la méthode des moments",
    "Spiegelhalter (2005), Statistics in Medicine 24 : limites en entonnoir, dispersion rognée à 10 %",
)


class Companion(StrEnum):
    """With what a territory is compared; the value is the wire name."""

    EPCI = "epci"
    DEPARTEMENT = "departement"
    REGION = "region"
    NATION = "nation"
    PEERS = "pairs"
    COMMUNES = "communes"


LARGER = (Companion.EPCI, Companion.DEPARTEMENT, Companion.REGION, Companion.NATION)


class Criterion(StrEnum):
    """What makes communes alike: none is a count of facts."""

    POPULATION = "population"
    DENSITY = "densite"
    POVERTY = "pauvrete"
    SECOND_HOMES = "logements_par_habitant"


@dataclass(frozen=True, slots=True)
class PeerQuestion:
    """How similar communes are looked for; ``weights``: one per criterion, 0 or more."""

    criteria: tuple[Criterion, ...] = (Criterion.POPULATION, Criterion.DENSITY, Criterion.POVERTY)
    weights: tuple[float, ...] = (1.0, 1.0, 1.0)
    same_departement: bool = False
    number: int = 8


@dataclass(frozen=True, slots=True)
class ComparisonQuestion:
    """The common filters, and with what to compare."""

    question: Question
    companions: tuple[Companion, ...] = LARGER
    peers: PeerQuestion = PeerQuestion()


class PlaceRole(StrEnum):
    """Why a row is there; the value is the wire name."""

    ASKED = "territoire"
    REFERENCE = "reference"
    COMMUNE = "commune"
    PEER = "pair"


@dataclass(frozen=True, slots=True)
class ComparedPlace:
    """A territory of a comparison and its communes."""

    code: TerritoryCode
    name: str
    role: PlaceRole
    communes: tuple[CommuneRecord, ...]


@dataclass(frozen=True, slots=True)
class RateBase:
    """What facts are divided by, and where it comes from; ``parts``: territories summed."""

    kind: DenominatorKind
    value: float
    vintage: int
    geography: int
    dataset: str
    edition: str
    parts: int


@dataclass(frozen=True, slots=True)
class FunnelLimits:
    """Counts between which chance keeps a place of the common rate."""

    low_95: float
    high_95: float
    low_998: float
    high_998: float


@dataclass(frozen=True, slots=True)
class OfficialFigure:
    """An indicator of the State for one year, beside the local facts; never added to them."""

    indicator: str
    label: str
    counting_unit: str
    dataset: str
    made_of: TerritoryLevel | None
    period: str
    measure: Measure
    official_rate: Rate | None
    edition: str | None
    geography: int | None
    reason: str | None
    files: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One territory. Without ``comparable`` nothing local is told of it, and ``not_comparable`` says why.

    ``rate_per_thousand`` and its exact interval at 95 % are None where ``reason`` says why. ``population``:
    residents of the covered communes; ``base``: what the rate rests on. ``smoothed_rate``, ``expected``,
    ``limits`` and ``position``: of the communes of the territory, read together; no rank.
    """

    place: ComparedPlace
    covered_communes: int
    population_share: float | None
    not_comparable: str | None
    facts: Count
    population: RateBase | None
    base: RateBase | None
    rate_per_thousand: float | None = None
    rate_low: float | None = None
    rate_high: float | None = None
    reason: str | None = None
    smoothed_rate: float | None = None
    expected: float | None = None
    limits: FunnelLimits | None = None
    position: Position | None = None
    caution: str | None = None
    official: tuple[OfficialFigure, ...] = ()
    sentence: str = ""

    @property
    def comparable(self) -> bool:
        """Whether it counts the same things over the same months as the territory asked about."""
        return self.not_comparable is None


@dataclass(frozen=True, slots=True)
class CriterionUsed:
    """A criterion, what it was measured with, and its robust scale over the communes of France.

    ``dropped``: why it could not be used; None when it was.
    """

    code: Criterion
    label: str
    weight: float
    dataset: str | None
    vintage: int | None
    median: float | None
    scale: float | None
    dropped: str | None


@dataclass(frozen=True, slots=True)
class Peer:
    """A similar commune: how far, and its criteria in their own units (in the order of those used)."""

    code: TerritoryCode
    name: str
    distance: float
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """Similar communes and how they were found; ``unknown``: communes left out for want of a criterion."""

    asked: PeerQuestion
    criteria: tuple[CriterionUsed, ...]
    values: tuple[float, ...]
    peers: tuple[Peer, ...]
    candidates: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Spread:
    """The communes of the territory read together: how many, their common rate, how they vary."""

    communes: int
    rate_per_thousand: float
    dispersion: float
    variance: float


@dataclass(frozen=True, slots=True)
class ComparisonAnswer:
    """Rows of one additivity group: the territory, those that hold it, its communes, its peers."""

    question: Question
    kind: DenominatorKind
    months: tuple[str, ...]
    whole_year: bool
    rows: tuple[ComparisonRow, ...]
    peers: PeerGroup | None
    spread: Spread | None
    proof: Proof

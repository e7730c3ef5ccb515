"""From an address to where it stands: the city's own table first, then servers, each asked in batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from observatoire.domain.address import Answer, Asked, Candidate
from observatoire.domain.incident import LocationMethod, LocationPrecision
from observatoire.geocoders.budget import Budget
from observatoire.geocoders.errors import UnavailableGeocoder
from observatoire.intake.geocoding import crossings
from observatoire.intake.geocoding.address import Address, AddressKind
from observatoire.intake.geocoding.own_table import OwnTable
from observatoire.intake.geocoding.port import Geocoder
from observatoire.intake.geocoding.verdict import NOT_FOUND, UNAVAILABLE, Reason, Resolution, judge, tied

MOST_SEARCHES = 200
"""Searches for candidates, one by one, during one import; the doubts beyond wait without candidates."""
MOST_COMMUNES = 60
"""Communes in which an address without commune is looked for."""


@dataclass(frozen=True, slots=True)
class Sought:
    """An address and the communes where it may stand: the declared one, else those that the source covers."""

    address: Address
    communes: frozenset[str]

    @property
    def streets(self) -> tuple[Address, ...]:
        """What is asked in so many words: the address, or the two streets of a crossing."""
        if self.address.kind is not AddressKind.INTERSECTION:
            return (self.address,)
        names = (self.address.street, self.address.crossing)
        return tuple(Address(AddressKind.STREET, street=name) for name in names)


@dataclass(slots=True)
class Chain:
    """The geocoders of an organisation, in the order in which they are trusted.

    ``seconds``: time that servers may still take, whatever time passes between two calls.
    ``arrondissements``: code of a municipal arrondissement to that of its commune.
    """

    own: OwnTable
    servers: Sequence[Geocoder]
    seconds: float
    arrondissements: dict[str, str] = field(default_factory=dict)
    searches: int = MOST_SEARCHES
    silent: set[LocationMethod] = field(default_factory=set)
    budget: Budget = field(init=False)

    def __bool__(self) -> bool:
        return bool(self.own) or bool(self.servers)

    def resolve(self, sought: Sequence[Sought]) -> list[Resolution]:
        """Where each address stands; never raises for a server that does not answer."""
        self.budget = Budget(self.seconds)
        found = [[self.own.find(each.address, each.communes)] for each in sought]
        for server in self.servers:
            left = [i for i, known in enumerate(found) if _may_be_finer(known, sought[i], server)]
            for i, resolution in zip(left, self._asked(server, [sought[i] for i in left]), strict=True):
                found[i].append(resolution)
        self.seconds = self.budget.left
        return [_best(known, each.address) for known, each in zip(found, sought, strict=True)]

    def _asked(self, server: Geocoder, sought: Sequence[Sought]) -> list[Resolution]:
        questions = [list(_questions(each)) for each in sought]
        asked = [question for several in questions for question in several]
        if not asked:
            return [NOT_FOUND] * len(sought)
        if server.method in self.silent:
            return [UNAVAILABLE] * len(sought)
        try:
            answers = iter(server.find(asked, self.budget))
        except UnavailableGeocoder:
            self.silent.add(server.method)  # an import does not wait for it twice
            return [UNAVAILABLE] * len(sought)
        return [
            self._judged(server, each, several, [next(answers) for _ in several])
            for each, several in zip(sought, questions, strict=True)
        ]

    def _judged(
        self, server: Geocoder, each: Sought, asked: list[Asked], answers: list[Answer | None]
    ) -> Resolution:
        if not asked:
            return NOT_FOUND
        size = len(asked) // len(each.communes)
        verdicts = [
            self._in_one(server, each, asked[start : start + size], answers[start : start + size])
            for start in range(0, len(asked), size)
        ]
        placed = [v for v in verdicts if v.placed is not None]
        if len(placed) > 1:
            return Resolution(reason=Reason.HOMONYMS, candidates=tuple(v.placed for v in placed if v.placed))
        return next(iter(placed), next((v for v in verdicts if v.candidates), verdicts[0]))

    def _in_one(
        self, server: Geocoder, each: Sought, asked: list[Asked], answers: list[Answer | None]
    ) -> Resolution:
        """The verdict in one commune: on an address, or on two streets and their doors."""
        verdict = self._on(server, each.streets[0], asked[0], answers[0])
        if each.address.kind is not AddressKind.INTERSECTION:
            return verdict
        other = self._on(server, each.streets[1], asked[1], answers[1])
        if verdict.placed is None or other.placed is None:
            return next((v for v in (verdict, other) if v.placed is not None), verdict)
        doors, beside = (
            [a.best for a in part if a is not None and judge(_DOOR, a.best, None).placed is not None]
            for part in (answers[2 : 2 + len(crossings.DOORS)], answers[2 + len(crossings.DOORS) :])
        )
        corner = crossings.corner(verdict.placed, doors, beside)
        return Resolution(placed=corner or verdict.placed)

    def _on(self, server: Geocoder, street: Address, asked: Asked, answer: Answer | None) -> Resolution:
        return NOT_FOUND if answer is None else self._settled(server, street, asked, answer)

    def _settled(self, server: Geocoder, address: Address, asked: Asked, answer: Answer) -> Resolution:
        """Judge an answer; a doubt, or a close second, is looked into."""
        allowed = None if asked.commune is None else self._codes(asked.commune)
        verdict = judge(address, answer.best, allowed)
        close = answer.next_score is not None and answer.best.score - answer.next_score < 0.05
        if verdict is NOT_FOUND or (verdict.placed is not None and not close):
            return verdict
        several = self._searched(server, asked)
        if verdict.placed is None:
            return replace(verdict, candidates=several or verdict.candidates)
        if several is None:
            return Resolution(reason=Reason.HOMONYMS, candidates=(answer.best,))
        return Resolution(reason=Reason.HOMONYMS, candidates=several) if tied(several) else verdict

    def _searched(self, server: Geocoder, asked: Asked) -> tuple[Candidate, ...] | None:
        """Candidates with a point of their own; None: they can't be had."""
        if self.searches <= 0:
            return None
        self.searches -= 1
        try:
            found = server.candidates(asked, self.budget)
        except UnavailableGeocoder:
            return None
        return tuple(c for c in found if c.precision is not LocationPrecision.COMMUNE)

    def _codes(self, commune: str) -> frozenset[str]:
        """A commune and its municipal arrondissements."""
        return frozenset(
            {commune, *(part for part, whole in self.arrondissements.items() if whole == commune)}
        )


_DOOR = Address(AddressKind.HOUSE_NUMBER)


def _questions(sought: Sought) -> Iterator[Asked]:
    """As many for each commune."""
    address = sought.address
    if len(sought.communes) > MOST_COMMUNES:
        return
    for commune in sorted(sought.communes):
        yield from (Asked(each.text, commune) for each in sought.streets)
        # Where the commune is not known, a crossing is no more than its streets: doors would be too many.
        if address.kind is AddressKind.INTERSECTION and len(sought.communes) == 1:
            for street in sought.streets:
                yield from (Asked(f"{number} {street.text}", commune) for number in crossings.DOORS)


def _may_be_finer(known: list[Resolution], sought: Sought, server: Geocoder) -> bool:
    """Whether a server is worth asking. Names of places never leave for the national service."""
    if server.method is LocationMethod.NATIONAL and not sought.address.named_by_streets:
        return False
    return not any(r.placed is not None and _as_asked(r.placed, sought.address) for r in known)


def _as_asked(placed: Candidate, address: Address) -> bool:
    return placed.precision.value == address.kind.value


def _best(known: list[Resolution], address: Address) -> Resolution:
    """The first that is as precise as the address, else the first point, doubt, silence."""

    def rank(resolution: Resolution) -> int:
        if resolution.placed is not None:
            return 0 if _as_asked(resolution.placed, address) else 1
        if resolution.candidates:
            return 2
        return 3 if resolution.reason is Reason.UNAVAILABLE else 4

    return min(known, key=rank)

"""Which rows compare, before any fact is counted: coverage, months, grant, denominators, official figures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from observatoire.analyses.comparisons import beside, places, similar
from observatoire.analyses.comparisons.bases import Bases, Counted, choose, kind_of, tourism_caution
from observatoire.analyses.comparisons.broken import OTHER_KINDS, one_sided
from observatoire.analyses.comparisons.model import (
    Companion,
    ComparedPlace,
    ComparisonQuestion,
    OfficialFigure,
    PeerGroup,
    PlaceRole,
)
from observatoire.analyses.comparisons.rows import Prepared
from observatoire.analyses.comparisons.same_definition import OUT_OF_GRANT, Ground, ground_of, refusal
from observatoire.analyses.coverage import Coverage, coverage_of
from observatoire.analyses.question import Asking, may_speak_of
from observatoire.disclosure.policy import Audience, audience_of
from observatoire.domain.source import Source
from observatoire.store import sources as source_store
from observatoire.store.engine import Connection
from observatoire.store.reference import communes as commune_store
from observatoire.store.reference.communes import CommuneTable
from observatoire.store.reference.populations import DenominatorKind


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that an answer rests on but its facts; ``rows`` start with the territory asked about."""

    rows: tuple[Prepared, ...]
    ground: Ground
    sources: tuple[Source, ...]
    kind: DenominatorKind
    year: int
    peers: PeerGroup | None
    notes: tuple[str, ...]


def stage(connection: Connection, asking: Asking, asked: ComparisonQuestion) -> Stage:
    """Find the places and say which compare.

    Raises:
        NonAdditiveSources, NotComputableResult, InvalidRequest.
    """
    places.check(asking, asked)
    own = asking.single_group()
    together = _same_group(connection, asking, own)
    ground = ground_of(_covering(coverage_of(connection, own, asking.communes, asking.question.period)))
    table = commune_store.load(connection)
    peers = peers_of(connection, asking, asked, table)
    references, notes = places.references(connection, asking, table, asked.companions)
    others = (
        *references,
        *places.communes_of(asking, asked.companions),
        *places.peers_of(connection, peers),
    )
    reach = frozenset(c.code for source in together for c in source_store.communes_of(connection, source))
    found = _Judge(connection, asking, ground, together, reach).judged(others)
    official, told = beside.figures(connection, asking, [one.place for one in found])
    rows, kind, year = dressed(connection, asking, table, found, official)
    more = (*mixed_burglaries(asking), *told)
    return Stage(rows, ground, tuple(together), kind, year, peers, (*notes, *more))


def peers_of(
    connection: Connection, asking: Asking, asked: ComparisonQuestion, table: CommuneTable
) -> PeerGroup | None:
    """Similar communes, where they are asked for."""
    if Companion.PEERS not in asked.companions:
        return None
    return similar.find(connection, table, asking.territory.code.code, asked.peers)


def _same_group(connection: Connection, asking: Asking, own: list[Source]) -> list[Source]:
    """The sources that may be added to the territory's own, there or elsewhere, and that the caller reads."""
    group, named = own[0].group, asking.question.sources
    return [
        source
        for source in source_store.every(connection)
        if source.group == group
        and asking.caller.may_read_source(source.organisation)
        and may_speak_of(source, asking.question.territory)
        and (not named or source.code in named or group in named)
    ]


def _covering(coverage: Coverage) -> Coverage:
    """Without the sources that cover nothing of the place in the period: nothing is expected of them."""
    return coverage.of(source.source for source in coverage.sources if source.communes)


@dataclass(frozen=True, slots=True)
class Judged:
    """A place, its covered communes, and why it does not compare."""

    place: ComparedPlace
    communes: frozenset[str]
    population_share: float | None
    not_comparable: str | None


@dataclass(frozen=True, slots=True)
class _Judge:
    """Says of each place whether it counts the same things as the territory asked about."""

    connection: Connection
    asking: Asking
    ground: Ground
    sources: list[Source]
    reach: frozenset[str]

    def judged(self, others: Sequence[ComparedPlace]) -> list[Judged]:
        """The territory first, then the others; a larger territory must add communes to a smaller one."""
        coverage = self.ground.coverage
        own = places.asked_place(self.asking)
        found = [Judged(own, coverage.covered, coverage.population_share, None)]
        held = coverage.covered
        for place in others:
            one = self._inner(place) if place.role is PlaceRole.COMMUNE else self._outer(place, held)
            if place.role is PlaceRole.REFERENCE and one.not_comparable is None:
                held = one.communes
            found.append(one)
        return found

    def _outer(self, place: ComparedPlace, held: frozenset[str]) -> Judged:
        period = self.asking.question.period
        # Whatever no source reaches is not covered: of the nation, only the rest is looked at month by month.
        reached = tuple(commune for commune in place.communes if commune.code in self.reach)
        found = coverage_of(self.connection, self.sources, reached, period)
        coverage = replace(_covering(found), communes=place.communes)
        why = refusal(self.ground, place, coverage, held)
        if coverage.covered and not self._inside(place):
            why = OUT_OF_GRANT
        return Judged(place, coverage.covered, coverage.population_share, why)

    def _inside(self, place: ComparedPlace) -> bool:
        communes = frozenset(commune.code for commune in place.communes)
        return audience_of(self.asking.caller, communes) is Audience.INTERNE

    def _inner(self, place: ComparedPlace) -> Judged:
        """A commune of the territory: its months are those of the territory."""
        code = place.code.code
        if code not in self.ground.communes:
            sources = ", ".join(f"« {s.source.code} »" for s in self.ground.coverage.sources)
            return Judged(place, frozenset(), None, f"{sources} ne couvre pas cette commune")
        why = one_sided(self.ground.breaks)
        if len(self.ground.mixes) > 1:
            why = OTHER_KINDS
        return Judged(place, frozenset({code}), 1.0, why)


def dressed(
    connection: Connection,
    asking: Asking,
    table: CommuneTable,
    found: Sequence[Judged],
    official: beside.Figures,
) -> tuple[tuple[Prepared, ...], DenominatorKind, int]:
    """Rows with their denominators and official figures; what divides; the last year of its vintage."""
    kind, year = kind_of(asking.leaves), (asking.question.period.end - timedelta(days=1)).year
    compared = [Counted(one.place, one.communes) for one in found if one.not_comparable is None]
    bases = choose(table, kind, year, compared)
    residents = (
        bases
        if kind is DenominatorKind.POPULATION
        else choose(table, DenominatorKind.POPULATION, year, compared)
    )
    rows = tuple(
        _prepared(connection, one, (residents, bases), official.get(one.place.code, ())) for one in found
    )
    return rows, kind, year


def _prepared(
    connection: Connection,
    one: Judged,
    bases: tuple[Bases, Bases],
    official: tuple[OfficialFigure, ...],
) -> Prepared:
    """``bases``: of residents, then of what divides."""
    counted = Counted(one.place, one.communes)
    residents, dividing = bases
    told = one.not_comparable is None
    return Prepared(
        one.place,
        one.communes,
        one.population_share,
        one.not_comparable,
        residents.of(connection, counted) if told else None,
        dividing.of(connection, counted) if told else None,
        tourism_caution(residents.table, dividing.year, counted)
        if told and dividing.kind is DenominatorKind.POPULATION
        else None,
        official,
    )


def mixed_burglaries(asking: Asking) -> tuple[str, ...]:
    """What the reader must know where burglaries are divided by residents."""
    if kind_of(asking.leaves) is DenominatorKind.DWELLINGS or "D201" not in (asking.leaves or ()):
        return ()
    return (
        "Les cambriolages de logement sont ici comptés avec d'autres faits : le taux est pour 1\u00a0000 "
        "habitants. Demandez D201 seule pour un taux pour 1\u00a0000 logements.",
    )

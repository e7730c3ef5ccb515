"""What is asked, by whom, and what it comes down to: territory, sources, categories, audience."""

import json
from dataclasses import dataclass, field, replace

from observatoire.analyses import places
from observatoire.analyses.errors import ServiceActivity
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller, audience_of, outside_audience
from observatoire.domain.day_kind import DayGroup
from observatoire.domain.incident import Category
from observatoire.domain.period import Period
from observatoire.domain.scope import Scope
from observatoire.domain.source import Source
from observatoire.domain.territory import TerritoryCode
from observatoire.errors import FieldError, NonAdditiveSources, NotComputableResult, UnknownCode
from observatoire.store import sources as source_store
from observatoire.store.engine import Connection
from observatoire.store.reference import categories as category_store
from observatoire.store.reference import territories
from observatoire.store.reference.territories import CommuneRecord, TerritoryRecord


@dataclass(frozen=True, slots=True)
class Question:
    """The common filters of every analysis, as asked.

    ``categories``: domain letters, families or leaves; ``sources``: source codes or additivity
    groups; empty means all.
    """

    territory: TerritoryCode
    period: Period
    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = field(default=())

    def canonical(self) -> str:
        """The same text for the same question, whatever the order of its filters."""
        return json.dumps(
            {
                "territoire": str(self.territory),
                "debut": self.period.start.isoformat(),
                "fin": self.period.end.isoformat(),
                "categorie": sorted(self.categories),
                "source": sorted(self.sources),
                **dict(self.parameters),
            },
            ensure_ascii=False,
            sort_keys=True,
        )

    def with_parameters(self, **parameters: str) -> "Question":
        """The same question with what is proper to one analysis."""
        return replace(self, parameters=tuple(sorted(parameters.items())))


@dataclass(frozen=True, slots=True)
class Asking:
    """A question in the hands of a caller: what each analysis needs to answer.

    ``question`` names the version of the zone that answers. ``sources`` are those that the caller may
    read and that were asked for; ``other_sources`` counts those that exist on the territory and stay
    unnamed; ``coarse`` are those left out because their contract stops at the commune and the territory
    lies below it. ``notes``: French sentences about the territory that the reader must see. ``asked``: the
    territory as it was written, a zone without its version.
    """

    question: Question
    caller: Caller
    journal: Journal
    audience: Audience
    territory: TerritoryRecord
    communes: tuple[CommuneRecord, ...]
    taxonomy: tuple[Category, ...]
    leaves: tuple[str, ...] | None
    sources: tuple[Source, ...]
    other_sources: int
    coarse: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()
    asked: TerritoryCode | None = None

    @property
    def groups(self) -> dict[str, list[Source]]:
        """Additivity groups of the sources, in code order."""
        groups: dict[str, list[Source]] = {}
        for source in sorted(self.sources, key=lambda s: (s.group, s.code)):
            groups.setdefault(source.group, []).append(source)
        return groups

    def scope(
        self,
        sources: list[Source] | None = None,
        period: Period | None = None,
        days: tuple[DayGroup, ...] | None = None,
    ) -> Scope:
        """The filters of a count."""
        chosen = self.sources if sources is None else sources
        return Scope(
            self.question.territory,
            period or self.question.period,
            tuple(source.code for source in chosen),
            self.leaves,
            days,
        )

    def single_group(self) -> list[Source]:
        """The one additivity group that the question rests on.

        Raises:
            NonAdditiveSources: several groups have a source here; they are listed.
            NotComputableResult: no source covers the territory.
        """
        groups = self.groups
        if not groups:
            raise NotComputableResult(
                "aucune source que vous puissiez lire ne couvre ce territoire. "
                "Déclarez-en une (POST /sources) ou élargissez le territoire."
            )
        if len(groups) > 1:
            listed = ", ".join(f"« {name} »" for name in groups)
            fields = tuple(FieldError("source", "groupe d'additivité", name) for name in groups)
            raise NonAdditiveSources(listed, fields=fields)
        return next(iter(groups.values()))


def ask(connection: Connection, question: Question, caller: Caller, journal: Journal) -> Asking:
    """Resolve a question for a caller.

    Raises:
        UnknownTerritory, UnknownCode: a filter names nothing that the caller may see.
    """
    asked = question.territory
    place = places.resolve(connection, asked, question.period, caller)
    question = replace(question, territory=place.territory)
    record = territories.get(connection, question.territory)
    communes = tuple(territories.communes_of(connection, question.territory))
    audience = audience_of(caller, frozenset(c.code for c in communes))
    taxonomy = category_store.every(connection)
    leaves = leaves_of(taxonomy, question.categories) if question.categories else None
    present, hidden = _sources_on(connection, communes, caller)
    readable = [s for s in present if may_speak_of(s, question.territory)]
    if audience is Audience.INTERNE and not (present or caller.sees_every_source):
        # Inside its grant, an agent or a partner knows more than an edition only of its own sources.
        audience = outside_audience(caller)
    return Asking(
        question=question,
        caller=caller,
        journal=journal,
        audience=audience,
        territory=record,
        communes=communes,
        taxonomy=taxonomy,
        leaves=leaves,
        sources=_chosen(readable, question.sources) if audience is Audience.INTERNE else (),
        other_sources=hidden,
        coarse=tuple(s for s in present if s not in readable) if audience is Audience.INTERNE else (),
        notes=place.notes,
        asked=asked,
    )


def may_speak_of(source: Source, territory: TerritoryCode) -> bool:
    """Whether the contract of a source lets its facts be counted in a territory of this level."""
    return source.precision.allows_neighbourhoods or not territory.level.is_part_of_communes


def leaves_of(taxonomy: tuple[Category, ...], asked: tuple[str, ...]) -> tuple[str, ...]:
    """Leaf codes of domains, families or leaves.

    Raises:
        UnknownCode: a code that the taxonomy does not have, with the nearest that exist.
        ServiceActivity: a code of service activity, which is never counted.
    """
    leaves: set[str] = set()
    for code in asked:
        found = {c.code for c in taxonomy if code in (c.domain, c.family, c.code)}
        if not found:
            near = sorted(
                {c.family for c in taxonomy if c.domain == code[:1]} or {c.domain for c in taxonomy}
            )
            raise UnknownCode(
                "categorie",
                code,
                fields=(FieldError("categorie", f"« {code} » est inconnue", ", ".join(near)),),
            )
        if any(c.is_service_activity for c in taxonomy if c.code in found):
            raise ServiceActivity(code, fields=(FieldError("categorie", f"« {code} » n'est pas un fait"),))
        leaves |= found
    return tuple(sorted(leaves))


def _sources_on(
    connection: Connection, communes: tuple[CommuneRecord, ...], caller: Caller
) -> tuple[list[Source], int]:
    """Sources whose territory meets the one asked: those that the caller may read, how many others."""
    asked = [c.code for c in communes]
    present = [
        source
        for source in source_store.every(connection)
        if any(territories.shared_communes(connection, t.territory, asked) for t in source.territories)
    ]
    readable = [source for source in present if caller.may_read_source(source.organisation)]
    return readable, len(present) - len(readable)


def _chosen(readable: list[Source], asked: tuple[str, ...]) -> tuple[Source, ...]:
    if not asked:
        return tuple(readable)
    chosen: list[Source] = []
    for code in asked:
        found = [s for s in readable if code in (s.code, s.group)]
        if not found:
            valid = ", ".join(sorted({s.code for s in readable}))
            raise UnknownCode(
                "source",
                code,
                fields=(FieldError("source", f"« {code} » est inconnue sur ce territoire", valid),),
            )
        chosen += [s for s in found if s not in chosen]
    return tuple(chosen)

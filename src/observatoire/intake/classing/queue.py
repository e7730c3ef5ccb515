"""The labels that sources use, and those that wait for a person to class them."""

import operator
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from observatoire.disclosure import gate
from observatoire.disclosure.confidential import Confidential
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller
from observatoire.disclosure.released import Count, Released
from observatoire.domain.incident import SERVICE_ACTIVITY, TO_BE_CLASSED, UNCLASSED_ALERT, Category
from observatoire.domain.source import Source
from observatoire.errors import NotFound
from observatoire.intake.classing.proposing import Proposal, Proposer
from observatoire.intake.parsing.text import plain
from observatoire.intake.personal import looks_personal
from observatoire.store import correspondences, reach, sources
from observatoire.store.confidential import classing
from observatoire.store.confidential.classing import UsedLabel
from observatoire.store.engine import Connection, Database
from observatoire.store.reference import categories


@dataclass(frozen=True, slots=True)
class LabelUse:
    """A label of a source, under its most frequent spelling: rows that bear it, class, leaves proposed."""

    source: str
    label: str
    occurrences: int
    category: str
    mode: str
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class SourceClassing:
    """How well a source is classed. ``unlabelled``: facts to be classed whose label was not kept."""

    source: str
    facts: Count
    to_class: Count
    unclassed_share: float | None
    unlabelled: int

    @property
    def warning(self) -> str | None:
        """What must be said when too much is left to class."""
        if self.unclassed_share is None or self.unclassed_share <= UNCLASSED_ALERT:
            return None
        share = f"{self.unclassed_share:.0%}".replace("%", " %")
        return (
            f"« {self.source} » : {share} des faits restent à classer ; classez d'abord les plus fréquents."
        )


@dataclass(frozen=True, slots=True)
class Queue:
    """Labels, most frequent first; ``total``: how many there are beyond this page."""

    taxonomy: int
    labels: tuple[LabelUse, ...]
    total: int
    sources: tuple[SourceClassing, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Which labels: of which sources (none: all that may be read), all of them or those to be classed."""

    sources: tuple[str, ...] = ()
    classed_too: bool = False
    limit: int = 100
    offset: int = 0


def waiting(database: Database, page: Page, caller: Caller, journal: Journal) -> Released[Queue]:
    """The labels of the sources that the caller may read.

    Raises:
        NotFound: a source named does not exist, or not for this caller.
    """
    with database.reading() as connection:
        chosen = _readable(connection, page.sources, caller)
        taxonomy = categories.every(connection)
        version = categories.current_version(connection)
        known = _decided(connection, chosen)
        rows = _used(connection, chosen)
    organisations = {source.code: source.organisation for source in chosen}

    def answer(found: dict[str, list[UsedLabel]]) -> Queue:
        uses = sorted(
            (use for code, own in found.items() for use in _uses(code, own, page.classed_too)),
            key=lambda use: (-use.occurrences, use.source, use.label),
        )
        shown = uses[page.offset : page.offset + page.limit]
        return Queue(
            version,
            _with_proposals(shown, taxonomy, known, organisations),
            len(uses),
            tuple(_summed(code, own) for code, own in found.items()),
        )

    asked = f"a-classer {','.join(s.code for s in chosen)}"
    return gate.release(rows.map(answer), Audience.INTERNE, caller, asked, journal)


def _used(connection: Connection, chosen: Iterable[Source]) -> Confidential[dict[str, list[UsedLabel]]]:
    rows: Confidential[dict[str, list[UsedLabel]]] = Confidential({})
    for source in chosen:
        named = classing.used(connection, source.code).map(partial(_named, source.code))
        rows = rows.combine(named, operator.or_)
    return rows


def _named(source: str, rows: list[UsedLabel]) -> dict[str, list[UsedLabel]]:
    return {source: rows}


def _readable(connection: Connection, asked: Sequence[str], caller: Caller) -> list[Source]:
    """Sources whose exact counts the caller may read: those asked for, else all."""
    mine = frozenset(reach.of(connection, caller).sources)
    readable = [s for s in sources.every(connection) if s.code in (mine & set(asked) if asked else mine)]
    if asked and len(readable) < len(set(asked)):
        raise NotFound
    return readable


def _decided(connection: Connection, chosen: Iterable[Source]) -> dict[str, list[tuple[str, str]]]:
    """By organisation, what its people have classed: nothing is learnt from another's."""
    owned: dict[str, list[str]] = defaultdict(list)
    for source in chosen:
        owned[source.organisation].append(source.code)
    return {
        organisation: correspondences.forms_of_organisation(connection, codes, organisation)
        for organisation, codes in owned.items()
    }


def _uses(source: str, rows: Iterable[UsedLabel], classed_too: bool) -> list[LabelUse]:
    """One line per label and class, whatever the spelling."""
    spellings: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        if not _kept(row.label) or not (classed_too or row.category == TO_BE_CLASSED):
            continue
        assert row.label is not None
        spellings[plain(row.label), row.category, row.mode][row.label] += row.facts
    return [
        LabelUse(source, max(sorted(own), key=lambda s: own[s]), sum(own.values()), category, mode, ())
        for (_, category, mode), own in spellings.items()
    ]


def _kept(label: str | None) -> bool:
    """Whether there is a label that can be shown and classed: one that looks personal today is not."""
    return label is not None and plain(label) != "" and not looks_personal(label)


def _with_proposals(
    uses: Sequence[LabelUse],
    taxonomy: tuple[Category, ...],
    known: dict[str, list[tuple[str, str]]],
    organisations: dict[str, str],
) -> tuple[LabelUse, ...]:
    """Only what is to be classed gets proposals, and only what is shown."""
    proposers = {name: Proposer(taxonomy, decided) for name, decided in known.items()}
    return tuple(
        replace(use, proposals=proposers[organisations[use.source]].propose(use.label))
        if use.category == TO_BE_CLASSED
        else use
        for use in uses
    )


def _summed(source: str, rows: Iterable[UsedLabel]) -> SourceClassing:
    """Service activity is no fact: it is in no share."""
    counted = [row for row in rows if not row.category.startswith(SERVICE_ACTIVITY)]
    facts = sum(row.facts for row in counted)
    left = [row for row in counted if row.category == TO_BE_CLASSED]
    unclassed = sum(row.facts for row in left)
    return SourceClassing(
        source,
        Count.exact(facts) if facts else Count.absent(),
        Count.exact(unclassed) if facts else Count.absent(),
        round(unclassed / facts, 4) if facts else None,
        sum(row.facts for row in left if not _kept(row.label)),
    )

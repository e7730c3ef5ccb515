"""Totals by category and source, with the same period a year before; per additivity group."""

import operator
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from observatoire.analyses import editions, readings
from observatoire.analyses.coverage import Coverage, coverage_of
from observatoire.analyses.origin import Method, provenance
from observatoire.analyses.proof import (
    Headcount,
    MethodProof,
    Proof,
    coverage_proof,
    coverage_warnings,
    place_proof,
    with_unplaced,
)
from observatoire.analyses.question import Asking, Question, ask
from observatoire.disclosure import gate
from observatoire.disclosure.confidential import Confidential
from observatoire.disclosure.gate import Journal
from observatoire.disclosure.policy import Audience, Caller
from observatoire.disclosure.released import Count, Released
from observatoire.domain.incident import Category
from observatoire.domain.scope import Scope
from observatoire.domain.source import Source
from observatoire.store.confidential import counts
from observatoire.store.confidential.counts import CategoryCount, PrecisionCount
from observatoire.store.engine import Connection, Database

T = TypeVar("T")
Unplaced = dict[str, int]
Counting = Callable[[Connection, Scope, frozenset[str]], Confidential[list[T]]]
METHOD = Method("synthese", 1)
PROOF = MethodProof(
    METHOD.name, METHOD.version, {}, ("comptage exact : un fait par ligne importée (unité « fait »)",)
)


@dataclass(frozen=True, slots=True)
class CategoryTotal:
    """Facts of a category in the period and a year before."""

    code: str
    label: str
    level: str
    facts: Count
    year_before: Count


@dataclass(frozen=True, slots=True)
class SourceTotal:
    """Facts of a source, and the share of them that has a point."""

    source: str
    label: str
    facts: Count
    located_share: float | None


@dataclass(frozen=True, slots=True)
class GroupCoverage:
    """What a group's figures rest on: compare two periods only when as many months were received."""

    communes: int
    covered_communes: int
    population_share: float | None
    months: int
    months_received: int
    months_received_year_before: int


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """One additivity group: what may be added together."""

    group: str
    sources: tuple[SourceTotal, ...]
    total: Count
    year_before: Count
    categories: tuple[CategoryTotal, ...]
    located_share: float | None
    coverage: GroupCoverage


@dataclass(frozen=True, slots=True)
class Summary:
    """The answer for ``interne``."""

    question: Question
    groups: tuple[GroupSummary, ...]
    proof: Proof


def summarise(
    database: Database, question: Question, caller: Caller, journal: Journal, *, from_edition: bool = False
) -> Released[Summary] | Released[editions.PublishedSummary]:
    """Answer ``synthese``: exact inside the grant, from the last edition outside it (or on demand).

    Raises:
        OutsideDiffusion: outside the grant, when the question is not one of the published grid.
    """
    with database.reading() as connection:
        asking = ask(connection, question, caller, journal)
        if asking.audience is Audience.INTERNE and not from_edition:
            return _fresh(connection, asking)
    return editions.read_summary(database, asking)


def _fresh(connection: Connection, asking: Asking) -> Released[Summary]:
    period = asking.question.period
    coverage = coverage_of(connection, asking.sources, asking.communes, period)
    before = coverage_of(connection, asking.sources, asking.communes, period.year_before())
    now_counts = _by_group(connection, asking, coverage, counts.by_category)
    before_counts = _by_group(connection, asking, before, counts.by_category)
    precisions = _by_group(connection, asking, coverage, counts.by_precision)
    unplaced = _unplaced(connection, asking, coverage)
    gaps = unplaced.combine(_unplaced(connection, asking, before), lambda now, then: (now, then))
    since = before.period.start
    read = [
        *readings.by_group(asking, coverage),
        *readings.by_group(asking, before, classes=False),
    ]
    digest, link = provenance(connection, asking, METHOD, (coverage, before), read, since=since)

    def groups(
        rows: tuple[list[CategoryCount], list[CategoryCount]], nowhere: tuple[Unplaced, Unplaced]
    ) -> tuple[GroupSummary, ...]:
        return tuple(
            _group(name, sources, rows, nowhere, (coverage, before), asking.taxonomy)
            for name, sources in asking.groups.items()
        )

    def answer(summaries: tuple[GroupSummary, ...], rest: tuple[list[PrecisionCount], Unplaced]) -> Summary:
        precision, nowhere = rest
        places = place_proof(precision)
        total = sum(row.facts for row in precision if row.asked)
        proof = Proof(
            with_unplaced(Headcount(total, total, ()), asking, sum(nowhere.values())),
            coverage_proof(coverage, asking, since),
            places,
            PROOF,
            digest,
            link,
            (*asking.notes, *coverage_warnings(coverage, places, asking, since), *_uneven(summaries)),
        )
        return Summary(asking.question, summaries, proof)

    rows = now_counts.combine(before_counts, lambda now, then: (now, then))
    rest = precisions.combine(unplaced, lambda precision, nowhere: (precision, nowhere))
    confidential = rows.combine(gaps, groups).combine(rest, answer)
    return gate.release(
        confidential,
        asking.audience,
        asking.caller,
        f"synthese {asking.question.canonical()}",
        asking.journal,
    )


def _by_group(
    connection: Connection, asking: Asking, coverage: Coverage, count: Counting[T]
) -> Confidential[list[T]]:
    """Rows of each group, counted where its own sources cover: another group's coverage adds nothing."""
    rows: Confidential[list[T]] = Confidential([])
    for sources in asking.groups.values():
        scope = asking.scope(sources, coverage.period)
        rows = rows.combine(count(connection, scope, coverage.of(sources).covered), operator.add)
    return rows


def _unplaced(connection: Connection, asking: Asking, coverage: Coverage) -> Confidential[Unplaced]:
    """Facts that nothing puts inside or outside the territory, by group."""
    found: Confidential[Unplaced] = Confidential({})
    for name, sources in asking.groups.items():
        scope = asking.scope(sources, coverage.period)
        months = counts.unplaced_by_month(connection, scope, coverage.of(sources).covered)
        found = found.combine(months, lambda total, own, name=name: {**total, name: sum(own.values())})  # type: ignore[misc]
    return found


def _group(
    name: str,
    sources: list[Source],
    rows: tuple[list[CategoryCount], list[CategoryCount]],
    unplaced: tuple[Unplaced, Unplaced],
    coverages: tuple[Coverage, Coverage],
    taxonomy: tuple[Category, ...],
) -> GroupSummary:
    """``rows``, ``unplaced`` and ``coverages``: of the period, then of a year before."""
    codes = {s.code for s in sources}
    own, past = ([r for r in found if r.source in codes] for found in rows)
    coverage, before = coverages
    here, there = (
        found.of(sources).is_whole and not nowhere[name]
        for found, nowhere in zip(coverages, unplaced, strict=True)
    )
    return GroupSummary(
        group=name,
        sources=tuple(_source(s, own, coverage, placed=not unplaced[0][name]) for s in sources),
        total=_count(sum(r.facts for r in own), whole=here),
        year_before=_count(sum(r.facts for r in past), whole=there),
        categories=_categories(own, past, here, there, taxonomy),
        located_share=_located(own),
        coverage=_group_coverage(coverage.of(sources), before.of(sources)),
    )


def _uneven(groups: tuple[GroupSummary, ...]) -> list[str]:
    return [
        f"« {g.group} » : {g.coverage.months_received} mois reçus, "
        f"{g.coverage.months_received_year_before} un an avant ; les deux totaux ne se comparent pas."
        for g in groups
        if g.coverage.months_received != g.coverage.months_received_year_before
    ]


def _group_coverage(now: Coverage, before: Coverage) -> GroupCoverage:
    return GroupCoverage(
        communes=len(now.communes),
        covered_communes=len(now.covered),
        population_share=now.population_share,
        months=sum(1 for _ in now.period.months()),
        months_received=now.observed_months,
        months_received_year_before=before.observed_months,
    )


def _count(value: int, *, whole: bool) -> Count:
    """Zero is told only where every month was received and every fact placed: the rest may hold some."""
    return Count.exact(value) if whole or value else Count.absent()


def _source(source: Source, rows: list[CategoryCount], coverage: Coverage, *, placed: bool) -> SourceTotal:
    own = [r for r in rows if r.source == source.code]
    whole = coverage.of([source]).is_whole and placed
    return SourceTotal(
        source.code, source.label, _count(sum(r.facts for r in own), whole=whole), _located(own)
    )


def _located(rows: list[CategoryCount]) -> float | None:
    facts = sum(r.facts for r in rows)
    return round(sum(r.located for r in rows) / facts, 4) if facts else None


def _categories(
    rows: Iterable[CategoryCount],
    earlier: Iterable[CategoryCount],
    here: bool,
    there: bool,
    taxonomy: tuple[Category, ...],
) -> tuple[CategoryTotal, ...]:
    """Domains, families and leaves that have facts in either period."""
    by_code = {c.code: c for c in taxonomy}
    now, past = _by_node(rows, by_code), _by_node(earlier, by_code)
    labels = {(level, code): label for c in taxonomy for level, code, label in _nodes(c)}
    return tuple(
        CategoryTotal(
            code,
            labels[level, code],
            level,
            _count(now[level, code], whole=here),
            _count(past[level, code], whole=there),
        )
        for level, code in sorted(set(now) | set(past), key=lambda node: node[1])
    )


def _nodes(category: Category) -> tuple[tuple[str, str, str], ...]:
    return (
        ("domaine", category.domain, category.domain_label),
        ("famille", category.family, category.family_label),
        ("categorie", category.code, category.label),
    )


def _by_node(
    rows: Iterable[CategoryCount], by_code: dict[str, Category]
) -> defaultdict[tuple[str, str], int]:
    totals: defaultdict[tuple[str, str], int] = defaultdict(int)
    facts = Counter[str]()
    for row in rows:
        facts[row.category] += row.facts
    for code, number in facts.items():
        for level, node, _ in _nodes(by_code[code]):
            totals[level, node] += number
    return totals

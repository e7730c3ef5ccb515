"""What a figure rests on, and the digest of it: it changes exactly when any of that changes (record 0022)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from typing import Any

from observatoire.analyses.clauses import clauses_of
from observatoire.analyses.coverage import Coverage, SourceCoverage
from observatoire.analyses.question import Asking, Question
from observatoire.analyses.readings import FactsRead, Reading, facts_read, short
from observatoire.disclosure.policy import POLICY_VERSION, Caller
from observatoire.domain.period import Period, next_month
from observatoire.domain.reception import ReceivedPeriod, month_state
from observatoire.domain.series_break import SeriesBreak
from observatoire.domain.source import Source
from observatoire.store import correspondences
from observatoire.store import imports as import_store
from observatoire.store import provenance as provenance_store
from observatoire.store.engine import Connection
from observatoire.store.reference import categories as category_store
from observatoire.store.reference import territories

FORM = 1
"""Version of what a digest is made of."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method and its version: another version is another figure."""

    name: str
    version: int


def provenance(
    connection: Connection,
    asking: Asking,
    method: Method,
    coverages: Iterable[Coverage],
    readings: Iterable[Reading],
    *,
    since: date | None = None,
    seen: Mapping[str, Any] | None = None,
) -> tuple[str, str]:
    """(digest of all that an answer rests on, link that lists the imports of its sources).

    What it rests on is kept by its digest, so that the figure can be traced for ever.

    Args:
        connection: that of the answer.
        asking: the question in the hands of its caller.
        method: what answers.
        coverages: those that the answer tells, or counts by.
        readings: all the facts that it reads.
        since: the first day that the figures rest on, if earlier than the period.
        seen: what else it rests on, as plain values (the cells of a mask).
    """
    period = Period(since or asking.question.period.start, asking.question.period.end)
    listed = list(coverages)
    facts = facts_read(connection, asking.question.territory, asking.leaves, readings)
    rests_on = {
        "forme": FORM,
        "question": _question(asking.question),
        "methode": {"nom": method.name, "version": method.version},
        "diffusion": {"audience": asking.audience.value, "politique": POLICY_VERSION},
        "territoire": _territory(asking),
        "nomenclature": category_store.current_version(connection),
        "sources": {source.code: clauses_of(source) for source in asking.sources},
        "ecartees": {source.code: source.precision.value for source in asking.coarse},
        "autres_sources": asking.other_sources,
        "couverture": [_coverage(coverage) for coverage in listed],
        "ruptures": _breaks(listed),
        "imports": facts.imports,
        "faits": facts.digest,
        "vu": dict(seen or {}),
    }
    digest = short(rests_on)
    if not provenance_store.is_kept(connection, digest):
        beside = _beside(connection, asking.sources, listed)
        beside |= {"territoire": str(asking.asked), "contour": _contour(connection, asking)}
        provenance_store.keep(connection, digest, rests_on, beside, reader_of(asking.caller))
    sources = "&".join(f"source={source.code}" for source in asking.sources)
    return digest, f"/api/v1/imports?etat=valide&debut={period.start}&fin={period.end}&{sources}"


def _question(question: Question) -> dict[str, Any]:
    return {
        "territoire": str(question.territory),
        "debut": question.period.start.isoformat(),
        "fin": question.period.end.isoformat(),
        "categorie": sorted(set(question.categories)),
        "source": sorted(set(question.sources)),
        "parametres": dict(question.parameters),
    }


def _territory(asking: Asking) -> dict[str, Any]:
    """What is known of the place: its communes, their residents, the version of its outline."""
    record = asking.territory
    return {
        "nom": record.name,
        "geographie": record.vintage,
        "population_millesime": record.population_vintage,
        "communes": len(asking.communes),
        "empreinte": short([[c.code, c.name, c.population] for c in asking.communes]),
        "contour": list(asking.notes),
    }


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        "debut": coverage.period.start.isoformat(),
        "fin": coverage.period.end.isoformat(),
        "sources": {own.source.code: _received(own) for own in coverage.sources},
    }


def _received(own: SourceCoverage) -> dict[str, Any]:
    return {
        "communes": [len(own.communes), short(sorted(own.communes))],
        "mois": {f"{month:%Y-%m}": state.value for month, state in own.months.items()},
        "provisoires": sorted(f"{month:%Y-%m}" for month in own.provisional),
        "periode_deduite": own.deduced,
    }


def _breaks(coverages: list[Coverage]) -> list[list[str]]:
    """Declared breaks that cut what the figures rest on, from the first day told to the last."""
    whole = Period(min(c.period.start for c in coverages), max(c.period.end for c in coverages))
    found: set[SeriesBreak] = {found for coverage in coverages for found in coverage.breaks_in(whole)}
    return sorted([b.source, b.day.isoformat(), b.kind.value, b.reason] for b in found)


def _beside(
    connection: Connection, sources: Iterable[Source], coverages: Iterable[Coverage]
) -> dict[str, Any]:
    """What helps to read a provenance and makes no figure: who told the months, the table of classing."""
    listed = list(sources)
    codes = sorted(source.code for source in listed)
    organisations = sorted({source.organisation for source in listed})
    latest, total = correspondences.history(connection, codes, organisations, 1, 0)
    return {
        "logiciel": version("observatoire"),
        "correspondances": {"version": latest[0].number if latest else 0, "decisions": total},
        "couverture": _tellers(import_store.received(connection, codes), coverages),
    }


def _tellers(received: list[ReceivedPeriod], coverages: Iterable[Coverage]) -> dict[str, list[str]]:
    """By source, in order of arrival, the imports that changed what is known of some month."""
    today = datetime.now(UTC).date()
    found: dict[str, dict[str, None]] = {}
    for own in (own for coverage in coverages for own in coverage.sources):
        mine = [r for r in received if r.source == own.source.code]
        for month in own.months:
            told = _telling(own.source, month, mine, today)
            found.setdefault(own.source.code, {}).update(dict.fromkeys(str(r.id) for r in told))
    return {code: list(ids) for code, ids in sorted(found.items())}


def _telling(
    source: Source, month: date, received: list[ReceivedPeriod], today: date
) -> list[ReceivedPeriod]:
    whole = Period(month, next_month(month))
    here = [r for r in received if r.told is not None and r.told.overlaps(whole)]
    kept: list[ReceivedPeriod] = []
    state = month_state(source, month, kept, today)
    for one in here:
        after = month_state(source, month, [*kept, one], today)
        # Two halves of a month: the first makes it partial, the second whole.
        if after is not state:
            kept, state = [*kept, one], after
    return kept


def _contour(connection: Connection, asking: Asking) -> str | None:
    record = territories.contour(connection, asking.question.territory)
    return None if record is None else record.source


def reader_of(caller: Caller) -> dict[str, Any]:
    """Role, organisation and grant: whoever asks again the same way is answered the same; no name."""
    return {
        "role": caller.role.value if caller.role else None,
        "organisation": caller.organisation,
        "perimetre": sorted(str(code) for code in caller.grant),
    }


def edition_provenance(
    connection: Connection,
    caller: Caller,
    geography: int,
    made_of: Mapping[str, Any],
    coverages: Iterable[Coverage],
    facts: FactsRead,
) -> str:
    """Digest of all that an edition rests on, kept as that of an answer is."""
    listed = list(coverages)
    sources = [own.source for coverage in listed for own in coverage.sources]
    rests_on = {
        "forme": FORM,
        "methode": {"nom": "edition", "version": POLICY_VERSION},
        "territoire": {"geographie": geography},
        "nomenclature": category_store.current_version(connection),
        "sources": {source.code: clauses_of(source) for source in sources},
        "couverture": [_coverage(coverage) for coverage in listed],
        "ruptures": [],
        "imports": facts.imports,
        "faits": facts.digest,
        "vu": dict(made_of),
    }
    digest = short(rests_on)
    if not provenance_store.is_kept(connection, digest):
        unique = {source.code: source for source in sources}
        beside = _beside(connection, unique.values(), listed)
        provenance_store.keep(connection, digest, rests_on, beside, reader_of(caller))
    return digest

"""A figure contested months later: what it rested on, and whether it is still today's (record 0022)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from observatoire.analyses import editions, places, series_tracing
from observatoire.analyses.asking_again import ANALYSES, ask_again
from observatoire.analyses.clauses import contract_from
from observatoire.analyses.origin import Method
from observatoire.analyses.places import AssignmentUnderWay
from observatoire.analyses.question import Question
from observatoire.analyses.readings import short
from observatoire.analyses.traces import Trace, TracedSource
from observatoire.analyses.what_changed import Change, changes
from observatoire.disclosure.gate import INTERNAL_POLICY, Journal, Passage
from observatoire.disclosure.policy import Audience, Caller, Role, audience_of, outside_audience
from observatoire.disclosure.released import Disclosure
from observatoire.domain.period import Period
from observatoire.domain.series_break import BreakKind, SeriesBreak
from observatoire.domain.territory import NATION, TerritoryCode, TerritoryLevel
from observatoire.errors import NotFound, ObservatoireError, UnknownTerritory
from observatoire.store import imports as import_store
from observatoire.store import provenance as provenance_store
from observatoire.store import sources as source_store
from observatoire.store import zones
from observatoire.store.engine import Connection, Database
from observatoire.store.imports import ImportRecord
from observatoire.store.provenance import ProvenanceRecord
from observatoire.store.published.editions import EditionRecord
from observatoire.store.reference import territories


def trace(database: Database, digest: str, caller: Caller, journal: Journal) -> Trace:
    """Everything that a digest stands for.

    Raises:
        NotFound: nobody was given this digest, or the caller could not have been; alike.
    """
    published = [edition for edition in editions.listed(database) if edition.digest == digest]
    with database.reading() as connection:
        record = provenance_store.find(connection, digest)
        if published:
            found = _of_edition(connection, record, published[0], caller)
            return _compared_with_editions(found, editions.listed(database))
        if record is not None and series_tracing.is_of_series(record):
            if not series_tracing.may_see(connection, record, caller):
                raise NotFound
            found = series_tracing.told(connection, record)
            if found.disclosure.audience is Audience.INTERNE:  # what is public is read without a trace
                journal(Passage(caller.name, caller.role or "", "provenance", digest, Audience.INTERNE))
            return series_tracing.compared_with_today(database, record, found, caller)
        visible = _may_see(connection, record, caller)
        if record is None or not visible:
            raise NotFound
        found = _of_answer(connection, record, caller)
    journal(Passage(caller.name, caller.role or "", "provenance", digest, Audience.INTERNE))
    return _compared_with_today(database, record, found)


# ---- who may see -------------------------------------------------------------------------------------


def _may_see(connection: Connection, record: ProvenanceRecord | None, caller: Caller) -> bool:
    """Whether the caller could ask the question and be answered from some of these sources.

    What does not exist costs the same look-ups as what is another's.
    """
    territory = (caller.grant or (NATION,))[0]
    if record is not None:
        territory = TerritoryCode.parse(record.rests_on["question"]["territoire"])
    inside = _is_inside(connection, territory, caller)
    readable = _readable(connection, record, caller)
    return record is not None and inside and bool(readable or caller.sees_every_source)


def _is_inside(connection: Connection, territory: TerritoryCode, caller: Caller) -> bool:
    if territory.level is TerritoryLevel.ZONE:
        zone = zones.get(connection, UUID(territory.code.partition("@")[0]))
        if zone is None or not places.readable(zone, caller):
            return False
    try:
        communes = frozenset(c.code for c in territories.communes_of(connection, territory))
    except UnknownTerritory:  # a geography loaded since then no longer has it
        communes = frozenset()
    return audience_of(caller, communes) is Audience.INTERNE


def _readable(connection: Connection, record: ProvenanceRecord | None, caller: Caller) -> dict[str, bool]:
    """The sources of a figure that the caller may read, and whether the imports of each."""
    rested = record.rests_on["sources"] if record else {}
    found = {}
    for source in source_store.every(connection):
        if source.code in rested and caller.may_read_source(source.organisation):
            limited = caller.communes is not None
            communes = source_store.communes_of(connection, source) if limited else ()
            known = frozenset(c.code for c in communes)
            found[source.code] = caller.may_read_report(source.organisation, known)
    return found


# ---- what it rested on -------------------------------------------------------------------------------


def _of_answer(connection: Connection, record: ProvenanceRecord, caller: Caller) -> Trace:
    rests_on = record.rests_on
    audience, version = Audience(rests_on["diffusion"]["audience"]), rests_on["diffusion"]["politique"]
    found = _of_record(connection, record, caller, Disclosure(audience, INTERNAL_POLICY, version, None))
    seen = {source.contract.code for source in found.sources}
    return replace(found, question=_shown(_question_of(record), found.sources, seen))


def _of_record(
    connection: Connection, record: ProvenanceRecord, caller: Caller, disclosure: Disclosure
) -> Trace:
    rests_on, beside = record.rests_on, record.beside
    readable = _readable(connection, record, caller)
    own = {code: _imports(connection, record, code) for code in rests_on["sources"] if code in readable}
    classing = beside["correspondances"]
    return Trace(
        digest=record.digest,
        kept_at=record.kept_at,
        intact=short(rests_on) == record.digest,
        question=None,
        method=Method(**_renamed(rests_on["methode"])),
        disclosure=disclosure,
        software=beside["logiciel"],
        taxonomy=rests_on["nomenclature"],
        classing=(classing["version"], classing["decisions"]),
        geography=rests_on["territoire"]["geographie"],
        contour=beside.get("contour"),
        sources=tuple(
            TracedSource(
                contract_from(code, rests_on["sources"][code]),
                tuple(imports) if readable[code] else (),
                0 if readable[code] else len(imports),
            )
            for code, imports in sorted(own.items())
        ),
        other_sources=len(rests_on["sources"]) - len(readable),
        breaks=tuple(_break(found) for found in rests_on["ruptures"] if found[0] in readable),
        up_to_date=None,
        current_digest=None,
        changes=(),
    )


def _renamed(method: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": method["nom"], "version": method["version"]}


def _imports(connection: Connection, record: ProvenanceRecord, source: str) -> list[ImportRecord]:
    told = [UUID(text) for text in record.beside["couverture"].get(source, ())]
    return import_store.of_provenance(connection, record.rests_on["imports"].get(source, ()), told)


def _break(found: list[str]) -> SeriesBreak:
    source, day, kind, reason = found
    return SeriesBreak(source, date.fromisoformat(day), BreakKind(kind), reason, author="")


def _question_of(record: ProvenanceRecord) -> Question:
    """The question as it was asked: a zone without its version is whatever it has become."""
    asked = record.rests_on["question"]
    return Question(
        TerritoryCode.parse(record.beside["territoire"]),
        Period(date.fromisoformat(asked["debut"]), date.fromisoformat(asked["fin"])),
        tuple(asked["categorie"]),
        tuple(asked["source"]),
        tuple(sorted(asked["parametres"].items())),
    )


def _shown(question: Question, sources: Iterable[TracedSource], seen: set[str]) -> Question:
    """The question without the names of sources that the caller may not read."""
    named = seen | {source.contract.group for source in sources}
    return replace(question, sources=tuple(code for code in question.sources if code in named))


# ---- editions ----------------------------------------------------------------------------------------


def _of_edition(
    connection: Connection, record: ProvenanceRecord | None, edition: EditionRecord, caller: Caller
) -> Trace:
    disclosure = Disclosure(outside_audience(caller), edition.policy, edition.policy_version, edition.number)
    if record is not None:
        return _of_record(connection, record, caller, disclosure)
    raise NotFound  # published by a version that kept no provenance: GET /editions tells all that is known


def _compared_with_editions(found: Trace, listed: list[EditionRecord]) -> Trace:
    latest = listed[0]
    if latest.digest == found.digest:
        return replace(found, up_to_date=True, current_digest=found.digest)
    told = f"L'édition {latest.number}, publiée le {latest.published_at:%d/%m/%Y}, l'a remplacée."
    return replace(
        found,
        up_to_date=False,
        current_digest=latest.digest,
        changes=(Change("edition", None, told),),
    )


# ---- today -------------------------------------------------------------------------------------------


def _compared_with_today(database: Database, record: ProvenanceRecord, found: Trace) -> Trace:
    if found.method.name not in ANALYSES:
        return found
    with database.reading() as connection:
        reader = _reader(connection, record)
    try:
        proof = ask_again(database, found.method.name, _question_of(record), reader)
    except AssignmentUnderWay as refusal:
        return replace(found, changes=(Change("territoire", None, str(refusal)),))
    except ObservatoireError as refusal:
        return replace(found, up_to_date=False, changes=(_refused(refusal, found),))
    if proof is None:
        told = "Qui a posé cette question n'obtiendrait plus de compte exact : son périmètre a changé."
        return replace(found, up_to_date=False, changes=(Change("diffusion", None, told),))
    if proof.digest == record.digest:
        return replace(found, up_to_date=True, current_digest=proof.digest)
    with database.reading() as connection:
        told_changes = _changes(connection, record, proof.digest, found)
    return replace(found, up_to_date=False, current_digest=proof.digest, changes=told_changes)


def _reader(connection: Connection, record: ProvenanceRecord) -> Caller:
    """Whoever was answered first, with what its grant holds today."""
    reader = record.reader
    grant = tuple(TerritoryCode.parse(code) for code in reader["perimetre"])
    everywhere = any(code.level is TerritoryLevel.NATION for code in grant)
    communes = frozenset(c.code for code in grant for c in territories.communes_of(connection, code))
    role = Role(reader["role"])
    return Caller("provenance", role, reader["organisation"], grant, None if everywhere else communes)


def _refused(refusal: ObservatoireError, found: Trace) -> Change:
    """A refusal may name sources: it is told to who reads them all."""
    why = f" : {refusal}" if not found.other_sources else "."
    return Change("question", None, f"Cette question n'a plus de réponse{why}")


def _changes(
    connection: Connection, record: ProvenanceRecord, digest: str, found: Trace
) -> tuple[Change, ...]:
    now = provenance_store.find(connection, digest)
    assert now is not None
    numbers = {n for r in (record, now) for own in r.rests_on["imports"].values() for n in own}
    named = {r.number: r for r in import_store.of_provenance(connection, sorted(numbers), ()) if r.number}
    readable = {source.contract.code for source in found.sources}
    told = changes(record.rests_on, now.rests_on, named)
    shown = [change for change in told if change.source is None or change.source in readable]
    if len(shown) < len(told):
        shown.append(Change("source", None, "Des sources que vous ne pouvez pas lire ont changé."))
    return tuple(shown)

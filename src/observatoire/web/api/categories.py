"""The pivot taxonomy, the labels to be classed, and what people decide of them."""

from typing import Annotated

from fastapi import APIRouter, Query

from observatoire.disclosure.policy import Caller
from observatoire.domain.source import Source
from observatoire.errors import FieldError, Forbidden, InvalidRequest
from observatoire.intake.classing import deciding, queue
from observatoire.intake.classing.deciding import Choice, Scope
from observatoire.store import correspondences
from observatoire.store import sources as source_store
from observatoire.store.correspondences import DecisionRecord
from observatoire.store.reference import categories as category_store
from observatoire.web.api.imports import source_of
from observatoire.web.auditing import note
from observatoire.web.dependencies import KeyedDep, Offset, Services, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import ReleasedResponse, respond
from observatoire.web.schemas.base import DisclosureOut
from observatoire.web.schemas.categories import (
    CategoryList,
    CategoryOut,
    CorrespondencesIn,
    DecidedOut,
    DecisionList,
    DecisionOut,
    DecisionRecordOut,
    LabelQueueOut,
    LabelUseOut,
    PassageOut,
    SourceClassingOut,
    TaxonomyVersionList,
    TaxonomyVersionOut,
)

router = APIRouter(prefix="/categories", tags=["categories"], responses=PROBLEMS)


@router.get("", summary="Nomenclature pivot")
def list_categories(
    who: KeyedDep,
    found: ServicesDep,
    version: Annotated[int | None, Query(ge=1, le=32767, description="par défaut, celle en vigueur")] = None,
) -> CategoryList:
    """The leaves of the pivot taxonomy, in force or of a version before."""
    with found.database.reading() as connection:
        current = category_store.current_version(connection)
        if version is not None and version > current:
            raise InvalidRequest(fields=(FieldError("version", "version inconnue", f"1 à {current}"),))
        every = category_store.every(connection, version)
    return CategoryList(version=version or current, categories=[CategoryOut.model_validate(c) for c in every])


@router.get("/versions", summary="Versions de la nomenclature et passages de l'une à l'autre")
def list_versions(who: KeyedDep, found: ServicesDep) -> TaxonomyVersionList:
    """Each version, and what became of the leaves of the one before."""
    with found.database.reading() as connection:
        versions = category_store.versions(connection)
    return TaxonomyVersionList(
        versions=[
            TaxonomyVersionOut(
                version=v.version,
                author=v.author,
                loaded_at=v.loaded_at,
                passages=[
                    PassageOut(former=former, current=sorted(leaves))
                    for former, leaves in sorted(v.passages.items())
                ],
            )
            for v in versions
        ]
    )


@router.get(
    "/a-classer", summary="Libellés à classer, les plus fréquents d'abord", response_model=LabelQueueOut
)
def list_labels(
    who: KeyedDep,
    found: ServicesDep,
    source: Annotated[list[str] | None, Query(description="par défaut, toutes celles que vous lisez")] = None,
    tous: Annotated[bool, Query(description="les libellés déjà classés aussi")] = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Offset = 0,
) -> ReleasedResponse:
    """The labels that sources use, how often, and leaves proposed for those that nobody has classed."""
    page = queue.Page(tuple(source or ()), tous, limit, offset)
    released = queue.waiting(found.database, page, who, found.journal())
    answer = released.value
    note(rows=len(answer.labels), sources=[own.source for own in answer.sources])
    return respond(
        released,
        LabelQueueOut(
            taxonomy=answer.taxonomy,
            labels=[LabelUseOut.model_validate(use) for use in answer.labels],
            total=answer.total,
            sources=[SourceClassingOut.model_validate(own) for own in answer.sources],
            disclosure=DisclosureOut.model_validate(released.disclosure),
            warnings=[own.warning for own in answer.sources if own.warning],
        ),
    )


@router.get("/correspondances", summary="Libellés classés par des personnes, et leur histoire")
def list_correspondences(
    who: KeyedDep,
    found: ServicesDep,
    source: Annotated[list[str] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Offset = 0,
) -> DecisionList:
    """Decisions about the sources that the caller may read, and about their organisations, latest first."""
    with found.database.consulting(found.reach(who)) as connection:
        readable = [s for s in source_store.every(connection) if source is None or s.code in source]
        codes, owners = [s.code for s in readable], sorted({s.organisation for s in readable})
        records, total = correspondences.history(connection, codes, owners, limit, offset)
    note(rows=len(records), sources=codes)
    return DecisionList(decisions=[_record_out(record) for record in records], total=total)


@router.put("/correspondances", summary="Classer des libellés, pour de bon", response_model=DecidedOut)
def replace_correspondences(who: KeyedDep, found: ServicesDep, body: CorrespondencesIn) -> ReleasedResponse:
    """Labels are classed, or a decision is taken back, and the stored facts are classed again at once.

    All or none. For one source, or for every source of an organisation.
    """
    note(sources=[body.source] if body.source else ())
    scope = _scope(found, who, body)
    choices = [Choice(choice.label, choice.category) for choice in body.correspondences]
    released = deciding.decide(found.database, scope, choices, who, found.journal())
    return respond(
        released,
        DecidedOut(
            decisions=[DecisionOut.model_validate(decision) for decision in released.value.decisions],
            reclassed=released.value.reclassed,
            disclosure=DisclosureOut.model_validate(released.disclosure),
        ),
    )


def _scope(found: Services, who: Caller, body: CorrespondencesIn) -> Scope:
    """For whom the labels are classed.

    Raises:
        InvalidRequest: neither a source nor an organisation, or both, or one that the caller can't see.
        Forbidden: it may be read but not written for.
    """
    if (body.source is None) == (body.organisation is None):
        raise InvalidRequest(
            fields=(FieldError("source, organisation", "donnez l'une ou l'autre", "une seule des deux"),)
        )
    if body.source is not None:
        sources: tuple[Source, ...] = (source_of(found, who, body.source),)
    else:
        sources = _sources_of(found, who, body.organisation or "")
    if not who.may_class_for(sources[0].organisation):
        raise Forbidden
    return Scope(sources, sources[0].organisation, shared=body.source is None)


def _sources_of(found: Services, who: Caller, organisation: str) -> tuple[Source, ...]:
    """Every source of an organisation that the caller knows."""
    reach = found.reach(who)
    with found.database.reading() as connection:
        owned = [s for s in source_store.every(connection) if s.organisation == organisation]
    if not any(source.code in reach.contracts for source in owned):
        raise InvalidRequest(
            fields=(FieldError("organisation", "aucune source que vous puissiez lire n'est à elle"),)
        )
    return tuple(owned)


def _record_out(record: DecisionRecord) -> DecisionRecordOut:
    decision = DecisionOut.model_validate(record.decision)
    return DecisionRecordOut(
        number=record.number,
        created_at=record.created_at,
        **{name: getattr(decision, name) for name in DecisionOut.model_fields},
    )

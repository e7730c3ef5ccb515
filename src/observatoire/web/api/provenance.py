"""What a figure rested on, by its digest."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from observatoire.analyses import tracing
from observatoire.analyses.official_series import SeriesQuestion
from observatoire.analyses.question import Question
from observatoire.analyses.traces import Trace, TracedSource
from observatoire.web.api.imports import import_out
from observatoire.web.api.official_series import file_out, series_question_out
from observatoire.web.api.sources import source_out
from observatoire.web.dependencies import CallerDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import question_out
from observatoire.web.schemas.base import DeclaredBreakOut, DisclosureOut, QuestionOut
from observatoire.web.schemas.provenance import (
    ChangeSinceOut,
    CorrespondenceTableOut,
    TracedMethodOut,
    TracedSourceOut,
    TraceOut,
)
from observatoire.web.schemas.series import SeriesQuestionOut

router = APIRouter(tags=["provenance"], responses=PROBLEMS)

Digest = Annotated[
    str, Path(alias="empreinte", pattern="^[0-9a-f]{32}$", description="empreinte lue dans une preuve")
]


@router.get("/provenance/{empreinte}", summary="Ce sur quoi repose un chiffre, et s'il est encore à jour")
def get_provenance(who: CallerDep, found: ServicesDep, digest: Digest, response: Response) -> TraceOut:
    """Question, method, rules, contracts and imports, as they were; and what changed since."""
    traced = tracing.trace(found.database, digest, who, found.journal())
    response.headers["Cache-Control"] = "private, no-cache"
    return _trace_out(traced)


def _trace_out(traced: Trace) -> TraceOut:
    return TraceOut(
        digest=traced.digest,
        kept_at=traced.kept_at,
        intact=traced.intact,
        question=_question_out(traced.question),
        method=TracedMethodOut.model_validate(traced.method),
        disclosure=DisclosureOut.model_validate(traced.disclosure),
        software=traced.software,
        taxonomy=traced.taxonomy,
        correspondences=_correspondences(traced.classing),
        geography=traced.geography,
        contour=traced.contour,
        sources=[_source_out(source) for source in traced.sources],
        other_sources=traced.other_sources,
        breaks=[DeclaredBreakOut.model_validate(found) for found in traced.breaks],
        up_to_date=traced.up_to_date,
        current_digest=traced.current_digest,
        changes=[ChangeSinceOut.model_validate(change) for change in traced.changes],
        series_files=[file_out(file) for file in traced.files],
    )


def _question_out(question: Question | SeriesQuestion | None) -> QuestionOut | SeriesQuestionOut | None:
    if isinstance(question, SeriesQuestion):
        return series_question_out(question)
    return None if question is None else question_out(question)


def _correspondences(classing: tuple[int, int] | None) -> CorrespondenceTableOut | None:
    if classing is None:
        return None
    version, total = classing
    return CorrespondenceTableOut(version=version, total=total)


def _source_out(source: TracedSource) -> TracedSourceOut:
    return TracedSourceOut(
        contract=source_out(source.contract),
        imports=[import_out(record) for record in source.imports],
        other_imports=source.other_imports,
    )

"""A territory in one call."""

from fastapi import APIRouter

from observatoire.analyses import portrait
from observatoire.analyses.official_series import SeriesAnswer
from observatoire.analyses.portrait import Portrait
from observatoire.analyses.synthesis import Summary
from observatoire.disclosure.released import Disclosure
from observatoire.web.api.official_series import file_out, series_out, series_provenance
from observatoire.web.api.synthesis import published_out
from observatoire.web.dependencies import CallerDep, QuestionDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import (
    ReleasedResponse,
    proof_out,
    published_proof_out,
    question_out,
    respond,
)
from observatoire.web.schemas.base import ProofOut
from observatoire.web.schemas.crossing import TerritoryContextOut
from observatoire.web.schemas.portrait import (
    ContextSeriesOut,
    OfficialBesideOut,
    PortraitAnswer,
    PortraitOut,
)
from observatoire.web.schemas.synthesis import SummaryOut

router = APIRouter(prefix="/analyses", tags=["analyses"], responses=PROBLEMS)


@router.get("/portrait", response_model=PortraitAnswer, summary="Un territoire, en un appel")
def portrait_(
    who: CallerDep,
    found: ServicesDep,
    question: QuestionDep,
) -> ReleasedResponse:
    """Context, local facts by additivity group and domain, the State's series: side by side."""
    released = portrait.draw(found.database, question, who, found.journal())
    value = released.value
    proof = _proof(value, released.disclosure)
    answer = PortraitAnswer(question=question_out(value.local.question), result=_result(value), proof=proof)
    return respond(released, answer)


def _result(value: Portrait) -> PortraitOut:
    local = value.local
    official = value.official
    return PortraitOut(
        territory=str(value.territory),
        name=value.name,
        context=TerritoryContextOut.model_validate(value.context),
        context_series=_context_series(value.context_series),
        local_facts=SummaryOut.model_validate(local) if isinstance(local, Summary) else published_out(local),
        official_series=OfficialBesideOut.model_validate(
            {
                "series": [series_out(row) for row in official.series],
                "series_files": [file_out(file) for file in official.files],
                "provenance": series_provenance(official),
                "warnings": list(official.warnings),
            }
        ),
    )


def _context_series(answer: SeriesAnswer | None) -> ContextSeriesOut | None:
    if answer is None:
        return None
    files = [file_out(file) for file in answer.files]
    return ContextSeriesOut(series_files=files, provenance=series_provenance(answer))


def _proof(value: Portrait, disclosure: Disclosure) -> ProofOut:
    local = value.local
    if isinstance(local, Summary):
        proof = proof_out(local.proof, disclosure)
    else:
        proof = published_proof_out(local, disclosure)
    method = proof.method.model_copy(
        update={
            "name": "portrait",
            "version": portrait.VERSION,
            "parameters": {**proof.method.parameters, "faits_locaux": proof.method.name},
        }
    )
    return proof.model_copy(update={"method": method, "warnings": [*proof.warnings, *value.warnings]})

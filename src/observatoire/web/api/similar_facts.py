"""Facts of two sources that may be one event."""

from typing import Annotated

from fastapi import APIRouter, Query

from observatoire.analyses import similar_facts
from observatoire.web.auditing import note
from observatoire.web.dependencies import CallerDep, QuestionDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import (
    ReleasedResponse,
    proof_out,
    question_out,
    respond,
)
from observatoire.web.schemas.similar_facts import SimilarFactsAnswer, SimilarFactsOut, SimilarPairOut

router = APIRouter(prefix="/analyses", tags=["analyses"], responses=PROBLEMS)


@router.get("/rapprochements", response_model=SimilarFactsAnswer, summary="Signalements à rapprocher")
def rapprochements(
    who: CallerDep,
    found: ServicesDep,
    question: QuestionDep,
    minutes: Annotated[int, Query(ge=1, le=120, description="écart d'heure au plus")] = 15,
    metres: Annotated[int, Query(ge=1, le=500, description="distance au plus")] = 50,
) -> ReleasedResponse:
    """Facts of two sources that may be one event: proposed, never merged."""
    asked = question.with_parameters(minutes=str(minutes), metres=str(metres))
    released = similar_facts.find(found.database, asked, minutes, metres, who, found.journal())
    answer = released.value
    note(rows=answer.count, sources=[s.source for s in answer.proof.coverage.sources])
    result = SimilarFactsOut(
        count=answer.count, pairs=[SimilarPairOut.model_validate(pair) for pair in answer.pairs]
    )
    proof = proof_out(answer.proof, released.disclosure)
    return respond(released, SimilarFactsAnswer(question=question_out(asked), result=result, proof=proof))

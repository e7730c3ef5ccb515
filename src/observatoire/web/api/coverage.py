"""Coverage matrix: what was received, month by month. It holds no count of facts."""

from fastapi import APIRouter

from observatoire.analyses import coverage
from observatoire.web.dependencies import KeyedDep, QuestionDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import question_out
from observatoire.web.schemas.analyses import CoverageAnswer, MatrixOut, SourceCoverageOut

router = APIRouter(prefix="/analyses", tags=["analyses"], responses=PROBLEMS)


@router.get("/couverture", summary="Ce qui a été reçu, source par mois")
def couverture(who: KeyedDep, found: ServicesDep, question: QuestionDep) -> CoverageAnswer:
    """recu, partiel, neant (declared nil, hence zero) or absent."""
    matrix = coverage.matrix(found.database, question, who, found.journal())
    result = MatrixOut(
        months=[f"{month:%Y-%m}" for month in matrix.months],
        sources=[
            SourceCoverageOut(
                source=s.source.code,
                label=s.source.label,
                months=[
                    {"periode": f"{month:%Y-%m}", "etat": state.value} for month, state in s.months.items()
                ],
            )
            for s in matrix.sources
        ],
        other_sources=matrix.other_sources,
    )
    return CoverageAnswer(question=question_out(question), result=result)

"""Coverage matrix: what was received, month by month. It holds no count of facts."""

from fastapi import APIRouter

from observatoire.analyses import coverage
from observatoire.analyses.coverage import SourceCoverage
from observatoire.domain.period import Period
from observatoire.web.dependencies import KeyedDep, QuestionDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import question_out
from observatoire.web.schemas.base import DeclaredBreakOut
from observatoire.web.schemas.coverage import CoverageAnswer, MatrixOut, MonthStateOut, SourceCoverageOut

router = APIRouter(prefix="/analyses", tags=["analyses"], responses=PROBLEMS)


@router.get("/couverture", summary="Ce qui a été reçu, source par mois")
def couverture(who: KeyedDep, found: ServicesDep, question: QuestionDep) -> CoverageAnswer:
    """recu, partiel, neant (declared nil, hence zero), en_retard, a_venir or absent; the declared breaks."""
    matrix = coverage.matrix(found.database, question, who, found.journal())
    result = MatrixOut(
        months=[f"{month:%Y-%m}" for month in matrix.months],
        sources=[_line(source, question.period) for source in matrix.sources],
        other_sources=matrix.other_sources,
    )
    return CoverageAnswer(question=question_out(question), result=result)


def _line(covered: SourceCoverage, period: Period) -> SourceCoverageOut:
    source = covered.source
    return SourceCoverageOut(
        source=source.code,
        label=source.label,
        months=[
            MonthStateOut(
                month=f"{month:%Y-%m}",
                state=state.value,
                provisional=month in covered.provisional,
                due_date=source.due_date(month),
            )
            for month, state in covered.months.items()
        ],
        breaks=[DeclaredBreakOut.model_validate(b) for b in covered.breaks if b.cuts(period)],
    )

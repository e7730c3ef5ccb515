"""The report that comes back to a source."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from observatoire.analyses import source_report
from observatoire.analyses.source_report import SourceReport
from observatoire.disclosure.released import Count, Disclosure
from observatoire.intake.faults import label_of
from observatoire.web.dependencies import KeyedDep, ServicesDep, period_of
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import ReleasedResponse, respond
from observatoire.web.schemas.base import CountOut, DisclosureOut
from observatoire.web.schemas.reports import EditionUseOut, RoleUseOut, SourceFaultOut, SourceReportOut

router = APIRouter(tags=["sources"], responses=PROBLEMS)


@router.get(
    "/sources/{code}/rapport",
    summary="Ce que valent les données d'une source, et ce à quoi elles ont servi",
    response_model=SourceReportOut,
)
def get_source_report(
    who: KeyedDep,
    found: ServicesDep,
    code: str,
    debut: Annotated[date | None, Query(description="premier jour (inclus)")] = None,
    fin: Annotated[date | None, Query(description="dernier jour (exclu)")] = None,
) -> ReleasedResponse:
    """Shares placed, timed and classed, delay, months, rejects, editions, analyses; one's own source only."""
    released = source_report.report(found.database, code, period_of(debut, fin), who, found.journal())
    return respond(released, report_out(released.value, released.disclosure))


def report_out(report: SourceReport, disclosure: Disclosure) -> SourceReportOut:
    """A source's report under its wire names."""
    months, quality, lines = report.coverage.months, report.quality, report.lines
    missing = [f"{month:%Y-%m}" for month, state in months.items() if state.is_silent]
    received = sum(report.coverage.has(month) for month in months)
    # Nothing is zero only where every month was received: what is missing may hold facts.
    known = quality.facts or received == len(months)
    return SourceReportOut(
        source=report.source.code,
        label=report.source.label,
        start=report.period.start,
        end=report.period.end,
        facts=CountOut.model_validate(Count.exact(quality.facts) if known else Count.absent()),
        located_share=report.located_share,
        timed_share=report.timed_share,
        classed_share=report.classed_share,
        median_delay=quality.median_delay,
        month_states=[{"periode": f"{month:%Y-%m}", "etat": state.value} for month, state in months.items()],
        months_received=received,
        missing=missing,
        files=lines.imports,
        latest=lines.latest,
        read=lines.read,
        quarantined=lines.quarantined,
        rejected_share=report.rejected_share,
        anomalies=[
            SourceFaultOut(code=f.code, count=f.count, share_of_lines=f.share, label=label_of(f.code))
            for f in report.faults
        ],
        editions=[EditionUseOut.model_validate(edition) for edition in report.editions],
        analyses=[RoleUseOut(role=role, count=number) for role, number in report.asked.items()],
        disclosure=DisclosureOut.model_validate(disclosure),
        warnings=report.warnings,
    )

"""Official series: read by all, loaded and taken back by the administration."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, Request, UploadFile

from observatoire.analyses import official_series
from observatoire.analyses.official_series import SeriesAnswer, SeriesQuestion
from observatoire.analyses.series_points import OfficialSeries, SeriesPoint
from observatoire.disclosure.released import Disclosure
from observatoire.domain.series import DATASETS
from observatoire.intake.reading.origin import BytesOrigin
from observatoire.intake.series import service
from observatoire.intake.series.recognising import Declared
from observatoire.outputs.series_table import series_table
from observatoire.store import series as files_store
from observatoire.store.series import SeriesFile
from observatoire.web.dependencies import (
    AdministratorDep,
    CallerDep,
    NumberInPath,
    ServicesDep,
    parse_territory,
)
from observatoire.web.problems import PROBLEMS
from observatoire.web.rendering import (
    CSV,
    ReleasedResponse,
    provenance_out,
    respond,
    respond_bytes,
    wants_csv,
)
from observatoire.web.schemas.base import DisclosureOut, MethodOut, ProvenanceOut
from observatoire.web.schemas.series import (
    IndicatorList,
    IndicatorOut,
    SeriesAnswerOut,
    SeriesFileList,
    SeriesFileOut,
    SeriesProofOut,
    SeriesQuestionOut,
)

router = APIRouter(prefix="/series-officielles", tags=["series"], responses=PROBLEMS)
FILES = "/api/v1/series-officielles/fichiers"


@router.get(
    "",
    summary="Séries officielles d'un territoire",
    response_model=SeriesAnswerOut,
    responses={200: {"content": {CSV: {"schema": {"type": "string"}}}}},
)
def series(
    who: CallerDep,
    found: ServicesDep,
    request: Request,
    territoire: Annotated[str, Query(description="niveau:code, par exemple departement:31")],
    indicateur: Annotated[list[str] | None, Query(description="code ; répétable")] = None,
    jeu: Annotated[list[str] | None, Query(description="ssmsi_communes, etat_4001… ; répétable")] = None,
    debut: Annotated[date | None, Query(description="premier jour (inclus)")] = None,
    fin: Annotated[date | None, Query(description="dernier jour (exclu)")] = None,
    edition: Annotated[str | None, Query(description="par défaut la dernière", max_length=20)] = None,
    f: Literal["json", "csv"] | None = None,
) -> ReleasedResponse:
    """SSMSI, état 4001, populations, Filosofi: as published, side by side, never added."""
    question = SeriesQuestion(
        parse_territory(territoire), debut, fin, tuple(indicateur or ()), tuple(jeu or ()), edition
    )
    released = official_series.find(found.database, question, who, found.journal())
    if wants_csv(request, f):
        return respond_bytes(released, series_table(released), CSV)
    return respond(released, _answer_out(released.value, released.disclosure))


@router.get("/indicateurs", summary="Catalogue des séries officielles")
def indicators(found: ServicesDep) -> IndicatorList:
    """What each indicator counts, in which unit, what it overlaps, which editions tell it."""
    entries = official_series.catalogue(found.database)
    return IndicatorList(
        indicators=[
            IndicatorOut.model_validate(
                {
                    **asdict(entry),
                    "dataset_label": DATASETS[entry.dataset].label,
                    "producer": DATASETS[entry.dataset].producer,
                    "counting_unit": entry.unit,
                    "first_period": f"{entry.first_period:%Y-%m}",
                    "last_period": f"{entry.last_period:%Y-%m}",
                }
            )
            for entry in entries
        ]
    )


@router.get("/fichiers", summary="Fichiers des producteurs")
def files(who: CallerDep, found: ServicesDep) -> SeriesFileList:
    """Editions loaded: producer, licence, geography, digest; transmitted ones to the administration only."""
    with found.database.reading() as connection:
        records = files_store.every(connection)
    shown = [r for r in records if who.administers or (r.state == "valide" and not r.transmitted)]
    return SeriesFileList(series_files=[file_out(record) for record in shown])


@router.post("", status_code=201, summary="Charger un fichier de série officielle")
def load(
    who: AdministratorDep,
    found: ServicesDep,
    fichier: Annotated[UploadFile, File(description="CSV, CSV.GZ, Parquet ou classeur du producteur")],
    edition: Annotated[str | None, Form()] = None,
    geographie: Annotated[int | None, Form(description="millésime du COG")] = None,
    periode: Annotated[str | None, Form(description="AAAA ou AAAA-MM, si le fichier ne la dit pas")] = None,
    territoire: Annotated[str | None, Form(description="niveau:code, pour un tableau transmis")] = None,
) -> SeriesFileOut:
    """All of the file or nothing; of the same edition, it replaces what it tells anew."""
    declared = Declared(
        edition or None, geographie, periode or None, parse_territory(territoire) if territoire else None
    )
    origin = BytesOrigin(fichier.filename or "sans nom", fichier.file.read())
    outcome = service.import_series(found.database, found.settings.data, origin, declared, caller=who.name)
    return file_out(outcome.record)


@router.delete("/fichiers/{numero}", summary="Annuler un fichier de série officielle")
def undo(who: AdministratorDep, found: ServicesDep, numero: NumberInPath) -> SeriesFileOut:
    """Its cells go; the file that it had replaced is shown again."""
    with found.database.importing() as connection:
        return file_out(files_store.undo(connection, numero))


# ---- wire -----------------------------------------------------------------------------------------------


def file_out(record: SeriesFile) -> SeriesFileOut:
    """A producer's file, on the wire."""
    dataset = DATASETS[record.dataset]
    return SeriesFileOut(
        number=record.number,
        dataset=record.dataset,
        dataset_label=dataset.label,
        producer=dataset.producer,
        licence=dataset.licence,
        edition=record.edition,
        geography=record.geography,
        state=record.state,
        name=record.file["nom"],
        size=record.file["octets"],
        sha256=record.sha256,
        produced_on=record.produced_on,
        imported_at=record.imported_at,
        lines=record.lines,
        anomalies=record.anomalies,
    )


def _answer_out(answer: SeriesAnswer, disclosure: Disclosure) -> SeriesAnswerOut:
    return SeriesAnswerOut.model_validate(
        {
            "question": series_question_out(answer.question),
            "result": {"series": [series_out(row) for row in answer.series]},
            "proof": SeriesProofOut(
                states=answer.states,
                method=MethodOut(
                    name="series_officielles",
                    version=1,
                    parameters={
                        "sommes": "départements → région, nation ; communes → EPCI, si tout est connu"
                    },
                    references=sorted({DATASETS[file.dataset].producer for file in answer.files}),
                ),
                disclosure=DisclosureOut.model_validate(disclosure),
                series_files=[file_out(file) for file in answer.files],
                provenance=series_provenance(answer),
                warnings=list(answer.warnings),
            ),
        }
    )


def series_provenance(answer: SeriesAnswer) -> ProvenanceOut:
    """The digest of series, and where it is traced when it is kept."""
    if answer.traced:
        return provenance_out(answer.digest, FILES)
    return ProvenanceOut(digest=answer.digest, link=FILES)


def series_question_out(question: SeriesQuestion) -> SeriesQuestionOut:
    """A question about official series, on the wire."""
    return SeriesQuestionOut(
        territory=str(question.territory),
        start=question.start,
        end=question.end,
        indicators=list(question.indicators),
        datasets=list(question.datasets),
        edition=question.edition,
    )


def series_out(row: OfficialSeries) -> dict[str, Any]:
    """A series as its schema reads it."""
    return {
        "dataset": row.dataset,
        "dataset_label": DATASETS[row.dataset].label,
        "code": row.indicator.code,
        "label": row.indicator.label,
        "counting_unit": row.indicator.unit,
        "definition": row.indicator.definition,
        "made_of": row.made_of.value if row.made_of else None,
        "points": [_point_out(point) for point in row.points],
    }


def _point_out(point: SeriesPoint) -> dict[str, Any]:
    value, rate = point.value.value, point.rate
    return {
        "period": point.period,
        "measure": {
            "value": int(value) if value is not None and value.is_integer() else value,
            "state": point.value.state.value,
            "wording": point.value.wording,
        },
        "rate_per_thousand": asdict(rate) if rate else None,
        "edition": point.edition,
        "geography": point.geography,
        "reason": point.reason,
    }

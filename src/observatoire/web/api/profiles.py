"""Column maps of the sources, and previews of files."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, File, Form, Query, UploadFile

from observatoire.errors import FileTooLarge, Forbidden, NoProfile
from observatoire.intake import preview as previewing
from observatoire.intake.inspection import Options
from observatoire.intake.previewed import Preview, PreviewedRow
from observatoire.intake.profiles import saving
from observatoire.intake.reading.origin import BytesOrigin
from observatoire.store import profiles as profile_store
from observatoire.store.profiles import ProfileRecord
from observatoire.web.api.imports import declared_period, source_of
from observatoire.web.api.sources import readable_source
from observatoire.web.dependencies import LARGEST, KeyedDep, ServicesDep
from observatoire.web.problems import PROBLEMS
from observatoire.web.schemas.profiles import PreviewOut, ProfileContent, ProfileOut

router = APIRouter(responses=PROBLEMS)


@router.get("/sources/{code}/profil", tags=["sources"], summary="Profil de colonnes d'une source")
def get_profile(
    who: KeyedDep,
    found: ServicesDep,
    code: str,
    version: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
) -> ProfileOut:
    """The latest profile of a source, or one of its versions."""
    readable_source(found, who, code)
    with found.database.consulting(found.reach(who)) as connection:
        record = profile_store.find(connection, code, version)
    if record is None:
        raise NoProfile(f", version {version}" if version is not None else "")
    return _profile_out(record)


@router.put("/sources/{code}/profil", tags=["sources"], summary="Enregistrer le profil d'une source")
def replace_profile(
    who: KeyedDep, found: ServicesDep, code: str, body: Annotated[ProfileContent, Body()]
) -> ProfileOut:
    """Keep a profile as a new version; the same content as the latest keeps its version."""
    readable_source(found, who, code)
    source = source_of(found, who, code)
    if not who.may_class_for(source.organisation):
        raise Forbidden
    return _profile_out(saving.save(found.database, source.code, body, who.name))


def _profile_out(record: ProfileRecord) -> ProfileOut:
    return ProfileOut(
        source=record.source,
        version=record.version,
        author=record.author,
        created_at=record.created_at,
        profile=record.content,
    )


@router.post("/imports/apercu", tags=["imports"], summary="Aperçu d'un fichier, sans rien écrire")
def preview_file(
    who: KeyedDep,
    found: ServicesDep,
    fichier: Annotated[UploadFile, File(description="export CSV, XLSX, XLS, ODS ou GeoJSON")],
    source: Annotated[str, Form()],
    profil: Annotated[
        str | None, Form(description="code d'un profil, ou un profil entier en JSON", max_length=200_000)
    ] = None,
    feuille: Annotated[str | None, Form()] = None,
    ligne_entete: Annotated[int | None, Form(ge=1, le=1000)] = None,
    reparer: Annotated[bool, Form()] = False,
    debut: Annotated[date | None, Form()] = None,
    fin: Annotated[date | None, Form()] = None,
    simulation: Annotated[bool, Form(description="sans effet : un aperçu n'écrit jamais")] = True,
    couverture: Annotated[Literal["complete", "partielle"], Form(description="sans effet")] = "complete",
    arrete_le: Annotated[date | None, Form(description="sans effet")] = None,
    doublons_internes: Annotated[Literal["garder", "ignorer"] | None, Form(description="sans effet")] = None,
) -> PreviewOut:
    """Layout, meaning of the columns, 50 rows as they would be stored, anomalies, a profile to correct."""
    record = source_of(found, who, source)
    limit = found.desk.limits.max_bytes
    content = fichier.file.read(limit + 1)
    if len(content) > limit:
        raise FileTooLarge(f"{limit // 1_000_000} Mo")
    options = Options(
        profile=profil or None, sheet=feuille or None, header_line=ligne_entete, repair_encoding=reparer
    )
    origin = BytesOrigin(fichier.filename or "sans nom", content)
    period = declared_period(debut, fin)
    return _preview_out(previewing.preview(found.desk, origin, record, options, period))


def _preview_out(seen: Preview) -> PreviewOut:
    """A preview under its wire names."""
    return PreviewOut.model_validate(
        {
            "layout": seen.layout,
            "columns": [
                {"column": c.column, "meaning": c.meaning, "confidence": c.confidence, "because": c.reason}
                for c in seen.columns
            ],
            "date_order": seen.date_order,
            "coordinates": _coordinates(seen),
            "used": {"code": seen.used.code, "version": seen.used.version, "origin": seen.origin}
            if seen.used
            else None,
            "profile": seen.profile,
            "rows": [_row(row) for row in seen.rows],
            "anomalies": seen.anomalies,
            "examined": seen.examined,
            "complete": seen.complete,
            "warnings": seen.warnings,
        }
    )


def _row(row: PreviewedRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__} | {"clock": row.hour}


def _coordinates(seen: Preview) -> dict[str, Any] | None:
    if seen.used is None or not seen.used.pointed:
        return None
    best = seen.fits[0] if seen.fits else None
    return {
        "declared_epsg": seen.declared_epsg,
        "epsg": best.epsg if best else None,
        "share_inside": round(best.share, 4) if best else None,
        "swapped": best.swapped if best else False,
        "candidates": [fit.epsg for fit in seen.fits],
    }

"""Released answers to HTTP: the only road by which a figure leaves through the web."""

from typing import Any

import orjson
from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from observatoire.analyses.editions import PublishedSummary
from observatoire.analyses.proof import FICTIONAL_WARNING, STANDARD_WARNING, Proof
from observatoire.analyses.question import Question
from observatoire.disclosure.policy import Audience
from observatoire.disclosure.released import Disclosure, Released
from observatoire.domain.incident import UNCLASSED_ALERT
from observatoire.web.schemas.base import (
    CoverageOut,
    DisclosureOut,
    HeadcountOut,
    MethodOut,
    PlacesOut,
    ProofOut,
    ProvenanceOut,
    QuestionOut,
    Wire,
)
from observatoire.web.validators import tag_of

JSON = "application/json"
GEOJSON = "application/geo+json"
CSV = "text/csv"


class ReleasedResponse(Response):
    """A response made from a Released value; a house test demands it of every analysis.

    It bears the tag of what it says (``unchanged`` tells whoever holds that already).
    """

    media_type = JSON

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer with its tag."""
        self.headers["ETag"] = tag_of(bytes(self.body))
        await super().__call__(scope, receive, send)


def respond(released: Released[Any], answer: Wire, media_type: str = JSON) -> ReleasedResponse:
    """Encode an answer built from a released value."""
    if not isinstance(released, Released):
        raise TypeError("only Released values leave through the web")
    return encode(released, answer.model_dump(mode="json", by_alias=True), media_type)


def encode(released: Released[Any], content: Any, media_type: str = JSON) -> ReleasedResponse:  # noqa: ANN401
    """Encode plain content made from a released value; public answers may be cached by anyone."""
    return ReleasedResponse(orjson.dumps(content), headers=_headers(released), media_type=media_type)


def respond_bytes(released: Released[Any], content: bytes, media_type: str) -> ReleasedResponse:
    """Bytes that ``outputs`` made from a released value, as a file."""
    if not isinstance(released, Released):
        raise TypeError("only Released values leave through the web")
    name = {"Content-Disposition": f'attachment; filename="observatoire.{media_type.rpartition("/")[2]}"'}
    return ReleasedResponse(
        content, headers=_headers(released) | name, media_type=f"{media_type}; charset=utf-8"
    )


def _headers(released: Released[Any]) -> dict[str, str]:
    public = released.disclosure.audience is Audience.PUBLIC
    return {
        "Cache-Control": "public, max-age=300" if public else "private, no-cache",
        "Vary": "Authorization, Cookie, Accept",
    }


def question_out(question: Question) -> QuestionOut:
    """The question as understood."""
    return QuestionOut(
        territory=str(question.territory),
        start=question.period.start,
        end=question.period.end,
        categories=sorted(question.categories),
        sources=sorted(question.sources),
        parameters=dict(question.parameters),
    )


def provenance_out(digest: str, link: str) -> ProvenanceOut:
    """A digest, and where to read what it stands for."""
    return ProvenanceOut(digest=digest, link=link, trace=f"/api/v1/provenance/{digest}")


def proof_out(proof: Proof, disclosure: Disclosure) -> ProofOut:
    """The proof block of a fresh answer."""
    return ProofOut(
        headcount=HeadcountOut.model_validate(proof.headcount),
        coverage=CoverageOut.model_validate(proof.coverage),
        places=PlacesOut.model_validate(proof.places),
        method=MethodOut.model_validate(proof.method),
        disclosure=DisclosureOut.model_validate(disclosure),
        provenance=provenance_out(proof.digest, proof.imports_link),
        warnings=list(proof.warnings),
    )


def published_proof_out(summary: PublishedSummary, disclosure: Disclosure) -> ProofOut:
    """The proof block of an answer from an edition: coverage stands beside each year."""
    edition = summary.edition
    return ProofOut(
        headcount=None,
        coverage=None,
        places=None,
        method=MethodOut(
            name="edition",
            version=edition.policy_version,
            parameters={"seuil": 5, "geographie": edition.geography, "nomenclature": edition.taxonomy},
            references=["suppression primaire (1 à 4) et complémentaire, auditée par programme linéaire"],
        ),
        disclosure=DisclosureOut.model_validate(disclosure),
        provenance=provenance_out(edition.digest, f"/api/v1/editions/{edition.number}"),
        warnings=[
            *_fictional(summary),
            *PUBLISHED_WARNINGS,
            *_gaps(summary),
            *_other_taxonomy(summary),
            *_badly_classed(summary),
            *_nothing(summary),
        ],
    )


PUBLISHED_WARNINGS = (
    STANDARD_WARNING,
    "« secret » : valeur protégée par le secret statistique ; « absent » : rien n'a été reçu, "
    "ce qui n'est pas zéro. Les catégories sensibles n'entrent dans aucun total diffusé.",
)


def _nothing(summary: PublishedSummary) -> list[str]:
    if summary.groups:
        return []
    return ["L'édition ne contient rien pour ce territoire et ces années : ce n'est pas un zéro."]


def _fictional(summary: PublishedSummary) -> list[str]:
    shown = (year.coverage.fictional for group in summary.groups for year in group.years)
    return [FICTIONAL_WARNING] if any(shown) else []


def _gaps(summary: PublishedSummary) -> list[str]:
    return [
        f"« {group.group} » {year.year} : {year.coverage.months} mois reçus sur 12, le total est partiel."
        for group in summary.groups
        for year in group.years
        if year.coverage.months < 12
    ]


def _other_taxonomy(summary: PublishedSummary) -> list[str]:
    return [
        f"« {group.group} » {year.year} reste dite dans la nomenclature {year.taxonomy}, celle de l'édition "
        f"{year.coverage.settled_by} qui l'a arrêtée : ses codes ne sont pas tous ceux d'aujourd'hui."
        for group in summary.groups
        for year in group.years
        if year.taxonomy != summary.edition.taxonomy
    ]


def _badly_classed(summary: PublishedSummary) -> list[str]:
    return [
        f"« {group.group} » {year.year} : {year.unclassed:.0%} des faits diffusés ne sont pas classés "
        "(domaine Z).".replace("%", " %")
        for group in summary.groups
        for year in group.years
        if year.unclassed is not None and year.unclassed > UNCLASSED_ALERT
    ]


def wants_geojson(request: Request, f: str | None) -> bool:
    """Whether the caller asked for GeoJSON, by ``?f=`` or ``Accept``."""
    return f == "geojson" or (f is None and GEOJSON in request.headers.get("accept", ""))


def link_to_next(response: Response, request: Request, cursor: object) -> None:
    """Tell where the page after this one begins (RFC 8288); None: this is the last."""
    if cursor is not None:
        url = request.url.include_query_params(curseur=cursor)
        response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'


def wants_csv(request: Request, f: str | None) -> bool:
    """Whether the caller asked for CSV, by ``?f=`` or ``Accept``."""
    return f == "csv" or (f is None and CSV in request.headers.get("accept", ""))

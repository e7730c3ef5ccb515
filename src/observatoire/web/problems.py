"""Problem bodies as OpenAPI states them."""

from typing import Any

from pydantic import Field

from observatoire.web.errors import PROBLEM
from observatoire.web.schemas.base import Wire


class FieldProblem(Wire):
    """One faulty parameter."""

    field: str = Field(serialization_alias="champ")
    message: str
    expected: str | None = Field(default=None, serialization_alias="valeur_attendue")


class Problem(Wire):
    """RFC 9457 problem details, in French."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    faults: list[FieldProblem] = Field(default_factory=list, serialization_alias="erreurs")


DESCRIPTIONS = {
    401: "clé absente ou invalide",
    403: "action hors du rôle",
    404: "n'existe pas, ou pas pour cette clé",
    409: "l'état de l'objet ne le permet pas",
    408: "envoi trop lent",
    410: "n'est plus conservé",
    413: "au-delà d'une limite",
    422: "paramètre ou fichier à corriger, ou question hors diffusion",
    429: "trop de demandes ; « Retry-After » dit quand revenir",
    503: "base indisponible ou serveur occupé",
}

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "model": Problem,
        "description": description,
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, description in DESCRIPTIONS.items()
}

"""Wire schemas of hotspots."""

from typing import Any

from pydantic import Field

from observatoire.web.schemas.base import ProofOut, QuestionOut, Wire


class OutOfMaskOut(Wire):
    """A place that the map can't speak of."""

    territory: str = Field(serialization_alias="territoire")
    name: str = Field(serialization_alias="nom")
    facts: int = Field(serialization_alias="faits")
    located: int = Field(serialization_alias="faits_localises")


class MaskOut(Wire):
    """The cells that the statistic compares."""

    identifier: str = Field(serialization_alias="identifiant")
    resolution: int = Field(serialization_alias="maille")
    cells: int = Field(serialization_alias="mailles")
    buffer_cells: int = Field(serialization_alias="mailles_tampon")
    out_of_mask: list[OutOfMaskOut] = Field(serialization_alias="hors_masque")


class HotspotCollection(Wire):
    """A GeoJSON FeatureCollection of H3 cells, with its mask (outside the grant, none: the cells shown)."""

    type: str
    features: list[dict[str, Any]]
    mask: MaskOut | None = Field(serialization_alias="masque")


class HotspotAnswer(Wire):
    """``points-chauds``."""

    question: QuestionOut
    result: HotspotCollection = Field(serialization_alias="resultat")
    proof: ProofOut = Field(serialization_alias="preuve")

"""The pivot taxonomy, labels to be classed and decisions on the wire."""

from datetime import datetime

from pydantic import ConfigDict, Field

from observatoire.web.schemas.base import CountOut, DisclosureOut, Wire

MOST_CHOICES = 500


class CategoryOut(Wire):
    """A leaf of the pivot taxonomy."""

    code: str
    label: str = Field(serialization_alias="libelle")
    family: str = Field(serialization_alias="famille")
    family_label: str = Field(serialization_alias="famille_libelle")
    domain: str = Field(serialization_alias="domaine")
    domain_label: str = Field(serialization_alias="domaine_libelle")
    sensitivity: int = Field(serialization_alias="sensibilite")


class CategoryList(Wire):
    """The pivot taxonomy."""

    version: int
    categories: list[CategoryOut]


class PassageOut(Wire):
    """Where the facts of a leaf of the version before went."""

    former: str = Field(serialization_alias="ancien")
    current: list[str] = Field(serialization_alias="nouveaux")


class TaxonomyVersionOut(Wire):
    """A version of the taxonomy; ``passages``: only the leaves that moved or were confirmed."""

    version: int
    author: str = Field(serialization_alias="auteur")
    loaded_at: datetime = Field(serialization_alias="chargee_le")
    passages: list[PassageOut]


class TaxonomyVersionList(Wire):
    """Versions of the taxonomy, the one in force last."""

    versions: list[TaxonomyVersionOut]


class ProposalOut(Wire):
    """A leaf that a label may belong to, from 0 (far) to 1 (the same), and why."""

    category: str = Field(serialization_alias="categorie")
    category_label: str = Field(serialization_alias="categorie_libelle")
    similarity: float = Field(serialization_alias="proximite")
    because: str = Field(serialization_alias="raison")


class LabelUseOut(Wire):
    """A label as a source writes it most often, whatever its accents and case."""

    source: str
    label: str = Field(serialization_alias="libelle")
    occurrences: int = Field(description="lignes gardées qui le portent, activité de service comprise")
    category: str = Field(serialization_alias="categorie")
    mode: str = Field(serialization_alias="mode_classement", description="table, synonyme, manuel ou defaut")
    proposals: list[ProposalOut] = Field(serialization_alias="propositions")


class SourceClassingOut(Wire):
    """How well a source is classed, over all that it has sent; service activity is no fact."""

    source: str
    facts: CountOut = Field(serialization_alias="faits")
    to_class: CountOut = Field(serialization_alias="a_classer")
    unclassed_share: float | None = Field(serialization_alias="part_a_classer")
    unlabelled: int = Field(
        serialization_alias="sans_libelle",
        description="faits à classer dont le libellé, absent ou trop long, n'est pas gardé",
    )


class LabelQueueOut(Wire):
    """Labels, most frequent first."""

    taxonomy: int = Field(serialization_alias="nomenclature")
    labels: list[LabelUseOut] = Field(serialization_alias="libelles")
    total: int
    sources: list[SourceClassingOut]
    disclosure: DisclosureOut = Field(serialization_alias="diffusion")
    warnings: list[str] = Field(serialization_alias="avertissements")


class ChoiceIn(Wire):
    """A label and its leaf; ``null`` takes the decision in force back."""

    model_config = ConfigDict(extra="forbid")

    label: str = Field(validation_alias="libelle", max_length=1000)
    category: str | None = Field(validation_alias="categorie", max_length=20)


class CorrespondencesIn(Wire):
    """Labels to class for one source, or for every source of an organisation: one of the two."""

    model_config = ConfigDict(extra="forbid")

    source: str | None = Field(default=None, max_length=100)
    organisation: str | None = Field(default=None, min_length=1, max_length=200)
    correspondences: list[ChoiceIn] = Field(
        validation_alias="correspondances", min_length=1, max_length=MOST_CHOICES
    )


class DecisionOut(Wire):
    """A decision: for whom, which label, from which leaf to which (null: taken back), by whom."""

    source: str | None
    organisation: str | None
    label: str = Field(serialization_alias="libelle")
    replaced: str | None = Field(serialization_alias="remplace")
    category: str | None = Field(serialization_alias="categorie")
    taxonomy: int = Field(serialization_alias="nomenclature")
    author: str = Field(serialization_alias="auteur")


class DecidedOut(Wire):
    """What was written: nothing for a label that was already decided alike."""

    decisions: list[DecisionOut]
    reclassed: int = Field(serialization_alias="faits_reclasses")
    disclosure: DisclosureOut = Field(serialization_alias="diffusion")


class DecisionRecordOut(DecisionOut):
    """A decision and its place in the history."""

    number: int = Field(serialization_alias="numero")
    created_at: datetime = Field(serialization_alias="cree_le")


class DecisionList(Wire):
    """Decisions, latest first; none is ever rewritten."""

    decisions: list[DecisionRecordOut]
    total: int

"""Answer of ``croisements``, and the indicators of context that stand beside facts."""

from pydantic import Field

from observatoire.web.schemas.base import CountOut, ProofOut, QuestionOut, Wire


class ContextValueOut(Wire):
    """An indicator of context; without a value, its state says why."""

    value: float | None = Field(serialization_alias="valeur")
    state: str = Field(serialization_alias="etat", description="publie, zero, secret ou absent")
    vintage: int | None = Field(serialization_alias="millesime")
    geography: int | None = Field(serialization_alias="geographie")
    dataset: str | None = Field(serialization_alias="jeu")
    edition: str | None
    reason: str | None = Field(serialization_alias="motif")


class TerritoryContextOut(Wire):
    """Indicators of a territory, read beside its facts: no link between them is computed."""

    code: str
    label: str = Field(serialization_alias="libelle")
    population: ContextValueOut
    dwellings: ContextValueOut = Field(serialization_alias="logements")
    poverty: ContextValueOut = Field(
        serialization_alias="taux_pauvrete", description="en pourcentage de la population"
    )


class TableCellOut(Wire):
    """A cell; without test, only its facts."""

    facts: CountOut = Field(serialization_alias="faits")
    expected: float | None = Field(
        serialization_alias="attendu", description="si les deux classements étaient indépendants"
    )
    residual: float | None = Field(
        serialization_alias="residu", description="résidu ajusté : loi normale sans dépendance"
    )
    p: float | None
    q: float | None = Field(description="p corrigée pour toutes les cases du tableau")


class TableClassOut(Wire):
    """A row or a column."""

    code: str
    label: str = Field(serialization_alias="libelle")
    total: CountOut
    left_out: str | None = Field(
        serialization_alias="ecartee_du_test",
        description="exposition_inegale, non_couvert, sans_fait ; null : testée",
    )


class TableAxisOut(Wire):
    """The rows or the columns."""

    dimension: str
    classes: list[TableClassOut]


class TableTestOut(Wire):
    """The test of independence; without one, « motif » and « phrase » say why."""

    test: str | None = Field(description="khi_deux, fisher_exact ou monte_carlo")
    chi_squared: float | None = Field(serialization_alias="khi_deux")
    degrees: int | None = Field(serialization_alias="degres_liberte")
    p: float | None
    cramers_v: float | None = Field(serialization_alias="v_cramer")
    smallest_expected: float | None = Field(serialization_alias="plus_petit_attendu")
    draws: int = Field(serialization_alias="tirages")
    seed: int | None = Field(serialization_alias="graine")
    reason: str | None = Field(serialization_alias="motif")
    sentence: str = Field(serialization_alias="phrase")


class GenerationsOut(Wire):
    """The lists of priority neighbourhoods that say « dans » or « hors »."""

    mainland: int = Field(serialization_alias="hexagone")
    overseas: int = Field(serialization_alias="outre_mer")


class CrossingOut(Wire):
    """A table: ``matrice`` has a list per row, in the order of ``lignes``."""

    lines: TableAxisOut = Field(serialization_alias="lignes")
    columns: TableAxisOut = Field(serialization_alias="colonnes")
    matrix: list[list[TableCellOut]] = Field(serialization_alias="matrice")
    total: CountOut
    counting_unit: str = Field(serialization_alias="unite_de_compte")
    independence: TableTestOut = Field(serialization_alias="independance")
    context: list[TerritoryContextOut] = Field(serialization_alias="contexte")
    generations: GenerationsOut | None = Field(serialization_alias="generations_qpv")


class CrossingAnswer(Wire):
    """``croisements``."""

    question: QuestionOut
    result: CrossingOut = Field(serialization_alias="resultat")
    proof: ProofOut = Field(serialization_alias="preuve")

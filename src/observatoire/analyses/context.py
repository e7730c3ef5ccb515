"""Indicators of context of a territory: beside the facts, each with its vintage, never merged with them."""

from collections.abc import Mapping
from dataclasses import dataclass

from observatoire.disclosure.released import ValueState
from observatoire.domain.territory import TerritoryCode, TerritoryLevel
from observatoire.store.engine import Connection
from observatoire.store.reference import context, populations
from observatoire.store.reference.populations import DenominatorKind, MissingDenominator

POVERTY = "filosofi_tp60"
NOT_ABOUT_PERSONS = (
    "Une différence entre territoires ne dit rien des personnes qui y vivent (erreur écologique) : "
    "ces indicateurs se lisent à côté des comptes, aucun lien entre eux n'est calculé."
)


@dataclass(frozen=True, slots=True)
class ContextValue:
    """One indicator; without a value, its state and, where it is known, the reason."""

    value: float | None
    state: ValueState
    vintage: int | None = None
    geography: int | None = None
    dataset: str | None = None
    edition: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TerritoryContext:
    """Residents (municipal population), dwellings, and share of people under the poverty line, in percent."""

    code: str
    label: str
    population: ContextValue
    dwellings: ContextValue
    poverty: ContextValue


def contexts_of(
    connection: Connection, level: TerritoryLevel, names: Mapping[str, str], year: int
) -> tuple[TerritoryContext, ...]:
    """The context of some territories of one level (code to name), of the latest vintages up to a year."""
    poverty = context.latest(connection, level, list(names), POVERTY, year)
    return tuple(
        TerritoryContext(
            code,
            name,
            _denominator(connection, TerritoryCode(level, code), year, DenominatorKind.POPULATION),
            _denominator(connection, TerritoryCode(level, code), year, DenominatorKind.DWELLINGS),
            _told(poverty[code]) if code in poverty else _nothing(year),
        )
        for code, name in names.items()
    )


def _nothing(year: int) -> ContextValue:
    reason = f"aucun taux de pauvreté n'est chargé pour ce territoire jusqu'à {year}"
    return ContextValue(None, ValueState.ABSENT, reason=reason)


def _told(cell: context.ContextCell) -> ContextValue:
    return ContextValue(cell.value, _state(cell), cell.vintage, cell.geography, cell.dataset, cell.edition)


def _state(cell: context.ContextCell) -> ValueState:
    if cell.value is None:
        return ValueState.SECRET if cell.state == ValueState.SECRET else ValueState.ABSENT
    return ValueState.ZERO if cell.value == 0 else ValueState.PUBLISHED


def _denominator(
    connection: Connection, territory: TerritoryCode, year: int, kind: DenominatorKind
) -> ContextValue:
    found = populations.denominator(connection, territory, year, kind)
    if isinstance(found, MissingDenominator):
        return ContextValue(None, ValueState.ABSENT, reason=found.reason)
    state = ValueState.PUBLISHED if found.value else ValueState.ZERO
    return ContextValue(found.value, state, found.vintage, found.geography, found.dataset, found.edition)

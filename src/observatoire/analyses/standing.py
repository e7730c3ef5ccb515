"""As what a caller is answered: the audience of each territory, decided as every analysis decides it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from observatoire.analyses.question import Question, ask
from observatoire.disclosure.gate import Passage
from observatoire.disclosure.policy import Audience, Caller
from observatoire.domain.period import Period
from observatoire.domain.territory import TerritoryCode
from observatoire.store.engine import Database


@dataclass(frozen=True, slots=True)
class Standing:
    """A caller before a territory. ``sources``: codes that answer it; ``other_sources`` stay unnamed."""

    territory: TerritoryCode
    audience: Audience
    sources: tuple[str, ...]
    other_sources: int


def standings(
    database: Database, territories: Sequence[TerritoryCode], caller: Caller
) -> tuple[Standing, ...]:
    """Where a caller stands on some territories.

    Raises:
        UnknownTerritory, OutsideDiffusion: a territory that the caller can't ask about.
    """
    period = Period.last_twelve_complete_months(datetime.now(UTC).date())
    with database.reading() as connection:
        asked = [ask(connection, Question(code, period), caller, _nothing_is_read) for code in territories]
    return tuple(
        Standing(a.question.territory, a.audience, tuple(s.code for s in a.sources), a.other_sources)
        for a in asked
    )


def _nothing_is_read(_: Passage) -> None:
    """No figure is opened here: there is nothing to write in the journal."""

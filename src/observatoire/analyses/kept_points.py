"""From which day facts have a point: before, a map would be thinner than what happened, so there is none."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from observatoire.domain.period import Period
from observatoire.domain.source import Source
from observatoire.errors import NotComputableResult


def reduced_in(sources: Iterable[Source], period: Period, today: date | None = None) -> dict[str, date]:
    """Sources whose facts have lost their point in a part of the period; since which day they have one."""
    day = today or datetime.now(UTC).date()
    kept = {source.code: source.points_kept_from(day) for source in sources if source.precision.allows_cells}
    return {code: since for code, since in kept.items() if period.start < since}


def refuse_reduced(sources: Iterable[Source], period: Period) -> None:
    """A map of a period whose first facts have no point left.

    Raises:
        NotComputableResult: says from which day a map can be made.
    """
    if found := reduced_in(sources, period):
        since = max(found.values())
        raise NotComputableResult(
            f"{_told(found)} : la carte serait plus claire que les faits. "
            f"Demandez une période qui commence le {since:%d/%m/%Y} ou après ; la synthèse, la tendance et "
            "les chiffres par quartier restent entiers."
        )


def notes_of_reduced(sources: Iterable[Source], period: Period) -> tuple[str, ...]:
    """The same as a warning, where something may still be told."""
    found = reduced_in(sources, period)
    return (f"{_told(found)} : ces faits n'ont plus de point et ne sont pas comparés.",) if found else ()


def _told(found: dict[str, date]) -> str:
    listed = ", ".join(f"« {code} » avant le {since:%d/%m/%Y}" for code, since in sorted(found.items()))
    return f"au terme de leur conservation, les points ont été réduits au quartier ({listed})"

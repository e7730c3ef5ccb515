"""What a digest is told to stand for."""

from dataclasses import dataclass
from datetime import datetime

from observatoire.analyses.official_series import SeriesQuestion
from observatoire.analyses.origin import Method
from observatoire.analyses.question import Question
from observatoire.analyses.what_changed import Change
from observatoire.disclosure.released import Disclosure
from observatoire.domain.series_break import SeriesBreak
from observatoire.domain.source import Source
from observatoire.store.imports import ImportRecord
from observatoire.store.series import SeriesFile


@dataclass(frozen=True, slots=True)
class TracedSource:
    """A source as its contract was then, and the imports that said what was counted or told its months.

    ``other_imports``: how many more there are, that the caller may not read.
    """

    contract: Source
    imports: tuple[ImportRecord, ...]
    other_imports: int


@dataclass(frozen=True, slots=True)
class Trace:
    """What a figure rested on when its digest was first given, on ``kept_at``.

    ``question``: None for an edition, which answers many; ``intact``: whether what was kept still makes the
    digest; ``classing``: (number of the last decision on the labels of its sources, how many there were);
    ``up_to_date``: whether the same question asked today the same way has the same digest, None when it
    cannot be told now; ``current_digest``: today's; ``changes``: what made it another; ``files``: of
    the producers of official series, which have neither taxonomy, nor classing, nor geography of ours.
    """

    digest: str
    kept_at: datetime
    intact: bool
    question: Question | SeriesQuestion | None
    method: Method
    disclosure: Disclosure
    software: str
    taxonomy: int | None
    classing: tuple[int, int] | None
    geography: int | None
    contour: str | None
    sources: tuple[TracedSource, ...]
    other_sources: int
    breaks: tuple[SeriesBreak, ...]
    up_to_date: bool | None
    current_digest: str | None
    changes: tuple[Change, ...]
    files: tuple[SeriesFile, ...] = ()

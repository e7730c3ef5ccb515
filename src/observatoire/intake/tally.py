"""What is counted while a file is read, and what makes it wait for a confirmation."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from observatoire.intake.faults import content, reading
from observatoire.intake.inspection import Options
from observatoire.intake.reading.document import Notice
from observatoire.intake.report import LineCounts, anomalies_of
from observatoire.store.confidential.incidents import Staged, Upserted
from observatoire.store.imports import RejectRecord

QUARANTINE_SHARE, QUARANTINE_ROWS = 0.20, 10
"""An import with more rows than both in quarantine waits: a whole export may have been misread."""


@dataclass(slots=True)
class Tally:
    """Rows read, rows set aside by bucket and by code, what is true of the file as a whole."""

    read: int = 0
    alike: int = 0
    buckets: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    notices: list[Notice] = field(default_factory=list)

    def add(self, lines_read: int, rejected: Sequence[RejectRecord]) -> None:
        """Count a batch."""
        self.read += lines_read
        self.buckets.update(reject.bucket for reject in rejected)
        self.codes.update(reject.code for reject in rejected)

    def counts(self, upserted: Upserted, duplicates: int) -> LineCounts:
        """Where every row ended.

        Raises:
            ImportFailed: the conservation law does not hold.
        """
        counts = LineCounts(
            read=self.read,
            created=upserted.created,
            revised=upserted.revised,
            unchanged=upserted.unchanged,
            duplicates=duplicates,
            quarantined=self.buckets["quarantaine"],
            set_aside=self.buckets["ecartees"],
            erased=self.buckets["effacees"],
        )
        counts.check()
        return counts

    def doubts(self, staged: Staged, options: Options) -> list[str]:
        """Why the import must be confirmed before it is written."""
        if options.confirmed:
            return []
        quarantined = self.buckets["quarantaine"]
        found = []
        if quarantined > QUARANTINE_ROWS and quarantined > QUARANTINE_SHARE * self.read:
            found.append("quarantaine")
        if not options.repair_encoding and any(n.flag is reading.DAMAGED_ENCODING for n in self.notices):
            found.append("encodage")
        if staged.anomalies.get(content.LARGE_QUANTITY.code):
            found.append("quantite")
        return found

    def anomalies(self, staged: Staged, upserted: Upserted, counts: LineCounts) -> list[dict[str, Any]]:
        """Every code met, most frequent first."""
        codes = self.codes + Counter(staged.anomalies)
        codes[content.DUPLICATE_KEY.code] += counts.duplicates
        codes[content.REVISED.code] += upserted.revised
        codes[content.SAME_DAY_REVISION.code] += upserted.tied
        codes[content.ALIKE_ROWS.code] += self.alike
        return anomalies_of(+codes, self.notices)

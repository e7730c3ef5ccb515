"""Everything is computed again: what does not agree is told, the first in the order of the chain."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain as joined

from observatoire.domain.trail import Purge, Seal, WrittenEntry
from observatoire.store import trail
from observatoire.store.engine import Connection, Database
from observatoire.trail import chain, heads
from observatoire.trail.heads import Head
from observatoire.trail.keeping import Means, start_of


class Tampering(StrEnum):
    """What was done to the trail."""

    ENTRY_CHANGED = "entrée modifiée"
    ENTRY_REMOVED = "entrée retirée"
    ENTRY_INSERTED = "entrée ajoutée"
    SEAL_CHANGED = "scellement modifié"
    SEAL_REMOVED = "scellement retiré"
    FALSE_PURGE = "purge non autorisée"
    NO_HEAD = "tête de chaîne absente"


@dataclass(frozen=True, slots=True)
class Fault:
    """The first seal that does not hold, and why."""

    seal: int
    kind: Tampering


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found. ``waiting``: entries that no seal holds yet; ``first``: where the chain begins."""

    first: int
    seals: int
    entries: int
    waiting: int
    head: Head | None
    fault: Fault | None


def verify(database: Database, means: Means, *paper: Head) -> Verified:
    """Compute the chain again, and hold it against the head kept outside, and against those on paper."""
    with database.auditing() as connection:
        trail.hold_seals(connection)
        outside = heads.kept(means.head)
        return _Verification(connection, means.key).run([*paper, *([outside] if outside else [])])


class _Verification:
    def __init__(self, connection: Connection, key: bytes) -> None:
        self.key = key
        self.purge = trail.last_purge(connection)
        self.start, self.last, self.digest = start_of(self.purge)
        self.number = self.start
        self.seals = trail.seals(connection)
        self.before = trail.entries_up_to(connection, self.last)
        self.entries = trail.entries_after(connection, self.last)
        self.counted = 0
        self.chained: dict[int, bytes] = {}

    def run(self, outside: list[Head]) -> Verified:
        fault = self._beginning() or self._chain() or self._heads(outside)
        head = Head.of(self.seals[-1]) if self.seals else None
        waiting = sum(1 for _ in self.entries)
        return Verified(self.start + 1, len(self.chained), self.counted, waiting, head, fault)

    def _beginning(self) -> Fault | None:
        if self.purge is not None and not self._authorised(self.purge):
            return Fault(self.purge.seal, Tampering.FALSE_PURGE)
        if self.before:
            return Fault(self.start, Tampering.ENTRY_INSERTED)
        return None

    def _authorised(self, purge: Purge) -> bool:
        return chain.same(purge.signature, chain.signature_of(self.key, purge))

    def _chain(self) -> Fault | None:
        for seal in self.seals:
            kind = self._seal(seal) or self._content(seal)
            if kind is not None:
                # A seal taken out is seen at the next one: the fault is its own.
                return Fault(self.number + 1, kind)
            self.number, self.last, self.digest = seal.number, seal.last_entry, seal.digest
            self.chained[seal.number] = seal.digest
        return None

    def _seal(self, seal: Seal) -> Tampering | None:
        if seal.number > self.number + 1:
            return Tampering.SEAL_REMOVED
        follows = seal.number == self.number + 1 and seal.first_entry == self.last + 1
        if not follows or not chain.same(seal.digest, chain.digest_of(self.key, self.digest, seal)):
            return Tampering.SEAL_CHANGED
        return None

    def _content(self, seal: Seal) -> Tampering | None:
        count, content = chain.content_of(self._up_to(seal.last_entry))
        self.counted += count
        if chain.same(content, seal.content):
            return None
        if count < seal.entries:
            return Tampering.ENTRY_REMOVED
        return Tampering.ENTRY_INSERTED if count > seal.entries else Tampering.ENTRY_CHANGED

    def _up_to(self, number: int) -> Iterator[WrittenEntry]:
        for entry in self.entries:
            if entry.number > number:
                self.entries = joined([entry], self.entries)
                return
            yield entry

    def _heads(self, outside: list[Head]) -> Fault | None:
        if self.chained and not outside:
            return Fault(self.number, Tampering.NO_HEAD)
        for head in sorted(outside, key=lambda h: h.number):
            if head.number > self.number:
                return Fault(self.number + 1, Tampering.SEAL_REMOVED)
            known = self._digest_at(head.number)
            if known is not None and not chain.same(known, head.digest):
                return Fault(head.number, Tampering.SEAL_CHANGED)
        return None

    def _digest_at(self, number: int) -> bytes | None:
        """The digest of a seal that stands, or of the last one that was purged; None: it is older."""
        if self.purge is not None and number == self.purge.seal:
            return self.purge.digest
        return self.chained.get(number)

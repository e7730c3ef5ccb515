"""The chain: bytes of entries, digests of seals. Pure; the key never meets the database.

A seal holds two digests: ``content``, SHA-256 of its entries, and ``digest``, HMAC-SHA256 (RFC 2104, key of
this installation) of its own fields and of the digest before it. The first tells which entries were touched,
the second that nobody without the key made the seal. Forward-chained keyed logs: Schneier & Kelsey 1999, ACM
TISSEC 2(2), without their evolving key.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import UTC, datetime

from observatoire.domain.trail import Purge, Seal, WrittenEntry

START = bytes(32)
"""The digest before the first seal."""


def canonical(entry: WrittenEntry) -> bytes:
    """One entry as bytes: a JSON list, which says where each field ends; a line end never stands in it."""
    fields = (
        entry.number,
        _moment(entry.recorded_at),
        entry.key_label,
        entry.organisation,
        entry.role,
        entry.action,
        entry.subject,
        entry.filter,
        list(entry.sources),
        entry.rows,
        entry.purpose,
        entry.outcome,
        entry.status,
        entry.reason,
    )
    return _json(fields)


def content_of(entries: Iterable[WrittenEntry]) -> tuple[int, bytes]:
    """How many entries, and their digest."""
    digest, number = hashlib.sha256(), 0
    for entry in entries:
        digest.update(canonical(entry) + b"\n")
        number += 1
    return number, digest.digest()


def digest_of(key: bytes, previous: bytes, seal: Seal) -> bytes:
    """The digest that a seal must hold."""
    fields = (
        "seal",
        seal.number,
        seal.first_entry,
        seal.last_entry,
        seal.entries,
        seal.content.hex(),
        _moment(seal.sealed_at),
    )
    return hmac.digest(key, previous + _json(fields), "sha256")


def signature_of(key: bytes, purge: Purge) -> bytes:
    """The signature that a purge must hold."""
    fields = ("purge", purge.seal, purge.last_entry, purge.digest.hex(), _moment(purge.purged_at))
    return hmac.digest(key, _json(fields), "sha256")


def same(one: bytes, other: bytes) -> bool:
    """Whether two digests are equal."""
    return hmac.compare_digest(one, other)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _json(fields: tuple[object, ...]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()

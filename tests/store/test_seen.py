"""The filter of the keys that an import has written: it may ask in vain, it never forgets."""

import hashlib

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from observatoire.store.confidential.seen import Seen


def digests(numbers: set[int]) -> pl.Series:
    return pl.Series(
        [hashlib.sha256(str(n).encode()).digest()[:16] for n in sorted(numbers)], dtype=pl.Binary
    )


@given(st.sets(st.integers(0, 1000)), st.sets(st.integers(0, 1000)))
def test_a_key_added_is_never_forgotten(first: set[int], second: set[int]):
    seen = Seen()
    seen.add(digests(first))
    seen.add(digests(second))
    assert seen.maybe(digests(first | second)).all()


def test_a_key_never_added_is_almost_never_asked_for():
    seen = Seen()
    seen.add(digests(set(range(100_000))))
    strangers = seen.maybe(digests(set(range(100_000, 200_000))))
    assert int(strangers.sum()) < 100


def test_nothing_is_seen_at_first():
    assert not Seen().maybe(digests({1, 2, 3})).any()
    assert Seen().maybe(digests(set())).is_empty()

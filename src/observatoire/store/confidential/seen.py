"""Keys that an import has already written, remembered in a fixed space.

B. H. Bloom, "Space/time trade-offs in hash coding with allowable errors", CACM 13 (7), 1970.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

BITS = 27
"""16 MB: of 5 million keys, one in two hundred is asked for in vain."""
_WORDS = 2


class Seen:
    """A Bloom filter over keys that are digests already: their own bytes serve as hashes."""

    def __init__(self) -> None:
        self._bits = np.zeros(1 << (BITS - 3), dtype=np.uint8)

    def maybe(self, keys: pl.Series) -> pl.Series:
        """Whether each key (16 bytes) may have been added; never false where it was."""
        found = np.ones(keys.len(), dtype=bool)
        for byte, mask in self._places(keys):
            found &= (self._bits[byte] & mask) != 0
        return pl.Series(found)

    def add(self, keys: pl.Series) -> None:
        """Remember some keys."""
        for byte, mask in self._places(keys):
            np.bitwise_or.at(self._bits, byte, mask)

    @staticmethod
    def _places(keys: pl.Series) -> list[tuple[NDArray[np.uint64], NDArray[np.uint8]]]:
        """Of each of the two halves of a key: the byte, and the bit in it."""
        joined = b"".join(keys.to_list())
        halves = np.frombuffer(joined, dtype="<u8").reshape(-1, _WORDS)
        places = halves & np.uint64((1 << BITS) - 1)
        bits = np.left_shift(np.uint8(1), (places & np.uint64(7)).astype(np.uint8))
        return [(places[:, word] >> np.uint64(3), bits[:, word]) for word in range(_WORDS)]

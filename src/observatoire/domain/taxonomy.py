"""Versions of the pivot taxonomy: what became of a code. Codes are never reused."""

from collections.abc import Mapping

Passages = Mapping[str, frozenset[str]]
"""Former leaf to the leaves of the next version that take its facts over."""


def targets(code: str, passages: Passages) -> frozenset[str]:
    """Where the facts of a leaf go in the next version: to itself, unless the passage says otherwise."""
    return passages.get(code, frozenset({code}))


def heirs(codes: Mapping[int, frozenset[str]], passages: Mapping[int, Passages]) -> dict[str, frozenset[str]]:
    """Leaves of the version in force to which each leaf that is gone leads.

    Args:
        codes: the leaves of each version.
        passages: by version, how the leaves of the one before pass to it.
    """
    if not codes:
        return {}
    current = max(codes)
    found: dict[str, frozenset[str]] = {}
    for version in sorted(codes):
        for code in codes[version] - codes[current]:
            found[code] = _followed(code, version, sorted(v for v in codes if v > version), passages)
    return found


def _followed(code: str, version: int, later: list[int], passages: Mapping[int, Passages]) -> frozenset[str]:
    reached = frozenset({code})
    for step in later:
        reached = frozenset().union(*(targets(c, passages.get(step, {})) for c in reached))
    return reached

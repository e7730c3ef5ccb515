"""Named queries: ``-- name: …`` blocks of the .sql files beside this one."""

import re
from functools import cache
from importlib import resources


@cache
def _all() -> dict[str, str]:
    blocks: dict[str, str] = {}
    for file in sorted(resources.files(__package__).iterdir(), key=lambda f: f.name):
        if file.name.endswith(".sql"):
            parts = re.split(r"(?m)^-- name: *(\w+)\s*$", file.read_text(encoding="utf-8"))
            blocks.update(zip(parts[1::2], (block.strip() for block in parts[2::2]), strict=True))
    return blocks


def query(name: str) -> str:
    """The text of a named query; a KeyError names the block that does not exist."""
    return _all()[name]

"""Entity tags: whoever already holds an answer is told so, once it was released to them again."""

import hashlib


def tag_of(content: bytes) -> str:
    """Weak entity tag of an answer before compression (RFC 9110, 8.8.3): the same bytes, the same tag."""
    return f'W/"{hashlib.blake2b(content, digest_size=16).hexdigest()}"'


def is_held(condition: str | None, tag: str) -> bool:
    """Whether ``If-None-Match`` names a tag, by weak comparison (RFC 9110, 13.1.2)."""
    if condition is None:
        return False
    held = {told.strip().removeprefix("W/") for told in condition.split(",")}
    return "*" in held or tag.removeprefix("W/") in held

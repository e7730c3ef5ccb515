"""Profiles that ship, as TOML files."""

import tomllib
from functools import cache
from pathlib import Path

from observatoire.intake.profiles.model import Profile
from observatoire.intake.profiles.notation import from_json

FOLDER = Path(__file__).parent / "shipped"
SYNONYMS = FOLDER / "synonymes.toml"


def load(path: Path) -> Profile:
    """Read one TOML profile.

    Raises:
        InvalidProfile: it could not read anything.
    """
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return from_json(content, content["code"], content["version"])


@cache
def shipped() -> dict[str, Profile]:
    """The profiles that ship, by code."""
    profiles = (load(path) for path in sorted(FOLDER.glob("*.toml")) if path != SYNONYMS)
    return {profile.code: profile for profile in profiles}

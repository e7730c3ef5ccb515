"""Files that lie encrypted: read back whole or refused, whatever was done to them on disk."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from observatoire.errors import DamagedDeposit, MissingDeposit
from observatoire.intake.vault import BLOCK, Deposit, Vault

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
SIZES = [0, 1, 100, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 7]
PREFIX, TAG = 7, 16
SEALED = BLOCK + TAG


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "depots", KEY)


def put(vault: Vault, content: bytes, code: str = "a", step: int = 300_000) -> Path:
    with vault.write(code) as out:
        for start in range(0, len(content), step):
            out.write(content[start : start + step])
    return vault.folder / code


def got(vault: Vault, code: str = "a") -> bytes:
    with vault.read(code) as stream:
        return stream.read()


def content_of(size: int) -> bytes:
    return (b"M. DUPONT, 06 12 34 56 78; " * (size // 27 + 1))[:size]


@pytest.mark.parametrize("size", SIZES)
def test_a_file_comes_back_whole_and_lies_sealed(vault: Vault, size: int) -> None:
    content = content_of(size)
    path = put(vault, content)
    assert got(vault) == content
    assert b"DUPONT" not in path.read_bytes()


@pytest.mark.parametrize("size", [0, 100, BLOCK, 2 * BLOCK + 7])
def test_a_file_cut_anywhere_is_refused(vault: Vault, size: int) -> None:
    path = put(vault, content_of(size))
    whole = path.read_bytes()
    cuts = {0, 3, PREFIX, PREFIX + 1, PREFIX + SEALED, PREFIX + 2 * SEALED, len(whole) - 1, len(whole) - TAG}
    for cut in sorted(cut for cut in cuts if cut < len(whole)):
        path.write_bytes(whole[:cut])
        with pytest.raises(DamagedDeposit):
            got(vault)


def test_blocks_swapped_repeated_removed_or_added_are_refused(vault: Vault) -> None:
    path = put(vault, content_of(3 * BLOCK + 5))
    whole = path.read_bytes()
    prefix, blocks = whole[:PREFIX], [whole[i : i + SEALED] for i in range(PREFIX, len(whole), SEALED)]
    assert len(blocks) == 4
    one, two, three, last = blocks
    for changed in ([two, one, three, last], [one, one, three, last], [one, three, last], [one, two, three],
                    [one, two, three, last, last], [last], [one, two, last, three]):  # fmt: skip
        path.write_bytes(prefix + b"".join(changed))
        with pytest.raises(DamagedDeposit):
            got(vault)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, PREFIX + 200 + TAG - 1), bit=st.integers(0, 7))
def test_a_single_bit_changed_is_seen(vault: Vault, position: int, bit: int) -> None:
    path = put(vault, content_of(200))
    sealed = bytearray(path.read_bytes())
    sealed[position] ^= 1 << bit
    path.write_bytes(sealed)
    with pytest.raises(DamagedDeposit):
        got(vault)


def test_one_file_cannot_be_put_in_place_of_another(vault: Vault) -> None:
    put(vault, b"mine", "a")
    theirs = put(vault, b"theirs", "b")
    (vault.folder / "a").write_bytes(theirs.read_bytes())
    with pytest.raises(DamagedDeposit):
        got(vault, "a")
    rejects = Vault(vault.folder.parent / "rejets", KEY)
    rejects.folder.mkdir()
    (rejects.folder / "b").write_bytes(theirs.read_bytes())
    with pytest.raises(DamagedDeposit):
        got(rejects, "b")


def test_another_key_opens_nothing(vault: Vault) -> None:
    put(vault, b"secret")
    with pytest.raises(DamagedDeposit):
        got(Vault(vault.folder, OTHER_KEY))


def test_two_writings_of_one_content_have_nothing_in_common(vault: Vault) -> None:
    content = content_of(5000)
    one, two = put(vault, content, "a").read_bytes(), put(vault, content, "b").read_bytes()
    assert one[:PREFIX] != two[:PREFIX]
    assert not {one[i : i + 16] for i in range(0, 4000, 16)} & {two[i : i + 16] for i in range(0, 4000, 16)}


def test_a_file_is_seen_once_whole_and_a_failure_leaves_no_draft(vault: Vault) -> None:
    def fail() -> None:
        with vault.write("a") as out:
            out.write(b"half")
            assert vault.codes() == []
            assert not vault.holds("a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(vault.folder.iterdir()) == []
    with pytest.raises(MissingDeposit):
        got(vault)


def test_a_failed_rewriting_leaves_the_former_file(vault: Vault) -> None:
    put(vault, b"first")

    def fail() -> None:
        with vault.write("a") as out:
            out.write(b"second")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert got(vault) == b"first"


def test_only_its_owner_reads_the_folder_and_its_files(vault: Vault) -> None:
    path = put(vault, b"x")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(vault.folder.stat().st_mode) == 0o700


def test_a_removed_file_is_missing_and_removing_it_again_changes_nothing(vault: Vault) -> None:
    put(vault, b"x")
    vault.remove("a")
    vault.remove("a")
    assert vault.codes() == []
    with pytest.raises(MissingDeposit), Deposit(vault, "a", "export.csv", 1).open():
        pass


def test_a_deposit_opens_as_often_as_one_wants(vault: Vault) -> None:
    content = content_of(BLOCK + 10)
    put(vault, content)
    deposit = Deposit(vault, "a", "export.csv", len(content))
    with deposit.open() as one, deposit.open() as two:
        assert one.read(10) == two.read(10) == content[:10]
        assert one.read() == content[10:]


def test_lines_and_small_reads_give_the_same_bytes(vault: Vault) -> None:
    content = content_of(BLOCK + 1000).replace(b"; ", b"\n")
    put(vault, content, step=999)
    with vault.read("a") as stream:
        assert b"".join(iter(lambda: stream.read(777), b"")) == content


def test_old_files_and_drafts_are_found_by_their_age(vault: Vault) -> None:
    path = put(vault, b"x")
    draft = vault.folder / ".b.1234"
    draft.write_bytes(b"left by a crash")
    now = datetime.now(UTC)
    assert vault.written_before(now - timedelta(days=1)) == []
    for file in (path, draft):
        os.utime(file, (0, 0))
    assert vault.written_before(now - timedelta(days=1)) == [".b.1234", "a"]

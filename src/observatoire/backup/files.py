"""A file of this room has its name once it is whole and on the disk."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from observatoire.backup.errors import AlreadyThere, NoFolder, NoSpace

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CLOSED = (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EROFS, errno.EPERM)
_WITHOUT_LINKS = (errno.EPERM, errno.ENOTSUP)
"""What a share or a stick (FAT) answers to who asks for a link."""


@contextmanager
def new_file(path: Path, *, replace: bool = False) -> Iterator[BinaryIO]:
    """A file (0600) that has its name at the end of the block; ``replace``: in place of a former one.

    Raises:
        AlreadyThere: there is one, which stays as it is; NoFolder, NoSpace: nothing is left.
    """
    if not replace and path.exists():
        raise AlreadyThere(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path) if replace else _name(draft, path)
    except OSError as error:
        if error.filename not in (None, str(draft), draft):  # another file, that the block reads
            raise
        raise _told(error, path) from None
    finally:
        draft.unlink(missing_ok=True)
    _settle(path.parent)


def _name(draft: Path, path: Path) -> None:
    """By a link, which refuses to replace, where a rename would not."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise AlreadyThere(path) from None
    except OSError as error:
        if error.errno not in _WITHOUT_LINKS:
            raise
        if path.exists():
            raise AlreadyThere(path) from None
        draft.rename(path)


def _settle(folder: Path) -> None:
    """Put the name itself on the disk, where the system lets one ask for it: the file is there already."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _told(error: OSError, path: Path) -> Exception:
    if error.errno in _FULL:
        return NoSpace(path.parent)
    return NoFolder(path.parent) if error.errno in _CLOSED else error

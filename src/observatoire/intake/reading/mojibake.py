"""UTF-8 that was once read as cp1252 and saved again: « DiffÃ©rend » for « Différend »."""

import re

import polars as pl

SHARE = 0.01
"""Share of damaged lines from which a file is said to be damaged."""

_BYTE_OF = {
    bytes([byte]).decode("cp1252", "ignore") or chr(byte): byte
    for byte in range(256)  # the five bytes that cp1252 leaves undefined are read as C1 controls
}
_CHARACTER_OF = {byte: character for character, byte in _BYTE_OF.items()}


def _set(first: int, last: int) -> str:
    return "[" + "".join(re.escape(_CHARACTER_OF[byte]) for byte in range(first, last + 1)) + "]"


# Lead bytes of what French writes: C3 (é, à, ç…), C2 (°, «, no-break space), C5 (œ, Œ, Ÿ), E2 80 (’, –, …),
# E2 82 AC (€).
_PATTERN = f"Ã{_set(0x80, 0xBF)}|Â{_set(0xA0, 0xBF)}|Å[“’¸]|â€{_set(0x80, 0xBF)}|â‚¬"
_DAMAGED = re.compile(_PATTERN)
_LEADS = ("Ã", "Â", "Å", "â€", "â‚¬")


class DamageTally:
    """Counts the lines of a text, and those that are damaged, as its pieces go by."""

    def __init__(self) -> None:
        self._lines = self._damaged = 0
        self._unfinished = ""

    def see(self, text: str) -> None:
        """Take the next piece of the text."""
        end = max(text.rfind("\n"), text.rfind("\r")) + 1
        if end == 0:
            self._unfinished = (self._unfinished + text)[-1_000_000:]
            return
        self._count(self._unfinished + text[:end] if self._unfinished else text[:end])
        self._unfinished = text[end:]

    @property
    def damaged_lines(self) -> int:
        """Damaged lines; 0 when they are no more than a hundredth of the text."""
        self._count(self._unfinished)
        self._unfinished = ""
        return self._damaged if self._damaged > SHARE * self._lines else 0

    def _count(self, text: str) -> None:
        self._lines += max(text.count("\n"), text.count("\r"), 1 if text else 0)
        if any(lead in text for lead in _LEADS):
            lines = text.replace("\r", "\n").split("\n")
            self._damaged += sum(1 for line in lines if _DAMAGED.search(line))


def repair(text: str) -> str:
    """The text before the damage; the text itself when it can't have been UTF-8."""
    if not _DAMAGED.search(text):
        return text
    try:
        return bytes([_BYTE_OF[character] for character in text]).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return text


def repair_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """Repair every cell of the text columns of a frame."""
    repaired = []
    for column in frame.get_columns():
        if column.dtype == pl.String and column.str.contains("[ÃÂÅâ]").any():
            mended = {value: repair(value) for value in column.unique().to_list()}
            repaired.append(pl.Series(column.name, [mended[value] for value in column.to_list()], pl.String))
    return frame.with_columns(repaired)

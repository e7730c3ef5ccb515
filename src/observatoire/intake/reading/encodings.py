"""Which encoding a text is written in.

A byte-order mark decides; else strict UTF-8 over the whole stream; else the single-byte encoding whose
accents look most like French: Windows (cp1252), Mac (mac_roman) or DOS (cp850), cp1252 when in doubt.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

import numpy as np

from observatoire.errors import BinaryFile, EmptyFile, FileTooLarge, UnreadableEncoding
from observatoire.intake.reading.document import Limits, Origin
from observatoire.intake.reading.mojibake import DamageTally

BLOCK = 1 << 20
"""Bytes read at a time."""

_UNDEFINED_IN_CP1252 = np.array([0x81, 0x8D, 0x8F, 0x90, 0x9D])
_DAMAGE_LEADS = np.array([0xC2, 0xC3, 0xC5, 0xE2])
_ACCENTED = re.compile(rb"[\x80-\xff]+")
_MOST_SAMPLES = 5_000
_LOWER = "àâäéèêëîïôöùûüÿçœæ"
_UPPER = _LOWER.upper()
_PLAUSIBLE = re.compile(
    f"(?<![A-Z])[{_LOWER}](?![A-Z])|(?<![a-z])[{_UPPER}]|[’‘“”«»…–—€°ºª²³·\u00a0\u202f]",
)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_CERTAINTY = 0.9
"""Share of plausible signs from which a file is said to come from a Mac or from DOS."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a text, under Python's name, and how many of its lines were damaged before."""

    name: str
    damaged_lines: int = 0


def recognise(origin: Origin, limits: Limits) -> Encoding:
    """Read the stream once (twice when accents may have been damaged) and name its encoding.

    Raises:
        EmptyFile, BinaryFile, FileTooLarge, UnreadableEncoding.
    """
    with origin.open() as stream:
        blocks = _blocks(stream, limits.max_bytes)
        first = next(blocks, b"")
        everything = (block for part in ([first], blocks) for block in part)
        if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return Encoding("utf-16", _strictly(everything, "utf-16"))
        if first.startswith(codecs.BOM_UTF8):
            return Encoding("utf-8-sig", _strictly(everything, "utf-8-sig"))
        name, damaged, leads = _unmarked(everything)
    if leads:
        with origin.open() as stream:
            damaged = _strictly(_blocks(stream, limits.max_bytes), name)
    return Encoding(name, damaged)


def decoded(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """The text of a stream, piece by piece; pieces may end inside a line."""
    decoder = codecs.getincrementaldecoder(encoding)()
    while block := stream.read(BLOCK):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def utf8(stream: BinaryIO, encoding: str) -> Iterator[bytes]:
    """The text of a stream as UTF-8 without a mark, piece by piece; pieces may end inside a character."""
    if encoding == "utf-8":
        while block := stream.read(BLOCK):
            yield block
        return
    for text in decoded(stream, encoding):
        yield text.encode("utf-8")


def _blocks(stream: BinaryIO, max_bytes: int) -> Iterator[bytes]:
    """Blocks of a stream that may be longer than it said."""
    total = 0
    while block := stream.read(BLOCK):
        total += len(block)
        if total > max_bytes:
            raise FileTooLarge(f"{max_bytes // 1_000_000} Mo")
        yield block


def _strictly(blocks: Iterable[bytes], encoding: str) -> int:
    """Decode everything; the number of damaged lines."""
    decoder = codecs.getincrementaldecoder(encoding)()
    tally = DamageTally()
    blank = True
    try:
        for block in blocks:
            text = decoder.decode(block)
            blank = blank and not text.strip()
            if "\x00" in text:
                raise BinaryFile("octets nuls")
            tally.see(text)
        tally.see(decoder.decode(b"", final=True))
    except UnicodeDecodeError:
        raise UnreadableEncoding from None
    if blank:
        raise EmptyFile
    return tally.damaged_lines


def _unmarked(blocks: Iterable[bytes]) -> tuple[str, int, bool]:
    """Encoding of a text without a mark, its damaged lines, and whether these are still to be counted."""
    utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    tally = DamageTally()
    counts = np.zeros(256, np.int64)
    samples: list[bytes] = []
    blank = True
    for block in blocks:
        if b"\x00" in block:
            raise BinaryFile(_nature_of_nuls(block))
        blank = blank and not block.strip()
        if not block.isascii():
            counts += np.bincount(np.frombuffer(block, np.uint8), minlength=256)
        utf8 = utf8 and _advance(utf8, block, tally)
        if not utf8:
            found = islice(_ACCENTED.finditer(block), _MOST_SAMPLES - len(samples))
            samples += (block[max(sign.start() - 1, 0) : sign.end() + 1] for sign in found)
    if blank:
        raise EmptyFile
    if utf8 and _advance(utf8, b"", tally):
        return "utf-8", tally.damaged_lines, False
    name = _most_french(b"\n".join(samples), possible=not counts[_UNDEFINED_IN_CP1252].any())
    return name, 0, name == "cp1252" and bool(counts[_DAMAGE_LEADS].any())


def _advance(
    decoder: codecs.IncrementalDecoder, block: bytes, tally: DamageTally
) -> codecs.IncrementalDecoder | None:
    """The decoder, while what it meets is UTF-8; an empty block ends the text."""
    try:
        tally.see(decoder.decode(block, final=not block))
    except UnicodeDecodeError:
        return None
    return decoder


def _nature_of_nuls(block: bytes) -> str:
    """NUL bytes at every other place are UTF-16 without its mark."""
    for shift in (0, 1):
        half = block[shift::2]
        if half.count(0) > 0.7 * len(half):
            return "octets nuls : texte UTF-16 sans marque, à réenregistrer en « CSV UTF-8 »"
    return "octets nuls"


def _most_french(sample: bytes, *, possible: bool) -> str:
    """The single-byte encoding under which the sample reads as French.

    ``possible``: whether the stream has no byte that cp1252 leaves undefined.
    """
    name, best = ("cp1252", _score(sample, "cp1252")[0]) if possible else ("", 0.0)
    for other in ("mac_roman", "cp850"):
        score, share = _score(sample, other)
        if score > best and share >= _CERTAINTY:
            name, best = other, score
    if not name:
        raise UnreadableEncoding
    return name


def _score(sample: bytes, encoding: str) -> tuple[float, float]:
    """How French a sample looks: plausible signs less twice the others, and the share of plausible ones."""
    text = sample.decode(encoding, "replace")
    signs = len(_NOT_ASCII.findall(text))
    plausible = len(_PLAUSIBLE.findall(text))
    return plausible - 2 * (signs - plausible), plausible / max(signs, 1)

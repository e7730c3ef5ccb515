"""The zip archive under a workbook: what it inflates to is measured before anything parses it.

Sizes said by the archive are not trusted: each part is inflated here to its true end, within a cap, and
must have the size that is said, so that no other reader of the same bytes inflates more.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from observatoire.errors import BinaryFile, DamagedWorkbook, ForbiddenXml, InflationBomb, ProtectedWorkbook

BLOCK = 1 << 20
MOST_RATIO = 200
SUSPECT_FROM = 50_000_000
"""Inflated bytes under which no ratio is suspect."""

_MOST_PARTS = 10_000
_END_OF_ARCHIVE = 22
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_XML = (".xml", ".rels", ".vml")
_KINDS = {
    "word/document.xml": "document Word",
    "ppt/presentation.xml": "présentation",
    "xl/workbook.bin": "classeur XLSB, à enregistrer en .xlsx",
    "docProps/app.xml": "document Office",
}
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."


class Archive:
    """Parts of a zip archive, by name without regard to case."""

    def __init__(self, content: bytes) -> None:
        """Raises: BinaryFile (not an archive), ProtectedWorkbook, DamagedWorkbook."""
        self._content = content
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = [part for part in archive.infolist() if not part.is_dir()]
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise BinaryFile("classeur ou archive zip illisible") from None
        self._parts = {part.filename.casefold(): part for part in parts}
        if any(part.flag_bits & 1 for part in parts):
            raise ProtectedWorkbook
        if (
            len(self._parts) != len(parts)
            or len(parts) > _MOST_PARTS
            or sum(part.compress_size for part in parts) > len(content)
            or content[-_END_OF_ARCHIVE:][:4] != b"PK\x05\x06"  # another reader could find another directory
            or min((part.header_offset for part in parts), default=0) != 0
        ):
            raise DamagedWorkbook

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._parts

    @property
    def kind(self) -> str:
        """``xlsx`` or ``ods``.

        Raises:
            BinaryFile: another kind of archive.
        """
        if "xl/workbook.xml" in self:
            return "xlsx"
        if "mimetype" in self and "content.xml" in self:
            kind = self.read("mimetype", 200).removeprefix(_OPEN_DOCUMENT).strip()
            if kind == b"spreadsheet":
                return "ods"
            raise BinaryFile("document OpenDocument qui n'est pas un classeur ODS")
        for name, nature in _KINDS.items():
            if name in self:
                raise BinaryFile(nature)
        raise BinaryFile("archive zip qui n'est pas un classeur : extrayez-en le fichier")

    def check(self, max_inflated: int) -> None:
        """Inflate every part once.

        Raises:
            InflationBomb: too much, or too much for the size of the archive; DamagedWorkbook;
            ForbiddenXml: a part of XML declares a document type or an entity.
        """
        said = sum(part.file_size for part in self._parts.values())
        self._check_size(said, max_inflated)
        total = 0
        for name in self._parts:
            tail = b""
            for block in self.blocks(name):
                total += len(block)
                self._check_size(total, max_inflated)
                if name.endswith(_XML):
                    seen = tail + block.replace(b"\x00", b"")  # XML in UTF-16 hides nothing
                    if _DECLARATION.search(seen):
                        raise ForbiddenXml
                    tail = seen[-32:]

    def _check_size(self, inflated: int, max_inflated: int) -> None:
        if inflated > max_inflated:
            raise InflationBomb(f"{max_inflated // 1_000_000} Mo")
        if inflated > SUSPECT_FROM and inflated > MOST_RATIO * len(self._content):
            raise InflationBomb(f"{MOST_RATIO} fois sa taille")

    def blocks(self, name: str) -> Iterator[bytes]:
        """A part, inflated block by block.

        Raises:
            DamagedWorkbook: absent, of an unknown method, or of another size than is said.
        """
        part = self._parts.get(name.casefold())
        if part is None:
            raise DamagedWorkbook
        header = self._content[part.header_offset : part.header_offset + 30]
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise DamagedWorkbook
        begin = part.header_offset + 30 + int.from_bytes(header[26:28], "little")
        begin += int.from_bytes(header[28:30], "little")
        packed = memoryview(self._content)[begin : begin + part.compress_size]
        inflated = 0
        for block in _inflated(packed, part.compress_type):
            inflated += len(block)
            if inflated > part.file_size:
                raise DamagedWorkbook
            yield block
        if inflated != part.file_size:
            raise DamagedWorkbook

    def read(self, name: str, most: int = 16 * BLOCK) -> bytes:
        """A small part, whole.

        Raises:
            DamagedWorkbook: absent, or longer than ``most``.
        """
        content = b""
        for block in self.blocks(name):
            content += block
            if len(content) > most:
                raise DamagedWorkbook
        return content


def _inflated(packed: memoryview, method: int) -> Iterator[bytes]:
    if method == zipfile.ZIP_STORED:
        for start in range(0, len(packed), BLOCK):
            yield bytes(packed[start : start + BLOCK])
        return
    if method != zipfile.ZIP_DEFLATED:
        raise DamagedWorkbook
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    pending = bytes(packed)
    try:
        while not inflater.eof:
            block = inflater.decompress(pending, BLOCK)
            pending = inflater.unconsumed_tail
            if not block and not pending and not inflater.eof:
                raise DamagedWorkbook
            yield block
    except zlib.error:
        raise DamagedWorkbook from None

"""XLSX and ODS workbooks before their values are read: sheets, hidden parts, how far they spread."""

import posixpath
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from observatoire.errors import DamagedWorkbook, ForbiddenXml, MacroWorkbook, ProtectedWorkbook
from observatoire.intake.reading.archive import Archive
from observatoire.intake.reading.document import EPOCH_1900, EPOCH_1904, Choices, Document, Limits, Origin
from observatoire.intake.reading.survey import survey_ods, survey_xlsx
from observatoire.intake.reading.workbook import SheetFacts, WorkbookFacts, open_workbook

_MACROS = (b"macroenabled", b"vbaproject", b"macrosheet")
_CONTENT_TYPES = "[Content_Types].xml"


def open_zipped(origin: Origin, limits: Limits, choices: Choices) -> Document:
    """Recognise a workbook in a zip archive.

    Raises:
        RefusedFile: see ``opening.open_document``.
    """
    with origin.open() as stream:
        content = stream.read()
    archive = Archive(content)
    kind = archive.kind
    if kind == "xlsx":
        _refuse_macros(archive)
    archive.check(limits.max_inflated)
    facts = _xlsx_facts(archive) if kind == "xlsx" else _ods_facts(archive)
    return open_workbook(origin, content, facts, limits, choices)


def _refuse_macros(archive: Archive) -> None:
    types = archive.read(_CONTENT_TYPES).lower().replace(b"\x00", b"")
    if "xl/vbaProject.bin" in archive or any(word in types for word in _MACROS):
        raise MacroWorkbook


def _parsed(part: bytes) -> Element:
    try:
        return fromstring(part, forbid_dtd=True)
    except DefusedXmlException:
        raise ForbiddenXml from None
    except (ParseError, ValueError, LookupError):
        raise DamagedWorkbook from None


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _xlsx_facts(archive: Archive) -> WorkbookFacts:
    book = _parsed(archive.read("xl/workbook.xml"))
    properties = [element for element in book.iter() if _local(element) == "workbookPr"]
    is_1904 = any(element.get("date1904") in ("1", "true", "on") for element in properties)
    targets = dict(_worksheets(archive))
    sheets = []
    for element in book.iter():
        if _local(element) == "sheet":
            link = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
            if link in targets:
                survey = survey_xlsx(archive.blocks(targets[link]))
                visible = element.get("state", "visible") == "visible"
                sheets.append(SheetFacts(element.get("name", ""), visible, survey))
    return WorkbookFacts("xlsx", tuple(sheets), EPOCH_1904 if is_1904 else EPOCH_1900)


def _worksheets(archive: Archive) -> Iterator[tuple[str, str]]:
    """Identifier and part of each sheet of cells (a sheet may also be a chart)."""
    seen = set()
    for element in _parsed(archive.read("xl/_rels/workbook.xml.rels")):
        link = element.get("Id", "")
        if link in seen:
            raise DamagedWorkbook  # two readers would not open the same part
        seen.add(link)
        if element.get("Type", "").endswith("/worksheet"):
            yield link, posixpath.normpath(posixpath.join("/xl", element.get("Target", ""))).lstrip("/")


def _ods_facts(archive: Archive) -> WorkbookFacts:
    if "META-INF/manifest.xml" in archive and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise ProtectedWorkbook
    surveys = survey_ods(archive.blocks("content.xml"))
    sheets = (SheetFacts(name, survey.visible, survey) for name, survey in surveys.items())
    return WorkbookFacts("ods", tuple(sheets))

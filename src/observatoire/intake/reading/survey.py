"""What a sheet holds besides its values, read from its XML without keeping it.

How far its cells spread is known here before the workbook's own reader makes a table of them: a single
cell in the last row of the last column would be a table of 17 billion.

Expat is spoken to directly, with the bans of defusedxml (no document type, no entity): its parser, in
pure Python, is several times too slow for the cells of a large sheet.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from observatoire.errors import DamagedWorkbook, ForbiddenXml
from observatoire.intake.reading.layout import Merge

_MERGES_UNTIL = 100
"""Rows whose merged cells are kept: a header stands above."""

_MOST_MERGES = 1_000
_MOST_REPEATS = 2**31
_HIDDEN = ("collapse", "filter")
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")


@dataclass(slots=True)
class Survey:
    """One sheet. ``rows``, ``columns``: rank from 1 of the last filled ones, 0 when the sheet is empty.

    ``hidden``: rows and columns that are hidden, and filters that are active. ``unvalued``: formulas
    without a value. ``merges``: cells merged within one row, near the top. ``visible``: whether the sheet
    is (told of ODS only).
    """

    rows: int = 0
    columns: int = 0
    hidden: int = 0
    unvalued: int = 0
    merges: list[Merge] = field(default_factory=list)
    visible: bool = True

    def fill(self, row: int, column: int) -> None:
        """A cell holds something."""
        self.rows = max(self.rows, row)
        self.columns = max(self.columns, column)


def survey_xlsx(blocks: Iterable[bytes]) -> Survey:
    """Survey the part of one sheet of an XLSX workbook.

    Raises:
        DamagedWorkbook, ForbiddenXml.
    """
    parser = _parser()
    watch = _XlsxWatch(parser)
    parser.StartElementHandler = watch.start
    _feed(parser, blocks)
    return watch.finish()


def survey_ods(blocks: Iterable[bytes]) -> dict[str, Survey]:
    """Survey the content of an ODS workbook: each sheet by its name.

    Raises:
        DamagedWorkbook, ForbiddenXml.
    """
    parser = _parser()
    watch = _OdsWatch()
    parser.StartElementHandler = watch.start
    _feed(parser, blocks)
    return watch.finish()


Attributes = dict[str, str]


def _forbid(*_: object) -> NoReturn:
    raise ForbiddenXml


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _forbid
    return parser


def _feed(parser: expat.XMLParserType, blocks: Iterable[bytes]) -> None:
    try:
        for block in blocks:
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, KeyError):
        raise DamagedWorkbook from None


class _XlsxWatch:
    """Hears the elements of one sheet."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.survey = Survey()
        self._parser = parser
        self._row, self._row_text, self._column = 0, "0", 0
        self._letters: dict[str, int] = {}
        self._hidden_columns: list[tuple[int, int]] = []
        self._formula = self._valued = self._in_value = False

    def start(self, name: str, attributes: Attributes) -> None:
        tag = name[name.rfind(":") + 1 :]
        self._in_value = False
        if tag == "c":
            self._cell(attributes.get("r"))
        elif tag in ("v", "is"):
            self.survey.fill(self._row, self._column)
            self._in_value = self._formula
        elif tag == "f":
            self._formula = True
            self._parser.CharacterDataHandler = self.text  # heard within formulas only, for speed
        elif tag == "row":
            self._new_row(attributes)
        else:
            self._other(tag, attributes)

    def text(self, _: str) -> None:
        if self._in_value:
            self._valued = True

    def finish(self) -> Survey:
        self._close_cell()
        columns = self.survey.columns
        for first, last in self._hidden_columns:
            self.survey.hidden += max(0, min(last, columns) - first + 1)
        return self.survey

    def _cell(self, reference: str | None) -> None:
        self._close_cell()
        if reference is None:
            self._column += 1
            return
        letters = reference.removesuffix(self._row_text)
        column = self._letters.get(letters)
        if column is None:
            column = self._place(reference)
        self._column = column

    def _place(self, reference: str) -> int:
        """Column of a reference; the row too, when it is not that of its row."""
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            raise DamagedWorkbook
        column = 0
        for letter in found[1].upper():
            column = column * 26 + ord(letter) - 64
        if found[2] == self._row_text:
            self._letters[found[1]] = column
        else:
            self._row, self._row_text = int(found[2]), found[2]
        return column

    def _new_row(self, attributes: Attributes) -> None:
        self._close_cell()
        self._row = int(attributes.get("r") or self._row + 1)
        self._row_text = str(self._row)
        self._column = 0
        self.survey.hidden += _is_true(attributes.get("hidden"))

    def _close_cell(self) -> None:
        if self._formula:
            self.survey.unvalued += not self._valued
            self._parser.CharacterDataHandler = None
            self._formula = self._valued = False

    def _other(self, tag: str, attributes: Attributes) -> None:
        if tag == "col" and _is_true(attributes.get("hidden")):
            self._hidden_columns.append((int(attributes["min"]), int(attributes["max"])))
        elif tag == "filterColumn":
            self.survey.hidden += 1
        elif tag == "mergeCell":
            corners = [_REFERENCE.fullmatch(corner) for corner in attributes["ref"].split(":")]
            if len(corners) == 2 and corners[0] and corners[1] and corners[0][2] == corners[1][2]:
                row = int(corners[0][2]) - 1
                if row < _MERGES_UNTIL and len(self.survey.merges) < _MOST_MERGES:
                    first, last = (self._column_of(corner[1]) for corner in corners if corner)
                    self.survey.merges.append((row, first - 1, last - 1))

    @staticmethod
    def _column_of(letters: str) -> int:
        column = 0
        for letter in letters.upper():
            column = column * 26 + ord(letter) - 64
        return column


class _OdsWatch:
    """Hears the elements of a whole workbook."""

    def __init__(self) -> None:
        self.surveys: dict[str, Survey] = {}
        self._survey = Survey()
        self._row, self._row_span = 0, 0
        self._column, self._column_span = 0, 0
        self._hidden_columns: list[tuple[int, int]] = []
        self._columns = 0
        self._style = ""
        self._hidden_styles: set[str] = set()

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "table:table-cell" or name == "table:covered-table-cell":
            self._cell(attributes)
        elif name == "text:p":
            self._fill()
        elif name == "table:table-row":
            self._new_row(attributes)
        elif name == "table:table-column":
            first, self._columns = (
                self._columns,
                self._columns + _repeats(attributes, "table:number-columns-repeated"),
            )
            if attributes.get("table:visibility") in _HIDDEN:
                self._hidden_columns.append((first + 1, self._columns))
        elif name == "table:table":
            self._close_table()
            visible = attributes.get("table:style-name") not in self._hidden_styles
            self._survey = self.surveys[attributes["table:name"]] = Survey(visible=visible)
        elif name == "style:style":
            self._style = attributes.get("style:name", "")
        elif name == "style:table-properties" and attributes.get("table:display") == "false":
            self._hidden_styles.add(self._style)

    def finish(self) -> dict[str, Survey]:
        self._close_table()
        return self.surveys

    def _new_row(self, attributes: Attributes) -> None:
        self._row += self._row_span
        self._row_span = _repeats(attributes, "table:number-rows-repeated")
        self._column = self._column_span = 0
        if attributes.get("table:visibility") in _HIDDEN:
            self._survey.hidden += self._row_span

    def _cell(self, attributes: Attributes) -> None:
        self._column += self._column_span
        self._column_span = _repeats(attributes, "table:number-columns-repeated")
        if "office:value-type" in attributes or "table:formula" in attributes:
            self._fill()
        spanned = _repeats(attributes, "table:number-columns-spanned")
        if spanned > 1 and self._row < _MERGES_UNTIL and len(self._survey.merges) < _MOST_MERGES:
            self._survey.merges.append((self._row, self._column, self._column + spanned - 1))

    def _fill(self) -> None:
        if self._row_span:
            self._survey.fill(self._row + self._row_span, self._column + self._column_span)

    def _close_table(self) -> None:
        for first, last in self._hidden_columns:
            self._survey.hidden += max(0, min(last, self._survey.columns) - first + 1)
        self._row = self._row_span = self._column = self._column_span = self._columns = 0
        self._hidden_columns = []


def _is_true(text: str | None) -> bool:
    return text in ("1", "true")


def _repeats(attributes: Attributes, name: str) -> int:
    return min(max(int(attributes.get(name, 1)), 1), _MOST_REPEATS)

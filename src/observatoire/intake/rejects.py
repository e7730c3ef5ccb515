"""Rows set aside: what the database keeps of them, and the file in which they can be mended and sent again.

The file holds the rows in quarantine: line, code, field and reason, then the mapped columns of the file
received, under its own headers, so that the same profile reads it again: our columns are mapped by none.
A cell that looks personal is masked, one that looks like a formula is escaped; it lives encrypted.
"""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

import polars as pl

from observatoire.errors import Conflict, ExpiredRejects
from observatoire.formulas import FORMULA, NUMBER, restored
from observatoire.intake.faults import FAULTS, Bucket, content, shape_of
from observatoire.intake.parsing.text import plain
from observatoire.intake.personal import MASK, NAMED_FIELDS, masked
from observatoire.intake.profiles.model import POINT, Profile, resolve
from observatoire.intake.reading.document import Batch
from observatoire.intake.retention.kinds import REJECTS_KEPT
from observatoire.intake.vault import Vault
from observatoire.store.imports import ImportRecord, RejectRecord

COLUMNS = ("ligne", "motif_code", "champ", "motif")
_COLUMNS_OTHERWISE = tuple(f"rejet_{name}" for name in COLUMNS)
"""Our columns, when the file received has one of those names among those that are read."""

KEPT_DAYS = REJECTS_KEPT.days
_RUNNING = ("en_attente", "en_cours")


# ---- written ---------------------------------------------------------------------------------------------


@contextmanager
def writing(vault: Vault, code: str, profile: Profile, header: tuple[str, ...]) -> Iterator["Rejects"]:
    """The rejects of one import, of its batches in order.

    The file appears under ``code`` when the block ends well and a row was in quarantine; a file left
    by an earlier run of the same import goes.
    """
    with ExitStack() as stack:
        rejects = Rejects(vault, code, profile, header, stack)
        yield rejects
        if rejects.empty:
            vault.remove(code)


class Rejects:
    """Takes the batches of an import; ``writing`` makes it."""

    def __init__(
        self, vault: Vault, code: str, profile: Profile, header: tuple[str, ...], stack: ExitStack
    ) -> None:
        self._vault, self._code, self._stack = vault, code, stack
        self._out: BinaryIO | None = None
        names = resolve(profile.mapped, header)
        self._names = [name for name in header if name in set(names.values())]
        self._served = _served(profile, names)
        self._own = _own_columns(self._names)

    @property
    def empty(self) -> bool:
        """Whether no row was in quarantine."""
        return self._out is None

    def take(self, batch: Batch, draft: pl.DataFrame) -> list[RejectRecord]:
        """The rows of a batch that are not stored, as the database keeps them, in file order.

        Args:
            batch: rows as read, and those that could not be cut into fields.
            draft: the same rows normalised: ``line``, ``fault``, ``personal_field`` and the text fields.
        """
        read = [_record(row) for row in _faulty(draft).iter_rows(named=True)]
        unread = [
            RejectRecord(s.line, s.fault.code, s.fault.field, s.shape, s.fault.bucket.value)
            for s in batch.set_aside
        ]
        self._write(batch.rows, [r for r in read if r.bucket == Bucket.QUARANTINE], unread)
        return sorted([*read, *unread], key=lambda r: r.line)

    def _write(self, rows: pl.DataFrame, read: list[RejectRecord], unread: list[RejectRecord]) -> None:
        unread = [r for r in unread if r.bucket == Bucket.QUARANTINE]
        if not read and not unread:
            return
        read.sort(key=lambda r: r.line)
        chosen = rows.filter(pl.col("line").is_in([r.line for r in read])).sort("line")
        told = pl.concat([self._told(read), self._given_back(chosen, read)], how="horizontal")
        whole = pl.concat([told, self._told(unread)], how="diagonal").sort(self._own[0])
        whole.write_csv(
            self._opened(),
            separator=";",
            line_terminator="\r\n",
            include_header=False,
            quote_style="necessary",
        )

    def _told(self, rejects: list[RejectRecord]) -> pl.DataFrame:
        line, code, field, reason = self._own
        return pl.DataFrame(
            {
                line: [r.line for r in rejects],
                code: [r.code for r in rejects],
                field: [r.field for r in rejects],
                reason: [FAULTS[r.code].label for r in rejects],
            },
            schema={line: pl.Int64, code: pl.String, field: pl.String, reason: pl.String},
        )

    def _given_back(self, chosen: pl.DataFrame, rejects: list[RejectRecord]) -> pl.DataFrame:
        """The mapped cells, masked then escaped."""
        given = chosen.select(
            masked(pl.col(name), named=bool(self._served[name] & NAMED_FIELDS)).alias(name)
            for name in self._names
        )
        given = self._masked_together(chosen, given, rejects)
        return given.select(_escaped(pl.col(name)).alias(name) for name in self._names)

    def _masked_together(
        self, chosen: pl.DataFrame, given: pl.DataFrame, rejects: list[RejectRecord]
    ) -> pl.DataFrame:
        """Where only several cells together look personal (a field joins them), each of them is masked."""
        for field in {r.field for r in rejects if r.code == content.PERSONAL_VALUE.code}:
            columns = [name for name in self._names if field in self._served[name]]
            concerned = pl.Series(
                [r.code == content.PERSONAL_VALUE.code and r.field == field for r in rejects]
            )
            shown = given.select(pl.all_horizontal(pl.col(columns).ne_missing(MASK)).alias("_"))["_"]
            hidden = concerned & shown
            given = given.with_columns(
                pl.when(hidden).then(pl.lit(MASK)).otherwise(pl.col(name)).alias(name) for name in columns
            )
        return given

    def _opened(self) -> BinaryIO:
        if self._out is None:
            self._out = self._stack.enter_context(self._vault.write(self._code))
            self._out.write(b"\xef\xbb\xbf" + _line([*self._own, *self._names]))
        return self._out


def _served(profile: Profile, names: dict[str, str]) -> dict[str, frozenset[str]]:
    """Names of the header to the fields that they serve; one that only tells lines apart serves the label."""
    served: dict[str, set[str]] = {name: set() for name in names.values()}
    for field, rule in profile.fields.items():
        for column in rule.columns:
            if column in names:
                served[names[column]] |= {"x", "y"} if field == POINT else {field}
    return {name: frozenset(fields) or frozenset({"categorie"}) for name, fields in served.items()}


def _own_columns(names: list[str]) -> tuple[str, ...]:
    taken = {plain(name) for name in names}
    return _COLUMNS_OTHERWISE if taken & set(COLUMNS) else COLUMNS


def _faulty(draft: pl.DataFrame) -> pl.DataFrame:
    """Rows at fault, ``commune`` being again what the file says."""
    return draft.filter(pl.col("fault").is_not_null()).with_columns(pl.col("raw_commune").alias("commune"))


def _record(row: dict[str, object]) -> RejectRecord:
    """One row set aside: the shape of what was wrong, never the value."""
    fault = FAULTS[str(row["fault"])]
    personal = row.get("personal_field") if fault is content.PERSONAL_VALUE else None
    field = str(personal or fault.field)
    value = " ".join(str(row[part] or "") for part in field.split(", ") if part in row)
    return RejectRecord(int(str(row["line"])), fault.code, field, shape_of(value), fault.bucket.value)


def _escaped(cell: pl.Expr) -> pl.Expr:
    formula = cell.str.contains(FORMULA) & ~cell.str.contains(NUMBER)
    return pl.when(formula).then(pl.lit("'") + cell).otherwise(cell)


def _line(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()


# ---- read again -------------------------------------------------------------------------------------------


def is_rejects_header(header: tuple[str, ...]) -> bool:
    """Whether a file is one of ours, mended and sent again."""
    return tuple(plain(name) for name in header[: len(COLUMNS)]) in (COLUMNS, _COLUMNS_OTHERWISE)


def as_sent(rows: pl.DataFrame, header: tuple[str, ...]) -> pl.DataFrame:
    """Rows of a file as its sender wrote them: of a rejects file sent again, the escapes are undone.

    In any other file an apostrophe is an apostrophe.
    """
    if not is_rejects_header(header):
        return rows
    cells = [pl.col(name) for name in header]
    return rows.with_columns(
        pl.when(cell.str.starts_with("'") & cell.str.contains(FORMULA))
        .then(cell.str.slice(1))
        .otherwise(cell)
        for cell in cells
    )


# ---- given back -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GivenBack:
    """One row of the file, as JSON tells it; ``cells`` by column of the file received."""

    line: int
    code: str
    field: str
    reason: str
    cells: dict[str, str]


def read(vault: Vault, record: ImportRecord, now: datetime) -> bytes:
    """The file of an import, clear: UTF-8 with its mark, « ; »; a header alone when nothing was rejected.

    Raises:
        Conflict: the import is still running.
        ExpiredRejects: it was mended and sent again, or is more than 30 days old.
    """
    if record.state in _RUNNING:
        raise Conflict("L'import est en cours : ses rejets seront lisibles quand il sera terminé.")
    if record.state == "annule" or not record.lines.get("quarantaine"):
        return b"\xef\xbb\xbf" + _line(list(COLUMNS))
    if not vault.holds(str(record.id)) or now > expires_at(record):
        raise ExpiredRejects(KEPT_DAYS)
    with vault.read(str(record.id)) as stream:
        return stream.read()


def expires_at(record: ImportRecord) -> datetime:
    """When the file of an import goes."""
    return (record.finished_at or record.started_at) + timedelta(days=KEPT_DAYS)


def rows_of(file: bytes) -> list[GivenBack]:
    """The rows of a file, escapes undone: JSON has no formulas."""
    header, *rows = csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), delimiter=";")
    names = header[len(COLUMNS) :]
    return [
        GivenBack(int(line), code, field, reason, dict(zip(names, map(restored, cells), strict=True)))
        for line, code, field, reason, *cells in rows
    ]


def without(vault: Vault, code: str, profile: Profile, erased: Callable[[pl.Series], pl.Series]) -> int:
    """Take rows out of a file, by their reference as the profile reads it; how many.

    ``erased``: from references to whether each goes (bool).
    """
    with vault.read(code) as stream:
        header, *rows = csv.reader(io.StringIO(stream.read().decode("utf-8-sig"), newline=""), delimiter=";")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row").with_row_index("line")
    renamed = profile.rename(as_sent(frame, tuple(header)), tuple(header))
    kept = [row for row, gone in zip(rows, erased(renamed["reference"]), strict=True) if not gone]
    if len(kept) < len(rows):
        with vault.write(code) as out:
            out.write(b"\xef\xbb\xbf" + b"".join(map(_line, [header, *kept])))
    return len(rows) - len(kept)


def settle(vault: Vault, mending: ImportRecord, mended: ImportRecord | None) -> None:
    """Remove the file that a valid import of the same source has mended (form field ``corrige``)."""
    if mended is not None and mending.state == "valide" and mended.source == mending.source:
        vault.remove(str(mended.id))

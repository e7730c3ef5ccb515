"""From a file to facts: the recipe of one import."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import numpy as np
import polars as pl

from observatoire.disclosure import gate
from observatoire.domain.period import Period, month_start, next_month
from observatoire.domain.source import Source
from observatoire.errors import FieldError, InvalidRequest
from observatoire.intake import profiles, reader
from observatoire.intake.faults import DUPLICATE_KEY, FAULTS, label_of, shape_of
from observatoire.intake.normalising import Context, normalise
from observatoire.intake.parsing import latest_admissible
from observatoire.intake.reader import Limits, SetAside, Sheet
from observatoire.intake.report import Anomaly, LineCounts
from observatoire.space import crs
from observatoire.store import imports
from observatoire.store.confidential import incidents
from observatoire.store.engine import Connection, Database
from observatoire.store.imports import ImportRecord, RejectRecord
from observatoire.store.reference import categories, gazetteer, territories

POINT_4326 = "0101000020E6100000"
"""EWKB, in hexadecimal, of a little-endian point with SRID 4326, before its two coordinates."""
POINT_HEX = 32


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the sender says of a file, besides its content."""

    file_name: str
    profile: str | None = None
    simulation: bool = False
    period: Period | None = None
    partial: bool = False
    as_of: date | None = None


def import_file(
    database: Database,
    content: bytes,
    source: Source,
    declaration: Declaration,
    *,
    caller: str,
    limits: Limits,
    pseudonymisation_key: bytes,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> ImportRecord:
    """Import one file in one transaction; its every row ends in exactly one counted bucket.

    Raises:
        RefusedFile: the file as a whole can't be understood; nothing was written.
        ImportFailed: the conservation law broke; nothing was written.
    """
    started = now()
    _check_extraction(declaration.as_of, started.date())
    sheet = reader.read(content, limits)
    profile = profiles.match(sheet, declaration.profile)
    renamed = _with_degrees(profile.rename(sheet), profile.epsg)
    with database.importing() as connection:
        imports.lock_source(connection, source.code)
        context = Context(
            source=source,
            profile=profile,
            categories=categories.every(connection),
            gazetteer=gazetteer.load(connection, _window(renamed)),
            covered=frozenset(c.code for c in territories.communes_of(connection, source.territory)),
            received=started.date(),
            pseudonymisation_key=pseudonymisation_key,
        )
        draft = normalise(renamed, context)
        record = _opened(sheet, content, context, declaration, draft, caller, started)
        return _write(connection, record, sheet, draft, now)


def _check_extraction(as_of: date | None, today: date) -> None:
    """A file can't have been extracted after it was received: it would win over every later one.

    Raises:
        InvalidRequest: ``arrete_le`` is in the future (one day is left for time zones).
    """
    if as_of is not None and as_of > latest_admissible(today):
        expected = f"au plus tard le {today.isoformat()}"
        raise InvalidRequest(
            fields=(FieldError("arrete_le", "la date d'extraction est dans le futur", expected),)
        )


def declare_nil(
    database: Database, source: Source, period: Period, as_of: date | None, *, caller: str
) -> ImportRecord:
    """Record « rien à signaler »: the months of ``period`` are zero, which is not missing."""
    moment = datetime.now(UTC)
    _check_extraction(as_of, moment.date())
    record = ImportRecord(
        id=uuid.uuid4(),
        source=source.code,
        state="valide",
        as_of=as_of or moment.date(),
        caller=caller,
        started_at=moment,
        finished_at=moment,
        lines=LineCounts(0).wire(),
        nil=True,
        period=period,
        message="Rien à signaler sur la période.",
    )
    with database.importing() as connection:
        imports.lock_source(connection, source.code)
        imports.add(connection, record)
    return record


def undo_import(database: Database, record: ImportRecord, *, caller: str) -> None:
    """Take an import back: every figure is what it was before."""
    assert record.number is not None
    with database.importing() as connection:
        imports.lock_source(connection, record.source)
        incidents.undo(connection, record.number)
        imports.mark_undone(connection, record.id, f"Annulé par {caller}.")


def _with_degrees(frame: pl.DataFrame, epsg: int | None) -> pl.DataFrame:
    """``longitude`` and ``latitude``: null when absent, NaN when unreadable or not on Earth."""
    if epsg is None or frame.is_empty():
        nothing = pl.lit(None, dtype=pl.Float64)
        return frame.with_columns(nothing.alias("longitude"), nothing.alias("latitude"))
    absent = frame["x_value"].is_null() | frame["y_value"].is_null()
    x, y = (frame[name].fill_null(float("nan")).to_numpy() for name in ("x_value", "y_value"))
    longitude, latitude = crs.to_wgs84(x, y, epsg)
    readable = (
        np.isfinite(longitude) & np.isfinite(latitude) & (np.abs(longitude) <= 180) & (np.abs(latitude) <= 90)
    )
    return frame.with_columns(
        pl.when(~absent).then(pl.Series(np.where(readable, longitude, np.nan))).alias("longitude"),
        pl.when(~absent).then(pl.Series(np.where(readable, latitude, np.nan))).alias("latitude"),
    )


def _window(frame: pl.DataFrame) -> gazetteer.Window | None:
    """The box of the points (degrees), slightly widened: only its contours are loaded."""
    points = frame.select("longitude", "latitude").fill_nan(None).drop_nulls()
    if points.is_empty():
        return None
    margin = 0.02
    west, south = points.min().row(0)
    east, north = points.max().row(0)
    return west - margin, south - margin, east + margin, north + margin


def _opened(
    sheet: Sheet,
    content: bytes,
    context: Context,
    declaration: Declaration,
    draft: pl.DataFrame,
    caller: str,
    started: datetime,
) -> ImportRecord:
    period = declaration.period or _deduced_period(draft)
    digest = hashlib.sha256(content).hexdigest()
    return ImportRecord(
        id=uuid.uuid4(),
        source=context.source.code,
        state="en_cours",
        as_of=declaration.as_of or started.date(),
        caller=caller,
        started_at=started,
        finished_at=None,
        file={
            "nom": declaration.file_name[:200],
            "octets": len(content),
            "sha256": digest,
            "encodage": sheet.encoding,
            "separateur": sheet.separator,
            "feuille": None,
        },
        sha256=digest,
        profile=f"{context.profile.code}@{context.profile.version}",
        simulation=declaration.simulation,
        period=period,
        period_deduced=declaration.period is None,
        partial=declaration.partial,
    )


def _deduced_period(draft: pl.DataFrame) -> Period | None:
    """From the first to the last month with a fact."""
    days = draft.filter(pl.col("fault").is_null())["local_day"]
    if days.is_empty():
        return None
    first, last = days.min(), days.max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    return Period(month_start(first), next_month(last))


def _write(
    connection: Connection,
    record: ImportRecord,
    sheet: Sheet,
    draft: pl.DataFrame,
    now: Callable[[], datetime],
) -> ImportRecord:
    stored = draft.filter(pl.col("fault").is_null())
    facts = stored.unique(subset="key", keep="last", maintain_order=True)
    number = imports.add(connection, record)
    savepoint = connection.begin_nested()
    upserted = gate.receipt(
        incidents.upsert(connection, _as_facts(facts, record.source), number, record.as_of)
    )
    rejects = _rejects(sheet.set_aside, draft)
    if record.simulation:
        savepoint.rollback()
    else:
        savepoint.commit()
    imports.add_rejects(connection, number, rejects)
    buckets = Counter(reject.bucket for reject in rejects)
    counts = LineCounts(
        read=sheet.lines_read,
        created=upserted.created,
        revised=upserted.revised,
        unchanged=upserted.unchanged,
        duplicates=stored.height - facts.height,
        quarantined=buckets["quarantaine"],
        set_aside=buckets["ecartees"],
    )
    counts.check()
    finished = replace(
        record,
        number=number,
        state="simule" if record.simulation else "valide",
        finished_at=now(),
        lines=counts.wire(),
        anomalies=[anomaly.wire() for anomaly in _anomalies(rejects, facts, counts.duplicates)],
        location=_location(facts),
        message=_message(counts, upserted.older, record.simulation),
    )
    imports.finish(connection, finished)
    return finished


def _as_facts(frame: pl.DataFrame, source: str) -> pl.DataFrame:
    located = frame["longitude"].is_not_null().to_numpy()
    points = frame.select("longitude", "latitude").filter(located).to_numpy()
    encoded = np.ascontiguousarray(points, dtype="<f8").tobytes().hex()
    geometries: list[str | None] = [None] * frame.height
    for position, row in enumerate(np.flatnonzero(located).tolist()):
        geometries[row] = POINT_4326 + encoded[position * POINT_HEX : (position + 1) * POINT_HEX]
    return frame.with_columns(
        pl.Series("geom", geometries, pl.String),
        pl.lit(source).alias("source"),
        pl.lit("fait").alias("unit"),
        pl.lit(1).alias("quantity"),
    )


def _rejects(unread: Iterable[SetAside], draft: pl.DataFrame) -> list[RejectRecord]:
    rows = (
        draft.filter(pl.col("fault").is_not_null())
        .select("line", "fault", "date", "categorie", "raw_commune")
        .rows()
    )
    rejects = [
        RejectRecord(s.line, s.fault.code, s.fault.field, s.shape, s.fault.bucket.value) for s in unread
    ]
    for line, code, day, category, commune in rows:
        fault = FAULTS[code]
        value = {"date": day, "categorie": category}.get(fault.field, commune)
        rejects.append(RejectRecord(line, code, fault.field, shape_of(value), fault.bucket.value))
    return rejects


def _anomalies(rejects: list[RejectRecord], facts: pl.DataFrame, duplicates: int) -> list[Anomaly]:
    counts = Counter(reject.code for reject in rejects)
    counts.update(facts["anomalies"].explode().drop_nulls().to_list())
    if duplicates:
        counts[DUPLICATE_KEY.code] = duplicates
    return [
        Anomaly(code, n, label_of(code)) for code, n in sorted(counts.items(), key=lambda i: (-i[1], i[0]))
    ]


def _location(facts: pl.DataFrame) -> dict[str, float | int | None]:
    located = int(facts["longitude"].is_not_null().sum())
    return {
        "faits": facts.height,
        "localises": located,
        "part_localisee": round(located / facts.height, 4) if facts.height else None,
    }


def _message(counts: LineCounts, older: int, simulation: bool) -> str:
    stored = counts.created + counts.revised + counts.unchanged
    parts = [
        f"{_agree(counts.read, 'ligne lue', 'lignes lues')} : {_agree(stored, 'retenue', 'retenues')} "
        f"({_agree(counts.created, 'nouvelle', 'nouvelles')})"
    ]
    if counts.quarantined:
        parts.append(f"{counts.quarantined} en quarantaine, à corriger et à renvoyer")
    if counts.set_aside:
        parts.append(f"{_agree(counts.set_aside, 'écartée', 'écartées')} (totaux, pieds de page)")
    if older:
        known = "que l'état connu, dans l'historique seulement"
        parts.append(f"{_agree(older, 'plus ancienne', 'plus anciennes')} {known}")
    if simulation:
        parts.append("simulation : rien n'a été écrit")
    return " ; ".join(parts) + "."


def _agree(number: int, one: str, several: str) -> str:
    """French agreement: 0 and 1 are singular."""
    return f"{number} {one if number < 2 else several}"

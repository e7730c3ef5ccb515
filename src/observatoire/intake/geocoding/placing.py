"""The step that gives a point to the rows without one: a column at a time, each distinct place once.

It comes before the commune is confronted with the point (``locating``), where a geocoded point is judged
like any other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

import polars as pl

from observatoire.domain.address import Candidate
from observatoire.domain.incident import LocationMethod, LocationPrecision
from observatoire.domain.source import Source
from observatoire.intake.faults import Flag, place
from observatoire.intake.geocoding.address import LONGEST, Address, AddressKind, parse, without_dwelling
from observatoire.intake.geocoding.chain import Chain, Sought
from observatoire.intake.geocoding.means import Means
from observatoire.intake.geocoding.sealing import PlaceText, seal
from observatoire.intake.geocoding.verdict import Reason, Resolution
from observatoire.intake.locating import Covered, declared_commune
from observatoire.intake.personal import looks_personal
from observatoire.store.confidential import places
from observatoire.store.confidential.places import LearntPlace, PlaceToCheck
from observatoire.store.engine import Connection, Database
from observatoire.store.reference.gazetteer import Gazetteer

COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "place_key": pl.Binary,
    "found_longitude": pl.Float64,
    "found_latitude": pl.Float64,
    "found_commune": pl.String,
    "found_precision": pl.String,
    "found_method": pl.String,
    "found_score": pl.Float64,
    "flag_geocoding": pl.String,
    "fault_geocoding": pl.String,
}
"""What is told of each distinct place."""

_FLAGS: Mapping[Reason, Flag] = {
    Reason.NOT_FOUND: place.NOT_FOUND,
    Reason.UNAVAILABLE: place.GEOCODER_DOWN,
}
_PLACED: Mapping[AddressKind, Flag] = {
    AddressKind.INTERSECTION: place.BY_CROSSING,
    AddressKind.NAMED_PLACE: place.BY_NAME,
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A distinct place of a file: what it says, and where it may be.

    ``commune``: the code declared; None: any of ``communes``.
    """

    key: bytes
    text: str
    address: Address
    commune: str | None
    communes: frozenset[str]


def unplaced(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns of ``Placing``, when nothing was geocoded."""
    return frame.with_columns(pl.lit(None, dtype=dtype).alias(name) for name, dtype in COLUMNS.items())


@dataclass(slots=True)
class Placing:
    """The places of one import, remembered from batch to batch.

    ``unsettled``: places without a point, with why; ``settled``: those that a geocoder placed; ``carried``:
    those of rows that are kept; ``pointed``: those among them whose commune holds their point.
    """

    means: Means
    chain: Chain
    source: Source
    covered: Covered
    gazetteer: Gazetteer
    _spots: dict[tuple[str, str], Spot | None] = field(default_factory=dict)
    _told: dict[bytes, dict[str, object]] = field(default_factory=dict)
    unsettled: dict[bytes, tuple[Spot, Resolution]] = field(default_factory=dict)
    settled: dict[bytes, tuple[Spot, Candidate]] = field(default_factory=dict)
    carried: set[bytes] = field(default_factory=set)
    pointed: set[bytes] = field(default_factory=set)

    def __call__(self, frame: pl.DataFrame, database: Database) -> pl.DataFrame:
        """Add ``COLUMNS``; longitude, latitude and, where an answer gives it, commune are filled.

        ``frame``: as ``Profile.rename`` gives it, with degrees. ``database``: where what was answered is.
        """
        needy = frame.filter(_needy()).select("commune", "lieu").unique()
        if needy.is_empty():
            return unplaced(frame)
        pairs = needy.rows()
        spots = {pair: self._spot(*pair) for pair in pairs}
        self._resolve([spot for spot in spots.values() if spot is not None], database)
        told = [self._told[spot.key] if (spot := spots[pair]) is not None else {} for pair in pairs]
        table = pl.DataFrame(
            {name: [row.get(name) for row in told] for name in COLUMNS},
            schema_overrides=COLUMNS,
        ).with_columns(
            pl.Series("commune", [c for c, _ in pairs], pl.String),
            pl.Series("lieu", [t for _, t in pairs], pl.String),
        )
        return _filled(frame.with_columns(_needy().alias("_needy")).join(
            table.with_columns(pl.lit(True).alias("_needy")),
            on=["_needy", "commune", "lieu"],
            how="left",
            maintain_order="left",
        ).drop("_needy"))  # fmt: skip

    def _spot(self, commune: str, text: str) -> Spot | None:
        if (commune, text) not in self._spots:
            self._spots[commune, text] = self._read(commune, text)
        return self._spots[commune, text]

    def _read(self, commune: str, cell: str) -> Spot | None:
        """What a cell says; None: no place, perhaps a person, or a commune that can't be read."""
        if len(cell) > LONGEST:
            return None
        text = without_dwelling(cell)
        address = None if looks_personal(text) else parse(text)
        if address is None:
            return None
        declared = declared_commune(commune, self.gazetteer, self.covered)
        if declared is None and commune.strip():
            return None
        declared = declared or self.covered.only
        communes = frozenset({declared}) if declared is not None else self.covered.codes
        key = self.means.key(self.source.organisation, declared, address.form)
        return Spot(key, text, address, declared, communes)

    def _resolve(self, spots: Iterable[Spot], database: Database) -> None:
        fresh = {spot.key: spot for spot in spots if spot.key not in self._told}
        if not fresh:
            return
        with database.importing() as connection:
            answers = places.known_answers(connection, list(fresh))
        for key, answer in answers.items():
            self._told[key] = _told_by(fresh.pop(key), answer)
        left = list(fresh.values())
        if not self.chain:
            self._told |= {spot.key: {"place_key": spot.key} for spot in left}
            return
        found = self.chain.resolve([Sought(spot.address, spot.communes) for spot in left])
        for spot, resolution in zip(left, found, strict=True):
            self._told[spot.key] = _told(spot, resolution)
            if resolution.placed is None:
                self.unsettled[spot.key] = spot, resolution
            else:
                self.settled[spot.key] = spot, resolution.placed

    def note(self, draft: pl.DataFrame) -> None:
        """Which places rows carry that are stored, or that wait for nothing but their place."""
        kept = pl.col("fault").is_null() | (pl.col("fault") == place.HOMONYM.code)
        carried = draft.filter(kept & pl.col("place_key").is_not_null())
        self.carried.update(carried["place_key"].unique().to_list())
        self.pointed.update(carried.filter(pl.col("longitude").is_not_null())["place_key"].unique().to_list())

    def settle(self, connection: Connection, now: datetime) -> None:
        """At the end of an import that is kept, in its transaction: the queue, and what others wait for."""
        asked = [entry for key, entry in self.unsettled.items() if key in self.carried]
        places.ask_about(connection, [self._to_check(spot, told, now) for spot, told in asked])
        behind = places.unplaced(connection, [key for key in self.settled if key in self.pointed])
        found = [self.settled[key] for key in behind]
        owner = self.source.organisation
        places.learn(connection, [automatic(s.key, owner, s.commune, c, now) for s, c in found])

    def _to_check(self, spot: Spot, told: Resolution, now: datetime) -> PlaceToCheck:
        reason = told.reason or Reason.NOT_FOUND
        return PlaceToCheck(
            key=spot.key,
            id=uuid4(),
            organisation=self.source.organisation,
            source=self.source.code,
            commune=spot.commune,
            sealed=seal(PlaceText(spot.text, told.candidates), self.means.sealing_key, spot.key),
            reason=reason.value,
            asked_at=now,
        )


def automatic(
    key: bytes, organisation: str, commune: str | None, found: Candidate, now: datetime
) -> LearntPlace:
    """What a geocoder says of a place that stored facts wait for."""
    return LearntPlace(
        key=key,
        organisation=organisation,
        answer=places.AUTOMATIC,
        commune=commune,
        longitude=found.longitude,
        latitude=found.latitude,
        precision=found.precision.value,
        method=found.method.value,
        score=found.score,
        answered_by=found.method.value,
        answered_at=now,
    )


def _needy() -> pl.Expr:
    """Rows without coordinates, with a place: those whose coordinates are unreadable are told so instead."""
    return pl.col("longitude").is_null() & pl.col("x_value").is_null() & (pl.col("lieu") != "")


def _told(spot: Spot, resolution: Resolution) -> dict[str, object]:
    told: dict[str, object] = {"place_key": spot.key}
    if (found := resolution.placed) is not None:
        return told | _point(
            spot, found.longitude, found.latitude, found.precision, found.method, found.score
        )
    several = spot.commune is None and resolution.reason is Reason.HOMONYMS
    reason = resolution.reason or Reason.NOT_FOUND
    return told | {
        "flag_geocoding": _FLAGS.get(reason, place.TO_CHECK).code,
        "fault_geocoding": place.HOMONYM.code if several else None,
    }


def _told_by(spot: Spot, answer: LearntPlace) -> dict[str, object]:
    """What a person answered."""
    told: dict[str, object] = {"place_key": spot.key, "found_commune": answer.commune}
    if answer.longitude is None or answer.latitude is None:
        return told
    precision, method = LocationPrecision(answer.precision), LocationMethod.MANUAL
    return told | _point(spot, answer.longitude, answer.latitude, precision, method, answer.score)


def _point(
    spot: Spot,
    longitude: float,
    latitude: float,
    precision: LocationPrecision,
    method: LocationMethod,
    score: float | None,
) -> dict[str, object]:
    return {
        "found_longitude": longitude,
        "found_latitude": latitude,
        "found_precision": precision.value,
        "found_method": method.value,
        "found_score": score,
        "flag_geocoding": _PLACED.get(spot.address.kind, place.BY_ADDRESS).code,
    }


def _filled(frame: pl.DataFrame) -> pl.DataFrame:
    """Degrees where they were found; a commune where none was declared and an answer gives it."""
    undeclared = pl.col("commune").str.strip_chars() == ""
    return frame.with_columns(
        pl.coalesce("longitude", "found_longitude").alias("longitude"),
        pl.coalesce("latitude", "found_latitude").alias("latitude"),
        pl.when(undeclared)
        .then(pl.coalesce("found_commune", "commune"))
        .otherwise("commune")
        .alias("commune"),
    )

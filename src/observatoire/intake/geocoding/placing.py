"""The step that gives a point to the rows without one: a column at a time, each distinct place once.

It comes before the commune is confronted with the point (``locating``), where a geocoded point is judged
like any other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

import polars as pl

from observatoire.domain.address import Candidate
from observatoire.domain.source import Source
from observatoire.intake.declaring import Covered, declared_commune
from observatoire.intake.faults import place
from observatoire.intake.geocoding.address import LONGEST, parse, without_dwelling
from observatoire.intake.geocoding.chain import Chain, Sought
from observatoire.intake.geocoding.means import Means
from observatoire.intake.geocoding.sealing import PlaceText, seal
from observatoire.intake.geocoding.spots import COLUMNS, Spot, filled, told, told_by, unplaced
from observatoire.intake.geocoding.verdict import Reason, Resolution
from observatoire.intake.personal import masked
from observatoire.store.confidential import places
from observatoire.store.confidential.places import LearntPlace, PlaceToCheck
from observatoire.store.engine import Connection, Database
from observatoire.store.reference.gazetteer import Gazetteer


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
        spots = self._spots_of(pairs)
        self._resolve([spot for spot in spots.values() if spot is not None], database)
        rows = [self._told[spot.key] if (spot := spots[pair]) is not None else {} for pair in pairs]
        table = pl.DataFrame(
            {name: [row.get(name) for row in rows] for name in COLUMNS},
            schema_overrides=COLUMNS,
        ).with_columns(
            pl.Series("commune", [c for c, _ in pairs], pl.String),
            pl.Series("lieu", [t for _, t in pairs], pl.String),
        )
        return filled(frame.with_columns(_needy().alias("_needy")).join(
            table.with_columns(pl.lit(True).alias("_needy")),
            on=["_needy", "commune", "lieu"],
            how="left",
            maintain_order="left",
        ).drop("_needy"))  # fmt: skip

    def _spots_of(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Spot | None]:
        """What each (commune, place) of a batch says; those met before are remembered."""
        fresh = [pair for pair in pairs if pair not in self._spots]
        texts = [without_dwelling(cell) if len(cell) <= LONGEST else "" for _, cell in fresh]
        for pair, text, personal in zip(fresh, texts, _personal(texts), strict=True):
            self._spots[pair] = None if personal else self._read(pair[0], text)
        return {pair: self._spots[pair] for pair in pairs}

    def _read(self, commune: str, text: str) -> Spot | None:
        """What a cell says; None: no place, or a commune that can't be read."""
        address = parse(text)
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
            self._told[key] = told_by(fresh.pop(key), answer)
        left = list(fresh.values())
        if not self.chain:
            self._told |= {spot.key: {"place_key": spot.key} for spot in left}
            return
        found = self.chain.resolve([Sought(spot.address, spot.communes) for spot in left])
        for spot, resolution in zip(left, found, strict=True):
            self._told[spot.key] = told(spot, resolution)
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
            requested_at=now,
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


def _personal(texts: Sequence[str]) -> list[bool]:
    """Which texts may name a person: in columns, since most are cleared at once."""
    cells = pl.DataFrame({"cell": texts}, schema={"cell": pl.String})
    return (cells.select(masked(pl.col("cell")))["cell"] != cells["cell"]).to_list()


def _needy() -> pl.Expr:
    """Rows without coordinates, with a place: those whose coordinates are unreadable are told so instead."""
    return pl.col("longitude").is_null() & pl.col("x_value").is_null() & (pl.col("lieu") != "")

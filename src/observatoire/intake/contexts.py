"""What normalising needs besides the rows, read once for a file."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

import polars as pl

from observatoire.domain.period import Period
from observatoire.domain.source import Source
from observatoire.intake import rejects
from observatoire.intake.classing import in_force
from observatoire.intake.declaring import Covered, covered_by
from observatoire.intake.desk import Desk
from observatoire.intake.faults import content
from observatoire.intake.file_signals import FileSignals, signals_of
from observatoire.intake.geocoding.placing import Placing
from observatoire.intake.keys import keys_of
from observatoire.intake.normalising import Context, normalise
from observatoire.intake.profiles.model import Profile
from observatoire.intake.projecting import window_of, with_degrees
from observatoire.intake.reading.document import Layout
from observatoire.store import sources
from observatoire.store.engine import Connection
from observatoire.store.reference import gazetteer


class Normaliser:
    """Batches of text to normalised rows, with a context made once."""

    def __init__(
        self,
        connection: Connection,
        desk: Desk,
        source: Source,
        profile: Profile,
        layout: Layout,
        received: date,
        period: Period | None = None,
        *,
        servers: bool = False,
        erased: Collection[bytes] = (),
    ) -> None:
        """``received``: the day that bounds the dates of the facts; ``period``: the one declared.

        ``servers``: addresses may be asked of geocoding servers; else the city's own table and what was
        answered before are all that is looked at. ``erased``: keys of the facts that may not come back.
        """
        self._desk, self._erased = desk, list(erased)
        self._connection, self._profile, self._header = connection, profile, layout.header
        self._signals: FileSignals | None = None
        self.context = Context(
            source=source,
            profile=profile,
            classing=in_force.for_source(connection, source),
            gazetteer=gazetteer.load(connection, None),
            covered=covered(connection, source),
            received=received,
            epoch=layout.epoch,
            pseudonymisation_key=desk.pseudonymisation_key,
            period=period,
        )
        self.placing = Placing(
            means=desk.geocoding,
            chain=desk.geocoding.chain(
                connection, source.organisation, self.context.gazetteer, servers=servers
            ),
            source=source,
            covered=self.context.covered,
            gazetteer=self.context.gazetteer,
        )

    def rename(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The mapped fields of some rows, as text."""
        return self._profile.rename(rejects.as_sent(rows, self._header), self._header)

    def __call__(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Normalise some rows of the file; the first ones tell what the file as a whole tells."""
        renamed = self._without_places(self.rename(rows))
        placed = self.placing(with_degrees(renamed, self._profile.epsg), self._desk.database)
        found = self._geography(window_of(placed))
        if self._signals is None:
            source, known = self.context.source, self.context.covered
            self._signals = signals_of(renamed, self._profile.epsg, source.kind, known, self._geography)
        draft = normalise(placed, replace(self.context, gazetteer=found, signals=self._signals))
        if self._erased:
            draft = draft.with_columns(_without(self._erased))
        self.placing.note(draft)
        return draft

    def _without_places(self, renamed: pl.DataFrame) -> pl.DataFrame:
        """The address of an erased fact is asked of no server."""
        if not self._erased:
            return renamed
        source, secret = self.context.source.code, self.context.pseudonymisation_key
        keys = keys_of(renamed["reference"], source, secret)
        gone = keys.is_in(pl.Series(self._erased, dtype=pl.Binary).implode()).fill_null(value=False)
        return renamed.with_columns(pl.when(gone).then(pl.lit("")).otherwise("lieu").alias("lieu"))

    def _geography(self, window: gazetteer.Window | None) -> gazetteer.Gazetteer:
        return gazetteer.load(self._connection, window)


def _without(keys: list[bytes]) -> pl.Expr:
    """Rows that their source has asked to erase are not stored, nor given back to be mended."""
    gone = pl.col("key").is_in(pl.Series(keys, dtype=pl.Binary).implode())
    return pl.when(gone).then(pl.lit(content.ERASED.code)).otherwise(pl.col("fault")).alias("fault")


def covered(connection: Connection, source: Source) -> Covered:
    """The communes of a source; a row without place is in the only one."""
    communes = sources.communes_of(connection, source)
    only = communes[0].code if len(communes) == 1 else None
    return covered_by([(c.code, c.name) for c in communes], only)

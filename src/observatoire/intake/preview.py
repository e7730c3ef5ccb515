"""What a file would become, before it is sent: layout, meaning of the columns, rows understood, anomalies.

Nothing is written and nothing is kept: the database is only read, with a role that can't write facts.
"""

import json
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from observatoire.domain.period import Period
from observatoire.domain.source import Source
from observatoire.errors import EmptyFile, FieldError, InvalidProfile, RefusedFile
from observatoire.intake.contexts import Normaliser
from observatoire.intake.dating import Evidence
from observatoire.intake.desk import Desk
from observatoire.intake.inspection import Options
from observatoire.intake.previewed import Preview, anomalies_of, rows_of
from observatoire.intake.profiles import matching, proposing, stored
from observatoire.intake.profiles.coordinates import NAMES, system_of
from observatoire.intake.profiles.evidence import DateOrder, date_order
from observatoire.intake.profiles.model import LATITUDE_FIRST, LONGITUDE_FIRST, POINT, Profile
from observatoire.intake.profiles.notation import from_json
from observatoire.intake.profiles.proposing import SAMPLE_ROWS, Proposal
from observatoire.intake.profiles.writing import to_json
from observatoire.intake.reading.document import Document, Layout, Origin, SetAside
from observatoire.intake.reading.opening import open_document
from observatoire.space.crs import Extent, Fit
from observatoire.store.engine import Connection
from observatoire.store.reference import categories, territories

STORED, SHIPPED, GIVEN, PROPOSED = "enregistre", "livre", "fourni", "propose"


@dataclass(frozen=True, slots=True)
class _Sample:
    """The first rows of a file, and what was set aside among them."""

    rows: pl.DataFrame
    set_aside: tuple[SetAside, ...]
    complete: bool


@dataclass(slots=True)
class _Chosen:
    """The profile that reads the sample, where it comes from, and what must be said about it."""

    profile: Profile | None
    origin: str | None
    warnings: list[str] = field(default_factory=list)


def preview(
    desk: Desk, origin: Origin, source: Source, options: Options, period: Period | None = None
) -> Preview:
    """Look at the first rows of a file.

    ``options.profile`` is a profile's code, or a whole profile as JSON to be tried; ``period`` is the one
    declared, if any.

    Raises:
        RefusedFile: the file as a whole can't be understood.
        InvalidProfile: the profile given can't be used.
    """
    with desk.database.reading() as connection:
        known = stored.known_for(connection, source.code)
    own = known.own[-1] if known.own else None
    document = open_document(origin, desk.limits, options.choices(own))
    layout = document.layout
    matching.refuse_aggregates(layout.header)
    sample = _sample(document)
    with desk.database.reading() as connection:
        box = _box(connection, source)
        proposal = proposing.propose(layout, sample.rows, box=box, known=known, code=source.code)
        chosen = _choose(connection, layout, options, own, proposal, source.code)
        if chosen.profile is None:
            return _unread(layout, sample, proposal, chosen.warnings)
        normaliser = Normaliser(connection, desk, source, chosen.profile, layout, desk.now().date(), period)
        return _read(normaliser, source, layout, sample, chosen, chosen.profile, proposal, box)


def _sample(document: Document) -> _Sample:
    """Rows until there are enough of them.

    Raises:
        EmptyFile: there is none, kept or set aside.
    """
    frames: list[pl.DataFrame] = []
    aside: list[SetAside] = []
    batches = document.batches()
    for batch in batches:
        frames.append(batch.rows)
        aside += batch.set_aside
        if sum(frame.height for frame in frames) > SAMPLE_ROWS:
            break
    if not frames or not (aside or any(frame.height for frame in frames)):
        raise EmptyFile
    rows = pl.concat(frames)
    if rows.height <= SAMPLE_ROWS:
        return _Sample(rows, tuple(aside), True)
    rows = rows.head(SAMPLE_ROWS)
    last = rows["line"].max()
    assert isinstance(last, int)
    return _Sample(rows, tuple(s for s in aside if s.line <= last), False)


def _box(connection: Connection, source: Source) -> Extent | None:
    contour = territories.contour(connection, source.territory)
    return Extent(*contour.bbox) if contour is not None and contour.bbox is not None else None


def _choose(
    connection: Connection,
    layout: Layout,
    options: Options,
    own: Profile | None,
    proposal: Proposal,
    code: str,
) -> _Chosen:
    """The profile given, asked for, stored or shipped; else the one proposed, saying why."""
    if options.profile is not None and options.profile.lstrip().startswith("{"):
        return _Chosen(_given(connection, options.profile, own, code, layout), GIVEN)
    try:
        found = matching.match(layout.header, options.profile, own, layout.repeated)
    except RefusedFile as refusal:
        if options.profile is not None:
            raise
        return _Chosen(proposal.profile, PROPOSED if proposal.profile else None, [str(refusal)])
    return _Chosen(found, STORED if found is own else SHIPPED)


def _given(connection: Connection, text: str, own: Profile | None, code: str, layout: Layout) -> Profile:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidProfile(fields=(FieldError("profil", "le profil n'est pas du JSON"),)) from None
    leaves = frozenset(category.code for category in categories.every(connection))
    profile = from_json(content, code, own.version + 1 if own else 1, leaves)
    return matching.match(layout.header, None, profile, layout.repeated)


def _unread(layout: Layout, sample: _Sample, proposal: Proposal, warnings: list[str]) -> Preview:
    lacking = " ni ".join({"date": "la date", "categorie": "la catégorie"}[name] for name in proposal.lacking)
    nowhere = f"Aucune colonne ne donne {lacking} du fait : indiquez-la dans le profil."
    return Preview(
        layout=layout,
        columns=proposal.columns,
        date_order=proposal.date_order,
        declared_epsg=None,
        fits=(),
        used=None,
        origin=None,
        profile=None,
        rows=(),
        anomalies=anomalies_of(sample.set_aside, None, layout.notices),
        examined=sample.rows.height + len(sample.set_aside),
        complete=sample.complete,
        warnings=(*warnings, nowhere),
    )


def _read(
    normaliser: Normaliser,
    source: Source,
    layout: Layout,
    sample: _Sample,
    chosen: _Chosen,
    profile: Profile,
    proposal: Proposal,
    box: Extent | None,
) -> Preview:
    renamed = normaliser.rename(sample.rows)
    fits = tuple(system_of(*_written(renamed), box)) if profile.pointed else ()
    draft = normaliser(sample.rows)
    order = date_order(renamed["date"].to_list())
    warnings = [*chosen.warnings, *_about_dates(order), *_about_points(profile, fits, renamed)]
    evidence = Evidence(profile.time)
    evidence.observe(draft)
    proposes = chosen.origin == PROPOSED
    return Preview(
        layout=layout,
        columns=proposal.columns if proposes else proposing.columns_of(profile, layout.header),
        date_order=order,
        declared_epsg=profile.epsg,
        fits=fits,
        used=profile,
        origin=chosen.origin,
        profile=to_json(_corrected(profile, fits)),
        rows=rows_of(
            draft, {c.code: c.label for c in normaliser.context.classing.categories}, source.timezone
        ),
        anomalies=anomalies_of(sample.set_aside, draft, (*layout.notices, *evidence.notices())),
        examined=sample.rows.height + len(sample.set_aside),
        complete=sample.complete,
        warnings=tuple(warnings),
    )


def _written(renamed: pl.DataFrame) -> tuple[Any, Any]:
    """Coordinates as written, NaN where absent or unreadable."""
    nothing = float("nan")
    return tuple(renamed[name].fill_null(nothing).to_numpy() for name in ("x_value", "y_value"))  # type: ignore[return-value]


def _corrected(profile: Profile, fits: tuple[Fit, ...]) -> Profile:
    """The profile, in the system that puts the points in the territory where the declared one does not."""
    if not fits or _fitting(profile, fits):
        return profile
    best = fits[0]
    corrected = replace(profile, epsg=best.epsg)
    if not best.swapped:
        return corrected
    fields = dict(profile.fields)
    if POINT in fields:
        order = LONGITUDE_FIRST if fields[POINT].order == LATITUDE_FIRST else LATITUDE_FIRST
        fields[POINT] = replace(fields[POINT], order=order)
    else:
        fields["x"], fields["y"] = fields["y"], fields["x"]
    return replace(corrected, fields=fields)


def _fitting(profile: Profile, fits: tuple[Fit, ...]) -> bool:
    return any(fit.epsg == profile.epsg and not fit.swapped for fit in fits)


def _about_dates(order: DateOrder) -> list[str]:
    if order.proven or not order.impossible:
        return []
    return [
        f"Des dates ({order.impossible}) auraient un mois supérieur à 12 : le fichier semble écrit "
        "mois/jour. Il est toujours lu jour/mois ; refaites l'export au format JJ/MM/AAAA."
    ]


def _about_points(profile: Profile, fits: tuple[Fit, ...], renamed: pl.DataFrame) -> list[str]:
    if not profile.pointed or not bool(np.isfinite(_written(renamed)[0]).any()):
        return []
    declared = f"le système déclaré ({profile.epsg})"
    if not fits:
        return [
            f"Moins de 95 % des points tombent dans le territoire de la source, quel que soit {declared}."
        ]
    if _fitting(profile, fits):
        return []
    best = fits[0]
    exchanged = ", une fois x et y échangés" if best.swapped else ""
    share = f"{best.share:.0%}".replace("%", " %")
    return [
        f"Les points ne tombent pas dans le territoire de la source avec {declared} ; {share} y tombent en "
        f"{NAMES.get(best.epsg, 'EPSG')} ({best.epsg}){exchanged} : le profil proposé est corrigé en ce sens."
    ]

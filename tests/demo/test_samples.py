"""Each sample export, read by the real reader, its shipped profile and the real line of normalisation."""

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import shapely

from observatoire.demo.samples import Aggregate, Outcome, Sample, aggregates, samples
from observatoire.domain.incident import Category
from observatoire.domain.source import Source, SourceKind, Visibility
from observatoire.domain.territory import TerritoryCode
from observatoire.errors import OfficialSeriesFile
from observatoire.intake.classing.in_force import InForce
from observatoire.intake.declaring import covered_by
from observatoire.intake.normalising import Context, normalise
from observatoire.intake.profiles.matching import match
from observatoire.intake.profiles.notation import from_json
from observatoire.intake.profiles.shipping import shipped
from observatoire.intake.profiles.writing import to_json
from observatoire.intake.projecting import with_degrees
from observatoire.intake.reading.document import Document, Limits
from observatoire.intake.reading.opening import open_document
from observatoire.intake.reading.origin import BytesOrigin
from observatoire.space.locate import CommuneLocator
from observatoire.store.reference.gazetteer import Gazetteer, Parents

LIMITS = Limits(10_000_000, 10_000, 200, 10_000)
PARIS = "75056"
SAMPLES = {sample.profile: sample for sample in samples("Paris")}
DATA = Path(__file__).resolve().parents[2] / "data"


def taxonomy() -> tuple[Category, ...]:
    with (DATA / "taxonomie_pivot.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return tuple(
        Category(
            r["code"],
            r["libelle"],
            r["famille_code"],
            r["famille_libelle"],
            r["code"][0],
            r["domaine"],
            int(r["sensibilite"]),
            tuple(filter(None, (r["synonymes"] or "").split("|"))),
        )
        for r in rows
    )


TAXONOMY = taxonomy()


def gazetteer() -> Gazetteer:
    """Paris as a box, with two of its arrondissements."""
    nowhere = CommuneLocator([], [])
    parents = {PARIS: Parents("75", "11", "200054781", None)}
    box = shapely.box(2.22, 48.81, 2.47, 48.91)
    return Gazetteer(
        vintage=2026,
        parents=parents,
        arrondissements={"75118": PARIS, "75109": PARIS},
        former={},
        divided={},
        incomplete=frozenset(),
        window=(2.0, 48.0, 3.0, 49.0),
        communes=CommuneLocator([PARIS], [box]),
        municipal_arrondissements=nowhere,
        neighbourhoods_2015=nowhere,
        neighbourhoods_2024=nowhere,
        iris=nowhere,
    )


def document_of(content: bytes, name: str) -> Document:
    return open_document(BytesOrigin(name, content), LIMITS)


def normalised(sample: Sample) -> tuple[pl.DataFrame, dict[int, str]]:
    """The rows as facts, and the code of each line that the reader set aside."""
    document = document_of(sample.content, sample.name)
    header = document.layout.header
    profile = match(header, None, None, document.layout.repeated)
    source = Source(
        code="exemple",
        label="Exemple",
        kind=SourceKind.AUTRE,
        territory=TerritoryCode.parse(f"commune:{PARIS}"),
        organisation="exemple",
        covered_since=date(2020, 1, 1),
        covered_until=None,
        timezone="Europe/Paris",
        group="exemple",
        visibility=Visibility.INTERNE,
        fictional=True,
    )
    context = Context(
        source=source,
        profile=profile,
        classing=InForce(1, TAXONOMY),
        gazetteer=gazetteer(),
        covered=covered_by([(PARIS, "Paris")], PARIS),
        received=date(2026, 6, 1),
        epoch=document.layout.epoch,
        pseudonymisation_key=b"k" * 32,
    )
    frames, aside = [], {}
    for batch in document.batches():
        frames.append(with_degrees(profile.rename(batch.rows, header), profile.epsg))
        aside |= {unread.line: unread.fault.code for unread in batch.set_aside}
    return normalise(pl.concat(frames), context), aside


def outcome_of(row: dict[str, object], asked: Outcome) -> Outcome:
    """What came of a row, told like what was asked."""
    if row["fault"]:
        return Outcome(asked.line, fault=str(row["fault"]))
    hourly = row["local_hour"] is not None
    codes = row["anomalies"] or []
    assert isinstance(codes, list)
    return Outcome(
        line=asked.line,
        day=str(row["local_day"]),
        hour=f"{row['local']:%H:%M}" if hourly else "",
        precision=str(row["time_precision"]),
        category=str(row["category"]),
        has_point=row["longitude"] is not None,
        commune=str(row["commune"]) if asked.commune else "",
        flags=tuple(code for code in asked.flags if code in codes),
        quantity=int(str(row["quantity"])),
    )


@pytest.mark.parametrize("code", sorted(SAMPLES))
def test_each_line_of_a_sample_becomes_what_it_says(code: str) -> None:
    sample = SAMPLES[code]
    frame, aside = normalised(sample)
    rows = {row["line"]: row for row in frame.iter_rows(named=True)}
    found = tuple(
        Outcome(asked.line, fault=aside[asked.line])
        if asked.line in aside
        else outcome_of(rows[asked.line], asked)
        for asked in sample.outcomes
    )
    assert found == sample.outcomes
    # Every line of the file is spoken for; the title lines above the header are all that is left.
    titles = {line for line, fault in aside.items() if fault == "LIG_TITRE"}
    assert {*rows, *aside} - titles == {asked.line for asked in sample.outcomes}


@pytest.mark.parametrize("code", sorted(SAMPLES))
def test_each_sample_is_recognised_by_the_profile_that_ships_for_it(code: str) -> None:
    header = document_of(SAMPLES[code].content, SAMPLES[code].name).layout.header
    assert match(header, None).code == code


@pytest.mark.parametrize("code", sorted(SAMPLES))
def test_a_shipped_profile_can_be_stored_and_read_back(code: str) -> None:
    profile = shipped()[code]
    assert from_json(to_json(profile), profile.code, profile.version) == profile


def test_samples_are_the_same_bytes_each_time() -> None:
    assert samples("Paris") == samples("Paris")
    assert {s.name for s in samples("Paris")} == {s.name for s in samples("Lyon")}


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("pm_main_courante", "06 00 00 00 00"),
        ("pm_main_courante", "pharmacie"),
        ("inter_bailleurs", "individus"),
        ("transport_evenements", "bus 214"),
        ("csu", "Interpellation"),
        ("dans_ma_rue", "ABBESSES"),
    ],
)
def test_what_a_profile_does_not_name_never_enters(code: str, word: str) -> None:
    frame, _ = normalised(SAMPLES[code])
    assert word not in str(frame.to_dicts())


def test_a_camera_written_three_ways_is_one_place() -> None:
    frame, _ = normalised(SAMPLES["csu"])
    assert frame["lieu"].to_list()[:3] == ["CAM 14"] * 3


@pytest.mark.parametrize("aggregate", aggregates(), ids=lambda found: found.name)
def test_a_file_of_counts_is_refused_with_what_it_is(aggregate: Aggregate) -> None:
    header = document_of(aggregate.content, aggregate.name).layout.header
    with pytest.raises(OfficialSeriesFile, match=r"séries officielles.*Rien n'a été écrit"):
        match(header, None)
    with pytest.raises(OfficialSeriesFile):
        match(header, "police_municipale")

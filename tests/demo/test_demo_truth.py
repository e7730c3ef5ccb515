"""What is planted is really in the files: two disks, one night, one rise, and nothing else."""

from collections import Counter
from datetime import date

import numpy as np
import pytest
import shapely

from demo.synthetic_epci import COMMUNES, POLICE, final_facts, hour_of, local_day, located, the_truth
from observatoire.demo.catalogue import POLICE_KINDS
from observatoire.demo.places import to_lonlat, to_metres
from observatoire.space.cells import cells_of, cells_within, neighbourhood
from observatoire.statistics.hotspots import classify, gi_star
from observatoire.statistics.trends import monthly_trend

LEAVES = {label.lower(): kind.leaf for kind in POLICE_KINDS for label in kind.labels}
CONTOURS = {commune.code: commune.contour for commune in COMMUNES}
SPOTS = (0, 1)


def police_points() -> np.ndarray:
    """Points (n, 2) in metres of the police facts, those outside their declared commune left out."""
    rows = located(list(final_facts(POLICE).values()))
    points = np.array([(x, y) for _, x, y in rows])
    codes = np.array([row[4] for row, _, _ in rows])
    lonlat = to_lonlat(points)
    inside = codes == "31000"
    for code, contour in CONTOURS.items():
        inside |= (codes == code) & shapely.contains_xy(contour, lonlat[:, 0], lonlat[:, 1])
    assert (~inside).sum() == the_truth()["anomalies"]["point_hors_commune"]["faits"]
    return points[inside]


def distances(points: np.ndarray, spot: dict) -> np.ndarray:
    centre = to_metres(np.array([spot["centre"]]))[0]
    return np.hypot(points[:, 0] - centre[0], points[:, 1] - centre[1])


@pytest.mark.parametrize("rank", SPOTS)
def test_the_disk_holds_the_located_facts_that_the_truth_says(rank: int):
    spot = the_truth()["points_chauds"][rank]
    inside = int((distances(police_points(), spot) <= spot["rayon_m"]).sum())
    # The centre is written to 1e-6 degree (0.1 m): a point on the circle may change sides.
    assert abs(inside - spot["faits_dans_le_disque"]) <= 2
    assert spot["faits_plantes_localises"] <= spot["faits_dans_le_disque"]
    assert 0.84 < spot["faits_plantes_localises"] / spot["faits_plantes"] < 0.92


def test_no_other_disk_is_half_as_dense_as_the_planted_ones():
    points = police_points()
    spots = the_truth()["points_chauds"]
    away = np.ones(len(points), dtype=bool)
    for spot in spots:
        away &= distances(points, spot) > 2 * spot["rayon_m"]
    tree = shapely.STRtree(shapely.points(points[away]))
    west, south = points.min(axis=0)
    east, north = points.max(axis=0)
    x, y = (grid.ravel() for grid in np.meshgrid(np.arange(west, east, 110), np.arange(south, north, 110)))
    found = tree.query(shapely.points(x, y), predicate="dwithin", distance=240.0)
    densest_elsewhere = Counter(found[0].tolist()).most_common(1)[0][1]
    assert densest_elsewhere < min(spot["faits_dans_le_disque"] for spot in spots) / 2


@pytest.mark.parametrize("rank", SPOTS)
@pytest.mark.parametrize("level", [8, 9])
def test_gi_star_finds_the_hotspot_over_the_last_twelve_months(rank: int, level: int):
    spot = the_truth()["points_chauds"][rank]
    rows = located(
        [row for row in final_facts(POLICE).values() if local_day(POLICE, row) >= date(2025, 11, 1)]
    )
    lonlat = to_lonlat(np.array([(x, y) for _, x, y in rows]))
    cells = Counter(cells_of(lonlat[:, 0], lonlat[:, 1], level).tolist())
    area = CONTOURS[spot["commune"]] if level == 9 else shapely.union_all(list(CONTOURS.values()))
    mask = cells_within(area, level)
    found = gi_star([cells[cell] for cell in mask.tolist()], neighbourhood(mask))
    planted = mask.tolist().index(int(spot["mailles"][str(level)], 16))
    assert classify(found.z, found.q)[planted] == 2, (found.z[planted], found.q[planted])


@pytest.mark.parametrize("rank", SPOTS)
@pytest.mark.parametrize("level", [8, 9])
def test_the_hotspot_cell_holds_eight_times_the_mean_cell_of_its_map(rank: int, level: int):
    spot = the_truth()["points_chauds"][rank]
    area = CONTOURS[spot["commune"]] if level == 9 else shapely.union_all(list(CONTOURS.values()))
    mask = cells_within(area, level)
    lonlat = to_lonlat(police_points())
    cells = Counter(cells_of(lonlat[:, 0], lonlat[:, 1], level).tolist())
    mean = np.mean([cells[cell] for cell in mask.tolist()])
    assert cells[int(spot["mailles"][str(level)], 16)] > 8 * mean


def test_friday_night_holds_the_share_of_night_noise_that_the_truth_says():
    slot = the_truth()["creneau"]
    noise = [row for row in final_facts(POLICE).values() if LEAVES.get(row[3].lower()) == slot["categorie"]]
    known = [row for row in noise if hour_of(row[2]) is not None]
    hours = [local_day(POLICE, row).weekday() * 24 + (hour_of(row[2]) or 0) % 24 for row in known]
    inside = sum(hour in slot["heures_de_la_semaine"] for hour in hours)
    assert len(noise) == slot["faits_de_la_categorie"]
    assert len(known) == slot["faits_a_heure_connue"]
    assert inside == slot["faits_dans_le_creneau"]
    assert inside / len(known) > 0.35
    busiest = [hour for hour, _ in Counter(hours).most_common(4)]
    assert sorted(busiest) == slot["heures_de_la_semaine"]


def yearly_counts() -> dict[str, list[int]]:
    """Police facts per family and per twelve months from the first."""
    years: Counter[tuple[str, int]] = Counter()
    for row in final_facts(POLICE).values():
        day = local_day(POLICE, row)
        family = LEAVES.get(row[3].lower(), "Z999")[:2]
        years[family, ((day.year - 2022) * 12 + day.month - 11) // 12] += 1
    return {family: [years[family, year] for year in range(4)] for family, _ in years}


def test_one_family_rises_by_a_quarter_every_year():
    rise = the_truth()["hausse"]
    counts = yearly_counts()[rise["famille"]]
    assert counts == rise["faits_par_annee_glissante"]
    assert counts == sorted(counts)
    assert (counts[3] / counts[0]) ** (1 / 3) == pytest.approx(1.25, abs=0.08)


def test_the_other_families_stay_level():
    stable = the_truth()["familles_stables"]
    counted = yearly_counts()
    assert {**stable, the_truth()["hausse"]["famille"]: counted["D2"]} == counted
    for family, counts in stable.items():
        spread = 4.0 * np.sqrt(1.6 * np.mean(counts))
        assert max(counts) - min(counts) < 2 * spread, family


def test_only_the_planted_family_shows_a_trend_by_month():
    months: Counter[tuple[str, int]] = Counter()
    for row in final_facts(POLICE).values():
        day = local_day(POLICE, row)
        months[LEAVES.get(row[3].lower(), "Z999")[:2], (day.year - 2022) * 12 + day.month - 11] += 1
    ranks = np.arange(48)
    starts = np.datetime64("2022-11", "M") + ranks
    days = ((starts + 1).astype("datetime64[D]") - starts.astype("datetime64[D]")).astype(float)
    for family in {family for family, _ in months}:
        counts = [months[family, rank] for rank in range(48)]
        trend = monthly_trend(counts, days, (ranks + 10) % 12, np.ones(48, dtype=bool))
        if family == the_truth()["hausse"]["famille"]:
            assert trend.low > 1.10
            assert trend.low < 1.25 < trend.high
        else:
            assert trend.p > 0.10, family


def test_communes_receive_facts_in_proportion_to_their_population():
    counts = Counter(row[4] for row in final_facts(POLICE).values())
    population = {commune.code: commune.population for commune in COMMUNES}
    share = counts["31555"] / counts.total()
    assert share == pytest.approx(population["31555"] / sum(population.values()), abs=0.06)

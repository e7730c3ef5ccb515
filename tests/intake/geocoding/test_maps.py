"""What a map may rest on: points that say where, not the middle of a street."""

import numpy as np
import shapely

from intake.desk import Desk
from intake.geocoding.exports import COLOMIERS, line, load_table, send
from observatoire.domain.territory import TerritoryLevel
from observatoire.store.reference import territories
from support.geocoding_server import GeocodingServer

MARCH = {"debut": "2025-03-01", "fin": "2025-04-01"}
PLACES, STREET, NOWHERE = 80, 20, 5


def test_hotspots_leave_out_facts_that_are_only_known_to_be_somewhere_along_a_street(
    desk: Desk, geocoder: GeocodingServer
):
    with desk.world.database.reading() as connection:
        shape = territories.contours(connection, TerritoryLevel.COMMUNE, [COLOMIERS])[COLOMIERS]
    inner, rng = shape.buffer(-0.004), np.random.default_rng(5)
    drawn = rng.uniform(*np.reshape(inner.bounds, (2, 2)), size=(600, 2))
    points = drawn[shapely.contains_xy(inner, drawn)][:PLACES]
    table = [f"Lieu dit {rank};{COLOMIERS};{x:.6f};{y:.6f}" for rank, (x, y) in enumerate(points)]
    middle = f"Rue Pasteur;{COLOMIERS};{points[0][0]:.6f};{points[0][1]:.6f}"
    load_table(desk, "\n".join(["nom;commune;longitude;latitude", *table, middle]))
    names = [f"Lieu dit {n}" for n in range(PLACES)] + ["rue Pasteur"] * STREET + ["RAS"] * NOWHERE
    rows = [line(str(n), "", name, COLOMIERS) for n, name in enumerate(names)]
    report = send(desk, *rows, **MARCH)
    assert report["localisation"]["localises"] == PLACES + STREET
    answer = desk.world.get(
        "/analyses/points-chauds", territoire=f"commune:{COLOMIERS}", source=desk.source, **MARCH
    )
    told = answer["preuve"]["effectif"]
    out = {exclusion["motif"]: exclusion["nombre"] for exclusion in told["exclus"]}
    assert (told["total"], out["precision_insuffisante"], out["non_localise"]) == (
        len(names),
        STREET,
        NOWHERE,
    )
    assert told["retenus"] + sum(out.values()) == told["total"]
    assert told["retenus"] + out["hors_masque"] == PLACES
    shares = answer["preuve"]["localisation"]
    assert shares["adresse"] == {"lieu": round(80 / 105, 4), "voie": round(20 / 105, 4)}
    assert shares["commune"] == round(5 / 105, 4)

"""A page of facts as a table, and as GeoJSON features."""

from typing import Any

from observatoire.analyses.fact_list import FactPage
from observatoire.disclosure.released import Released
from observatoire.outputs.tabular import Cell, as_csv

COLUMNS = (
    "source", "categorie", "jour", "heure_locale", "precision_temps", "debut", "fin", "precision_lieu",
    "commune", "arrondissement", "iris", "qpv", "longitude", "latitude", "quantite", "unite", "import",
)  # fmt: skip


def fact_table(released: Released[FactPage]) -> bytes:
    """CSV as a French spreadsheet reads it; what is unknown, or may not be shown, is empty."""
    return as_csv(COLUMNS, _rows(released))


def _rows(released: Released[FactPage]) -> list[list[Cell]]:
    return [
        [
            fact.source, fact.category, fact.day, fact.hour, fact.time_precision,
            fact.start.isoformat() if fact.start else None, fact.end.isoformat() if fact.end else None,
            fact.location_precision, fact.commune, fact.arrondissement, fact.iris, fact.qpv,
            fact.longitude, fact.latitude, fact.quantity, fact.unit,
            str(fact.import_id) if fact.import_id else None,
        ]
        for fact in released.value.facts
    ]  # fmt: skip


def fact_features(released: Released[FactPage]) -> list[dict[str, Any]]:
    """One feature per fact, flat properties; without its point, a fact has no geometry."""
    places = COLUMNS.index("longitude"), COLUMNS.index("latitude")
    features = []
    for row in _rows(released):
        point = [row[place] for place in places]
        geometry = None if None in point else {"type": "Point", "coordinates": point}
        properties = {n: v for i, (n, v) in enumerate(zip(COLUMNS, row, strict=True)) if i not in places}
        features.append({"type": "Feature", "geometry": geometry, "properties": properties})
    return features

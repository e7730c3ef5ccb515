"""Measures of the service in the text format of Prometheus."""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from observatoire.notices.measures import Measures

MEDIA_TYPE = CONTENT_TYPE_LATEST


def exposition(measures: Measures) -> bytes:
    """One exposition; a registry of its own, so that nothing else of the process is told."""
    registry = CollectorRegistry()
    late = Gauge(
        "observatoire_source_mois_en_retard",
        "Mois en retard depuis le dernier envoi de la source",
        ["source"],
        registry=registry,
    )
    for source, months in measures.late_months.items():
        late.labels(source).set(months)
    last = Gauge(
        "observatoire_source_derniere_reception_secondes",
        "Réception du dernier import valide de la source, en secondes depuis 1970",
        ["source"],
        registry=registry,
    )
    for source, moment in measures.last_receptions.items():
        last.labels(source).set(moment.timestamp())
    imports = Gauge("observatoire_imports", "Imports par état", ["etat"], registry=registry)
    for state, number in measures.imports.items():
        imports.labels(state).set(number)
    notices = Gauge("observatoire_avis_ouverts", "Silences en cours", registry=registry)
    notices.set(measures.open_notices)
    return generate_latest(registry)

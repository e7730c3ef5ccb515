"""Expected failures of geocoding that a caller is told."""

from observatoire.errors import Conflict, InvalidRequest


class InvalidPlaceTable(InvalidRequest):
    """A city's table of places that can't be taken; arguments: how many lines are faulty."""

    code = "table_des_lieux_invalide"
    title = "Table des lieux invalide"
    message = (
        "La table des lieux n'a pas été remplacée : corrigez les lignes indiquées ({0} en tout) puis "
        "renvoyez-la."
    )


class ForbiddenNationalGeocoder(Conflict):
    """The server's settings do not allow the national service."""

    code = "service_national_interdit"
    title = "Service national interdit"
    message = (
        "Le réglage de ce serveur interdit le service national de géocodage : il faut d'abord "
        "OBSERVATOIRE_NATIONAL_GEOCODER=true, posé par qui exploite le serveur."
    )

"""Expected failures of the geocoding servers, with their French message."""

from observatoire.errors import ObservatoireError


class UnavailableGeocoder(ObservatoireError):
    """A geocoding server does not answer, or not what it should; argument: why, never an address."""

    code = "geocodeur_indisponible"
    title = "Géocodeur indisponible"
    message = "Le service de géocodage ne répond pas ({0}) : les adresses restent à géocoder plus tard."

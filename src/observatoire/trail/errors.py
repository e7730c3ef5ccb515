"""What can go wrong with the audit trail."""

from observatoire.errors import InvalidRequest, UnavailableStore


class TrailUnavailable(UnavailableStore):
    """No entry could be written: what was asked is not answered."""

    code = "audit_indisponible"
    title = "Journal d'audit indisponible"
    message = (
        "La demande ne peut pas être inscrite au journal d'audit : rien n'est communiqué. Réessayez, "
        "puis prévenez l'administration."
    )


class NoPurpose(InvalidRequest):
    """A read of points or an export of rejects says why; argument: the purposes that exist."""

    code = "finalite_absente"
    title = "Finalité absente"
    message = (
        "Cette consultation est inscrite au journal d'audit avec sa finalité : donnez-la dans l'en-tête "
        "« X-Finalite » ou le paramètre « finalite ». Finalités : {0}."
    )


class UnreadableHead(InvalidRequest):
    """A head is a number and 64 hexadecimal digits."""

    code = "tete_illisible"
    title = "Tête illisible"
    message = "Une tête de chaîne s'écrit « numéro:empreinte », telle que « audit exporter » l'imprime."

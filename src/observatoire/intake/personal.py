"""What looks personal: a phone, an e-mail, a plate, a title with a name."""

import re

_PERSONAL = re.compile(
    r"(?:\b0[1-9](?:[ .-]?\d{2}){4}\b)|(?:\+33[ .-]?[1-9])|[\w.+-]+@[\w-]+\.\w+|"
    r"\b[A-Z]{2}-?\d{3}-?[A-Z]{2}\b|\b(?:M\.|Mme|Mlle|né[e]? le)\s"
)


def looks_personal(text: str) -> bool:
    """Whether a cell holds a phone, an e-mail, a plate or a title with a name."""
    return _PERSONAL.search(text) is not None

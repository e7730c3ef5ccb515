"""The one expected failure of this room: the question has no honest numerical answer."""

from typing import Literal

Reason = Literal[
    "variance_nulle",
    "trop_peu_de_mailles",
    "trop_peu_de_faits",
    "moins_de_24_mois",
    "moins_de_36_mois",
    "effectif_insuffisant",
    "tableau_degenere",
    "moins_de_10_ans",
    "delais_non_mesurables",
]


class NotComputable(ValueError):
    """The data do not carry the statistic; ``reason`` is stable and part of the wire contract.

    It never carries the counts that fell short: it may leave a closed ``Confidential``,
    and a small count would leave with it.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason

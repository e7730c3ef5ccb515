"""Why a fact is erased."""

from enum import StrEnum


class ErasureReason(StrEnum):
    """A closed list: free text would end in naming somebody."""

    PERSON = "droit_a_l_effacement"
    OBJECTION = "opposition"
    MISTAKE = "saisie_par_erreur"
    COURT = "decision_de_justice"
    OUT_OF_PURPOSE = "hors_finalite"

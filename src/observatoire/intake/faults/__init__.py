"""Every fault and flag, by code. Add a constant to the module of its subject: it is found here."""

from types import ModuleType

from observatoire.intake.faults import content, place, reading, time
from observatoire.intake.faults.model import Bucket, Fault, Flag, shape_of

__all__ = ["FAULTS", "FLAGS", "Bucket", "Fault", "Flag", "label_of", "shape_of"]

_SUBJECTS: tuple[ModuleType, ...] = (reading, time, place, content)

FAULTS = {
    found.code: found for subject in _SUBJECTS for found in vars(subject).values() if isinstance(found, Fault)
}
FLAGS = {
    found.code: found for subject in _SUBJECTS for found in vars(subject).values() if isinstance(found, Flag)
}


def label_of(code: str) -> str:
    """French sentence of a fault or flag code."""
    return (FAULTS.get(code) or FLAGS[code]).label

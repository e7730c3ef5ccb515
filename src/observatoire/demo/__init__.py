"""Fictional demonstration exports with planted truth.

``generate`` yields the files, ``truth`` says what was planted in them, ``demo_plan`` how to load
them, ``write`` puts everything in a folder. Same communes, first month and seed: same bytes.
"""

from observatoire.demo.places import DemoCommune, DemoTerritoryIncomplete
from observatoire.demo.plan import (
    DEFAULT_FIRST_MONTH,
    DEFAULT_SEED,
    EPCI_CODE,
    SOURCES,
    DemoFile,
    DemoPlan,
    DemoSource,
    NilMonth,
    PlannedFile,
)
from observatoire.demo.service import demo_plan, generate, truth, write

__all__ = [
    "DEFAULT_FIRST_MONTH",
    "DEFAULT_SEED",
    "EPCI_CODE",
    "SOURCES",
    "DemoCommune",
    "DemoFile",
    "DemoPlan",
    "DemoSource",
    "DemoTerritoryIncomplete",
    "NilMonth",
    "PlannedFile",
    "demo_plan",
    "generate",
    "truth",
    "write",
]

"""The public face of the demonstration: files, truth, plan, and the folder that holds them."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from observatoire.demo.assembly import Demo, build
from observatoire.demo.places import DemoCommune
from observatoire.demo.plan import DEFAULT_FIRST_MONTH, DEFAULT_SEED, DemoFile, DemoPlan, make_plan
from observatoire.demo.planted import describe

README = """\
DONNÉES FICTIVES

Ce dossier contient des exports inventés, tirés au hasard par « observatoire demo generer »
(graine {seed}, premier mois {first:%Y-%m}). Aucun fait, aucune résidence, aucun arrêt et aucun
service décrits ici n'existe ; seuls les noms et les contours des communes sont réels. Ces fichiers
ne disent rien de la tranquillité publique dans ces communes : ne les publiez pas, ne les citez pas.

  <source>/donnees_fictives_<source>_<mois>.csv   un fichier par source et par mois
  plan.json                                       les sources et les fichiers, dans l'ordre d'import
  verite.json                                     ce qui a été planté : points chauds, créneau, hausse
"""


def demo_plan(first_month: date = DEFAULT_FIRST_MONTH) -> DemoPlan:
    """Which files are to be loaded, in which order, for which declared periods; and the nil months."""
    return make_plan(first_month)


def generate(
    communes: Sequence[DemoCommune],
    first_month: date = DEFAULT_FIRST_MONTH,
    seed: int = DEFAULT_SEED,
) -> Iterator[DemoFile]:
    """The fictional exports, in the order of the plan. Same arguments, same bytes.

    Raises:
        DemoTerritoryIncomplete: Toulouse or Colomiers is not among the communes.
    """
    for built in build(communes, first_month, seed).files:
        yield built.file


def truth(
    communes: Sequence[DemoCommune],
    first_month: date = DEFAULT_FIRST_MONTH,
    seed: int = DEFAULT_SEED,
) -> dict[str, Any]:
    """What was planted in the files that ``generate`` yields for the same arguments."""
    return describe(build(communes, first_month, seed))


def write(
    folder: Path,
    communes: Sequence[DemoCommune],
    first_month: date = DEFAULT_FIRST_MONTH,
    seed: int = DEFAULT_SEED,
) -> DemoPlan:
    """Write ``<source>/<name>.csv``, ``plan.json``, ``verite.json`` and ``LISEZMOI.txt`` in ``folder``.

    Files of the same names are replaced; nothing else in the folder is touched.
    """
    demo = build(communes, first_month, seed)
    for built in demo.files:
        path = folder / built.file.source / built.file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(built.file.content)
    _write_json(folder / "plan.json", demo.plan.as_json())
    _write_json(folder / "verite.json", describe(demo))
    (folder / "LISEZMOI.txt").write_text(_readme(demo), encoding="utf-8")
    return demo.plan


def _readme(demo: Demo) -> str:
    return README.format(seed=demo.seed, first=demo.plan.first_month)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

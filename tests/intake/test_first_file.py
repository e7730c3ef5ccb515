from support.files import pm_file, pm_row
from support.world import World, lines_law


def test_a_first_file_is_imported_and_counted(world: World) -> None:
    world.source()
    report = world.send(pm_file([pm_row("1"), pm_row("2", code="1001"), pm_row("3", date="31/02/2025")]))
    assert report["etat"] == "valide"
    assert lines_law(report)
    assert report["lignes"] == {
        "lues": 3, "creees": 2, "revisees": 0, "inchangees": 0, "doublons": 0, "quarantaine": 1, "ecartees": 0,
    }  # fmt: skip

"""What the place cell of an export says, and what it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatoire.intake.geocoding.address import AddressKind, parse, without_dwelling


@pytest.mark.parametrize(
    ("cell", "street", "crossing"),
    [
        ("ANGLE RUE X / RUE Y", "rue x", "rue y"),
        ("rue Pasteur x rue Victor Hugo", "rue pasteur", "rue victor hugo"),
        (
            "intersection de la rue des Lilas et de l'avenue Jean Jaurès",
            "rue des lilas",
            "avenue jean jaures",
        ),
        ("à l'angle de la rue Foch et du bd Carnot", "rue foch", "boulevard carnot"),
        ("rue Pasteur à l'angle de la rue Hugo", "rue pasteur", "rue hugo"),
        ("Rue Pasteur/Av. Hugo", "rue pasteur", "avenue hugo"),
        ("croisement av Foch - rue Hugo", "avenue foch", "rue hugo"),
        ("ANGLE JEAN JAURES / RUE HUGO", "jean jaures", "rue hugo"),
    ],
)
def test_geo_angle_two_streets_are_a_crossing(cell: str, street: str, crossing: str):
    address = parse(cell)
    assert address is not None
    assert (address.kind, address.street, address.crossing) == (AddressKind.INTERSECTION, street, crossing)


@pytest.mark.parametrize(
    ("cell", "number", "street"),
    [
        ("Face au 12 bis rue des Lilas", "12 bis", "rue des lilas"),
        ("devant le 3, r. Pasteur", "3", "rue pasteur"),
        ("à hauteur du 45 route de Paris", "45", "route de paris"),
        ("2 à 8 allée des Pins", "4", "allee des pins"),
        ("12-14 av. Foch", "12", "avenue foch"),
        ("n°5 bd Carnot", "5", "boulevard carnot"),
        ("12B rue Pasteur", "12 b", "rue pasteur"),
        ("12, rue de la République 31000 Toulouse", "12", "rue de la republique"),
        ("12 bis, rue Pasteur, Bât B appt 12", "12 bis", "rue pasteur"),
        ("12 RUE PASTEUR / parking", "12", "rue pasteur"),
        ("12 avenue d'Alsace", "12", "avenue d'alsace"),
    ],
)
def test_a_door_is_found_behind_what_people_write_around_it(cell: str, number: str, street: str):
    address = parse(cell)
    assert address is not None
    assert (address.kind, address.number, address.street) == (AddressKind.HOUSE_NUMBER, number, street)


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        ("devant Lidl", "lidl"),
        ("Devant le LIDL", "lidl"),
        ("Parking gare", "parking gare"),
        ("sur le parking de la gare", "parking de la gare"),
        ("en face de la mairie", "mairie"),
        ("métro Jean Jaurès", "metro jean jaures"),
    ],
)
def test_geo_lieu_a_named_place_is_told_from_what_leads_to_it(cell: str, place: str):
    address = parse(cell)
    assert address is not None
    assert (address.kind, address.place) == (AddressKind.NAMED_PLACE, place)
    assert not address.named_by_streets


@pytest.mark.parametrize(
    "cell",
    ["RAS", "r.a.s.", "DIVERS", "divers lieux", "", " - ", "?", "Inconnu", "non communiqué", "NC", "Néant",
     "voie publique", "12 ter", "12", "Avenue", "chez DUPONT", "x" * 201],
)  # fmt: skip
def test_geo_lieu_ras_and_divers_are_no_place(cell: str):
    assert parse(cell) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 BD V. HUGO", "12, boulevard V Hugo"),
        ("Parking de la Gare St-Jean", "parking gare saint jean"),
        ("angle rue A1 / rue B2", "rue B2 x rue A1"),
        ("Face au 3 rue de la Paix", "3 rue de la paix"),
    ],
)
def test_two_writings_of_one_place_have_one_form(one: str, other: str):
    first, second = parse(one), parse(other)
    assert first is not None
    assert second is not None
    assert first.form == second.form


@pytest.mark.parametrize(
    "cell",
    [
        "12 rue Pasteur chez DUPONT Jean",
        "12 rue Pasteur, appt 4 DUPONT",
        "12 rue Pasteur - hall B, MARTIN Paul",
    ],
)
def test_what_stands_behind_the_door_never_leaves(cell: str):
    assert without_dwelling(cell) == "12 rue Pasteur"
    address = parse(cell)
    assert address is not None
    assert address.text == "12 rue pasteur"


@given(st.text(max_size=250))
def test_any_cell_is_an_address_with_a_form_or_none(cell: str):
    address = parse(cell)
    assert address is None or address.form

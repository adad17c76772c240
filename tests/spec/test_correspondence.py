"""Who of a correspondence is ours, and who the customer is."""

import pytest

from counterpoise.domain.collect.correspondence import (
    Ours,
    Sides,
    find_ours,
    guess_ours,
    note_ours,
    take_sides,
)

HUDA, ADAM = "huda@noor.example", "adam@noor.example"
BUYER, OTHER = "buyer@client.example", "legal@client.example"
NOOR = find_ours([" Huda@Noor.example ", "freelance@gmail.com", "not an address"])


@pytest.mark.parametrize(
    ("address", "is_ours"),
    [
        pytest.param(HUDA, True, id="a rep"),
        pytest.param(ADAM, True, id="another address of the rep's domain"),
        pytest.param("info@gulf.noor.example", True, id="a part of the domain"),
        pytest.param("info@notnoor.example", False, id="a domain that only ends alike"),
        pytest.param("freelance@gmail.com", True, id="a rep's free address"),
        pytest.param("somebody@gmail.com", False, id="anybody's free address"),
        pytest.param(BUYER, False, id="a customer"),
    ],
)
def test_whose_an_address_is(address, is_ours):
    assert NOOR.has(address) == is_ours


@pytest.mark.parametrize(
    ("author", "others", "sides"),
    [
        pytest.param(HUDA, [BUYER, OTHER], Sides("out", HUDA, BUYER), id="we wrote"),
        pytest.param(BUYER, [ADAM, HUDA], Sides("in", ADAM, BUYER), id="the customer wrote"),
        pytest.param(HUDA, [ADAM], Sides("out", HUDA, ""), id="among ourselves"),
        pytest.param(BUYER, [OTHER], Sides("in", "", BUYER), id="none of ours"),
        pytest.param("", [HUDA, BUYER], Sides("", HUDA, BUYER), id="nobody says who wrote"),
        pytest.param("", [], Sides("", "", ""), id="nobody at all"),
    ],
)
def test_sides(author, others, sides):
    assert take_sides(NOOR, author, others) == sides


@pytest.mark.parametrize(
    ("correspondence", "ours"),
    [
        pytest.param(
            [(HUDA, BUYER), ("x@other.example", ADAM)],
            Ours(domains=frozenset({"noor.example"})),
            id="the domain that all have in common",
        ),
        pytest.param(
            [("me@gmail.com", BUYER), ("me@gmail.com", "x@gmail.com", "y@other.example")],
            Ours(addresses=frozenset({"me@gmail.com"})),
            id="at a free domain the address alone",
        ),
        pytest.param([], Ours(), id="nothing was written"),
        pytest.param([()], Ours(), id="nobody took part"),
    ],
)
def test_the_company_is_told_from_what_it_wrote(correspondence, ours):
    assert guess_ours(correspondence) == ours


def test_a_guess_is_said():
    assert "noor.example was taken" in str(note_ours(Ours(domains=frozenset({"noor.example"}))))
    assert "nothing tells" in str(note_ours(Ours()))

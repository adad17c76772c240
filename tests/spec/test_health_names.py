"""What health takes for a slip of the pen, a company entered twice, a misspelt country."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from counterpoise.domain.collect.findings_duplicates import find_twins, fold_company
from counterpoise.domain.collect.findings_spelling import (
    find_misspellings,
    is_slip,
    list_slips,
    match_keys,
)
from counterpoise.domain.collect.findings_words import find_country, find_industry

PRODUCTS = ("GTX Pro", "GTX Plus Pro", "MG Special", "LEDGER-CORE", "GTX Basic")


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        pytest.param("GTXPro", "GTX Pro", id="a space left out"),
        pytest.param("LEDGERCORE", "LEDGER-CORE", id="a hyphen left out"),
        pytest.param("LDEGER-CORE", "LEDGER-CORE", id="two letters swapped"),
        pytest.param("LEDDGER-CORE", "LEDGER-CORE", id="a letter doubled"),
        pytest.param("MG Spezial", "MG Special", id="a letter changed"),
        pytest.param("MG Spezjal", "MG Special", id="two letters changed in a long name"),
        pytest.param("legacy_0a1b2c3d4", None, id="an id of an older system"),
        pytest.param("MGX", None, id="too short to tell"),
    ],
)
def test_near_miss_of_a_product(value, meant):
    assert match_keys([value], PRODUCTS).get(value) == meant


def test_numbers_are_never_almost_another_number():
    assert match_keys(["D-10012"], ["D-10013", "D-10011"]) == {}


def test_ids_made_by_machines_must_fold_alike():
    made = "0065g00000abcde"
    assert match_keys([f"{made}f", made.upper()], [made, f"{made}g"]) == {made.upper(): made}


def test_near_misses_among_many_thousand_keys():
    letters = "abcdefghijklmnopqrstuvwxyz"
    many = [f"Customer {a}{b}{c}" for a in letters for b in letters for c in letters[:10]]
    lost = [f"Unlike All Others {a}{b}" for a in letters for b in letters[:6]]
    near = {"Blue Harbuor Trading": "Blue Harbour Trading", "Red Mils": "Red Mills"}
    assert match_keys([*lost, *near], [*many, *near.values(), "Red Mill"]) == {
        **near,
        "Red Mils": "Red Mill",
    }


@given(st.text("abc", min_size=4, max_size=7), st.text("abc", min_size=4, max_size=7))
def test_texts_a_slip_apart_share_a_shortened_text(one, other):
    if OSA.distance(one, other) == 1:
        assert set(list_slips(one)) & set(list_slips(other))
        assert is_slip(one, other)


@pytest.mark.parametrize(
    ("counts", "misspelt"),
    [
        pytest.param({"Retail": 40, "Retial": 1}, {"Retial": "Retail"}, id="rare beside common"),
        pytest.param({"Retail": 40, "Retial": 30}, {}, id="both are common"),
        pytest.param(
            {"Health care": 9, "Healthcare": 5}, {"Healthcare": "Health care"}, id="two spellings"
        ),
        pytest.param({"Tier 1": 400, "Tier 2": 1}, {}, id="numbers tell them apart"),
        pytest.param({"Niger": 1, "Nigeria": 90}, {}, id="a country that is really meant"),
        pytest.param({"Won": 400, "Wob": 1}, {}, id="too short to tell"),
        pytest.param({"Retail": 40, "Mining": 1}, {}, id="rare and like no other"),
    ],
)
def test_misspelt_categories(counts, misspelt):
    assert find_misspellings(counts, {"niger", "nigeria"}, Decimal("0.05")) == misspelt


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        pytest.param("Philipines", "Philippines", id="a letter missing"),
        pytest.param("Philippines", None, id="a country"),
        pytest.param("السعوديه", None, id="no country, and not nearly one"),
        pytest.param("Korea", None, id="a short name of two countries"),
        pytest.param("UK", None, id="an abbreviation"),
        pytest.param("Omam", None, id="too short to tell"),
        pytest.param("المملكة العربية السعوديه", None, id="Arabic with another last letter"),
        pytest.param("المملكة العربية السعدوية", "المملكة العربية السعودية", id="Arabic, swapped"),
    ],
)
def test_misspelt_countries(value, meant):
    assert find_country(value) == meant


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        pytest.param("technolgy", "technology", id="a letter missing"),
        pytest.param("Financial Sevices", "Financial services", id="one word of two"),
        pytest.param("Technology", None, id="spelt right"),
        pytest.param("Cosmetic", None, id="a singular"),
        pytest.param("Retial", None, id="short words are left alone"),
        pytest.param("القطاع العام", None, id="a language it has no words of"),
    ],
)
def test_misspelt_lines_of_business(value, meant):
    assert find_industry(value) == meant


@pytest.mark.parametrize(
    ("name", "same"),
    [
        pytest.param("Acme Trading LLC", "Acme Trading", id="LLC"),
        pytest.param("ACME Trading Co., Ltd.", "Acme Trading", id="Co., Ltd."),
        pytest.param("The Acme Trading (Pvt) Limited", "Acme Trading", id="The, and Pvt Limited"),
        pytest.param("Acme-Trading S.A.", "Acme Trading", id="S.A. and a hyphen"),
        pytest.param("شركة ميناء الألبان ش.م.م", "شركة ميناء الالبان", id="Arabic legal form"),
        pytest.param("مؤسسة ميناء الألبان", "ميناء الألبان", id="Arabic leading word"),
    ],
)
def test_one_company_under_two_names(name, same):
    assert fold_company(name) == fold_company(same)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        pytest.param("The Limited", "the", id="leading word that is all there is"),
        pytest.param("LLC", "llc", id="nothing but a legal form"),
        pytest.param("--", "--", id="no letters at all"),
    ],
)
def test_names_of_little(name, folded):
    assert fold_company(name) == folded


@pytest.mark.parametrize(
    ("keys", "twins"),
    [
        pytest.param(["harbourline", "harbourline"], {1: 0}, id="the same"),
        pytest.param(["harbourline", "harborline"], {1: 0}, id="a letter missing"),
        pytest.param(
            ["harbourline", "habrourline", "harbourline"], {1: 0, 2: 0}, id="three of one"
        ),
        pytest.param(["harbourline2", "harbourline3"], {}, id="numbered companies"),
        pytest.param(["acme", "acne"], {}, id="too short to tell"),
        pytest.param(["harbourline", "harbourstone"], {}, id="two companies"),
        pytest.param([], {}, id="none"),
    ],
)
def test_twins(keys, twins):
    assert find_twins(keys, slips=True) == twins


def test_products_must_be_named_exactly_alike():
    assert find_twins(["careplans", "careplan", "careplan"], slips=False) == {2: 1}

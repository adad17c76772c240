"""Won deals as the warehouse tells them for recurring revenue, beside what a person would list."""

from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.rulebook.rates import MissingRate
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.warehouse.queries.recurring import load_past_sales, load_sales
from written_builds import at, write_build

LONG_AGO = date(1970, 1, 2)
AS_OF = date(2026, 6, 30)


def rule(key, value, subject="", since=LONG_AGO):
    return Rule(key, subject, value, "", since, "test")


def make_book(*rules):
    return Rulebook((*rules, *load_defaults().rules))


BOOK = make_book(
    rule("company.currency", "AED"),
    rule("company.time_zone", "Asia/Dubai"),
    rule("exchange_rate", "4", "EUR"),
    rule("exchange_rate", "5", "EUR", date(2026, 3, 1)),
)


def won(source_id, closed, amount, **other):
    """A deal of R1 with A1, won at a moment in UTC."""
    return {
        "source_id": source_id, "status": "won", "stage": "Won", "created_at": at("2025-12-01"),
        "closed_at": at(closed), "amount": amount, "currency": "AED", "account_id": "A1",
        "owner_id": "R1", "product_id": "P1", **other,
    }  # fmt: skip


def change(number, deal, moment, before, after, attribute="amount"):
    return {
        "source_id": f"c{number}", "opportunity_id": deal, "changed_at": at(moment),
        "attribute": attribute, "value_before": before, "value_after": after, "origin": "history",
    }  # fmt: skip


@pytest.fixture
def build(tmp_path):
    return write_build(
        tmp_path / "build",
        account=[
            {"source_id": "A1", "name": "Souq", "owner_id": "R2", "segment": "Enterprise"},
            {"source_id": "A2", "name": "Bazaar", "region": "Levant"},
        ],
        product=[{"source_id": "P1", "name": "Cloud"}],
        rep=[
            {"source_id": "R1", "name": "Huda Salem", "team_id": "T1", "region": "Gulf"},
            {"source_id": "R2", "name": "Adam Noor", "team_id": "T2"},
        ],
        team=[{"source_id": "T1", "name": "East"}, {"source_id": "T2", "name": "West"}],
        opportunity=[
            won("D1", "2026-02-10 21:00", "1000", type="New Business"),
            won("D2", "2026-02-10 19:00", "10.25", currency="EUR", account_id="A2"),
            won("D3", "2026-03-02", "10.25", currency="EUR", account_id="", product_id="P9"),
            won("D4", "2026-04-01", None),
            won("D5", "2026-05-01", "70", deleted_at=at("2026-06-01")),
            won("D6", "2026-07-01", "80"),
            {**won("D7", "2026-05-02", "90"), "status": "lost"},
        ],
        opportunity_change=[
            change(1, "D1", "2026-01-01", "", "900"),
            change(2, "D1", "2026-06-20", "900", "1000"),
        ],
    )


def test_what_was_won_for_how_much_and_whose_it_is(build):
    loaded = load_sales(build, AS_OF, rulebook=BOOK)
    told = [
        (s.id, str(s.closed_on), s.amount, s.account, s.account_name, s.product, s.kind)
        for s in loaded.sales
    ]
    assert loaded.currency == "AED"
    assert told == [
        ("D1", "2026-02-11", Decimal(1000), "A1", "Souq", "Cloud", "New Business"),
        ("D2", "2026-02-10", Decimal(41), "A2", "Bazaar", "Cloud", ""),
        ("D3", "2026-03-02", Decimal("51.25"), "", "", "P9", ""),
        ("D4", "2026-04-01", None, "A1", "Souq", "Cloud", ""),
    ]


def test_an_account_is_seen_by_who_looks_after_it_else_by_who_sold(build):
    sales = {s.id: s for s in load_sales(build, AS_OF, rulebook=BOOK).sales}
    assert (sales["D1"].rep, sales["D1"].team) == ("Adam Noor", "West")
    assert (sales["D2"].rep, sales["D2"].team) == ("Huda Salem", "East")
    assert (sales["D1"].segment, sales["D1"].region, sales["D2"].region) == (
        "Enterprise", "Gulf", "Levant",
    )  # fmt: skip


def test_accounts_that_are_one_customer_are_one_account(build):
    same = [("files|A2", "A-1"), ("files|A1", "A-1"), ("a|A1", "A-1"), ("files|A7", "A-2")]
    accounts = {s.id: s.account for s in load_sales(build, AS_OF, rulebook=BOOK, same=same).sales}
    assert accounts == {"D1": "A1", "D2": "A1", "D3": "", "D4": "A1"}
    (past,) = load_past_sales(build, [AS_OF], rulebook=BOOK, same=same)
    assert {s.id: s.account for s in past} == accounts


def test_a_customer_in_two_systems_is_called_by_the_first_of_its_records(tmp_path):
    deals = [won("D1", "2026-02-01", "5"), won("D1", "2026-03-01", "7", source="shop")]
    build = write_build(tmp_path / "two", opportunity=deals)
    same = [("shop|A1", "A-1"), ("files|A1", "A-1")]
    sales = load_sales(build, AS_OF, rulebook=BOOK, same=same).sales
    assert [(s.id, s.account) for s in sales] == [("files:D1", "files:A1"), ("shop:D1", "files:A1")]
    (past,) = load_past_sales(build, [AS_OF], rulebook=BOOK, same=same)
    assert {s.account for s in past} == {"files:A1"}
    apart = load_sales(build, AS_OF, rulebook=BOOK).sales
    assert [s.account for s in apart] == ["files:A1", "shop:A1"]


@pytest.mark.parametrize(
    ("day", "known"),
    [
        pytest.param("2026-02-10", {"D2": 41}, id="the evening in Dubai, not in UTC"),
        pytest.param("2026-05-31", {"D1": 900, "D2": 41, "D3": "51.25", "D4": None, "D5": 70},
                     id="before the amount was changed and the deal removed"),
        pytest.param("2026-06-30", {"D1": 1000, "D2": 41, "D3": "51.25", "D4": None}, id="now"),
    ],
)  # fmt: skip
def test_an_earlier_evening_knows_what_was_known_then(build, day, known):
    on = date.fromisoformat(day)
    expected = {name: value and Decimal(value) for name, value in known.items()}
    told = {s.id: s.amount for s in load_sales(build, on, rulebook=BOOK).sales}
    assert told == expected
    (past,) = load_past_sales(build, [on], rulebook=BOOK)
    assert {s.id: s.amount for s in past} == expected


def test_a_day_that_is_looked_back_from_tells_the_same_deals(build):
    days = [date(2026, 2, 15), date(2026, 5, 31), AS_OF]
    for day, past in zip(days, load_past_sales(build, days, rulebook=BOOK), strict=True):
        facts = [_describe(s) for s in past]
        assert facts == [_describe(s) for s in load_sales(build, day, rulebook=BOOK).sales]
    assert load_past_sales(build, [], rulebook=BOOK) == ()


def _describe(sale):
    return (
        sale.id, sale.account, sale.product, sale.segment, sale.region, sale.kind, sale.closed_on,
        sale.amount,
    )  # fmt: skip


def test_where_several_sources_have_deals_ids_carry_theirs(tmp_path):
    folder = write_build(
        tmp_path / "two",
        opportunity=[won("D1", "2026-02-10", "5"), won("D1", "2026-02-11", "6", source="crm")],
    )
    found = load_sales(folder, AS_OF, rulebook=BOOK).sales
    assert [(s.id, s.account) for s in found] == [("crm:D1", "crm:A1"), ("files:D1", "files:A1")]
    (past,) = load_past_sales(folder, [AS_OF], rulebook=BOOK)
    assert [(s.id, s.account) for s in past] == [(s.id, s.account) for s in found]


def test_amounts_without_a_rate_are_refused(build):
    with pytest.raises(MissingRate, match="exchange_rate"):
        load_sales(build, AS_OF, rulebook=make_book(rule("company.currency", "AED")))
    early = make_book(
        rule("company.currency", "AED"), rule("exchange_rate", "4", "EUR", date(2026, 3, 1))
    )
    with pytest.raises(MissingRate, match="on that day"):
        load_sales(build, AS_OF, rulebook=early)


def test_a_build_without_deals_has_no_sales(tmp_path):
    assert load_sales(write_build(tmp_path / "none"), AS_OF, rulebook=BOOK).sales == ()

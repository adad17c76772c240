"""A measure of one's own: what may be defined, what may not, and what it says of a few rows."""

from datetime import date
from decimal import Decimal

import pytest

from counterpoise.domain.measure import own
from counterpoise.domain.measure.own import Filter, InvalidMeasure, OwnMeasure, Part, check_measure
from counterpoise.domain.measure.plain_own import Asked, measure_own
from counterpoise.domain.measure.plain_places import Directory
from counterpoise.domain.rulebook.rates import DatedRate, Rates
from written_builds import at

D = Decimal
MARCH_31 = date(2026, 3, 31)
RATES = Rates("AED", (DatedRate("EUR", date(2026, 1, 1), D(4)),))


def part(how="count", attribute="", *filters, table="opportunity", day="created_at"):
    return Part(table, how, attribute, day, filters)


def mine(above=None, below=None, name="Mine"):
    return OwnMeasure(name, above or part(), below)


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        pytest.param(mine(name="  "), "0 letters", id="no name"),
        pytest.param(mine(name="x" * 81), "81 letters", id="a name too long"),
        pytest.param(mine(part(table="rep")), "'rep'", id="a table of people"),
        pytest.param(mine(part("product")), "no way to add up", id="an unknown way"),
        pytest.param(mine(part("customers", table="lead")), "name no account",
                     id="customers of rows without accounts"),
        pytest.param(mine(part("sum", "name")), "'name' of opportunity", id="a text is no number"),
        pytest.param(mine(part(day="stage")), "'stage'", id="a stage is no day"),
        pytest.param(mine(part("count", "", Filter("name", "is", "x"))), "'name'", id="on a name"),
        pytest.param(mine(part("count", "", Filter("source_id", "is", "D1"))), "'source_id'",
                     id="on an id"),
        pytest.param(mine(part("count", "", Filter("owner_id", "is", "R1"))), "'owner_id'",
                     id="on whose it is"),
        pytest.param(mine(part("count", "", Filter("amount", "contains", "1"))), "'contains'",
                     id="a number contains nothing"),
        pytest.param(mine(part("count", "", Filter("amount", "below", "much"))), "a number",
                     id="below a word"),
        pytest.param(mine(part("count", "", Filter("amount", "below", "NaN"))), "a number",
                     id="below no number"),
        pytest.param(mine(part("count", "", Filter("closed_at", "before", "soon"))), "a day",
                     id="before a word"),
        pytest.param(
            mine(part("count", "", Filter("is_automated", "is", "maybe"), table="activity",
                      day="occurred_at")),
            "yes or no", id="maybe"),
        pytest.param(mine(part("count", "", Filter("stage", "is", ""))), "0 letters",
                     id="compared with nothing"),
        pytest.param(mine(part("count", "", *[Filter("stage", "filled")] * 6)), "6 conditions",
                     id="too many conditions"),
        pytest.param(mine(part("median", "amount"), part()), "median", id="a median divided"),
    ],
)  # fmt: skip
def test_it_is_refused_with_the_reason(measure, said):
    with pytest.raises(InvalidMeasure, match=said):
        check_measure(measure)


def test_a_filled_attribute_is_compared_with_nothing():
    filled = mine(part("count", "", Filter("stage", "filled")))
    assert check_measure(filled) == filled


def test_a_name_is_tidied_and_the_rest_kept():
    demos = part("count", "", Filter("type", "is", "demo"), table="activity", day="occurred_at")
    assert check_measure(mine(demos, part(), name=" Demos  per deal ")) == OwnMeasure(
        "Demos per deal", demos, part()
    )


@pytest.mark.parametrize("table", own.TABLES)
def test_no_condition_can_be_on_what_identifies_a_record(table):
    identifying = {"source_id", "name", "owner_id", "account_id", "contact_id", "email", "phone",
                   "first_name", "last_name", "company_name", "subject", "next_step"}  # fmt: skip
    assert not identifying & {each.name for each in own.list_filterable(table)}


@pytest.mark.parametrize(
    ("measure", "unit", "splits"),
    [
        pytest.param(mine(), "rows", own.SPLITS_OF["opportunity"], id="a count"),
        pytest.param(mine(part("sum", "amount")), "money", own.SPLITS_OF["opportunity"],
                     id="a sum"),
        pytest.param(mine(part(), part()), "share", own.SPLITS_OF["opportunity"], id="a share"),
        pytest.param(mine(part("sum", "amount"), part(table="activity", day="occurred_at")),
                     "money", ("rep", "team", "region"), id="money for each activity"),
        pytest.param(
            mine(part("sum", "duration_minutes", table="activity", day="occurred_at"), part()),
            "number", ("rep", "team", "region"), id="minutes for each deal"),
        pytest.param(mine(part("average", "probability")), "number", own.SPLITS_OF["opportunity"],
                     id="a number without a unit"),
    ],
)  # fmt: skip
def test_its_unit_and_splits_follow_from_its_parts(measure, unit, splits):
    assert (measure.unit, measure.splits) == (unit, splits)


def deal(key, amount, **said):
    return {
        "source": "crm", "source_id": key, "amount": amount, "currency": "AED", "stage": "Talks",
        "created_at": at("2026-03-01"), "probability": 0.5, **said,
    }  # fmt: skip


DEALS = [
    deal("D1", D(100), region="Gulf", expected_close_on=date(2026, 3, 10)),
    deal("D2", D(10), currency="EUR", region="Gulf", stage="Offer"),
    deal("D3", None, probability=None, stage=""),
    deal("D4", D(7), created_at=None),
    deal("D5", D(7), created_at=at("2026-04-01")),
    deal("D6", D(7), deleted_at=at("2026-03-15")),
    deal("D7", D(21), deleted_at=at("2026-04-15"), stage="Offer"),
]


BOUGHT = [
    deal("D1", D(1), account_id="A1", region="Gulf"),
    deal("D2", D(1), account_id="A1", region="Levant"),
    deal("D3", D(1), account_id="B1", region="Gulf"),
    deal("D4", D(1), account_id="A2", region="Gulf"),
    deal("D5", D(1), account_id=None, region="Gulf"),
    deal("D6", D(1), account_id="GONE", region="Gulf"),
]
SOLD_TO = {
    "account": [
        {"source": "crm", "source_id": "A1"},
        {"source": "crm", "source_id": "A2"},
        {"source": "other", "source_id": "B1"},
    ]
}
BOTH_CRMS = {"crm|A1": "A-1", "other|B1": "A-1"}


@pytest.mark.parametrize(
    ("customers", "by", "found"),
    [
        pytest.param({}, (), {(): (3, 4)}, id="every account is a customer of its own"),
        pytest.param(BOTH_CRMS, (), {(): (2, 4)}, id="a company in two CRMs counts once"),
        pytest.param(
            BOTH_CRMS, ("region",), {("Gulf",): (2, 3), ("Levant",): (1, 1)},
            id="in each region that it bought in",
        ),
    ],
)  # fmt: skip
def test_customers_are_counted_and_not_their_records(customers, by, found):
    asked = Asked(by, MARCH_31, "Asia/Dubai", RATES, customers)
    counted = mine(part("customers"))
    assert check_measure(counted) == counted
    assert counted.unit == "customers"
    assert measure_own(counted, lambda _table: BOUGHT, Directory(SOLD_TO), asked) == found


def say(measure, by=()):
    asked = Asked(by, MARCH_31, "Asia/Dubai", RATES)
    return measure_own(measure, lambda _table: DEALS, Directory({}), asked)


@pytest.mark.parametrize(
    ("above", "value", "n"),
    [
        pytest.param(part(), 4, 4, id="rows of the time, removed ones left out"),
        pytest.param(part("sum", "amount"), "161.00", 3, id="a sum, in the company's currency"),
        pytest.param(part("average", "amount"), "53.67", 3, id="an average of those that have it"),
        pytest.param(part("median", "amount"), "40.00", 3, id="a median"),
        pytest.param(part("median", "amount", Filter("stage", "is", "Offer")), "30.50", 2,
                     id="a median of two"),
        pytest.param(part("average", "probability"), "0.50", 3, id="an average of numbers"),
        pytest.param(part("sum", "amount", Filter("stage", "is", "Lost")), None, 0, id="of none"),
        pytest.param(part("count", "", Filter("stage", "is_not", "Offer")), 2, 2,
                     id="is not, the empty one too"),
        pytest.param(part("count", "", Filter("stage", "contains", "ff")), 2, 2, id="contains"),
        pytest.param(part("count", "", Filter("stage", "empty")), 1, 1, id="empty"),
        pytest.param(part("count", "", Filter("region", "filled")), 2, 2, id="filled"),
        pytest.param(part("count", "", Filter("amount", "at_least", "21")), 2, 2, id="at least"),
        pytest.param(part("count", "", Filter("amount", "below", "21")), 1, 1, id="below"),
        pytest.param(part("count", "", Filter("probability", "is", "0.5")), 3, 3, id="equals"),
        pytest.param(part("count", "", Filter("expected_close_on", "before", "2026-03-11")), 1, 1,
                     id="before a day"),
        pytest.param(part("count", "", Filter("created_at", "on_or_after", "2026-03-01")), 4, 4,
                     id="on or after a day"),
    ],
)  # fmt: skip
def test_rows_are_chosen_and_added_up(above, value, n):
    expected = None if value is None else D(value)
    assert say(mine(above)) == {(): (expected, n)}


def test_it_is_split_by_part_and_month():
    assert say(mine(part("sum", "amount")), ("region",)) == {
        ("Gulf",): (D("140.00"), 2), ("",): (D("21.00"), 1),
    }  # fmt: skip
    assert say(mine(), ("month",)) == {("2026-03",): (D(4), 4)}


def test_a_part_is_divided_by_the_other_where_there_is_one():
    offers = part("sum", "amount", Filter("stage", "is", "Offer"))
    assert say(mine(offers, part("sum", "amount"))) == {(): (D("0.378882"), 3)}
    assert say(mine(offers, part("count", "", Filter("stage", "is", "Talks"))), ("region",)) == {
        ("Gulf",): (D("40.000000"), 1), ("",): (None, 0),
    }  # fmt: skip


LEADS = [{"source": "crm", "source_id": "L1", "created_at": at("2026-03-01"), "region": "Gulf",
          "lead_source": "web", "owner_id": "R1"}]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "day", "by", "label"),
    [
        pytest.param("lead", "created_at", "region", "Gulf", id="a lead by its region"),
        pytest.param("lead", "created_at", "source", "web", id="a lead by its source"),
        pytest.param("activity", "created_at", "rep", "R1", id="an activity by who did it"),
    ],
)
def test_rows_of_other_tables_are_told_by_who_has_them(table, day, by, label):
    asked = Asked((by,), MARCH_31, "UTC", RATES)
    counted = mine(part(table=table, day=day))
    found = measure_own(counted, lambda _table: LEADS, Directory({}), asked)
    assert found == {(label,): (D(1), 1)}

"""Deals loaded for forecasts are what plain Python knows of them, and nothing that came later."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from counterpoise.domain.measure.plain_known import Knowledge, find_last_change
from counterpoise.domain.rulebook.rates import MissingRate, build_rates
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deals import STILL_OPEN, day_number, day_of
from counterpoise.domain.values.zone import business_day
from counterpoise.warehouse.queries.deals import DIMENSIONS, load_deals
from engines.companies import companies
from engines.sample_facts import make_company
from engines.test_measures import plain_rows, rulebook
from written_builds import at, write_build, write_maven

AS_THEY_COME = settings(
    deadline=None,
    max_examples=20,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ZONE = "America/Santiago"
moments = st.builds(lambda n: date(2026, 1, 1) + timedelta(days=n), st.integers(-5, 110))


def know(tables, as_of):
    rules = rulebook(ZONE)
    used = {row.get("currency") for row in tables["opportunity"]} - {None}
    return Knowledge(tables, as_of, ZONE, build_rates(rules, used, as_of))


def describe(loaded):
    """Each deal by its id: created, closed, won, and its labels."""
    deals = loaded.deals
    names = {}
    for place, key in enumerate(deals.ids):
        closed = int(deals.closed[place])
        labels = {
            name: dimension.labels[code] if (code := dimension.codes[place]) >= 0 else ""
            for name, dimension in deals.dimensions.items()
        }
        names[key] = (
            day_of(deals.created[place]),
            None if closed == STILL_OPEN else day_of(closed),
            bool(deals.won[place]),
            labels,
        )
    return names


def describe_plainly(deals, *, with_source):
    return {
        ":".join(deal.key) if with_source else deal.key[1]: (
            deal.created_on,
            deal.closed_on,
            deal.status == "won",
            {name: deal.labels[name] for name in DIMENSIONS},
        )
        for deal in deals
    }


def check_against_plain(folder, tables, as_of):
    tables = plain_rows(tables)
    write_build(folder, **tables)
    knowledge = know(tables, as_of)
    expected = knowledge.list_deals()
    loaded = load_deals(folder, as_of, rulebook=rulebook(ZONE))
    sources = {row["source"] for row in tables["opportunity"]}
    assert describe(loaded) == describe_plainly(expected, with_source=len(sources) > 1)
    if not knowledge.is_present:  # later, records count, which generated logs need not agree with
        worth = {
            ":".join(deal.key) if len(sources) > 1 else deal.key[1]: float(
                np.nan if deal.worth is None else deal.worth
            )
            for deal in expected
        }
        found = dict(zip(loaded.deals.ids, loaded.deals.amount, strict=True))
        assert found == pytest.approx(worth, nan_ok=True)


@AS_THEY_COME
@given(companies, moments)
def test_deals_are_what_plain_python_knows(tmp_path_factory, tables, as_of):
    check_against_plain(tmp_path_factory.mktemp("build") / "build", tables, as_of)


def test_deals_of_a_company_with_every_trouble(tmp_path):
    check_against_plain(tmp_path / "build", make_company(deals=300, seed=3), date(2026, 3, 1))


@pytest.mark.case("TIM-01")
def test_what_came_later_changes_nothing(tmp_path):
    tables = plain_rows(make_company(deals=200, seed=5))
    early, late = date(2026, 2, 1), date(2026, 3, 20)
    folder = write_build(tmp_path / "build", **tables)
    then = load_deals(folder, early, rulebook=rulebook(ZONE)).deals
    looking_back = load_deals(folder, late, rulebook=rulebook(ZONE)).deals.known_on(early)
    assert list(looking_back.ids) == list(then.ids)
    for name in ("created", "closed", "won", "amount"):
        np.testing.assert_array_equal(getattr(looking_back, name), getattr(then, name))
    assert _name_stages(looking_back) == _name_stages(then)
    for name in ("dues", "touches"):
        assert _list_last(looking_back, name, early) == _list_last(then, name, early) != {}


def test_who_was_last_in_touch_over_a_deal_and_when_it_was_due(tmp_path):
    deal = {
        "source": "crm", "source_id": "D1", "status": "open", "stage": "Open", "currency": "AED",
        "created_at": at("2026-01-05 12:00"), "expected_close_on": date(2026, 3, 31),
    }  # fmt: skip
    change = {
        "source": "crm", "source_id": "C1", "opportunity_id": "D1",
        "attribute": "expected_close_on", "changed_at": at("2026-02-10 12:00"),
        "value_before": "2026-02-28", "value_after": "2026-03-31",
        "origin": "history",
    }  # fmt: skip
    call = {"source": "crm", "source_id": "E1", "opportunity_id": "D1", "is_automated": False}
    activities = [
        call | {"occurred_at": at("2026-02-01 12:00")},
        call | {"source_id": "E2", "occurred_at": at("2026-02-08 12:00"), "is_automated": True},
        call | {"source_id": "E3", "occurred_at": at("2026-02-09 12:00"), "opportunity_id": "D2"},
        call | {"source_id": "E4", "occurred_at": at("2026-02-20 12:00"), "is_automated": None},
        call | {"source": "mail", "source_id": "M1", "occurred_at": at("2026-02-24 12:00")},
    ]
    folder = write_build(
        tmp_path / "build", opportunity=[deal], opportunity_change=[change], activity=activities
    )
    deals = load_deals(folder, date(2026, 2, 28), rulebook=rulebook(ZONE)).deals
    for on, due, touched in (
        (date(2026, 1, 31), date(2026, 2, 28), None),
        (date(2026, 2, 9), date(2026, 2, 28), date(2026, 2, 1)),
        (date(2026, 2, 28), date(2026, 3, 31), date(2026, 2, 24)),
    ):
        assert _list_last(deals, "dues", on) == {"D1": due}
        assert _list_last(deals, "touches", on).get("D1") == touched


def _list_last(deals, name, on):
    last = getattr(deals, name).last_values(len(deals), day_number(on))
    return {deals.ids[deal]: day_of(last[deal]) for deal in np.flatnonzero(np.isfinite(last))}


def _name_stages(deals):
    return [None if np.isnan(each) else deals.stage_labels[int(each)] for each in deals.stage]


def test_generated_company_reaches_beyond_the_days_asked_for():
    last = find_last_change(make_company(deals=200, seed=5))
    assert business_day(last, ZONE) > date(2026, 3, 20)


def test_maven_as_known_in_september(tmp_path, shared_data):
    folder = write_maven(tmp_path / "build", shared_data)
    loaded = load_deals(folder, date(2017, 9, 30), rulebook=load_defaults())
    deals = loaded.deals
    assert (len(deals), int(deals.is_open.sum()), int(deals.won.sum())) == (7135, 2409, 3042)
    assert loaded.left_out == 500
    assert deals.dimensions["region"].labels == ("Central", "East", "West")
    assert int(deals.closed[~deals.is_open].max()) <= day_number(date(2017, 9, 30))


def test_amounts_in_two_currencies_without_rates_are_refused(tmp_path):
    deals = [
        {"source_id": f"D{number}", "stage": "Proposal", "status": "open", "currency": currency,
         "created_at": at("2026-01-01")}
        for number, currency in enumerate(("EUR", "SAR"))
    ]  # fmt: skip
    folder = write_build(tmp_path / "build", opportunity=deals)
    with pytest.raises(MissingRate, match="EUR and SAR.*exchange_rate"):
        load_deals(folder, date(2026, 2, 1), rulebook=load_defaults())


def test_export_of_today_counts_today_though_it_was_loaded_later(tmp_path):
    deal = {"source_id": "D1", "stage": "Proposal", "status": "open", "amount": 700,
            "created_at": at("2026-01-01")}  # fmt: skip
    known_with_the_load = {
        "source_id": "D1|amount", "opportunity_id": "D1", "attribute": "amount",
        "value_after": "700.0000", "changed_at": at("2026-06-01"), "origin": "dates",
    }  # fmt: skip
    folder = write_build(
        tmp_path / "build", opportunity=[deal], opportunity_change=[known_with_the_load]
    )
    deals = load_deals(folder, date(2026, 2, 1), rulebook=load_defaults()).deals
    assert deals.amount.tolist() == [700]
    assert np.isnan(deals.known_on(date(2026, 1, 31)).amount).all()


def test_empty_build_has_no_deals(tmp_path):
    loaded = load_deals(write_build(tmp_path / "b"), date(2026, 2, 1), rulebook=load_defaults())
    assert (len(loaded.deals), loaded.left_out, loaded.deals.currency) == (0, 0, "")

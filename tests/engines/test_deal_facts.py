"""What is known of deals beside stage and amount is what plain Python knows; nothing came later."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given

from counterpoise.domain.demand.chances import find_chances
from counterpoise.domain.demand.inspection import inspect_pipeline
from counterpoise.domain.demand.inspection_rules import read_inspection_rules
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deals import STILL_OPEN, day_number, day_of
from counterpoise.domain.tables.forecast import TooLittleHistory
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import explain
from counterpoise.warehouse.queries.deal_events import list_deal_events
from counterpoise.warehouse.queries.deal_facts import load_deal_facts
from counterpoise.warehouse.queries.deals import load_deals
from engines.companies import companies
from engines.sample_facts import make_company
from engines.test_deals import AS_THEY_COME, ZONE, know, moments
from engines.test_measures import plain_rows, rulebook
from written_builds import at, write_build

MARCH = date(2026, 3, 1)


def load(folder, as_of, rules=None):
    rules = rules or load_defaults()
    deals = load_deals(folder, as_of, rulebook=rules).deals
    return deals, load_deal_facts(folder, deals, rulebook=rules)


def deal(number, **other):
    return {
        "source_id": f"D{number}", "owner_id": "R1", "stage": "Offer", "status": "open",
        "created_at": at("2026-01-10"), **other,
    }  # fmt: skip


def change(deal_id, attribute, day, before, after, origin="history"):
    return {
        "source_id": f"{deal_id}/{attribute}/{day}", "opportunity_id": deal_id, "origin": origin,
        "attribute": attribute, "changed_at": at(day), "value_before": before,
        "value_after": after,
    }  # fmt: skip


LATER = change("D9", "amount", "2026-12-01", "", "1.0000")
"""So that March is not the last day that anything tells of."""


class TestCloseDates:
    @AS_THEY_COME
    @given(companies, moments)
    def test_they_are_what_plain_python_knows(self, tmp_path_factory, tables, as_of):
        tables = plain_rows(tables)
        folder = write_build(tmp_path_factory.mktemp("build") / "build", **tables)
        expected = {deal.key: deal.expected_close_on for deal in know(tables, as_of).list_deals()}
        deals, facts = load(folder, as_of, rulebook(ZONE))
        has_sources = len({row["source"] for row in tables["opportunity"]}) > 1
        latest = facts.expected.last_values(len(deals), day_number(as_of))
        assert {
            each: None if np.isnan(day) else day_of(day)
            for each, day in zip(deals.ids, latest, strict=True)
        } == {":".join(key) if has_sources else key[1]: day for key, day in expected.items()}

    def test_every_date_that_was_set_by_the_day_is_in_the_log(self, tmp_path):
        folder = write_build(
            tmp_path / "build",
            opportunity=[deal(1, expected_close_on=date(2026, 9, 9))],
            opportunity_change=[
                change("D1", "expected_close_on", "2026-02-01", "2026-03-31", "2026-04-15"),
                change("D1", "expected_close_on", "2026-02-20", "2026-04-15", ""),
                change("D1", "expected_close_on", "2026-05-01", "", "2026-09-09"),
            ],
        )
        log = load(folder, MARCH)[1].expected
        assert [(day_of(day), value) for day, value in zip(log.day, log.value, strict=True)] == [
            (date(2026, 1, 10), day_number(date(2026, 3, 31))),
            (date(2026, 2, 1), day_number(date(2026, 4, 15))),
            (date(2026, 2, 20), pytest.approx(np.nan, nan_ok=True)),
        ]

    def test_on_the_last_day_the_record_counts(self, tmp_path):
        folder = write_build(
            tmp_path / "build",
            opportunity=[deal(1, expected_close_on=date(2026, 9, 9), next_step="Call")],
        )
        _, facts = load(folder, MARCH)
        assert facts.expected.last_values(1, day_number(MARCH)).tolist() == [
            day_number(date(2026, 9, 9))
        ]
        assert (facts.next_steps.tolist(), facts.knows["next_step"].tolist()) == (["Call"], [True])

    def test_before_it_nobody_can_say_what_no_log_tells(self, tmp_path):
        folder = write_build(
            tmp_path / "build",
            opportunity=[
                deal(1, expected_close_on=date(2026, 9, 9), next_step="Call"),
                deal(9, source="other", updated_at=at("2026-12-01")),
            ],
        )
        _, facts = load(folder, MARCH)
        assert facts.has["next_step"].tolist() == [False, False]
        assert not facts.knows["next_step"].any()
        assert not facts.knows["expected_close_on"].any()

    def test_what_is_no_day_and_no_number_counts_as_none(self, tmp_path):
        folder = write_build(
            tmp_path / "build",
            opportunity=[deal(1), deal(2)],
            opportunity_change=[
                change("D1", "expected_close_on", "2026-02-01", "soon", "after Eid"),
                change("D1", "probability", "2026-02-01", "", "high"),
                change("D2", "probability", "2026-02-01", "0.2", "0.4"),
                LATER,
            ],
        )
        _, facts = load(folder, MARCH)
        assert np.isnan(facts.expected.value).all()
        assert facts.probability.tolist() == [pytest.approx(np.nan, nan_ok=True), 0.4]


class TestStays:
    def list_stays(self, folder, as_of=MARCH):
        deals, facts = load(folder, as_of)
        stays = facts.stays
        return [
            (
                deals.ids[stays.deal[n]],
                deals.stage_labels[stays.stage[n]],
                day_of(stays.entered[n]),
                None if stays.left[n] == STILL_OPEN else day_of(stays.left[n]),
            )
            for n in range(len(stays.deal))
        ]

    def test_from_each_stage_to_the_next_or_to_the_close(self, tmp_path):
        folder = write_build(
            tmp_path / "build",
            opportunity=[
                deal(1),
                deal(2, status="won", stage="Won", closed_at=at("2026-02-10")),
            ],
            opportunity_change=[
                change("D1", "stage", "2026-01-20", "Lead", "Offer"),
                change("D1", "stage", "2026-01-25", "Offer", "Offer"),
                change("D1", "stage", "2026-04-01", "Offer", "Signed"),
                change("D2", "stage", "2026-01-10", "", "Lead"),
                change("D2", "stage", "2026-02-10", "Lead", "Won"),
                LATER,
            ],
        )
        assert self.list_stays(folder) == [
            ("D1", "Lead", date(2026, 1, 10), date(2026, 1, 20)),
            ("D1", "Offer", date(2026, 1, 20), None),
            ("D2", "Lead", date(2026, 1, 10), date(2026, 2, 10)),
            ("D2", "Won", date(2026, 2, 10), date(2026, 2, 10)),
        ]

    def test_what_the_dates_of_a_record_tell_says_not_when_it_came_there(self, tmp_path):
        folder = write_build(
            tmp_path / "build",
            opportunity=[deal(1)],
            opportunity_change=[
                change("D1", "stage", "2026-01-10", "", "created", "dates"),
                change("D1", "stage", "2026-02-01", "created", "Lead", "dates"),
                change("D1", "stage", "2026-02-20", "Lead", "Offer", "difference"),
                LATER,
            ],
        )
        assert self.list_stays(folder) == [("D1", "Offer", date(2026, 2, 20), None)]


class TestTouches:
    def test_only_what_people_did_with_the_customer_by_the_day(self, tmp_path):
        def activity(number, day, **other):
            return {
                "source_id": f"A{number}", "type": "call", "occurred_at": at(day),
                "opportunity_id": "D1", **other,
            }  # fmt: skip

        folder = write_build(
            tmp_path / "build",
            opportunity=[deal(1), deal(1, source="other"), deal(2)],
            activity=[
                activity(1, "2026-02-01"),
                activity(2, "2026-02-07", is_automated=True),
                activity(3, "2026-02-08", deleted_at=at("2026-02-20")),
                activity(4, "2026-02-09", deleted_at=at("2026-04-20")),
                activity(5, "2026-03-05"),
                activity(6, "2026-02-11", source="other"),
                activity(7, "2026-02-12", source="mail", type="email", opportunity_id="D2"),
                activity(8, "2026-02-13", opportunity_id=None),
            ],
        )
        deals, facts = load(folder, MARCH)
        touches = facts.touches
        assert [
            (deals.ids[deal], day_of(day), touches.kinds[kind])
            for deal, day, kind in zip(touches.deal, touches.day, touches.kind, strict=True)
        ] == [
            ("files:D1", date(2026, 2, 1), "call"),
            ("files:D1", date(2026, 2, 9), "call"),
            ("files:D2", date(2026, 2, 12), "email"),
            ("other:D1", date(2026, 2, 11), "call"),
        ]


class TestRecords:
    def test_names_and_accounts(self, tmp_path):
        folder = write_build(
            tmp_path / "build",
            opportunity=[deal(1, name="Big one", account_id="A1"), deal(2)],
            account=[{"source_id": "A1", "name": "Souq"}],
        )
        _, facts = load(folder, MARCH)
        assert (facts.names.tolist(), facts.accounts.tolist()) == (["Big one", ""], ["Souq", ""])

    def test_who_left_by_the_day(self, tmp_path):
        def rep(number, **other):
            return {"source_id": f"R{number}", "name": f"Rep {number}", **other}

        folder = write_build(
            tmp_path / "build",
            opportunity=[deal(1)],
            rep=[
                rep(1, left_on=date(2026, 2, 28)),
                rep(2, left_on=date(2026, 3, 1)),
                rep(3, is_active=False),
                rep(4),
                rep(5, left_on=date(2026, 1, 1)),
                rep(5, source="other"),
            ],
        )
        _, facts = load(folder, MARCH)
        assert facts.departed == {"Rep 1": date(2026, 2, 28), "Rep 3": None}

    def test_a_company_without_deals_has_no_facts(self, tmp_path):
        deals, facts = load(write_build(tmp_path / "build"), MARCH)
        assert (len(deals), len(facts.names), len(facts.stays.deal)) == (0, 0, 0)


class TestTimeLine:
    def test_newest_first_with_names_for_owners_and_nothing_later(self, tmp_path):
        folder = write_build(
            tmp_path / "build",
            opportunity=[deal(1, name="Big one")],
            opportunity_change=[
                change("D1", "stage", "2026-01-10", "", "created", "dates"),
                change("D1", "stage", "2026-02-01", "created", "Lead", "dates"),
                change("D1", "owner_id", "2026-02-02", "R9", "R1"),
                change("D1", "amount", "2026-04-02", "5", "7"),
            ],
            rep=[{"source_id": "R1", "name": "Huda"}],
            activity=[
                {"source_id": "A1", "type": "call", "occurred_at": at("2026-02-03"),
                 "opportunity_id": "D1", "subject": "Price", "outcome": "held", "owner_id": "R1"},
                {"source_id": "A2", "type": "email", "occurred_at": at("2026-02-04"),
                 "opportunity_id": "D1", "is_automated": True},
            ],
        )  # fmt: skip
        events = list_deal_events(folder, "D1", MARCH, rulebook=load_defaults())
        assert [(f"{e.at:%m-%d}", e.kind, e.before, e.after, e.by) for e in events] == [
            ("02-03", "activity", "Price, held", "call", "Huda"),
            ("02-02", "owner_id", "R9", "Huda", ""),
            ("02-01", "stage", "", "Lead", ""),
            ("01-10", "created", "", "Big one", ""),
        ]
        assert list_deal_events(folder, "D7", MARCH, rulebook=load_defaults()) == ()


@pytest.mark.case("TIM-01")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_comes_after_the_day_changes_nothing(tmp_path, seed):
    tables = plain_rows(make_company(deals=400, seed=seed))
    tables["activity"] = [
        {**row, "opportunity_id": f"D{n % 400}"} for n, row in enumerate(tables["activity"])
    ]
    before = inspect(write_build(tmp_path / "as-it-was", **tables))
    after = inspect(write_build(tmp_path / "otherwise", **spoil(tables)))
    assert before.deals
    assert any(each.reasons for each in before.deals)
    assert before == after


RULES = {"inspection.least_won": "5", "demand.min_closed_deals": "10"}


def inspect(folder):
    rules = rulebook(ZONE)
    eased = (Rule(key, "", value, "", date(1971, 1, 1), "test") for key, value in RULES.items())
    rules = Rulebook((*rules.rules, *eased))
    deals, facts = load(folder, MARCH, rules)
    period = Period.parse("2026-Q2")
    try:
        chances = find_chances(deals, period, rules)
    except TooLittleHistory as error:
        chances = explain(error)
    return inspect_pipeline(deals, facts, chances, period, read_inspection_rules(rules, MARCH))


def spoil(tables):
    """The same company with everything after the day told otherwise."""
    day_after = at("2026-03-03")  # past midnight of the second in every zone

    def is_later(moment):
        return moment is not None and moment > day_after

    # where no date says when a deal was closed, the log's word for it does
    closed = {row["source_id"] for row in tables["opportunity"] if row["status"] in ("won", "lost")}
    told = {row["opportunity_id"] for row in tables["opportunity_change"]}

    def is_spoiled(row):
        tells_closing = row["attribute"] == "stage" and row["opportunity_id"] in closed
        return is_later(row["changed_at"]) and not tells_closing

    changes = [
        {**row, "value_after": "9999"} if is_spoiled(row) else row
        for row in tables["opportunity_change"]
    ]
    deals = [
        row
        for row in tables["opportunity"]
        if not is_later(row["created_at"]) or row["closed_at"] or row["source_id"] in told
    ]
    more = [
        {**deals[0], "source_id": f"N{n}", "created_at": day_after + timedelta(days=n + 1),
         "closed_at": None, "deleted_at": None, "status": "open"}
        for n in range(30)
    ]  # fmt: skip
    activities = [row for row in tables["activity"] if not is_later(row["occurred_at"])]
    return {
        **tables,
        "opportunity_change": changes,
        "opportunity": [
            *({**row, "deleted_at": None if is_later(row["deleted_at"]) else row["deleted_at"]}
              for row in deals),
            *more,
        ],
        "activity": [
            *activities,
            *({**row, "source_id": f"late {n}", "occurred_at": day_after + timedelta(days=9)}
              for n, row in enumerate(tables["activity"][:200])),
        ],
    }  # fmt: skip

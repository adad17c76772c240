"""What a planner can do to a forecast: look, override, withdraw; and whether it helped."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterpoise.actions import overrides, planning, rules
from counterpoise.actions.overrides import Effect, UnexplainedOverride, UnknownCell, Wish
from counterpoise.actions.value_added import judge_overrides
from counterpoise.domain.demand.overrides import apply_overrides
from counterpoise.domain.tables.override import InvalidOverride
from counterpoise.domain.values.rights import admit
from counterpoise.store import overrides as stored
from kept_forecast import (
    GULF_IN_OCTOBER,
    NOW,
    PERIOD,
    WHOLE_OCTOBER,
    build_small_cycle,
    keep_build,
    keep_run,
    write_october,
)
from overriding import FORECAST, GULF, OCTOBER, means
from people import make_person
from reporting_company import build_refusing_cycle

D = Decimal


@pytest.fixture
def layla(workspace):
    keep_build()
    person = make_person("leader")
    return admit(person.pk, person.username, "leader")


def wish(amount, cell=GULF_IN_OCTOBER, **other):
    said = {"reason": "large_deal", "comment": "The ministry signs.", "replaces": None}
    return Wish(PERIOD, cell, D(amount), **(said | other))


def make(visitor, amount, cell=GULF_IN_OCTOBER, **other):
    return overrides.make_override(wish(amount, cell, **other), visitor, now=NOW)


def test_without_overrides_the_figures_are_those_of_the_run(layla):
    keep_run()
    outlook = overrides.find_outlook(PERIOD)
    assert outlook.forecast == outlook.statistical == outlook.cycle.forecast
    assert outlook.is_planned


@pytest.mark.parametrize(
    "keep",
    [
        pytest.param(lambda: None, id="no run"),
        pytest.param(lambda: keep_run(is_whole=False), id="a run of before pages could read it"),
        pytest.param(lambda: keep_run(build_refusing_cycle()), id="a step that refused"),
    ],
)
def test_without_a_forecast_there_is_no_outlook_and_nothing_to_override(layla, keep):
    keep()
    assert overrides.find_outlook(PERIOD) is None
    with pytest.raises(UnknownCell, match="Run the cycle for it first"):
        make(layla, 7000)
    assert stored.list_history(PERIOD) == ()


def test_an_override_moves_every_wider_and_finer_figure_at_once(layla):
    keep_run()
    made = make(layla, 7000)
    assert (made.statistical, made.author, made.role) == (D("6000.0"), "layla", "leader")
    outlook = overrides.find_outlook(PERIOD)
    expected = apply_overrides(FORECAST, [made])
    assert means(outlook.forecast) == means(expected)
    assert means(outlook.forecast)[""] == D(11000)
    assert means(outlook.statistical)[""] == D(10000)
    assert not outlook.is_planned


def test_a_run_that_was_made_with_the_overrides_is_planned_with_them(layla):
    keep_run()
    made = make(layla, 7000)
    adjusted = apply_overrides(FORECAST, [made])
    whole = replace(build_small_cycle(), forecast=adjusted, statistical=FORECAST, overrides=(made,))
    keep_run(whole, run="2026-Q4-adjusted")
    outlook = overrides.find_outlook(PERIOD)
    assert outlook.is_planned
    assert means(outlook.forecast) == means(adjusted)
    overrides.withdraw_override(PERIOD, made.id, layla, now=NOW)
    outlook = overrides.find_outlook(PERIOD)
    assert not outlook.is_planned
    assert means(outlook.forecast) == means(FORECAST)


def test_a_preview_says_what_moves_and_keeps_nothing(layla):
    keep_run()
    outlook = overrides.find_outlook(PERIOD)
    shown = overrides.preview(outlook, wish(7000), layla, now=NOW)
    revenue = [each for each in shown.effects if each.measure == "won_revenue"]
    assert revenue == [
        Effect("won_revenue", None, (), D(60000), D(61000)),
        Effect("won_revenue", OCTOBER, (), D(10000), D(11000)),
        Effect("won_revenue", OCTOBER, GULF, D(6000), D(7000)),
    ]
    deals = [each.after - each.before for each in shown.effects if each.measure == "won_deals"]
    assert deals == [D(1), D(1), D(1)]
    assert shown.notes == ()
    assert stored.list_history(PERIOD) == ()


def test_a_preview_of_what_moves_an_earlier_override_says_so(layla):
    keep_run()
    make(layla, 7000)
    outlook = overrides.find_outlook(PERIOD)
    shown = overrides.preview(outlook, wish(22000, WHOLE_OCTOBER), layla, now=NOW)
    (note,) = shown.notes
    assert "a later override moved it" in str(note)


def test_a_preview_of_a_second_override_of_a_figure_leaves_out_the_first(layla):
    keep_run()
    first = make(layla, 7000)
    outlook = overrides.find_outlook(PERIOD)
    shown = overrides.preview(outlook, wish(6500, replaces=first.id), layla, now=NOW)
    assert shown.effects[1:3] == (
        Effect("won_revenue", OCTOBER, (), D(11000), D(10500)),
        Effect("won_revenue", OCTOBER, GULF, D(7000), D(6500)),
    )
    assert shown.notes == ()


@pytest.mark.parametrize(
    ("changes", "error", "advice"),
    [
        pytest.param({"reason": "a hunch"}, UnexplainedOverride, "knows: large_deal", id="reason"),
        pytest.param({"comment": "  "}, UnexplainedOverride, "what you know", id="no comment"),
        pytest.param(
            {"comment": "x" * 5001}, UnexplainedOverride, "1 to 5000 letters", id="too long"
        ),
        pytest.param({"amount": "-1"}, InvalidOverride, "Give 0 or more", id="less than nothing"),
        pytest.param({"amount": "1.234"}, InvalidOverride, "two places", id="below a cent"),
        pytest.param(
            {"cell": ("won_revenue", OCTOBER, (("region", "Atlantis"),))},
            UnknownCell,
            "of Atlantis in 2026-10. Choose a figure",
            id="a region that is not there",
        ),
        pytest.param(
            {"cell": ("won_revenue", date(2027, 10, 1), ())},
            UnknownCell,
            "of the whole company in 2027-10",
            id="a month that is not there",
        ),
    ],
)
def test_what_is_refused_leaves_no_row(layla, changes, error, advice):
    keep_run()
    with pytest.raises(error, match=advice):
        make(layla, changes.pop("amount", 7000), **changes)
    assert stored.list_history(PERIOD) == ()


@pytest.mark.parametrize(
    ("amount", "is_refused"),
    [
        pytest.param("4499.99", True, id="less than is won"),
        pytest.param("4500", False, id="as much as is won"),
    ],
)
def test_an_override_is_not_below_what_is_won_already(layla, amount, is_refused):
    cells = tuple(
        replace(cell, won=D(4500)) if cell.by == GULF and cell.month == OCTOBER else cell
        for cell in FORECAST.cells
    )
    keep_run(replace(build_small_cycle(), forecast=replace(FORECAST, cells=cells)))
    outlook = overrides.find_outlook(PERIOD)
    if is_refused:
        with pytest.raises(InvalidOverride, match="4500 of it is won already, by 2026-09-30"):
            make(layla, amount)
        with pytest.raises(InvalidOverride, match="Give at least what is won"):
            overrides.preview(outlook, wish(amount), layla, now=NOW)
    else:
        assert make(layla, amount).amount == D(amount)


def test_a_rulebook_without_reasons_lets_nobody_override(layla, tmp_path):
    file = tmp_path / "rules.toml"
    file.write_text(
        '[[rule]]\nkey = "override.reasons"\nvalue = " , "\nunit = ""\n'
        'effective_from = 2026-01-01\nsource = "a test"\n'
    )
    rules.import_rules(file, at=NOW)
    keep_run()
    assert overrides.list_reasons(NOW.date()) == ()
    with pytest.raises(UnexplainedOverride, match="knows: none yet"):
        make(layla, 7000)


def test_members_are_taken_in_any_order(layla):
    keep_run()
    both = ("won_revenue", OCTOBER, (("region", "Gulf"), ("product", "Atlas")))
    made = make(layla, 5000, both)
    assert made.by == (("product", "Atlas"), ("region", "Gulf"))
    assert made.statistical == D(4000)


@pytest.mark.parametrize(
    ("given", "planned_with"),
    [
        pytest.param({}, [D(900)], id="those that hold now"),
        pytest.param({"overrides": ()}, [], id="or those that are given"),
    ],
)
def test_a_period_is_planned_with_the_overrides_that_hold_now(
    workspace, layla, given, planned_with
):
    keep_run()
    write_october(workspace)
    make(layla, 900, WHOLE_OCTOBER)
    desk = planning.open_desk(workspace, PERIOD, as_of=date(2026, 9, 30), today=NOW.date(), **given)
    assert [each.amount for each in desk.overrides] == planned_with


class TestValueAdded:
    """Judged from what really closed, read once."""

    def test_nothing_is_judged_before_a_month_is_over(self, layla, workspace):
        keep_run()
        make(layla, 7000)
        assert judge(workspace, date(2026, 10, 31)) == ()

    def test_authors_roles_and_reasons_are_judged_from_what_came(self, workspace, layla):
        keep_run()
        write_october(workspace)
        make(layla, 900, WHOLE_OCTOBER)
        found = judge(workspace, date(2026, 11, 2))
        assert [(each.kind, each.name, each.n) for each in found] == [
            ("author", "layla", 1), ("role", "leader", 1), ("reason", "large_deal", 1),
        ]  # fmt: skip
        assert all("are needed to say" in str(each.refusal) for each in found)

    def test_what_was_withdrawn_is_not_judged(self, workspace, layla):
        keep_run()
        made = make(layla, 900, WHOLE_OCTOBER)
        overrides.withdraw_override(PERIOD, made.id, layla, now=NOW)
        assert judge(workspace, date(2026, 11, 2)) == ()


def judge(workspace, today):
    return judge_overrides(workspace, today=today)

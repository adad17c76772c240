"""What a planner can do to a forecast: look, override, withdraw; and whether it helped."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from counterpoise.actions import locks, overrides, planning, rules
from counterpoise.actions.locks import LockWish
from counterpoise.actions.override_wishes import (
    Contradiction,
    LockedFigure,
    UnexplainedOverride,
    UnknownCell,
    Wish,
    list_reasons,
)
from counterpoise.actions.overrides import Effect
from counterpoise.actions.value_added import judge_overrides
from counterpoise.domain.demand.overrides import apply_overrides
from counterpoise.domain.tables.override import InvalidOverride
from counterpoise.domain.values.rights import admit
from counterpoise.store import audit
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
from overriding import DECEMBER, FORECAST, GULF, LEVANT, NOVEMBER, OCTOBER, means
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


def test_a_wider_override_leaves_an_earlier_one_as_it_is(layla):
    keep_run()
    make(layla, 7000)
    outlook = overrides.find_outlook(PERIOD)
    shown = overrides.preview(outlook, wish(22000, WHOLE_OCTOBER), layla, now=NOW)
    assert (shown.notes, shown.contradiction) == ((), None)
    make(layla, 22000, WHOLE_OCTOBER)
    after = means(overrides.find_outlook(PERIOD).forecast)
    assert (after["Gulf"], after["Levant"]) == (D(7000), D(15000))


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
    assert list_reasons(NOW.date()) == ()
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


class TestKinds:
    @pytest.mark.parametrize(
        ("kind", "amount", "comes_to"),
        [
            pytest.param("absolute", "7000", 7000, id="a new amount"),
            pytest.param("difference", "1000", 7000, id="1,000 more"),
            pytest.param("difference", "-1000.50", D("4999.50"), id="1,000.50 less"),
            pytest.param("factor", "-5", 5700, id="5 % down"),
        ],
    )
    def test_what_it_meant_is_kept_beside_what_was_said(self, layla, kind, amount, comes_to):
        keep_run()
        made = make(layla, amount, kind=kind)
        assert (made.kind, made.amount, made.statistical) == (kind, comes_to, 6000)
        assert made.change == (0 if kind == "absolute" else D(amount))
        assert made.is_firm
        assert stored.list_current(PERIOD) == (made,)
        assert means(overrides.find_outlook(PERIOD).forecast)["Gulf"] == comes_to

    @pytest.mark.parametrize(
        ("said", "advice"),
        [
            pytest.param({"kind": "difference", "amount": "-6001"}, "Take away less", id="debt"),
            pytest.param({"kind": "factor", "amount": "0"}, "changes nothing", id="by nothing"),
            pytest.param({"kind": "factor", "amount": "1e20"}, "below 1000", id="beyond sense"),
            pytest.param(
                {"amount": 1, "expires_on": date(2026, 9, 29)}, "never count", id="over already"
            ),
        ],
    )
    def test_what_cannot_be_said_is_refused(self, layla, said, advice):
        keep_run()
        with pytest.raises(InvalidOverride, match=advice):
            make(layla, said.pop("amount"), **said)
        assert stored.list_history(PERIOD) == ()

    def test_of_the_whole_quarter(self, layla):
        keep_run()
        quarter = ("won_revenue", None, GULF)
        outlook = overrides.find_outlook(PERIOD)
        shown = overrides.preview(outlook, wish(10, quarter, kind="factor"), layla, now=NOW)
        revenue = [each for each in shown.effects if each.measure == "won_revenue"]
        assert [(each.month, each.by, each.after) for each in revenue] == [
            (None, (), D(63600)),
            (None, GULF, D(39600)),
            (OCTOBER, GULF, D(6600)),
            (NOVEMBER, GULF, D(13200)),
            (DECEMBER, GULF, D(19800)),
        ]
        made = make(layla, 10, quarter, kind="factor")
        assert (made.month, made.amount, made.statistical) == (None, 39600, 36000)
        assert stored.find_current(PERIOD, quarter) == made
        month = make(layla, 6500)
        assert stored.list_current(PERIOD) == (made, month), "the month is a figure of its own"
        with pytest.raises(UnknownCell, match="of the whole company in 2026-Q4|of Mars"):
            make(layla, 10, ("won_revenue", None, (("region", "Mars"),)))


class TestExpiry:
    def test_by_default_it_holds_for_good(self, layla):
        keep_run()
        assert make(layla, 7000).expires_on is None

    def test_the_rulebook_may_give_every_override_a_last_day(self, layla, tmp_path):
        file = tmp_path / "rules.toml"
        file.write_text(
            '[[rule]]\nkey = "override.expires_after_days"\nvalue = "30"\nunit = "days"\n'
            'effective_from = 2026-01-01\nsource = "a test"\n'
        )
        rules.import_rules(file, at=NOW)
        keep_run()
        assert make(layla, 7000).expires_on == date(2026, 10, 31)
        said = make(layla, 900, WHOLE_OCTOBER, expires_on=date(2026, 12, 31), kind="difference")
        assert said.expires_on == date(2026, 12, 31)
        locked = locks.lock_figure(
            LockWish(PERIOD, ("won_deals", OCTOBER, ()), "x"), layla, now=NOW
        )
        assert locked.expires_on == date(2026, 10, 31)

    def test_a_later_run_leaves_it_out_and_says_so(self, layla):
        keep_run()
        make(layla, 7000, expires_on=date(2026, 9, 30))
        assert means(overrides.find_outlook(PERIOD).forecast)["Gulf"] == 7000
        later = replace(FORECAST, as_of=date(2026, 10, 1))
        keep_run(replace(build_small_cycle(), forecast=later), run="2026-Q4-later")
        outlook = overrides.find_outlook(PERIOD)
        assert means(outlook.forecast)["Gulf"] == 6000
        assert "held until 2026-09-30 and counts no longer" in str(outlook.forecast.notes[-1])


class TestContradictions:
    def test_it_names_the_others_and_keeps_nothing(self, layla):
        keep_run()
        make(layla, 7000)
        make(layla, 3000, ("won_revenue", OCTOBER, LEVANT))
        with pytest.raises(Contradiction) as refused:
            make(layla, 12000, WHOLE_OCTOBER)
        assert str(refused.value.args[0]) == (
            "It cannot come to 12000 beside what holds already: layla, won_revenue of Gulf in"
            " 2026-10: 7000; layla, won_revenue of Levant in 2026-10: 3000. Withdraw or change one"
            " of them, give another amount, or confirm that yours takes their place."
        )
        assert refused.value.can_replace
        assert len(stored.list_history(PERIOD)) == 2

    def test_a_preview_shows_it_and_what_it_would_do_in_their_place(self, layla):
        keep_run()
        gulf = make(layla, 7000)
        outlook = overrides.find_outlook(PERIOD)
        shown = overrides.preview(outlook, wish(6000, WHOLE_OCTOBER), layla, now=NOW)
        assert shown.contradiction.opponents == (gulf,)
        assert shown.effects[1] == Effect("won_revenue", OCTOBER, (), D(11000), D(6000))

    def test_confirmed_the_others_are_withdrawn_with_it(self, layla):
        keep_run()
        gulf = make(layla, 7000)
        made = make(layla, 6000, WHOLE_OCTOBER, replaces_others=True)
        assert stored.list_current(PERIOD) == (made,)
        assert stored.get_override(PERIOD, gulf.id).withdrawn_by == "layla"
        verbs = [entry.verb for entry in audit.list_entries()][:3]
        assert verbs == ["override.made", "override.withdrawn", "override.made"]

    def test_who_confirms_where_nothing_contradicts_withdraws_nothing(self, layla):
        keep_run()
        gulf = make(layla, 7000)
        made = make(layla, 12000, WHOLE_OCTOBER, replaces_others=True)
        assert stored.list_current(PERIOD) == (gulf, made)

    def test_a_lock_is_never_withdrawn_in_passing(self, layla):
        keep_run()
        lock = locks.lock_figure(LockWish(PERIOD, GULF_IN_OCTOBER, "Agreed."), layla, now=NOW)
        with pytest.raises(Contradiction, match="beside what is locked: layla") as refused:
            make(layla, 5000, WHOLE_OCTOBER, replaces_others=True)
        assert not refused.value.can_replace
        assert stored.list_current(PERIOD) == (lock,)


class TestLocks:
    def lock(self, visitor, cell=GULF_IN_OCTOBER, comment="Agreed with the ministry.", **other):
        return locks.lock_figure(LockWish(PERIOD, cell, comment, **other), visitor, now=NOW)

    def test_it_keeps_what_stands_and_the_rest_takes_the_difference(self, layla):
        keep_run()
        made = make(layla, 7000)
        lock = self.lock(layla)
        assert (lock.kind, lock.amount, lock.statistical) == ("lock", 7000, 6000)
        assert stored.list_current(PERIOD) == (made, lock), "the override waits beneath it"
        make(layla, 20, WHOLE_OCTOBER, kind="factor")
        after = means(overrides.find_outlook(PERIOD).forecast)
        assert (after["Gulf"], after["Levant"], after[""]) == (7000, 5000, 12000)

    def test_while_it_is_locked_nobody_overrides_it(self, layla):
        keep_run()
        self.lock(layla)
        for what in (lambda: make(layla, 7000), lambda: self.lock(layla)):
            with pytest.raises(LockedFigure, match="layla locked this figure at 6000"):
                what()
        outlook = overrides.find_outlook(PERIOD)
        with pytest.raises(LockedFigure, match="Have it unlocked first"):
            overrides.preview(outlook, wish(7000), layla, now=NOW)

    def test_unlocked_it_is_overridden_again_and_the_trail_knows_both(self, layla):
        keep_run()
        lock = self.lock(layla)
        assert locks.unlock_figure(PERIOD, lock.id, layla, now=NOW) == lock
        make(layla, 7000)
        with pytest.raises(stored.CellChanged, match="not locked now"):
            locks.unlock_figure(PERIOD, lock.id, layla, now=NOW)
        verbs = [entry.verb for entry in audit.list_entries()][:3]
        assert verbs == ["override.made", "figure.unlocked", "figure.locked"]

    def test_a_lock_is_not_withdrawn_as_an_override_nor_the_other_way_round(self, layla):
        keep_run()
        lock, made = self.lock(layla), make(layla, 900, WHOLE_OCTOBER, kind="difference")
        with pytest.raises(stored.UnknownOverride, match="no override"):
            overrides.withdraw_override(PERIOD, lock.id, layla, now=NOW)
        with pytest.raises(stored.UnknownOverride, match="no lock"):
            locks.unlock_figure(PERIOD, made.id, layla, now=NOW)

    def test_one_that_has_expired_is_replaced(self, layla):
        keep_run()
        old = self.lock(layla, expires_on=date(2026, 9, 30))
        later = replace(FORECAST, as_of=date(2026, 10, 1))
        cycle = replace(build_small_cycle(), forecast=later, as_of=date(2026, 10, 1))
        keep_run(cycle, run="2026-Q4-later")
        new = self.lock(layla)
        assert stored.list_current(PERIOD) == (new,)
        assert stored.get_override(PERIOD, old.id).replaced_by == new.id

    def test_two_that_lock_at_once_make_one_lock(self, layla):
        keep_run()
        lock = self.lock(layla)
        draft = stored.Draft(PERIOD, lock.cell, D(1), D(1), "locked", "x", kind="lock")
        with pytest.raises(stored.CellChanged, match="layla locked it"):
            stored.make(draft, author_id=layla.id, role=layla.role, at=NOW)

    @pytest.mark.parametrize(
        ("said", "error", "advice"),
        [
            pytest.param({"comment": " "}, UnexplainedOverride, "what you know", id="no comment"),
            pytest.param(
                {"expires_on": date(2026, 9, 1)}, InvalidOverride, "never count", id="over already"
            ),
            pytest.param(
                {"cell": ("won_revenue", OCTOBER, (("region", "Mars"),))},
                UnknownCell,
                "has no won_revenue of Mars",
                id="no such figure",
            ),
        ],
    )
    def test_what_cannot_be_locked(self, layla, said, error, advice):
        keep_run()
        with pytest.raises(error, match=advice):
            self.lock(layla, **said)
        assert stored.list_history(PERIOD) == ()

    def test_a_lock_is_not_judged(self, layla):
        keep_run()
        self.lock(layla)
        assert stored.list_judged() == ()


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

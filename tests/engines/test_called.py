"""What the warehouse knew of a period on an evening, by rep; nothing that came later is in it."""

from datetime import date
from decimal import Decimal

import pytest

from called_company import REPS, deal, win, write_company
from counterpoise.domain.demand.calls import Sight, read_words, roll_up
from counterpoise.domain.rulebook.rates import MissingRate
from counterpoise.domain.rulebook.rulebook import Rule, Rulebook
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.call import DealSum, Seller
from counterpoise.domain.tables.team_tree import TeamsInACircle
from counterpoise.domain.values.period import Period
from counterpoise.warehouse.measures.called import read_period_deals, read_staff
from counterpoise.warehouse.measures.compute import compute_measures
from written_builds import at, write_build

D = Decimal
QUARTER = Period.parse("2026-Q4")
LAST = date(2026, 10, 20)
RULES = load_defaults()


def read(folder, period=QUARTER, day=LAST, rulebook=RULES):
    return read_period_deals(folder, period, day, rulebook=rulebook)


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    return write_company(tmp_path_factory.mktemp("company") / "b1")


def test_won_and_due_deals_come_by_rep_with_the_word_of_the_crm(company):
    found = read(company)
    assert found.sums == (
        DealSum("Adam Noor", "Best Case", None, D(500)),
        DealSum("Huda Salem", "", date(2026, 10, 12), D(250)),
        DealSum("Huda Salem", "COMMIT", None, D(400)),
        DealSum("Nour Aziz", "pipeline", None, D(600)),
        DealSum("Sami Haddad", "", None, D(700)),
    )
    assert (found.currency, found.as_of) == ("", LAST)


def test_sellers_come_with_their_teams_and_targets_of_them_add_up_to_the_teams(company):
    found = read(company)
    assert found.sellers == tuple(
        Seller(name, ("East" if team == "T1" else "West",), has_left=False)
        for name, team in sorted(REPS.items())
    )
    assert found.rep_targets == dict.fromkeys(REPS, D("1500.00"))
    assert found.team_targets == {"East": D(3000), "West": D(3000)}
    assert found.target == D(6000)


def test_where_there_is_no_target_none_is_made_up(tmp_path):
    found = read(write_build(tmp_path / "b1", opportunity=[win("a", None, 5, "2026-10-02")]))
    assert (found.rep_targets, found.team_targets, found.target) == ({}, {}, None)
    assert (found.sums, found.sellers) == ((DealSum("", "", date(2026, 10, 2), D(5)),), ())


def test_an_earlier_evening_knows_nothing_of_what_came_later(tmp_path):
    """By the log: the word, the planned day, the amount and the owner as they were."""
    changes = [
        {"source_id": str(n), "opportunity_id": "d", "attribute": attribute, "origin": "history",
         "changed_at": at("2026-10-15"), "value_before": before, "value_after": after}
        for n, (attribute, before, after) in enumerate([
            ("forecast_category", "Pipeline", "Commit"),
            ("expected_close_on", "2026-12-01", "2027-02-01"),
            ("amount", "300", "900"),
            ("owner_id", "Adam Noor", "Huda Salem"),
        ])
    ]  # fmt: skip
    late = [
        deal("d", "Huda Salem", 900, expected_close_on=date(2027, 2, 1),
             forecast_category="Commit", updated_at=at("2026-10-15")),
        win("w", "Adam Noor", 70, "2026-10-16"),
        deal("n", "Adam Noor", 80, created_at=at("2026-10-16"), expected_close_on=LAST),
    ]  # fmt: skip
    folder = write_company(tmp_path / "b1", *late, changes=changes)
    before = read(folder, day=date(2026, 10, 14))
    adams = [each for each in before.sums if each.rep == "Adam Noor"]
    assert adams == [
        DealSum("Adam Noor", "Best Case", None, D(500)),
        DealSum("Adam Noor", "Pipeline", None, D(300)),
    ]
    assert not [each for each in before.sums if each.rep == "Huda Salem" and each.money == D(900)]
    after = read(folder, day=date(2026, 10, 18))
    assert DealSum("Adam Noor", "", date(2026, 10, 16), D(70)) in after.sums
    assert "Pipeline" not in {each.word for each in after.sums}


def test_what_is_won_is_the_published_measure_to_the_cent(company):
    period = Period.parse("2026-Q3")
    found = read(company, period)
    rolled = roll_up(found, {}, read_words(RULES, LAST), Sight())
    measured = compute_measures(
        company, ("won_revenue",), by=("rep",), period=period, as_of=LAST, rulebook=RULES
    )
    assert {each.rep: each.won for each in rolled.sellers if each.won} == {
        each.by[0][1]: each.value for each in measured
    }


def test_who_left_is_said_to_have_left_from_their_last_day_on(tmp_path):
    rows = [
        {"source_id": "1", "name": "Omar", "manager": "Layla", "left_on": date(2026, 10, 10)},
        {"source_id": "2", "name": "Sara", "team_id": "East", "left_on": date(2026, 12, 1)},
        {"source_id": "2", "name": "Sara", "team_id": "West", "source": "erp"},
        {"source_id": "3", "name": "", "team_id": "West"},
    ]
    found = read(write_build(tmp_path / "b1", rep=rows)).sellers
    assert found == (
        Seller("3", ("West",), has_left=False),
        Seller("Omar", ("Layla",), has_left=True),
        Seller("Sara", ("East", "West"), has_left=False),
    )
    assert (found[2].team, Seller("x", (), has_left=False).team) == ("East", "")


TREE = {"T1": "Gulf", "T2": "Gulf", "Gulf": "World"}


def test_teams_know_what_is_above_them_and_targets_add_up_to_it(tmp_path):
    found = read(write_company(tmp_path / "b1", above=TREE))
    assert found.tree.above == {"East": "Gulf", "West": "Gulf", "Gulf": "World"}
    assert found.team_targets == dict.fromkeys(("East", "West"), D(3000)) | dict.fromkeys(
        ("Gulf", "World"), D(6000)
    )


def test_a_team_above_that_the_staff_list_lacks_is_told_by_its_id_and_the_first_name_holds(
    tmp_path,
):
    rows = [
        {"source_id": "1", "name": "East", "parent_id": "9"},
        {"source_id": "1", "name": "East", "parent_id": "8", "source": "erp"},
        {"source_id": "2", "name": "West", "parent_id": ""},
    ]
    found = read(write_build(tmp_path / "b1", team=rows))
    assert found.tree.above == {"East": "8"}


def test_teams_in_a_circle_are_refused(tmp_path):
    folder = write_company(tmp_path / "b1", above={"T1": "T2", "T2": "T1"})
    for ask in (lambda: read(folder), lambda: read_staff(folder, LAST, rulebook=RULES)):
        with pytest.raises(TeamsInACircle, match="East < West < East"):
            ask()


def test_the_staff_are_who_counts_in_which_teams_and_who_has_left(tmp_path):
    folder = write_company(tmp_path / "b1", above=TREE)
    found = read_staff(folder, LAST, rulebook=RULES)
    assert found.teams["Huda Salem"] == ("East", "Gulf", "World")
    assert (set(found.teams), found.gone) == ({*REPS}, frozenset())
    rows = [{"source_id": "1", "name": "Omar", "left_on": date(2026, 10, 10)}]
    alone = read_staff(write_build(tmp_path / "b2", rep=rows), LAST, rulebook=RULES)
    assert (alone.teams, alone.gone) == ({}, {"Omar"})


def test_foreign_amounts_are_stated_in_the_companys_currency_or_refused(tmp_path):
    more = [win("e", "Adam Noor", 100, "2026-10-02") | {"currency": "EUR"}]
    folder = write_company(tmp_path / "b1", *more)
    kept = [each for each in RULES.rules if each.key not in {"company.currency", "exchange_rate"}]
    own = [Rule("company.currency", "", "USD", "", date(1970, 1, 1), "test")]
    rate = Rule("exchange_rate", "EUR", "1.5", "", date(2020, 1, 1), "test")
    found = read(folder, rulebook=Rulebook((*kept, *own, rate)))
    assert DealSum("Adam Noor", "", date(2026, 10, 2), D(150)) in found.sums
    late = Rule("exchange_rate", "EUR", "1.5", "", date(2030, 1, 1), "test")
    with pytest.raises(MissingRate):
        read(folder, rulebook=Rulebook((*kept, *own, late)))

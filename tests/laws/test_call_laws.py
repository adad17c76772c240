"""What must hold of every roll-up, every estimate and every consensus."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from calling import AS_OF, NOON, QUARTER, SELLERS, WORDS, make_call, make_deals, of_team
from counterpoise.domain.demand.calls import Sight, find_standing, narrow, roll_up
from counterpoise.domain.demand.consensus import Factors, list_sources, weigh
from counterpoise.domain.measure.submitter_bias import Limits, find_factors, judge_submitters
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.call import CallOutcome, DealSum, FinishedPeriod, SourceValue
from counterpoise.domain.values.period import Period, add_months

D = Decimal
RULES = load_defaults()
CENT = D("0.01")
LIMITS = Limits(least_periods=2, least_submitters=2, largest_ratio=4.0)
NAMES = ("", "Ghost", *(each.name for each in SELLERS))
CATEGORIES = ("commit", "best_case", "pipeline", "omitted", "none")

money = st.decimals(0, 10**9, places=4)
cents = st.decimals(0, 10**9, places=2)
days = st.none() | st.dates(date(2026, 10, 1), date(2026, 12, 31))
sums = st.builds(
    DealSum, st.sampled_from(NAMES), st.sampled_from(["", "commit", "Best Case", "?"]), days, money
)
calls = st.builds(
    make_call,
    st.sampled_from(NAMES[1:]),
    cents,
    id=st.integers(1, 10**6),
    voice=st.sampled_from(["rep", "manager"]),
    made_at=st.integers(-5, 5).map(lambda n: NOON + timedelta(days=n)),
)
team_calls = st.builds(of_team, st.sampled_from(["East", "West"]), cents, id=st.integers(1, 10**6))
roll_ups = st.builds(
    lambda found, said, seen, above: roll_up(
        make_deals(*found, above=above), find_standing(said, QUARTER, AS_OF), WORDS, seen
    ),
    st.lists(sums, max_size=8),
    st.lists(calls | team_calls, max_size=8),
    st.sampled_from([
        Sight(),
        Sight(frozenset({"Huda Salem", "Omar Left"}), frozenset({"East"})),
        Sight(frozenset({"Huda Salem"}), frozenset()),
    ]),
    st.sampled_from([{}, {"East": "Gulf", "West": "Gulf"}, {"West": "East"}]),
)  # fmt: skip
ratios = st.lists(st.integers(1, 1000), min_size=1, max_size=6)
people = st.dictionaries(st.sampled_from("abcdefgh"), ratios, min_size=3)


def outcomes(found):
    return [
        CallOutcome(
            who, "rep", Period.of_months(add_months(date(2020, 1, 1), 3 * n), 3), D(100), D(came)
        )
        for who, each in found.items()
        for n, came in enumerate(each)
    ]


@settings(deadline=None)
@given(roll_ups)
def test_people_add_up_to_their_teams_and_these_to_the_total_to_the_cent(rolled):
    for team in rolled.teams:
        mine = narrow(rolled, team.team).sellers
        assert team.won == sum(each.won for each in mine)
        for category in CATEGORIES:
            assert team.open[category] == sum(each.open[category] for each in mine)
    assert rolled.total.won == sum(each.won for each in rolled.sellers)
    assert (rolled.total.commit or 0) == sum(each.own.commit for each in rolled.sellers if each.own)
    seen = {each.team for each in rolled.teams}
    if {each.team for each in rolled.sellers} <= seen:
        upper = [each for each in rolled.teams if not each.level]
        assert rolled.total.won == sum(each.won for each in upper)
        assert (rolled.total.commit or 0) == sum(each.commit or 0 for each in upper)
        assert (rolled.total.beneath or 0) == sum(each.called or 0 for each in upper)
    assert rolled.total.won == rolled.total.won.quantize(CENT)


@given(st.lists(sums, max_size=12), st.lists(calls, max_size=8))
def test_whoever_sees_less_sees_the_same_of_what_they_see(found, said):
    standing = find_standing(said, QUARTER, AS_OF)
    deals = make_deals(*found)
    whole = roll_up(deals, standing, WORDS, Sight())
    narrow = roll_up(deals, standing, WORDS, Sight(frozenset({"Huda Salem"}), frozenset()))
    assert narrow.sellers == tuple(each for each in whole.sellers if each.rep == "Huda Salem")


@given(st.lists(calls, max_size=8), st.lists(calls, max_size=8))
def test_what_is_called_later_changes_nothing_of_an_earlier_day(said, more):
    later = [each for each in more if each.made_at.date() > AS_OF]
    assert find_standing([*said, *later], QUARTER, AS_OF) == find_standing(said, QUARTER, AS_OF)


@settings(deadline=None)
@given(people)
def test_a_shrunken_estimate_lies_between_ones_own_mean_and_that_of_all(found):
    told, others = find_factors(outcomes(found), "quarter", LIMITS)
    for (who, _voice), factor in told.items():
        product = 1.0
        for came in found[who]:
            product *= min(max(came / 100, 0.25), 4)
        own = product ** (1 / len(found[who]))
        low, high = sorted((own, float(others)))
        assert low - 2e-4 <= float(factor) <= high + 2e-4


@settings(deadline=None)
@given(people)
def test_a_range_holds_its_estimate_and_who_called_too_little_has_none(found):
    for each in judge_submitters(outcomes(found), (), "quarter", LIMITS):
        if each.refusal is None:
            assert each.from_high <= each.high <= each.to_high
        else:
            assert (each.high, each.from_high, each.to_high) == (None, None, None)


@settings(deadline=None)
@given(people, st.randoms(use_true_random=False))
def test_the_order_of_what_is_told_does_not_matter(found, random):
    told = outcomes(found)
    mixed = random.sample(told, len(told))
    assert judge_submitters(mixed, (), "quarter", LIMITS) == judge_submitters(
        told, (), "quarter", LIMITS
    )


@settings(deadline=None)
@given(roll_ups, st.none() | cents, st.sampled_from(["0.4", "1", "1.7"]))
def test_no_source_is_below_what_is_won_and_contributions_add_up(rolled, statistical, factor):
    sources = list_sources(rolled, statistical, Factors({}, D(factor)))
    found = weigh(rolled, sources, (), RULES, AS_OF)
    if rolled.teams and {each.team for each in rolled.sellers} <= {t.team for t in rolled.teams}:
        assert all(each.value >= rolled.total.won for each in sources)
    if sources:
        assert found.amount == sum(each.contribution for each in found.sources)
        values = [each.value for each in sources]
        assert min(values) - D("0.02") <= found.amount <= max(values) + D("0.02")


errors = st.lists(st.tuples(cents, cents), min_size=4, max_size=9)


@given(errors)
def test_weights_are_shares_and_the_nearer_source_never_counts_less(found):
    sources = (SourceValue("calls", D(1), D(1)), SourceValue("managers", D(2), D(2)))
    record = [
        FinishedPeriod(QUARTER, {"calls": calls, "managers": managers}, D(1000))
        for calls, managers in found
    ]
    weighed = weigh(
        roll_up(make_deals(), {}, WORDS, Sight()), sources, record, RULES, AS_OF
    ).sources
    assert abs(sum(each.weight for each in weighed) - 1) <= D("0.0002")
    assert all(0 < each.weight < 1 for each in weighed)
    near, far = sorted(weighed, key=lambda each: each.error)
    assert near.weight >= far.weight

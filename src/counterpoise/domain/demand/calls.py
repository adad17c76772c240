"""The calls of a period rolled up: by rep, team and teams above, beside what is won and expected.

Every seller counts in one team, and a team in each that stands above it. Each amount is in cents
before it is added up, so a team is the sum of its people and of the teams beneath it, and the
company the sum of its uppermost teams, to the cent. Of the calls of one key the last one that was
made by a day stands, where it is in the currency of the figures; of deals only what the data knew
by then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.call import CATEGORIES, CENT, Call, Category, PeriodDeals, Scope
from counterpoise.domain.tables.forecast import Expectation, Place
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text, text

NOTHING = Decimal(0)
Standing = Mapping[tuple[Scope, str, str], Call]


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose line a reader may see, and in whose sums people count for them; None for everyone's."""

    reps: frozenset[str] | None = None
    teams: frozenset[str] | None = None

    def sees(self, rep: str) -> bool:
        return self.reps is None or rep in self.reps

    def sees_call(self, call: Call) -> bool:
        if call.scope == "rep":
            return self.sees(call.name)
        return self.teams is None or call.name in self.teams


@dataclass(frozen=True, slots=True)
class SellerLine:
    """A person's period. open: deals that are due in it, by category. own: what they call;
    manager: what whoever leads them does. has_left: nobody waits for their call. expected: by the
    statistics, of their own deals."""

    team: str
    rep: str
    won: Decimal
    open: Mapping[Category, Decimal]
    own: Call | None
    manager: Call | None
    target: Decimal | None
    has_left: bool
    expected: Expectation | None = None

    @property
    def called(self) -> Decimal | None:
        """The manager's word stands above the rep's."""
        last = self.manager or self.own
        return None if last is None else last.commit

    @property
    def gap(self) -> Decimal | None:
        """What is called less the target: below 0 something is missing."""
        return find_gap(self.called, self.target)

    @property
    def place(self) -> Place | None:
        """Where the call stands to what is expected; None without either."""
        return (
            None if self.called is None or not self.expected else self.expected.place(self.called)
        )

    @property
    def is_missing(self) -> bool:
        return self.own is None and not self.has_left and bool(self.rep)


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team's period with all teams beneath it; team is empty for the sellers of none.

    above: the team above, where that is seen; level: how many of those stand above. commit and
    best_case: what its people call, added up; None where nobody did. callers of its sellers have
    called. beneath: what is called right beneath it: its own people's calls, and of each team there
    its manager's call or else what is beneath that. missing: whose call that lacks. expected: of
    its people by the statistics, added up.
    """

    team: str
    above: str
    level: int
    won: Decimal
    open: Mapping[Category, Decimal]
    commit: Decimal | None
    best_case: Decimal | None
    callers: int
    sellers: int
    manager: Call | None
    target: Decimal | None
    beneath: Decimal | None
    missing: tuple[str, ...]
    expected: Expectation | None = None

    @property
    def called(self) -> Decimal | None:
        """The manager's word stands above all beneath it."""
        return self.beneath if self.manager is None else self.manager.commit

    @property
    def judgement(self) -> Decimal | None:
        """What the manager's word adds to what is called beneath; None while somebody there has not
        called, for nobody called 0."""
        if self.manager is None or self.beneath is None or self.missing:
            return None
        return self.manager.commit - self.beneath

    @property
    def place(self) -> Place | None:
        """Where the call stands to what is expected. The sum of some is no call of all, so None
        while somebody has not called and no manager has."""
        if self.called is None or not self.expected or (self.manager is None and self.missing):
            return None
        return self.expected.place(self.called)

    @property
    def gap(self) -> Decimal | None:
        return find_gap(self.called, self.target)


@dataclass(frozen=True, slots=True)
class RollUp:
    """total: of all lines that are seen, as a team's line without a name or a manager. teams: each
    before those beneath it. left_out: people of the teams that are seen who are hidden, and counted
    nowhere. foreign: last calls in another currency, which count nowhere either."""

    period: Period
    as_of: date
    currency: str
    total: TeamLine
    teams: tuple[TeamLine, ...]
    sellers: tuple[SellerLine, ...]
    left_out: int
    foreign: tuple[Call, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(each.rep for each in self.sellers if each.is_missing)


def find_standing(calls: Iterable[Call], period: Period, by: date) -> Standing:
    """The last call of each key that was made by the evening of a day."""
    made = sorted(calls, key=lambda call: (call.made_at, call.id))
    return {call.key: call for call in made if call.period == period and call.made_at.date() <= by}


def read_words(rulebook: Rulebook, on: date) -> dict[str, Category]:
    """The category of each word that the rulebook knows, as `fold_word` writes it."""
    return {
        fold_word(word): category
        for category in CATEGORIES[:-1]
        for word in rulebook.get_text(f"call.words_{category}", on).split(",")
        if word.strip()
    }


def fold_word(written: str) -> str:
    """BEST_CASE, Best Case and best-case are one word."""
    return " ".join(written.replace("_", " ").replace("-", " ").casefold().split())


def roll_up(
    deals: PeriodDeals,
    standing: Standing,
    words: Mapping[str, Category],
    sight: Sight,
    expected: Sequence[Expectation] = (),
) -> RollUp:
    """sight: its teams are those that are seen, with all that are beneath them. expected: what a
    forecast in the same currency makes of each rep, each team and all."""
    held = {key: call for key, call in standing.items() if call.speaks(deals.currency)}
    told = {(each.scope, each.name): each for each in expected}
    every = _list_lines(deals, held, words, told)
    lines = tuple(each for each in every if sight.sees(each.rep))
    teams = _add_up_teams(deals, (every, lines), held, sight, told)
    seen = {each.team for each in teams}
    return RollUp(
        period=deals.period,
        as_of=deals.as_of,
        currency=deals.currency,
        total=replace(
            _add_up(lines),
            target=deals.target if sight.teams is None else None,
            expected=_expect(lines, told.get(("", ""))),
            **_gather(
                [each for each in lines if each.team not in seen],
                [each for each in teams if not each.level],
            ),
        ),
        teams=teams,
        sellers=lines,
        left_out=sum(1 for each in every if not sight.sees(each.rep) and each.team in seen),
        foreign=tuple(
            call
            for key, call in sorted(standing.items())
            if key not in held and sight.sees_call(call)
        ),
    )


def note_foreign(rolled: RollUp) -> Text | None:
    """What to know of calls in another currency; None where there are none."""
    if not rolled.foreign:
        return None
    return text(
        "{n} calls were made in {others}, and figures are in {currency} now, so they count nowhere:"
        " {listed}. Call again in {currency}.",
        n=len(rolled.foreign),
        others=", ".join(sorted({each.currency for each in rolled.foreign})),
        currency=rolled.currency,
        listed=", ".join(dict.fromkeys(each.name for each in rolled.foreign)),
    )


def narrow(rolled: RollUp, team: str) -> RollUp:
    """Only a team that is seen, with all that is beneath it; the total is then its own line."""
    above = {each.team: each.above for each in rolled.teams}
    kept = {team}
    for each in rolled.teams:  # each comes before those beneath it
        if above[each.team] in kept and each.level:
            kept.add(each.team)
    teams = tuple(each for each in rolled.teams if each.team in kept)
    sellers = tuple(each for each in rolled.sellers if each.team in kept)
    return replace(rolled, total=teams[0], teams=teams, sellers=sellers)


def find_gap(called: Decimal | None, target: Decimal | None) -> Decimal | None:
    return None if called is None or target is None else called - target


def _list_lines(
    deals: PeriodDeals,
    standing: Standing,
    words: Mapping[str, Category],
    told: Mapping[tuple[str, str], Expectation],
) -> list[SellerLine]:
    """Of everyone who sold, has something due, called, has a target or is expected to sell; by team
    and name."""
    won: dict[str, Decimal] = {}
    still_open: dict[str, dict[Category, Decimal]] = {}
    for each in deals.sums:
        money = each.money.quantize(CENT, ROUND_HALF_EVEN)
        if each.won_on is not None:
            won[each.rep] = won.get(each.rep, NOTHING) + money
        else:
            held = still_open.setdefault(each.rep, dict.fromkeys(CATEGORIES, NOTHING))
            held[words.get(fold_word(each.word), "none")] += money
    people = {each.name: each for each in deals.sellers}
    called = {name for scope, name, _ in standing if scope == "rep"}
    reps = {*won, *still_open, *called, *deals.rep_targets}
    reps |= {name for (scope, name), each in told.items() if scope == "rep" and each.mean}
    lines = [
        SellerLine(
            team=people[rep].team if rep in people else "",
            rep=rep,
            won=won.get(rep, NOTHING),
            open=still_open.get(rep, dict.fromkeys(CATEGORIES, NOTHING)),
            own=standing.get(("rep", rep, "rep")),
            manager=standing.get(("rep", rep, "manager")),
            target=deals.rep_targets.get(rep),
            has_left=rep in people and people[rep].has_left,
            expected=told.get(("rep", rep)),
        )
        for rep in reps
    ]
    return sorted(lines, key=lambda line: (line.team, line.rep))


def _add_up_teams(
    deals: PeriodDeals,
    people: tuple[Sequence[SellerLine], Sequence[SellerLine]],
    held: Standing,
    sight: Sight,
    told: Mapping[tuple[str, str], Expectation],
) -> tuple[TeamLine, ...]:
    """In the order of the tree, each name with those beneath it. people: all, and who is seen."""
    tree = deals.tree
    every, lines = people
    named = {*(each.team for each in every), *deals.team_targets}
    named |= {name for scope, name, _ in held if scope == "team"}
    named |= {upper for team in named for upper in tree.list_above(team)}
    seen = named if sight.teams is None else named & sight.teams
    paths = {
        team: (*(each for each in reversed(tree.list_above(team)) if each in seen), team)
        for team in seen
    }
    found: dict[str, TeamLine] = {}
    for team in sorted(seen, key=lambda each: (-len(paths[each]), each)):
        under = tree.list_under(team)
        within = [each for each in lines if each.team in under]
        nearest = [each for each in found.values() if each.above == team]
        found[team] = replace(
            _add_up(within),
            team=team,
            above=paths[team][-2] if len(paths[team]) > 1 else "",
            level=len(paths[team]) - 1,
            manager=held.get(("team", team, "manager")),
            target=deals.team_targets.get(team),
            expected=_expect(within, told.get(("team", team))),
            **_gather([each for each in lines if each.team == team], nearest if team else []),
        )
    return tuple(found[team] for team in sorted(seen, key=lambda each: paths[each]))


def _expect(lines: Iterable[SellerLine], stated: Expectation | None) -> Expectation | None:
    """Of these people together. A range is stated of those who were in the team when the forecast
    was made; where others are looked at there is their sum alone."""
    parts = [each.expected for each in lines if each.expected is not None]
    mean = sum((each.mean for each in parts), NOTHING)
    if not parts or (stated is not None and stated.mean == mean):
        return stated if parts else None
    return Expectation(
        scope="team",
        name="",
        won=sum((each.won for each in parts), NOTHING),
        mean=mean,
        low=None,
        high=None,
        closed=sum(each.closed for each in parts),
    )


def _gather(people: Iterable[SellerLine], teams: Iterable[TeamLine]) -> dict[str, Any]:
    """What is called right beneath somebody, and by whom it is not."""
    mine, beneath = tuple(people), tuple(teams)
    said = [each.own.commit for each in mine if each.own is not None]
    said += [each.called for each in beneath if each.called is not None]
    without = [each.missing for each in beneath if each.manager is None]
    return {
        "beneath": sum(said, NOTHING) if said else None,
        "missing": (
            *(each.rep for each in mine if each.is_missing),
            *(name for names in without for name in names),
        ),
    }


def _add_up(mine: Sequence[SellerLine]) -> TeamLine:
    """Of people, whatever team they are in; nobody's word stands above it yet."""
    own = [each.own for each in mine if each.own is not None]
    return TeamLine(
        team="",
        above="",
        level=0,
        won=sum((each.won for each in mine), NOTHING),
        open={
            category: sum((each.open[category] for each in mine), NOTHING)
            for category in CATEGORIES
        },
        commit=sum((each.commit for each in own), NOTHING) if own else None,
        best_case=sum((each.best_case for each in own), NOTHING) if own else None,
        callers=len(own),
        sellers=len(own) + sum(1 for each in mine if each.is_missing),
        manager=None,
        target=None,
        beneath=None,
        missing=(),
    )

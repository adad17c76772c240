"""The calls of a period rolled up: by team and rep, beside what is won and what the CRM says.

Every seller counts in one team. Each amount is in cents before it is added up, so a team is the sum
of its people and the company the sum of its teams, to the cent. Of the calls of one key the last
one that was made by a day stands, and of deals only what the data knew by then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.call import CATEGORIES, CENT, Call, Category, PeriodDeals, Scope
from counterpoise.domain.values.period import Period

NOTHING = Decimal(0)
Standing = Mapping[tuple[Scope, str, str], Call]


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose line a reader may see, and in whose sums people count for them; None for everyone's."""

    reps: frozenset[str] | None = None
    teams: frozenset[str] | None = None

    def sees(self, rep: str) -> bool:
        return self.reps is None or rep in self.reps


@dataclass(frozen=True, slots=True)
class SellerLine:
    """A person's period. open: deals that are due in it, by category. own: what they call;
    manager: what whoever leads them does. has_left: nobody waits for their call."""

    team: str
    rep: str
    won: Decimal
    open: Mapping[Category, Decimal]
    own: Call | None
    manager: Call | None
    target: Decimal | None
    has_left: bool

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
    def is_missing(self) -> bool:
        return self.own is None and not self.has_left and bool(self.rep)


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team's period; team is empty for the sellers of none. commit and best_case: what its people
    call, added up; None where nobody did. callers of its sellers have called."""

    team: str
    won: Decimal
    open: Mapping[Category, Decimal]
    commit: Decimal | None
    best_case: Decimal | None
    callers: int
    sellers: int
    manager: Call | None
    target: Decimal | None

    @property
    def called(self) -> Decimal | None:
        return self.commit if self.manager is None else self.manager.commit

    @property
    def gap(self) -> Decimal | None:
        return find_gap(self.called, self.target)


@dataclass(frozen=True, slots=True)
class RollUp:
    """total: of all lines that are seen, as a team's line without a name or a manager. left_out:
    people of the teams that are seen who are hidden, and counted nowhere."""

    period: Period
    as_of: date
    currency: str
    total: TeamLine
    teams: tuple[TeamLine, ...]
    sellers: tuple[SellerLine, ...]
    left_out: int

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
    deals: PeriodDeals, standing: Standing, words: Mapping[str, Category], sight: Sight
) -> RollUp:
    every = _list_lines(deals, standing, words)
    lines = tuple(each for each in every if sight.sees(each.rep))
    called = {name for scope, name, _ in standing if scope == "team"}
    teams = {*(each.team for each in every), *called, *deals.team_targets}
    seen = teams if sight.teams is None else teams & sight.teams
    return RollUp(
        period=deals.period,
        as_of=deals.as_of,
        currency=deals.currency,
        total=_add_up("", lines, None, deals.target if sight.teams is None else None),
        teams=tuple(
            _add_up(
                team,
                [each for each in lines if each.team == team],
                standing.get(("team", team, "manager")),
                deals.team_targets.get(team),
            )
            for team in sorted(seen)
        ),
        sellers=lines,
        left_out=sum(1 for each in every if not sight.sees(each.rep) and each.team in seen),
    )


def find_gap(called: Decimal | None, target: Decimal | None) -> Decimal | None:
    return None if called is None or target is None else called - target


def _list_lines(
    deals: PeriodDeals, standing: Standing, words: Mapping[str, Category]
) -> list[SellerLine]:
    """Of everyone who sold, has something due, called, or has a target; by team and name."""
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
        )
        for rep in reps
    ]
    return sorted(lines, key=lambda line: (line.team, line.rep))


def _add_up(
    team: str, lines: Iterable[SellerLine], manager: Call | None, target: Decimal | None
) -> TeamLine:
    mine = tuple(lines)
    own = [each.own for each in mine if each.own is not None]
    return TeamLine(
        team=team,
        won=sum((each.won for each in mine), NOTHING),
        open={
            category: sum((each.open[category] for each in mine), NOTHING)
            for category in CATEGORIES
        },
        commit=sum((each.commit for each in own), NOTHING) if own else None,
        best_case=sum((each.best_case for each in own), NOTHING) if own else None,
        callers=len(own),
        sellers=len(own) + sum(1 for each in mine if each.is_missing),
        manager=manager,
        target=target,
    )

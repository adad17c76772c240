"""What became of calls: how far each person's are off, and what the sources of a period agree on.

Whatever is learned for a day is learned from periods that were over on that day, and of each of
them from what was called, forecast and known a fixed time before its end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path

from counterpoise.actions import examinations, rules
from counterpoise.actions.call_forecasts import find_statistical, sum_whole
from counterpoise.actions.calls import ALL, add_up, read_deals, sees_seller, widen
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.demand.calls import RollUp
from counterpoise.domain.demand.consensus import (
    Consensus,
    Factors,
    list_sources,
    read_lead_days,
    weigh,
)
from counterpoise.domain.measure.submitter_bias import (
    Limits,
    Person,
    find_factors,
    judge_submitters,
    read_limits,
)
from counterpoise.domain.measure.value_added import Said, measure_managers
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.call import (
    Call,
    CallOutcome,
    Every,
    FinishedPeriod,
    PeriodDeals,
    SourceValue,
    SubmitterBias,
    name_length,
)
from counterpoise.domain.tables.override import ValueAdded
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.rights import Visitor
from counterpoise.store import calls as stored

LENGTHS: tuple[Every, ...] = ("quarter", "month")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Agreed:
    """came: what the period brought, once it is over; then the consensus is as it stood a fixed
    time before the end, on the evening of `as_of`."""

    consensus: Consensus
    as_of: date
    came: Decimal | None


def judge_callers(
    workspace: Workspace, visitor: Visitor, *, today: date
) -> tuple[SubmitterBias, ...]:
    """Quarters first. Everybody sees their own; a manager those of their people and of the managers
    beneath; who sees everyone sees all. Raises NoBuild and TeamsInACircle."""
    record = _open(workspace, today)
    seen = _list_seen(record, visitor)
    return tuple(
        found
        for every in LENGTHS
        for found in judge_submitters(
            record.list_outcomes(every, record.horizon),
            {_name(each) for each in record.calls if _counts(each, every)},
            every,
            record.limits,
        )
        if (found.submitter, found.voice) in seen
    )


def judge_managers(
    workspace: Workspace, visitor: Visitor, *, today: date
) -> tuple[tuple[Every, ValueAdded], ...]:
    """Whether managers' calls came nearer than what was called beneath them: quarters first, all
    managers together only for who sees everyone. Raises NoBuild and TeamsInACircle."""
    record = _open(workspace, today)
    seen = {who for who, voice in _list_seen(record, visitor) if voice == "manager"}
    if visitor.reach == "everyone":
        seen.add("")
    return tuple(
        (every, found)
        for every in LENGTHS
        for found in measure_managers(
            record.list_judgements(every), Decimal(record.limits.least_periods)
        )
        if found.name in seen
    )


def find_consensus(workspace: Workspace, period: Period, *, today: date) -> Agreed:
    """Of the whole company. Raises InvalidCall for what nobody calls, and NoBuild."""
    every = name_length(period)
    record = _open(workspace, today)
    is_over = period.end <= record.horizon + _DAY
    known = record.find_lead(period) if is_over else record.horizon
    said_by = known if is_over else record.today
    rolled, sources = record.gather(read_deals(record.folder, period, known), said_by)
    finished = [record.finish(each) for each in record.list_finished(every, known)]
    return Agreed(
        consensus=weigh(rolled, sources, finished, record.rulebook, period.start),
        as_of=known,
        came=record.find_came(period).total.won if is_over else None,
    )


@dataclass(frozen=True, eq=False)
class _Record:
    """Every call, and the data that they are held against. What became of a finished period is
    found once: neither the build, nor the rules, nor these calls change."""

    folder: Path
    horizon: date
    today: date
    rulebook: Rulebook
    calls: tuple[Call, ...]
    _came: dict[Period, RollUp] = field(default_factory=dict)
    _held: dict[Period, tuple[CallOutcome, ...]] = field(default_factory=dict)

    @cached_property
    def limits(self) -> Limits:
        return read_limits(self.rulebook, self.today)

    def find_lead(self, period: Period) -> date:
        """The last day whose evening counts when the period is judged; not after the data."""
        lead = period.end - timedelta(days=read_lead_days(self.rulebook, period))
        return min(lead, self.horizon)

    def list_finished(self, every: Every, by: date) -> tuple[Period, ...]:
        """The newest that somebody called and that were over on the evening of a day."""
        most = int(self.rulebook.get_number("call.record_periods", self.today))
        over = {
            each.period
            for each in self.calls
            if _is_of(each, every) and each.period.end <= min(by, self.horizon) + _DAY
        }
        return tuple(sorted(over)[-most:] if most > 0 else ())

    def list_outcomes(self, every: Every, by: date) -> tuple[CallOutcome, ...]:
        return tuple(
            outcome for period in self.list_finished(every, by) for outcome in self.hold(period)
        )

    def read_whole(self, period: Period) -> PeriodDeals:
        """As known on the evening of its last day."""
        return read_deals(self.folder, period, period.end - _DAY)

    def find_came(self, period: Period) -> RollUp:
        if period not in self._came:
            deals = self.read_whole(period)
            self._came[period] = add_up(deals, (), by=deals.as_of, sight=ALL)
        return self._came[period]

    def hold(self, period: Period) -> tuple[CallOutcome, ...]:
        if period not in self._held:
            self._held[period] = tuple(self._list_held(period))
        return self._held[period]

    def gather(self, deals: PeriodDeals, said_by: date) -> tuple[RollUp, tuple[SourceValue, ...]]:
        """What each source said of a period by the evening of a day, on what is known of it."""
        every = name_length(deals.period)
        rolled = add_up(deals, self.calls, by=said_by, sight=ALL)
        outcomes = self.list_outcomes(every, deals.as_of)
        told, others = find_factors(outcomes, every, self.limits)
        forecast = find_statistical(deals.period, deals.as_of, deals.currency)
        statistical = None if forecast is None else sum_whole(forecast)
        return rolled, list_sources(rolled, statistical, Factors(told, others))

    def finish(self, period: Period) -> FinishedPeriod:
        lead = self.find_lead(period)
        _rolled, sources = self.gather(self.read_whole(period).won_by(lead), lead)
        came = self.find_came(period).total.won
        return FinishedPeriod(period, {each.source: each.value for each in sources}, came)

    def list_judgements(self, every: Every) -> dict[str, list[Said]]:
        """By manager, of finished periods: what was called beneath a team whose people had all
        called in time, what the manager called, and what the team brought."""
        found: dict[str, list[Said]] = {}
        for period in self.list_finished(every, self.horizon):
            lead = self.find_lead(period)
            came = {each.team: each.won for each in self.find_came(period).teams}
            for line in add_up(self.read_whole(period), self.calls, by=lead, sight=ALL).teams:
                if line.manager and line.beneath is not None and not line.missing:
                    said = (line.beneath, line.manager.commit, came.get(line.team, Decimal(0)))
                    found.setdefault(line.manager.author, []).append(said)
        return found

    def _list_held(self, period: Period) -> Iterator[CallOutcome]:
        """A name that the data does not know any more is left aside: nothing can be said of it."""
        lead, every = self.find_lead(period), name_length(period)
        deals = self.read_whole(period)
        last: dict[Person, dict[str, Call]] = {}
        for each in self.calls:
            is_meant = each.period == period and each.speaks(deals.currency)
            if is_meant and each.made_at.date() <= lead and _counts(each, every):
                last.setdefault(_name(each), {})[each.name] = each
        if not last:
            return
        came = self.find_came(period)
        brought = {"rep": _list_brought(came, deals), "team": {t.team: t.won for t in came.teams}}
        for person, calls in sorted(last.items()):
            known = [each for each in calls.values() if each.name in brought[each.scope]]
            if known:
                yield CallOutcome(
                    *person,
                    period,
                    called=sum((each.commit for each in known), Decimal(0)),
                    came=sum((brought[each.scope][each.name] for each in known), Decimal(0)),
                )


def _open(workspace: Workspace, today: date) -> _Record:
    build = examinations.get_build(workspace)
    horizon = examinations.find_horizon(build, today)
    return _keep_record(build.folder, horizon, today, rules.load_rulebook(), stored.list_all())


@lru_cache(maxsize=2)
def _keep_record(
    folder: Path, horizon: date, today: date, rulebook: Rulebook, calls: tuple[Call, ...]
) -> _Record:
    return _Record(folder, horizon, today, rulebook, calls)


def _list_brought(came: RollUp, deals: PeriodDeals) -> dict[str, Decimal]:
    """Of everyone the data knows; who sold nothing brought nothing."""
    return {
        **dict.fromkeys((each.name for each in deals.sellers), Decimal(0)),
        **{each.rep: each.won for each in came.sellers},
    }


def _is_of(call: Call, every: Every) -> bool:
    return name_length(call.period) == every


def _counts(call: Call, every: Every) -> bool:
    """A manager is judged by what they call for teams: a word on one rep is a part of that."""
    return _is_of(call, every) and (call.voice == "rep") == (call.scope == "rep")


def _name(call: Call) -> Person:
    return call.author, call.voice


def _list_seen(record: _Record, visitor: Visitor) -> set[Person]:
    deals = read_deals(record.folder, _any_period(record), record.horizon)
    teams = {each.name: each.teams for each in deals.sellers}
    wide = widen(visitor, deals.tree)
    beneath = wide.teams - visitor.teams
    hidden = {
        _name(each)
        for each in record.calls
        if each.author != visitor.name
        and not (
            sees_seller(wide, each.name, teams.get(each.name, ()))
            if each.scope == "rep"
            else visitor.reach == "everyone" or (visitor.reach == "teams" and each.name in beneath)
        )
    }
    return {_name(each) for each in record.calls} - hidden


def _any_period(record: _Record) -> Period:
    return Period.of_months(record.horizon.replace(day=1), 1)

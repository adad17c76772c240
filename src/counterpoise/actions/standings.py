"""Where the cycle of a period stands: which step answers, refuses or is out of date, and why.

A run keeps what it found. It is out of date once what it rests on has changed: newer data, a rule
that one of its steps hears, an override, a launch or phase-out, a scenario.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from counterpoise.actions import kept, levers
from counterpoise.actions.kept import Examined
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text, text
from counterpoise.store import jobs, launches, ledger, overrides, rules, runs, scenarios
from counterpoise.store.jobs import Job
from counterpoise.store.runs import Heading
from counterpoise.store.scenarios import KeptScenario

State = Literal["never", "running", "refused", "blocked", "stale", "fresh"]
STEPS = ("collect", "demand", "supply", "reconcile", "execute", "measure")
NEEDS = {"supply": ("demand",), "reconcile": ("demand", "supply")}
"""Which steps a step cannot do without; the others say less where one is missing."""
WORK_OF = {
    "collect": frozenset({"propose", "collect", "examine", "sample"}),
    "reconcile": frozenset({"cycle", "sample", "scenario"}),
}
"""Long work that is under way on a step, by its kind; on all others it is a run of the cycle."""
RUN = frozenset({"cycle", "sample"})
UNDER_WAY = RUN.union(*WORK_OF.values())
"""All kinds of work that move a step."""
HEARD_BY = {
    "activity.": (),
    "action.": ("execute",),
    "call.": (),
    "health.": ("execute",),
    "override.": (),
    "plan.": ("reconcile", "execute"),
    "pool.": ("supply", "reconcile", "execute"),
    "push.": (),
    "signing.": (),
    "supply.": ("supply", "reconcile", "execute"),
    "variance.": ("measure", "execute"),
    "work.": ("supply", "reconcile", "execute"),
}
"""The steps that hear a rule, by how its key begins; any other rule is heard by all."""
FOLLOW_DEMAND = frozenset({"demand", "supply", "reconcile", "execute"})
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class StepStanding:
    """why: what is missing, what changed, or nothing to say. job: what is under way on it."""

    step: str
    state: State
    why: tuple[Text | str, ...] = ()
    job: Job | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """run: the newest of the period. build: the current data; None before anything was loaded."""

    period: str
    run: Heading | None
    cycle: Cycle | None
    build: str | None
    examined: Examined | None
    going: tuple[Job, ...]
    steps: tuple[StepStanding, ...]

    @property
    def blocking(self) -> StepStanding | None:
        """The first step that keeps those after it from answering."""
        return next((each for each in self.steps if each.state in {"refused", "never"}), None)

    @property
    def is_stale(self) -> bool:
        return any(each.state == "stale" for each in self.steps)


@dataclass(frozen=True, slots=True, eq=False)
class _Now:
    """What there is now, each read once."""

    run: Heading | None
    cycle: Cycle | None
    build: ledger.PublishedBuild | None
    examined: Examined | None
    going: tuple[Job, ...]
    keys: tuple[str, ...]
    are_overrides_changed: bool
    are_products_changed: bool
    scenarios: tuple[KeptScenario, ...]


def find_standing(period: Period) -> Standing:
    """The same few questions to the store, however much there is."""
    now = _look(str(period), period)
    return Standing(
        period=str(period),
        run=now.run,
        cycle=now.cycle,
        build=now.build.id if now.build else None,
        examined=now.examined,
        going=now.going,
        steps=tuple(_place(step, str(period), now) for step in STEPS),
    )


def list_going() -> tuple[Job, ...]:
    """What waits or runs and moves a step, the oldest first."""
    return tuple(job for job in jobs.list_going() if job.kind in UNDER_WAY)


def explain_outdated(
    period: Period, found: Sequence[KeptScenario], run: Heading
) -> dict[int, tuple[Text, ...]]:
    """By scenario, why its plan no longer stands beside the run's plans; none for those that do."""
    solved = [(each, each.solved_at) for each in found if each.solved_at is not None]
    if not solved:
        return {}
    recorded = rules.list_recorded_since(min(at for _, at in solved), before=period.end)
    overridden_at = overrides.find_last_change(str(period))
    decided_at = launches.find_last_change(before=period.end)
    why: dict[int, tuple[Text, ...]] = {}
    for scenario, at in solved:
        reasons = []
        if (scenario.plan_build, scenario.plan_as_of) != (run.build, run.as_of):
            reasons.append(text("It was solved on other data, or as of another day, than the run."))
        if any(when > at and key.startswith(levers.PLANNED) for key, when in recorded):
            reasons.append(text("Rules were changed after it was solved."))
        if overridden_at is not None and overridden_at > at:
            reasons.append(text("Overrides were made or withdrawn after it was solved."))
        if decided_at is not None and decided_at > at:
            reasons.append(
                text("Launches or phase-outs were decided or withdrawn after it was solved.")
            )
        if reasons:
            why[scenario.id] = tuple(reasons)
    return why


def _look(name: str, period: Period) -> _Now:
    run = next(iter(runs.list_headings(name)), None)
    cycle = kept.find_cycle(run.id) if run else None
    build = ledger.find_current_build()
    held = {each.id for each in overrides.list_current(name)}
    decided = launches.list_current(before=period.end).ids
    return _Now(
        run=run,
        cycle=cycle,
        build=build,
        examined=kept.find_examined(build.id) if build else None,
        going=list_going(),
        keys=_list_keys(period, run) if run else (),
        are_overrides_changed=cycle is not None and held != {each.id for each in cycle.overrides},
        are_products_changed=cycle is not None and decided != cycle.portfolio.ids,
        scenarios=scenarios.list_scenarios(name),
    )


def _list_keys(period: Period, run: Heading) -> tuple[str, ...]:
    """Keys of the rules that were recorded after a run and are in force within the period."""
    recorded = rules.list_recorded_since(run.ran_at, before=period.end)
    return tuple(dict.fromkeys(key for key, _at in recorded))


def _place(step: str, period: str, now: _Now) -> StepStanding:
    kinds = WORK_OF.get(step, RUN)
    for job in now.going:
        if job.kind in kinds and job.arguments.get("period", period) == period:
            return StepStanding(step, "running", job=job)
    return _place_collect(now) if step == "collect" else _place_answer(step, now)


def _place_answer(step: str, now: _Now) -> StepStanding:
    if now.run is None:
        return StepStanding(step, "never", _say_never(now))
    if now.cycle is None:
        why = text("The last run was kept in a form that pages cannot read. Run the cycle again.")
        return StepStanding(step, "stale", (why,))
    changed = tuple(_list_changes(step, now, now.run, now.cycle))
    if refusals := [each.why for each in now.cycle.refusals if each.step == step]:
        return StepStanding(step, "refused", (*refusals, *changed))
    if missing := _find_missing(step, now.cycle):
        needs = text("It needs a step before it, which gave no answer: {step}.", step=missing)
        return StepStanding(step, "blocked", (needs,))
    return StepStanding(step, "stale" if changed else "fresh", changed)


def _place_collect(now: _Now) -> StepStanding:
    if now.build is None:
        return StepStanding("collect", "never", (text("Nothing was collected yet."),))
    if now.examined is None:
        why = text("The current data was not judged yet, so its health is not known.")
        return StepStanding("collect", "stale", (why,))
    return StepStanding("collect", "fresh")


def _say_never(now: _Now) -> tuple[Text, ...]:
    if now.build is None:
        return (text("There is no data to run it on."),)
    return (text("The cycle was never run for this period."),)


def _find_missing(step: str, cycle: Cycle) -> str:
    """The step whose answer the step needs and does not have; empty where there is none."""
    answers = {"demand": cycle.forecast, "supply": cycle.capacity}
    return next((each for each in NEEDS.get(step, ()) if answers[each] is None), "")


def _list_changes(step: str, now: _Now, run: Heading, cycle: Cycle) -> Iterator[Text]:
    if now.build is not None and now.build.id != run.build:
        yield text("Newer data was loaded on {day}.", day=now.build.published_at.date())
    if keys := [key for key in now.keys if step in _find_hearers(key)]:
        named = ", ".join(keys[:MOST_NAMED]) + (", …" if len(keys) > MOST_NAMED else "")
        yield text("Rules were changed after the run: {rules}.", rules=named)
    if step in FOLLOW_DEMAND and now.are_overrides_changed:
        yield text("Overrides were made or withdrawn after the run.")
    if step in FOLLOW_DEMAND and now.are_products_changed:
        yield text("Launches or phase-outs were decided or withdrawn after the run.")
    if step == "reconcile" and cycle.plans:
        unsolved = [each.name for each in now.scenarios if each.plan is None]
        if unsolved:
            named = ", ".join(unsolved[:MOST_NAMED]) + (", …" if len(unsolved) > MOST_NAMED else "")
            yield text("Scenarios without a plan since their last change: {names}.", names=named)


def _find_hearers(key: str) -> tuple[str, ...]:
    return next((steps for begins, steps in HEARD_BY.items() if key.startswith(begins)), STEPS)

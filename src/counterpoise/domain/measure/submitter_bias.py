"""How far a person's calls are above or below what comes: a shrunken estimate, never a raw ratio.

Of each finished period the log of what came over what was called is taken, both held within
`call.largest_ratio` of each other. With y the mean of a person's n logs and s² the variance within
persons, pooled over all of the same voice, v = s² / n says how little y is known. Persons differ by
the variance τ² between them, by the method of moments (DerSimonian & Laird 1986, Controlled
Clinical Trials 7:177–188), and not at all where their means differ by no more than chance. Then

    mean of all   μ = Σ w·y / Σ w,  w = 1 / (v + τ²)
    estimate      θ = B·μ + (1 - B)·y,  B = v / (v + τ²)
    its variance  (1 - B)·v + B² / Σ w + 2 / max(k - 3, 1) · B²·(y - μ)²

for k persons: empirical Bayes, as Morris (1983, JASA 78:47–55) has it, whose last term is for τ²
being estimated itself. The 80 % range is Student's t with the degrees of freedom of s². A call is
exp(-θ) - 1 above what comes. Months and quarters are judged apart, for their calls are made at
different times before the end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from math import exp, log, sqrt

from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.call import (
    CallOutcome,
    Every,
    SubmitterBias,
    Voice,
    name_length,
)
from counterpoise.domain.values.text import Text, text

LEVEL = 0.9
"""Of the upper end of the 80 % range."""
LEAST_VARIANCE = 1e-8
"""Calls that always came exactly are known to a hundredth of a percent, and not without end."""
_PLACES = Decimal("0.0001")
Person = tuple[str, Voice]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the rulebook asks for before a person is judged."""

    least_periods: int
    least_submitters: int
    largest_ratio: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """theta: of log(came / called). variance: how little it is known. freedom: of Student's t."""

    theta: float
    variance: float
    freedom: int


@dataclass(frozen=True, slots=True)
class Pool:
    """What the finished calls of everybody say: of each person, and of the mean of all."""

    mean: float
    people: Mapping[Person, Estimate]


def read_limits(rulebook: Rulebook, on: date) -> Limits:
    return Limits(
        least_periods=max(int(rulebook.get_number("call.least_periods", on)), 2),
        least_submitters=max(int(rulebook.get_number("call.least_submitters", on)), 2),
        largest_ratio=max(float(rulebook.get_number("call.largest_ratio", on)), 1.0),
    )


def judge_submitters(
    outcomes: Iterable[CallOutcome], submitters: Iterable[Person], every: Every, limits: Limits
) -> tuple[SubmitterBias, ...]:
    """Of all who are named or have outcomes, by name. outcomes of another length are left aside."""
    logs = _list_logs(outcomes, every, limits.largest_ratio)
    pool = _pool(logs, limits.least_submitters)
    people = sorted({*logs, *submitters})
    return tuple(_judge(each, logs.get(each, ()), every, pool, limits) for each in people)


def find_factors(
    outcomes: Iterable[CallOutcome], every: Every, limits: Limits
) -> tuple[Mapping[Person, Decimal], Decimal]:
    """What a call of each judged person is worth, as a part of it; and that of anybody else's."""
    judged = judge_submitters(outcomes, [("", "rep")], every, limits)
    told = {(each.submitter, each.voice): each.factor for each in judged if each.refusal is None}
    return told, next(each.factor for each in judged if not each.submitter)


def describe_bias(bias: SubmitterBias) -> Text:
    """Such as: Calls 12 % high (80 %: 4 % high to 20 % high; 6 finished quarters)."""
    if bias.high is None or bias.from_high is None or bias.to_high is None:
        assert bias.refusal is not None, "whoever is not judged is refused"
        return bias.refusal
    return text(
        "Calls {size} (80 %: {low} to {high}; {n} finished {periods}).",
        size=_say_size(bias.high),
        low=_say_size(bias.from_high),
        high=_say_size(bias.to_high),
        n=bias.n,
        periods=_say_periods(bias.every),
    )


def _list_logs(
    outcomes: Iterable[CallOutcome], every: Every, largest: float
) -> dict[Person, tuple[float, ...]]:
    logs: dict[Person, list[float]] = {}
    for each in sorted(outcomes, key=lambda each: (each.submitter, each.voice, each.period)):
        if name_length(each.period) == every:
            found = _take_log(float(each.called), max(float(each.came), 0.0), largest)
            logs.setdefault((each.submitter, each.voice), []).append(found)
    return {person: tuple(found) for person, found in logs.items()}


def _take_log(called: float, came: float, largest: float) -> float:
    """Nothing called and nothing come is exact; one of them alone is as far off as anything."""
    if called <= 0 or came <= 0:
        return log(largest) * ((came > 0) - (called > 0))
    return min(max(log(came / called), -log(largest)), log(largest))


def _pool(logs: Mapping[Person, Sequence[float]], least: int) -> Pool | None:
    """None where too few people have finished calls to know how much people differ."""
    spreads = {voice: _measure_spread(logs, voice) for voice in {each[1] for each in logs}}
    known = {
        person: (sum(own) / len(own), spread[0] / len(own), spread[1])
        for person, own in logs.items()
        if (spread := spreads[person[1]]) is not None
    }
    k = len(known)
    if k < least:
        return None
    between = _find_between([(y, v) for y, v, _ in known.values()])
    weights = {person: 1 / (v + between) for person, (_, v, _) in known.items()}
    total = sum(weights.values())
    mean = sum(weights[person] * y for person, (y, _, _) in known.items()) / total
    people = {}
    for person, (y, v, freedom) in known.items():
        lean = v / (v + between)
        variance = (1 - lean) * v + lean**2 * (1 / total + 2 / max(k - 3, 1) * (y - mean) ** 2)
        people[person] = Estimate(lean * mean + (1 - lean) * y, variance, freedom)
    return Pool(mean, people)


def _measure_spread(
    logs: Mapping[Person, Sequence[float]], voice: Voice
) -> tuple[float, int] | None:
    """s² and its degrees of freedom; None where nobody of the voice called twice."""
    mine = [own for (_, of), own in logs.items() if of == voice]
    freedom = sum(len(own) - 1 for own in mine)
    if freedom == 0:
        return None
    squares = sum((each - sum(own) / len(own)) ** 2 for own in mine for each in own)
    return max(squares / freedom, LEAST_VARIANCE), freedom


def _find_between(known: Sequence[tuple[float, float]]) -> float:
    """τ² by the method of moments, 0 at the least."""
    weights = [1 / v for _, v in known]
    total = sum(weights)
    mean = sum(w * y for w, (y, _) in zip(weights, known, strict=True)) / total
    apart = sum(w * (y - mean) ** 2 for w, (y, _) in zip(weights, known, strict=True))
    size = total - sum(w * w for w in weights) / total
    return max(0.0, (apart - (len(known) - 1)) / size)


def _judge(
    person: Person, own: Sequence[float], every: Every, pool: Pool | None, limits: Limits
) -> SubmitterBias:
    from scipy.special import stdtrit  # noqa: PLC0415 -- slow import

    n = len(own)
    refusal = _refuse(n, every, pool, limits)
    if refusal is not None or pool is None:
        factor = Decimal(1) if pool is None else _round(exp(pool.mean))
        return SubmitterBias(*person, every, n, None, None, None, factor, refusal)
    found = pool.people[person]
    away = float(stdtrit(found.freedom, LEVEL)) * sqrt(found.variance)
    return SubmitterBias(
        *person,
        every,
        n,
        high=_round(exp(-found.theta) - 1),
        from_high=_round(exp(-found.theta - away) - 1),
        to_high=_round(exp(-found.theta + away) - 1),
        factor=_round(exp(found.theta)),
    )


def _refuse(n: int, every: Every, pool: Pool | None, limits: Limits) -> Text | None:
    if n < limits.least_periods:
        return text(
            "{n} finished {periods} were called in time; {least} are needed to tell a habit from"
            " chance. Call each of them before it is too late to count.",
            n=n,
            periods=_say_periods(every),
            least=limits.least_periods,
        )
    if pool is None:
        return text(
            "Fewer than {least} people have finished calls, so it cannot be told how much people"
            " differ. Let others call too.",
            least=limits.least_submitters,
        )
    return None


def _say_size(high: Decimal) -> Text:
    percent = (abs(high) * 100).quantize(Decimal(1), ROUND_HALF_EVEN)
    if percent == 0:
        return text("0 %")
    if high > 0:
        return text("{percent} % high", percent=percent)
    return text("{percent} % low", percent=percent)


def _say_periods(every: Every) -> Text:
    return text("months") if every == "month" else text("quarters")


def _round(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(_PLACES, ROUND_HALF_EVEN)

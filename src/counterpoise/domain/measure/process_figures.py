"""What the counts of a sales process say: cohorts and their steps, days in each stage, losses."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from counterpoise.domain.measure import survival
from counterpoise.domain.measure.formulas import round_median, round_money, round_share
from counterpoise.domain.measure.process import (
    MEDIAN,
    UPPER,
    At,
    Cohort,
    Counts,
    Loss,
    LostFor,
    Of,
    Process,
    ProcessRules,
    Reached,
    Ripeness,
    Scope,
    Silence,
    Spell,
    Stay,
    Step,
    judge_age,
)
from counterpoise.domain.measure.settings import Settings
from counterpoise.domain.values.period import Period

_ENDS: Mapping[Of, tuple[At, ...]] = {
    "deal": ("won", "lost"),
    "lead": ("touched", "converted"),
}
Place = tuple[At, str]


def judge_process(scope: Scope, counts: Counts, rules: ProcessRules, settings: Settings) -> Process:
    losses = _read_losses(counts.losses, rules, settings)
    ripeness = tuple(_ripen(of, counts.spells, rules) for of in _ENDS)
    return Process(
        scope=scope,
        currency=settings.rates.reporting,
        least=rules.least,
        mature_share=rules.mature_share,
        ripeness=ripeness,
        cohorts=tuple(
            cohort
            for each in ripeness
            for cohort in _list_cohorts(scope, counts.reached, each, rules.least)
        ),
        stays=tuple(_list_stays(counts.spells, rules.least)),
        reasons=tuple(_list_losses(_as_one_stage(losses), rules)),
        losses=tuple(_list_losses(losses, rules)),
        silences=tuple(_list_silences(counts.losses, rules)),
    )


def _estimate(spells: Sequence[Spell]) -> survival.Curve:
    return survival.estimate(
        [(each.days, each.n) for each in spells if each.is_over],
        [(each.days, each.n) for each in spells if not each.is_over],
    )


def _ripen(of: Of, spells: Iterable[Spell], rules: ProcessRules) -> Ripeness:
    lives = [each for each in spells if each.of == of]
    ended = sum(each.n for each in lives if each.is_over)
    days = None
    if ended >= rules.least:
        days = _estimate(lives).find_day_among_ended(rules.mature_share)
    return Ripeness(of, days, sum(each.n for each in lives), ended)


def _list_cohorts(
    scope: Scope, reached: Iterable[Reached], ripeness: Ripeness, least: int
) -> Iterable[Cohort]:
    rows = [each for each in reached if each.of == ripeness.of]
    order = _order_steps(ripeness.of, rows)
    cohorts: dict[tuple[str, Period], dict[Place, Reached]] = {}
    for row in rows:
        period = Period.of_months(row.cohort, scope.months)
        cohorts.setdefault((row.label, period), {})[row.at, row.stage] = row
    for (label, period), found in sorted(cohorts.items()):
        created = found["created", ""].n
        over = ("won", "lost") if ripeness.of == "deal" else ("converted",)
        yield Cohort(
            of=ripeness.of,
            period=period,
            label=label,
            created=created,
            open=created - sum(row.n for (at, _), row in found.items() if at in over),
            maturity=judge_age(scope, period, ripeness),
            steps=tuple(_take_step(place, found.get(place), created, least) for place in order),
        )


def _order_steps(of: Of, rows: Iterable[Reached]) -> list[Place]:
    """Stages by how many came there, the most first; after them how it ended."""
    met = Counter[str]()
    for row in rows:
        if row.at == "stage":
            met[row.stage] += row.n
    stages: list[Place] = [("stage", each) for each in sorted(met, key=lambda s: (-met[s], s))]
    return [*stages, *((at, "") for at in _ENDS[of])]


def _take_step(place: Place, row: Reached | None, created: int, least: int) -> Step:
    at, stage = place
    n, timed = (row.n, row.timed) if row else (0, 0)
    is_told = created >= least
    return Step(
        at=at,
        stage=stage,
        n=n,
        share=round_share(n, created) if is_told else None,
        days=round_median(row.doubled) if row and is_told and timed >= least else None,
        timed=timed,
    )


def _list_stays(spells: Iterable[Spell], least: int) -> Iterable[Stay]:
    groups: dict[tuple[str, str], list[Spell]] = {}
    met = Counter[str]()
    for each in spells:
        if each.of == "stage":
            groups.setdefault((each.label, each.stage), []).append(each)
            met[each.stage] += each.n
    for label, stage in sorted(groups, key=lambda key: (key[0], -met[key[1]], key[1])):
        held = groups[label, stage]
        n = sum(each.n for each in held)
        is_told = n >= least
        curve = _estimate(held) if is_told else survival.Curve((), ())
        yield Stay(
            label=label,
            stage=stage,
            n=n,
            censored=sum(each.n for each in held if not each.is_over),
            is_told=is_told,
            median=curve.find_day(MEDIAN),
            upper=curve.find_day(UPPER),
        )


@dataclass(frozen=True, slots=True)
class _Lost:
    label: str
    reason: str
    stage: str | None
    n: int
    money: Decimal


def _read_losses(
    losses: Sequence[Loss], rules: ProcessRules, settings: Settings
) -> tuple[_Lost, ...]:
    """Of one reason written in several ways the usual way is shown."""
    ways: dict[str, Counter[str]] = {}
    for loss in losses:
        ways.setdefault(settings.fold(loss.reason), Counter())[loss.reason.strip()] += loss.n
    usual = {key: min(met, key=lambda way: (-met[way], way)) for key, met in ways.items()}
    return tuple(
        _Lost(
            label=loss.label,
            reason="" if rules.is_silent(loss.reason) else usual[settings.fold(loss.reason)],
            stage=loss.stage or (loss.stood if settings.is_open(loss.stood) else ""),
            n=loss.n,
            money=loss.money * loss.rate,
        )
        for loss in losses
    )


def _as_one_stage(losses: Iterable[_Lost]) -> tuple[_Lost, ...]:
    return tuple(replace(each, stage=None) for each in losses)


def _list_losses(losses: Sequence[_Lost], rules: ProcessRules) -> Iterable[LostFor]:
    """By label, and the most frequent first."""
    groups: dict[tuple[str, str, str | None], list[_Lost]] = {}
    whole: dict[str, list[_Lost]] = {}
    for loss in losses:
        groups.setdefault((loss.label, loss.reason, loss.stage), []).append(loss)
        whole.setdefault(loss.label, []).append(loss)
    found = []
    for (label, reason, stage), alike in groups.items():
        n, money = _add_up(alike)
        of_n, of_money = _add_up(whole[label])
        is_told = of_n >= rules.least
        found.append(
            LostFor(
                label=label,
                reason=reason,
                stage=stage,
                n=n,
                money=round_money(money),
                share=round_share(n, of_n) if is_told else None,
                share_of_money=round_share(money, of_money) if is_told else None,
            )
        )
    return sorted(found, key=lambda each: (each.label, -each.n, each.reason, each.stage or ""))


def _add_up(losses: Iterable[_Lost]) -> tuple[int, Decimal]:
    losses = tuple(losses)
    return sum(each.n for each in losses), sum((each.money for each in losses), Decimal(0))


def _list_silences(losses: Iterable[Loss], rules: ProcessRules) -> Iterable[Silence]:
    """Teams and then reps, who leaves out most first; what is no one's is left out."""
    kinds: tuple[Literal["team", "rep"], ...] = ("team", "rep")
    for who in kinds:
        lost, silent = Counter[str](), Counter[str]()
        for loss in losses:
            name = loss.team if who == "team" else loss.rep
            lost[name] += loss.n
            silent[name] += loss.n if rules.is_silent(loss.reason) else 0
        named = (name for name in lost if name)
        for name in sorted(named, key=lambda each: (-silent[each], -lost[each], each)):
            share = round_share(silent[name], lost[name]) if lost[name] >= rules.least else None
            yield Silence(who, name, lost[name], silent[name], share)

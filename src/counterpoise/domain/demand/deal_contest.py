"""Tries a challenger of single deals on past days, and says whether it is heard.

On days thirty days apart everything is learned anew from what was known on each: the hazards with
all that they know of a deal, Aalen & Johansen's plain estimate by age, stage weights, and the
boosted model. What each says of the deals that were open then is held against what came in the
ninety days after. The challenger is heard where its Brier score over the horizons is smaller than
that of the hazards by the rulebook's margin, and by more than chance explains, while neither its
log loss nor the error of the value of the whole is larger. Chance is a bootstrap over deals, and
one over days, for deals share their days; the lower bound counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand import history, origins, pipeline, segments, stages
from counterpoise.domain.demand.calendar import Calendar
from counterpoise.domain.demand.challenging import DealTerms, read_deal_terms
from counterpoise.domain.demand.hazards import BLOCK_DAYS, BLOCKS
from counterpoise.domain.demand.joined_chances import BY_BLOCK
from counterpoise.domain.demand.origins import HORIZONS
from counterpoise.domain.demand.settings import Settings
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deal_contest import DealContest, DealScore
from counterpoise.domain.tables.deals import Deals, day_number
from counterpoise.domain.values.text import Text, text

Floats = NDArray[np.float64]
DAYS_TRIED = 9
HAZARDS, AGE_ALONE = "pipeline survival", "by age alone"
STAGE_WEIGHTS, BOOSTED = "stage-weighted pipeline", "gradient boosting"
LEAST_CHANCE = 1e-6
"""No method is taken to be surer than this: the logarithm of nothing has no mean."""
RESAMPLES, SEED = 500, 1
ONE_IN_TWENTY = 0.05
PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A past day. deal: the ids of those open then; value: what each brings if it is won. said: the
    chance to be won by each horizon, by method; won, brought: what came by then; all of these are
    (deals, horizons)."""

    deal: NDArray[np.object_]
    value: Floats
    said: Mapping[str, Floats]
    won: NDArray[np.bool_]
    brought: Floats


def find_contest(deals: Deals, rulebook: Rulebook, settings: Settings) -> DealContest | None:
    """deals: as known on their as-of day, after which nothing is looked at. None where the rulebook
    lets no challenger compete."""
    terms = read_deal_terms(rulebook, deals.as_of)
    return None if terms is None else hold(deals, rulebook, settings, terms)


def hold(deals: Deals, rulebook: Rulebook, settings: Settings, terms: DealTerms) -> DealContest:
    looks = look_back(deals, rulebook, settings)
    names = np.concatenate([each.deal for each in looks]) if looks else np.array([], object)
    count = len(set(names.tolist()))
    if len(looks) < terms.least_days or count < terms.least_deals:
        return DealContest(
            "refused", None, None, len(looks), count, (), _say_too_few(len(looks), count, terms)
        )
    scores = tuple(
        _score(looks, method, place) for method in looks[0].said for place in range(BLOCKS)
    )
    missed = [_square(looks, method) for method in (HAZARDS, BOOSTED)]
    if not missed[0].any():
        why = text(
            "The forecast's own chances missed nothing on the days tried, so nothing could be"
            " better."
        )
        return DealContest("not heard", None, None, len(looks), count, scores, why)
    better = missed[0] - missed[1]
    day = np.repeat(np.arange(len(looks)), [len(each.deal) for each in looks])
    deal = np.unique(names, return_inverse=True)[1]
    gain = float(better.sum() / missed[0].sum())
    low = min(_resample(better, missed[0], group) for group in (deal, day))
    refused = find_objection(gain, low, scores, terms)
    why = refused or text(
        "It told won deals from others better, by more than chance explains, and missed what they"
        " brought by no more: its chances are averaged with the forecast's own."
    )
    return DealContest(
        "not heard" if refused else "heard",
        _round(gain),
        _round(low),
        len(looks),
        count,
        scores,
        why,
    )


def look_back(deals: Deals, rulebook: Rulebook, settings: Settings) -> list[_Look]:
    """Days without enough history, or without an open deal, are left out."""
    last = deals.as_of - timedelta(days=HORIZONS[-1])
    at = [last - timedelta(days=BLOCK_DAYS * back) for back in range(DAYS_TRIED - 1, -1, -1)]
    calendar = origins.cover(deals, at, HORIZONS[-1])
    looked = (
        _look_from(deals, known, rulebook, calendar, settings)
        for known in map(deals.known_on, at)
        if history.is_enough(known, settings) and known.is_open.any()
    )
    return [each for each in looked if each is not None]


def _look_from(
    deals: Deals, known: Deals, rulebook: Rulebook, calendar: Calendar, settings: Settings
) -> _Look | None:
    split = segments.split(known)
    learned = pipeline.learn(known, split, calendar, settings, is_challenged=True)
    if learned.boosted is None:
        return None
    own = replace(learned, boosted=None)
    seen, by_age = (
        pipeline.project(known, split, each, BY_BLOCK, calendar).open_deals
        for each in (own, own.keep_age())
    )
    by_stage = stages.find_chances(known, rulebook)[seen.stage]
    names = known.ids[known.is_open]
    place = {each: at for at, each in enumerate(deals.ids.tolist())}
    at = np.array([place.get(each, -1) for each in names.tolist()])  # -1: removed since
    ends = day_number(known.as_of) + np.array(HORIZONS)
    won = ((at >= 0) & deals.won[at])[:, None] & (deals.closed[at][:, None] <= ends)
    return _Look(
        deal=names,
        value=seen.value,
        said={
            HAZARDS: seen.chance.cumsum(axis=1),
            AGE_ALONE: by_age.chance.cumsum(axis=1),
            STAGE_WEIGHTS: np.repeat(by_stage[:, None], BLOCKS, axis=1),
            BOOSTED: learned.boosted.say(known)[:, 0].cumsum(axis=1),
        },
        won=won,
        brought=np.where(won, np.nan_to_num(deals.amount[at])[:, None], 0.0),
    )


def _score(looks: Sequence[_Look], method: str, place: int) -> DealScore:
    chance = np.concatenate([each.said[method][:, place] for each in looks])
    won = np.concatenate([each.won[:, place] for each in looks])
    given = np.clip(np.where(won, chance, 1.0 - chance), LEAST_CHANCE, 1.0)
    brought = np.array([each.brought[:, place].sum() for each in looks])
    said = np.array([each.value @ each.said[method][:, place] for each in looks])
    return DealScore(
        method=method,
        horizon_days=HORIZONS[place],
        brier=float(((chance - won) ** 2).mean()),
        log_loss=float(-np.log(given).mean()),
        won_bias=float(chance.sum() / won.sum() - 1.0) if won.any() else None,
        wmape=float(np.abs(said - brought).sum() / brought.sum()) if brought.sum() > 0 else None,
    )


def _square(looks: Sequence[_Look], method: str) -> Floats:
    """Of each deal on each day, the squared miss of its chances, the mean over horizons."""
    off = np.concatenate([each.said[method] - each.won for each in looks])
    return np.asarray((off**2).mean(axis=1))


def _resample(better: Floats, missed: Floats, group: NDArray[np.int64]) -> float:
    """What the gain is at least, with 95 % confidence, were other groups drawn (Efron 1979)."""
    gained, whole = np.bincount(group, better), np.bincount(group, missed)
    rng, groups = np.random.default_rng(SEED), len(gained)
    gains = np.empty(RESAMPLES)
    for number in range(RESAMPLES):
        drawn = rng.integers(groups, size=groups)
        gains[number] = gained[drawn].sum() / max(whole[drawn].sum(), LEAST_CHANCE)
    return float(np.quantile(gains, ONE_IN_TWENTY))


def find_objection(
    gain: float, low: float, scores: Sequence[DealScore], terms: DealTerms
) -> Text | None:
    """Why it is not heard; None where nothing speaks against it."""
    if gain < 0:
        return text("It told won deals from others less well than the forecast does: not heard.")
    if gain < terms.margin:
        return text(
            "It told won deals from others better than the forecast does, but not by the {margin} %"
            " that it takes: not heard.",
            margin=(Decimal(str(terms.margin)) * 100).normalize(),
        )
    if low <= 0:
        return text(
            "It told won deals from others better on average, but so unevenly over deals or days"
            " that chance may be why: not heard."
        )
    if _add_up(scores, BOOSTED, "log_loss") > _add_up(scores, HAZARDS, "log_loss"):
        return text("It was better on average, but too sure where it was wrong: not heard.")
    if _add_up(scores, BOOSTED, "wmape") > _add_up(scores, HAZARDS, "wmape"):
        return text(
            "It told won deals from others better, but missed what all of them brought by more:"
            " not heard."
        )
    return None


def _add_up(scores: Sequence[DealScore], method: str, what: str) -> float:
    return sum(getattr(each, what) or 0.0 for each in scores if each.method == method)


def _say_too_few(days: int, deals: int, terms: DealTerms) -> Text:
    return text(
        "Gradient boosting is tried on past days with enough history behind them and {ahead} days"
        " after: {days} are there, with {deals} deals, and it takes {least_days} with {least_deals}"
        " to tell skill from luck. Load older deals, or wait.",
        ahead=HORIZONS[-1],
        days=days,
        deals=deals,
        least_days=terms.least_days,
        least_deals=terms.least_deals,
    )


def _round(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(PLACES)

"""Scores open leads, says what each score comes from, and whether scores are worth anything.

A score is used where on earlier days it was nearer to what came than the plain rate of the source,
by the Brier score at each of SCORE_DAYS; else the plain rate is what is said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from math import log
from typing import cast

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand import lead_model, lead_record, origins
from counterpoise.domain.demand.funnel import TooFewConversions
from counterpoise.domain.demand.lead_model import (
    FIRST_TOUCH_EDGES,
    LAST_TOUCH_EDGES,
    LeadModel,
    Seen,
)
from counterpoise.domain.demand.lead_rules import LeadRules
from counterpoise.domain.tables.deals import Deals, day_number, day_of
from counterpoise.domain.tables.lead_score import (
    SCORE_DAYS,
    Chances,
    LeadFactor,
    LeadRecords,
    LeadScore,
    LeadScores,
    LeadTrait,
    ScoreTest,
)
from counterpoise.domain.values.text import Text, text

Floats = NDArray[np.float64]
PLACES = 6
"""Of a chance: what is smaller is 0."""
FIRST_TOUCH = (
    text("on the day it came in"),
    text("1 or 2 days after it came in"),
    text("3 to 7 days after it came in"),
    text("more than a week after it came in"),
    text("nobody has tried to reach it"),
)
LAST_TOUCH = (
    text("less than 3 days ago"),
    text("3 to 7 days ago"),
    text("8 to 30 days ago"),
    text("more than 30 days ago"),
    text("nobody has tried to reach it"),
)
"""The classes of FIRST_TOUCH_EDGES and LAST_TOUCH_EDGES in words."""
NOT_SAID = text("not said")
ACCOUNTS = {"known before": text("known before"), "new": text("new")}
TRAITS: dict[LeadTrait, Text] = {
    "age": text("age"),
    "source": text("source"),
    "country": text("country"),
    "region": text("region"),
    "industry": text("industry"),
    "account": text("account"),
    "first_touch": text("first touched"),
    "last_touch": text("last touched"),
}
MOST_REASONS = 2
LEAST_MOVED = log(1.1)
"""What moves a rate by less is not worth naming."""
WORDS: dict[LeadTrait, tuple[Text, ...]] = {"first_touch": FIRST_TOUCH, "last_touch": LAST_TOUCH}
assert len(FIRST_TOUCH) == len(FIRST_TOUCH_EDGES) + 2
assert len(LAST_TOUCH) == len(LAST_TOUCH_EDGES) + 2


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """chances: as more and more is known of each lead."""

    history: Deals
    model: LeadModel
    seen: Seen
    chances: tuple[tuple[LeadTrait, Floats], ...]
    touched: Floats


def score_leads(records: LeadRecords, rules: LeadRules) -> LeadScores:
    """As known on the as-of day of the records. Raises TooFewConversions."""
    history = records.history.known_on(records.history.as_of)
    require(history, rules)
    days = [day_of(day) for day in lead_record.list_days(history, rules)]
    calendar = origins.cover(history, days, SCORE_DAYS[-1])
    model = lead_model.learn(history, calendar, rules)
    seen = lead_model.see(history, model)
    ahead = calendar.slice(day_number(history.as_of) + 1, SCORE_DAYS[-1])
    tried = lead_record.try_scores(history, calendar, rules)
    tests = lead_record.judge(tried)
    is_scored = is_worth(tests, rules)
    chances = tuple(lead_model.take_apart(model, seen, ahead)) if is_scored else ()
    touched = history.touches.last_values(len(history), day_number(history.as_of))[seen.held]
    scored = _Scored(history, model, seen, chances, touched)
    leads = [_describe(records, scored, number) for number in range(len(seen.held))]
    leads.sort(key=lambda each: (*(-chance for chance in reversed(each.chances)), each.id))
    return LeadScores(
        as_of=history.as_of,
        leads=tuple(leads),
        is_scored=is_scored,
        learned=model.learned,
        tests=tests,
        tenths=lead_record.split_tenths(tried),
        notes=tuple(_write_notes(records, scored, tests, rules)),
    )


def is_worth(tests: Sequence[ScoreTest], rules: LeadRules) -> bool:
    """Whether scores may be said in place of the plain rate."""
    return is_tried(tests, rules) and all(each.is_better for each in tests)


def is_tried(tests: Sequence[ScoreTest], rules: LeadRules) -> bool:
    return any(each.came >= rules.least_tried for each in tests)


def require(history: Deals, rules: LeadRules) -> None:
    """Raises TooFewConversions."""
    came = lead_model.count_learned(history, rules)
    if came < rules.least_conversions:
        raise TooFewConversions(
            text(
                "On {as_of} {came} leads are known to have become opportunities, and {least} are"
                " needed to score those that are open (lead_score.least_conversions). Load older"
                " leads with the day on which they were converted, or wait.",
                as_of=history.as_of,
                came=came,
                least=rules.least_conversions,
            )
        )


def _describe(records: LeadRecords, scored: _Scored, number: int) -> LeadScore:
    history, seen = scored.history, scored.seen
    row = int(seen.held[number])
    plain = _read(seen.plain[number])
    factors = tuple(_take_apart(scored, number))

    def name(trait: LeadTrait) -> str:
        return lead_model.find_label(history, trait, int(history.dimensions[trait].codes[row]))

    last = scored.touched[number]
    return LeadScore(
        id=history.ids[row],
        card=records.cards[history.ids[row]],
        source=name("source"),
        country=name("country"),
        region=name("region"),
        industry=name("industry"),
        created_on=day_of(int(history.created[row])),
        age_days=int(seen.age[number]),
        last_touch_on=None if np.isnan(last) else day_of(int(last)),
        chances=factors[-1].chances if factors else plain,
        plain=plain,
        factors=factors,
        why=_say_why(factors),
    )


def _say_why(factors: Sequence[LeadFactor]) -> Text | None:
    """The strongest first."""
    moved = [(abs(log(each.times)), each) for each in factors if each.times]
    moved.sort(key=lambda pair: -pair[0])
    said = [
        text(
            "{trait}: {value} (× {times})",
            trait=TRAITS[each.of],
            value=each.value,
            times=Decimal(repr(each.times)).quantize(Decimal("0.01")),
        )
        for strength, each in moved[:MOST_REASONS]
        if strength >= LEAST_MOVED
    ]
    return (
        reduce(lambda one, more: text("{one}; {more}", one=one, more=more), said) if said else None
    )


def _take_apart(scored: _Scored, number: int) -> Iterator[LeadFactor]:
    seen = scored.seen
    for trait, chances in scored.chances:
        said = _read(chances[number])
        if trait == "age":
            since = day_of(int(scored.history.created[seen.held[number]]))
            yield LeadFactor("age", text("it came in on {day}", day=since), None, said)
            continue
        code = int(seen.codes[trait][number])
        times = float(seen.times[trait][number, 0, 0])
        yield LeadFactor(trait, _name(scored.history, trait, code), times, said)


def _name(history: Deals, trait: LeadTrait, code: int) -> Text:
    if trait in WORDS:
        return WORDS[trait][code]
    label = lead_model.find_label(history, trait, code)
    return ACCOUNTS.get(label, text("{value}", value=label)) if label else NOT_SAID


def _read(chances: Floats) -> Chances:
    return cast("Chances", tuple(round(float(each), PLACES) for each in chances))


def _write_notes(
    records: LeadRecords, scored: _Scored, tests: Sequence[ScoreTest], rules: LeadRules
) -> Iterator[Text]:
    if not is_tried(tests, rules):
        yield text(
            "Of the leads that were open on the days that scores were tried from, {came} became"
            " opportunities, and {least} are needed to judge scores (lead_score.least_tried). Until"
            " then the rate of its source at its age is said of each lead.",
            came=max((each.came for each in tests), default=0),
            least=rules.least_tried,
        )
    elif not is_worth(tests, rules):
        yield text(
            "On earlier days scores were no nearer to what came than the plain rate of the source"
            " at the lead's age, so that rate is said of each lead."
        )
    if records.undated:
        yield text(
            "{n} leads were given up and do not say when, so nothing is learned from them.",
            n=records.undated,
        )
    if not len(scored.history.touches.deal):
        yield text(
            "No activity with any lead is known, so it is not known how soon leads were touched."
            " Load activities with the lead they served, or the day of the first touch."
        )

"""What a reader must know of the products that come and go in a forecast."""

from datetime import date
from decimal import Decimal

import numpy as np

from counterpoise.domain.demand.launches import Expected
from counterpoise.domain.tables.launch import CURVE_MONTHS, Launch, PhaseOut
from counterpoise.domain.values.text import Text, Value, text

TEN_PERCENT = 1.2815515655446004
"""How many standard deviations of a normal from its mean a tenth lies beyond."""
PLACES = Decimal("0.1")


def say_no_products() -> Text:
    return text(
        "The forecast has no figures by product, so launches and phase-outs change nothing. Load"
        " deals with their products."
    )


def say_unseen(launch: Launch, as_of: date) -> Text:
    return text(
        "The launch of {product} is left out: on {as_of} none of its analogues ({analogues}) had"
        " {months} months of sales behind it. Withdraw it and pick others, or give a curve of your"
        " own.",
        product=launch.product,
        as_of=as_of,
        analogues=", ".join(launch.analogues),
        months=CURVE_MONTHS,
    )


def say_grown_up(launch: Launch, months: int) -> Text:
    return text(
        "{product} has {months} months of its own behind it: the launch decided by {author} changes"
        " nothing any more.",
        product=launch.product,
        months=months,
        author=launch.author,
    )


def say_launched(launch: Launch, expected: Expected, months: int, own: float) -> Text:
    """A launch's whole could be `spread` off: said as times the middle."""
    away = float(np.exp(TEN_PERCENT * expected.spread))
    values: dict[str, Value] = {
        "product": launch.product,
        "month": f"{launch.month:%Y-%m}",
        "months": months,
        "own": Decimal(repr(own)).quantize(Decimal("0.01")),
        "least": Decimal(repr(1 / away)).quantize(PLACES),
        "most": Decimal(repr(away)).quantize(PLACES),
        "judged": expected.judged,
    }
    if launch.curve:
        return text(
            "{product} is launched in {month} by a curve that {author} assumed. Its own months, so"
            " far {months}, weigh {own} of 1. The range is wide: the whole may come to {least} to"
            " {most} times the middle, as {judged} past launches and the rulebook's spread say.",
            author=launch.author,
            **values,
        )
    return text(
        "{product} is launched in {month} like {analogues}. Its own months, so far {months}, weigh"
        " {own} of 1. The range is wide: the whole may come to {least} to {most} times the middle,"
        " as {judged} past launches and the rulebook's spread say.",
        analogues=", ".join(expected.analogues),
        **values,
    )


def say_unknown(decided: PhaseOut) -> Text:
    return text(
        "The phase-out of {product} changes nothing: the forecast has no figures of it.",
        product=decided.product,
    )


def say_phased_out(decided: PhaseOut) -> Text:
    dates: dict[str, Value] = {
        "product": decided.product,
        "new": f"{decided.last_new:%Y-%m}",
        "last": f"{decided.last_month:%Y-%m}",
    }
    if decided.share is not None:
        return text(
            "{product} is phased out: new deals count until {new}, open ones until {last}."
            " {successor} takes {share} of what it no longer brings, as {author} says.",
            successor=decided.successor,
            share=decided.share,
            author=decided.author,
            **dates,
        )
    if decided.successor:
        return text(
            "{product} is phased out: new deals count until {new}, open ones until {last}. Nobody"
            " says how much {successor} takes of it, so it takes nothing.",
            successor=decided.successor,
            **dates,
        )
    return text(
        "{product} is phased out: new deals count until {new}, open ones until {last}.", **dates
    )

"""Words of why a deal stands out, and what to do about it.

Whoever reads them sees what was met, from where on it stands out, and by how many won deals.
"""

from datetime import date
from decimal import Decimal

from counterpoise.domain.demand.inspection_limits import to_decimal
from counterpoise.domain.demand.won_limits import Limits
from counterpoise.domain.tables.inspection import Reason
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text, text

ASK_WHEN = text("Ask the customer when they decide and enter that day, or close the deal as lost.")
AGREE = text(
    "Agree with the customer on each step until the signature, or take the deal out of what is"
    " promised."
)
FIND_OUT = text("Find out what changed at the customer, and whether the new day is theirs or ours.")
MOVE_ON = text("Take the next step with the customer, move the deal on, or close it as lost.")
GET_IN_TOUCH = text("Call or meet the customer, and record it.")
ENTER_AMOUNT = text("Enter what the customer would pay.")
ENTER_DAY = text("Agree on a day with the customer and enter it.")
GIVE = text("Give it to somebody who is there.")
ENTER_STEP = text("Write down what happens next, and when.")
REALISTIC = text("Enter a day by which such a deal can really be signed.")
CHECK_AMOUNT = text(
    "Check the amount for a slip of the keyboard; if it is right, plan for this deal by name."
)
NO_AMOUNT = Reason("no_amount", text("It has no amount."), ENTER_AMOUNT)
NO_CLOSE_DATE = Reason("no_close_date", text("It has no expected close date."), ENTER_DAY)
NO_OWNER = Reason("no_owner", text("Nobody owns it."), GIVE)
NO_NEXT_STEP = Reason("no_next_step", text("No next step is written down."), ENTER_STEP)


class Measure:
    """What a limit says of one deal: its value, and of how many won deals."""

    def __init__(self, limits: Limits, place: int, segment: int, label: str) -> None:
        value = to_decimal(limits.value[place, segment])
        assert value is not None, "a deal is only held against a limit that is known"
        self.value = value
        self.n = int(limits.n[place, segment])
        self.whole_n = int(limits.whole_n[place])
        self.basis = (
            text(
                "{n} of them in {segment}, leaning on {whole_n} of all",
                n=self.n,
                segment=label,
                whole_n=self.whole_n,
            )
            if label
            else text("{whole_n} of them", whole_n=self.whole_n)
        )


def say_overdue(day: date, days: int) -> Reason:
    why = text("It was to close on {day}; days since then: {days}.", day=day, days=days)
    return Reason("overdue", why, ASK_WHEN, Decimal(days), Decimal(0))


def say_pushed_often(times: int, days: int, limit: int) -> Reason:
    why = text(
        "Its close date was put off {times} times, by {days} days in all. A deal stands out from"
        " {limit} times on.",
        times=times,
        days=days,
        limit=limit,
    )
    return Reason("pushed_often", why, AGREE, Decimal(times), Decimal(limit))


def say_pushed_out(quarter: Period, day: date) -> Reason:
    why = text(
        "It was due in {quarter}, and in that quarter it was put off beyond its end, to {day}.",
        quarter=str(quarter),
        day=day,
    )
    return Reason("pushed_out", why, FIND_OUT)


def say_long_in_stage(days: int, stage: str, percent: Decimal, of: Measure) -> Reason:
    why = text(
        "It has been in {stage} for {days} days. Of won deals {percent} % left it within {limit}"
        " days ({basis}).",
        stage=stage,
        days=days,
        percent=percent,
        limit=of.value,
        basis=of.basis,
    )
    return _measure("long_in_stage", why, MOVE_ON, Decimal(days), of)


def say_long_open(days: int, percent: Decimal, of: Measure) -> Reason:
    why = text(
        "It has been open for {days} days. Of won deals {percent} % were won within {limit} days"
        " ({basis}). It is judged by its age, for of its stage too little is recorded.",
        days=days,
        percent=percent,
        limit=of.value,
        basis=of.basis,
    )
    return _measure("long_open", why, MOVE_ON, Decimal(days), of)


def say_long_quiet(days: int, percent: Decimal, of: Measure) -> Reason:
    why = text(
        "Nothing was done with the customer for {days} days. Of won deals {percent} % were never"
        " silent for longer than {limit} days ({basis}).",
        days=days,
        percent=percent,
        limit=of.value,
        basis=of.basis,
    )
    return _measure("long_quiet", why, GET_IN_TOUCH, Decimal(days), of)


def say_quiet_by_rule(days: int, limit: int) -> Reason:
    why = text(
        "Nothing was done with the customer for {days} days, and the rulebook allows {limit}"
        " (inspection.quiet_days): too few deals with activities were won to learn from them.",
        days=days,
        limit=limit,
    )
    return Reason("quiet_by_rule", why, GET_IN_TOUCH, Decimal(days), Decimal(limit))


def say_owner_left(rep: str, left_on: date | None) -> Reason:
    why = (
        text("{rep}, who owns it, is no longer there.", rep=rep)
        if left_on is None
        else text("{rep}, who owns it, left on {day}.", rep=rep, day=left_on)
    )
    return Reason("owner_left", why, GIVE)


def say_soon_for_stage(days: int, stage: str, percent: Decimal, of: Measure) -> Reason:
    why = text(
        "It is to close {days} days after it came to {stage}. Of won deals only {percent} % were"
        " won within {limit} days of that ({basis}).",
        stage=stage,
        days=days,
        percent=percent,
        limit=of.value,
        basis=of.basis,
    )
    return _measure("soon_for_stage", why, REALISTIC, Decimal(days), of)


def say_soon_for_age(days: int, percent: Decimal, of: Measure) -> Reason:
    why = text(
        "It is to close {days} days after it was created. Of won deals only {percent} % were won"
        " within {limit} days of that ({basis}).",
        days=days,
        percent=percent,
        limit=of.value,
        basis=of.basis,
    )
    return _measure("soon_for_age", why, REALISTIC, Decimal(days), of)


def say_too_large(amount: Decimal, of: Measure) -> Reason:
    why = text(
        "Its amount, {amount}, is above {limit}, which hardly any won deal reached ({basis}).",
        amount=amount,
        limit=of.value,
        basis=of.basis,
    )
    return _measure("too_large", why, CHECK_AMOUNT, amount, of)


def say_too_small(amount: Decimal, of: Measure) -> Reason:
    why = text(
        "Its amount, {amount}, is below {limit}, which nearly every won deal reached ({basis}).",
        amount=amount,
        limit=of.value,
        basis=of.basis,
    )
    return _measure("too_small", why, CHECK_AMOUNT, amount, of)


def _measure(code: str, why: Text, advice: Text, met: Decimal, of: Measure) -> Reason:
    return Reason(code, why, advice, met, of.value, of.n, of.whole_n)  # type: ignore[arg-type]

"""The pipeline waterfall: what was open at the start, every movement, what is open at the end.

A deal is in the pipeline while it is open, not deleted and, where a period is asked for, expected
to close in it. Everything that changes what it adds to the pipeline is a movement with the moment
at which it became known; of two at one moment the later in EVENTS counts later. Amounts are stated
by the rate of the day the deal was created on, so a rate moves nothing.

Sums are exact; a line is the difference of two running totals, each rounded to the cent, half to
even. So the lines add up to the cent, and no line is off by more than one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

from counterpoise.domain.measure.formulas import round_money
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import text

Kind = Literal[
    "created",
    "reopened",
    "pulled_in",
    "reassigned_in",
    "priced",
    "up",
    "down",
    "reassigned_out",
    "pushed_out",
    "won",
    "lost",
    "deleted",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
Event = Literal["amount", "expected", "owner", "created", "status", "deleted"]
EVENTS: tuple[Event, ...] = get_args(Event)
SPLITS = ("rep", "team", "region", "segment", "product", "source")


class InvalidWindow(ValueError):
    """A window that ends before it begins."""


class UnknownSplit(ValueError):
    """A name that a waterfall cannot be split by."""


@dataclass(frozen=True, slots=True)
class Window:
    """From the evening before `start` to the evening before `end`, in the company's time zone.

    by: '' for the whole company, else one of SPLITS: a waterfall for each of its labels. due: only
    what is expected to close in that period.
    """

    start: date
    end: date
    by: str = ""
    due: Period | None = None

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise InvalidWindow(
                text(
                    "The window begins on {start} and ends before {end}, so no day is in it. Choose"
                    " an end after the start.",
                    start=self.start,
                    end=self.end,
                )
            )
        if self.by and self.by not in SPLITS:
            raise UnknownSplit(
                text(
                    "A waterfall cannot be split by '{name}'. It can be by: {listed}.",
                    name=self.by,
                    listed=", ".join(SPLITS),
                )
            )

    def is_due(self, day: date | None) -> bool:
        return self.due is None or (day is not None and self.due.contains(day))


@dataclass(frozen=True, slots=True)
class Step:
    """What deals of one currency and rate did: n movements of `deals` deals. At the ends n is the
    number of deals in the pipeline. money: in that currency, above 0 where it came in."""

    label: str
    at: Kind | Literal["start", "end"]
    currency: str
    rate: Decimal
    money: Decimal
    n: int
    deals: int


@dataclass(frozen=True, slots=True)
class Line:
    """money: what the movements of a kind added (above 0) or took away."""

    kind: Kind
    money: Decimal
    n: int
    deals: int


@dataclass(frozen=True, slots=True)
class Waterfall:
    """start + the money of the lines = end, to the cent.

    label: of the split, '' for the whole company or for what has no label. currency: of all money.
    start_deals, end_deals: how many deals are in the pipeline then.
    """

    label: str
    currency: str
    start: Decimal
    start_deals: int
    lines: tuple[Line, ...]
    end: Decimal
    end_deals: int


@dataclass(frozen=True, slots=True)
class Waterfalls:
    """parts: one for each label, by label, in the company's currency. currencies: the whole, one
    for each currency that its deals are in, in that currency."""

    window: Window
    parts: tuple[Waterfall, ...]
    currencies: tuple[Waterfall, ...]

    def find_part(self, label: str) -> Waterfall | None:
        return next((each for each in self.parts if each.label == label), None)


def add_up(window: Window, steps: Sequence[Step], reporting: str) -> Waterfalls:
    """What is not split has its one waterfall even where nothing ever happened."""
    labels = sorted({each.label for each in steps} | (set() if window.by else {""}))
    currencies = sorted({each.currency for each in steps})
    whole = [replace(each, label="") for each in steps]
    return Waterfalls(
        window,
        tuple(
            _build(label, reporting, [(e, e.money * e.rate) for e in steps if e.label == label])
            for label in labels
        ),
        tuple(
            _build("", currency, [(e, e.money) for e in whole if e.currency == currency])
            for currency in currencies
        ),
    )


def _build(label: str, currency: str, steps: list[tuple[Step, Decimal]]) -> Waterfall:
    sums: dict[str, Decimal] = {}
    counts: Mapping[str, list[int]] = {each: [0, 0] for each in ("start", "end", *KINDS)}
    for step, money in steps:
        sums[step.at] = sums.get(step.at, Decimal(0)) + money
        counts[step.at][0] += step.n
        counts[step.at][1] += step.deals
    running = sums.get("start", Decimal(0))
    lines = []
    for kind in KINDS:
        after = running + sums.get(kind, Decimal(0))
        money = round_money(after) - round_money(running)
        lines.append(Line(kind, money, *counts[kind]))
        running = after
    return Waterfall(
        label=label,
        currency=currency,
        start=round_money(sums.get("start", Decimal(0))),
        start_deals=counts["start"][1],
        lines=tuple(lines),
        end=round_money(sums.get("end", Decimal(0))),
        end_deals=counts["end"][1],
    )

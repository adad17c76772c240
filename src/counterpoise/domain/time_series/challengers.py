"""Challengers: what else could carry series forward, heard only where it proves better.

A challenger is asked on the same earlier days as the methods, with nothing but what was known on
them, and its errors stand beside those of the median of the methods, series by series, in units of
how much each series moves. Where it is better by a stated margin, and by more than the spread
between series lets chance explain, it is averaged with the methods, on the days ahead as on the
earlier ones; everywhere else nothing changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.carried import Verdict
from counterpoise.domain.time_series import ranges
from counterpoise.domain.time_series.methods import FURTHEST
from counterpoise.domain.time_series.past import Past
from counterpoise.domain.values.text import Text, explain, text

Values = NDArray[np.float64]
ONE_SIDED = 1.645
"""Standard errors: chance alone is beyond it once in twenty times."""
PLACES = Decimal("0.0001")


class FailedChallenger(ValueError):
    """A challenger that could not be asked, or whose answer is none."""


class TooFew(ValueError):
    """Too few series, or too short ones, to tell skill from luck."""


class Challenger(Protocol):
    """What a plug-in offers: a name to show, and forecasts of the middle.

    carry: of each series, oldest value first and none missing, `steps` values ahead; `season`
    periods make a season. It is asked several times, once for each earlier day and once for what
    lies ahead, and may look at all series together. Equal series must give equal answers.
    """

    @property
    def name(self) -> str: ...

    def carry(self, series: Sequence[Values], steps: int, season: int) -> Sequence[Values]: ...


@dataclass(frozen=True, slots=True)
class Terms:
    """On how many series, each with how many periods behind it, a challenger must prove itself, and
    by what share its errors must be smaller."""

    min_series: int = 20
    min_periods: int = 24
    margin: float = 0.02


@dataclass(frozen=True, slots=True)
class Competitors:
    """Who competes with the methods, and on what terms."""

    challengers: tuple[Challenger, ...] = ()
    terms: Terms = Terms()


NOBODY = Competitors()


@dataclass(frozen=True, slots=True, eq=False)
class _Heard:
    """What a challenger that proved better says: by series, and by series and look back."""

    ahead: list[Values]
    said: list[list[Values]]


@dataclass(frozen=True, slots=True, eq=False)
class Contest:
    """verdicts: one for each challenger. The rest changes nothing where none of them is heard."""

    verdicts: tuple[Verdict, ...]
    heard: tuple[_Heard, ...] = ()

    def join_ahead(self, middle: Sequence[Values]) -> list[Values]:
        """The mean of the methods' median and of every challenger that is heard."""
        if not self.heard:
            return list(middle)
        return [
            np.asarray(np.mean([own, *(each.ahead[place] for each in self.heard)], axis=0))
            for place, own in enumerate(middle)
        ]

    def join_past(self, past: Sequence[Sequence[Past]]) -> list[list[Past]]:
        """The same for what was said on earlier days."""
        if not self.heard:
            return [list(looks) for looks in past]
        return [
            [
                Past(
                    look.known,
                    np.mean([look.said, *(each.said[place][n] for each in self.heard)], axis=0),
                    look.came,
                )
                for n, look in enumerate(looks)
            ]
            for place, looks in enumerate(past)
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """The series that challengers are tried on: their values, and what the methods said of them on
    earlier days, the newest first."""

    series: Sequence[Values]
    past: Sequence[Sequence[Past]]
    steps: int
    season: int


def hold(entry: Entry, competitors: Competitors) -> Contest:
    verdicts, heard, terms = [], [], competitors.terms
    for challenger in competitors.challengers:
        try:
            _refuse_too_few(challenger.name, entry, terms)
            said = _ask_back(challenger, entry)
            verdict = _judge(challenger.name, entry.past, said, entry.season, terms)
            if verdict.outcome == "heard":
                heard.append(_Heard(_ask_ahead(challenger, entry), said))
        except TooFew as error:
            verdict = refuse(challenger.name, explain(error))
        except FailedChallenger as error:
            verdict = replace(refuse(challenger.name, explain(error)), outcome="failed")
        verdicts.append(verdict)
    return Contest(tuple(verdicts), tuple(heard))


def refuse(name: str, why: Text) -> Verdict:
    return Verdict(name, "refused", None, None, None, None, 0, 0, why)


def _refuse_too_few(name: str, entry: Entry, terms: Terms) -> None:
    known = sum(bool(looks) and len(looks[-1].known) >= terms.min_periods for looks in entry.past)
    if known < terms.min_series:
        raise TooFew(
            text(
                "{name} is tried on series with {periods} periods and what came after them: {n} are"
                " there, and it takes {fewest} to tell skill from luck. Split by more, or wait.",
                name=name,
                periods=terms.min_periods,
                n=known,
                fewest=terms.min_series,
            )
        )


def _ask_back(challenger: Challenger, entry: Entry) -> list[list[Values]]:
    said: list[list[Values]] = [[] for _ in entry.past]
    for look in range(max(map(len, entry.past), default=0)):
        places = [place for place, looks in enumerate(entry.past) if len(looks) > look]
        known = [entry.past[place][look].known for place in places]
        found = _ask(challenger, known, entry.steps, entry.season)
        for place, values in zip(places, found, strict=True):
            said[place].append(values)
    return said


def _ask_ahead(challenger: Challenger, entry: Entry) -> list[Values]:
    return _ask(challenger, entry.series, entry.steps, entry.season)


def _ask(challenger: Challenger, known: Sequence[Values], steps: int, season: int) -> list[Values]:
    answer = list(challenger.carry(known, steps, season))
    if len(answer) != len(known):
        raise FailedChallenger(
            text(
                "{name} was asked for {n} series and answered for {found}.",
                name=challenger.name,
                n=len(known),
                found=len(answer),
            )
        )
    return [
        _check(challenger.name, values, said, steps)
        for values, said in zip(known, answer, strict=True)
    ]


def _check(name: str, values: Values, said: Values, steps: int) -> Values:
    """A word that leaves all that was seen far behind is cut off there, as with the methods; none
    is below zero where nothing ever was."""
    found = np.asarray(said, dtype=np.float64)
    if found.shape != (steps,):
        raise FailedChallenger(
            text(
                "{name} was asked for {n} steps of a series and answered with the shape {found}.",
                name=name,
                n=steps,
                found=" × ".join(map(str, found.shape)) or "1",
            )
        )
    if not np.isfinite(found).all():
        raise FailedChallenger(text("{name} said of a series what is no number.", name=name))
    far = FURTHEST * float(np.ptp(values))
    kept = np.clip(found, values[-1] - far, values[-1] + far)
    return np.maximum(kept, 0.0) if values.min() >= 0 else kept


def _judge(
    name: str,
    past: Sequence[Sequence[Past]],
    said: Sequence[Sequence[Values]],
    season: int,
    terms: Terms,
) -> Verdict:
    sizes = [_measure(looks, own, season) for looks, own in zip(past, said, strict=True)]
    found = np.array([each for each in sizes if each is not None]).reshape(-1, 2)
    methods, own = found.mean(axis=0) if len(found) else (0.0, 0.0)
    if methods == 0:
        why = text("The methods missed nothing on the days tried, so nothing could be better.")
        return Verdict(name, "not heard", None, None, None, None, len(found), 0, why)
    better = (found[:, 0] - found[:, 1]) / methods
    gain = float(better.mean())
    spread = float(better.std(ddof=1)) / np.sqrt(len(better)) if len(better) > 1 else np.inf
    low = gain - ONE_SIDED * spread
    return Verdict(
        name,
        "heard" if gain >= terms.margin and low > 0 else "not heard",
        _round(own),
        _round(methods),
        _round(gain),
        _round(low) if np.isfinite(low) else None,
        len(found),
        max(map(len, past)),
        _say_why(gain, low, terms),
    )


def _measure(
    looks: Sequence[Past], said: Sequence[Values], season: int
) -> tuple[float, float] | None:
    """The mean size of the errors of the methods and of the challenger, over all looks back."""
    sizes = [
        (np.abs(look.came - look.said).mean() / scale, np.abs(look.came - own).mean() / scale)
        for look, own in zip(looks, said, strict=True)
        if (scale := ranges.measure_scale(look.known, season)) > 0
    ]
    if not sizes:
        return None
    methods, own = np.mean(sizes, axis=0)
    return float(methods), float(own)


def _say_why(gain: float, low: float, terms: Terms) -> Text:
    percent = Decimal(str(terms.margin)) * 100
    if gain < 0:
        return text("It missed by more than the methods, so it is not heard.")
    if gain < terms.margin:
        return text(
            "It missed by less than the methods, but not by the {margin} % that it takes, so it is"
            " not heard.",
            margin=percent.normalize(),
        )
    if low <= 0:
        return text(
            "It missed by less on average, but so unevenly over the series that chance may be why,"
            " so it is not heard."
        )
    return text("It missed by less, and by more than chance explains: it is averaged with them.")


def _round(value: float) -> Decimal:
    return Decimal(repr(float(value))).quantize(PLACES)

"""What a series was learned from, for people: effects of occasions, what was replaced, notes."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.tables.carried import OccasionEffect, Replaced
from counterpoise.domain.tables.mark import MarkKind, SeriesMark
from counterpoise.domain.tables.occasion import CalendarDays
from counterpoise.domain.time_series.learning import Learning
from counterpoise.domain.time_series.occasions import FEWEST_OCCURRENCES, Effect
from counterpoise.domain.time_series.series import Series
from counterpoise.domain.time_series.trial import Trial
from counterpoise.domain.values.text import Text, text

CENT, SHARE = Decimal("0.01"), Decimal("0.000001")
_ROUNDED, _TENTH = Decimal("0.0001"), Decimal("0.1")


def describe_effects(learning: Learning, series: Series) -> tuple[OccasionEffect, ...]:
    return tuple(
        _describe(each, unit=CENT) for each in learning.list_effects(series.values, series.season)
    )


def list_replaced(
    learning: Learning,
    learned: Series,
    came: NDArray[np.float64],
    marked: Sequence[MarkKind | None],
    unit: Decimal,
) -> tuple[Replaced, ...]:
    """In order of time. learned: with what was put for marked periods; came: as they were."""
    found = [
        Replaced(
            learned.start_of(number),
            kind,
            round_to(came[number], unit),
            round_to(learned.values[number], unit),
        )
        for number, kind in enumerate(marked)
        if kind is not None
    ]
    found += [
        Replaced(
            learned.start_of(each.number), "outlier", round_to(each.was, unit),
            round_to(each.put, unit),
        )
        for each in learning.list_outliers(learned.values, learned.season)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.start, each.kind)))


def list_notes(
    learning: Learning, calendar: CalendarDays | None, series: Series, steps: int, *, adds_up: bool
) -> Iterator[Text]:
    if learning.year is not None:
        yield _say_year(learning.year)
    if not adds_up or calendar is None or calendar.off_until is None:
        return
    last = series.start_of(len(series.values) + steps)
    if learning.surroundings.working is None:
        yield _say_ended(series, calendar.off_until, last)
    elif learning.trial is not None:
        yield _say_trial(learning.trial)
        if learning.trial.helps and calendar.off_until < last - timedelta(days=1):
            yield text(
                "Days off are known until {until}. Each month that goes on after that is taken to"
                " have as many working days as the same month of other years. Load the days off up"
                " to {end} into the table calendar.",
                until=calendar.off_until,
                end=last,
            )


def _say_ended(series: Series, until: date, last: date) -> Text:
    if series.frequency == "month":
        return text(
            "Days off are known until {until} only, and months after that are over already, so"
            " working days were left aside. Load the days off since then into the table calendar.",
            until=until,
        )
    return text(
        "Days off are known until {until} and the last period ahead goes on to {end}, so"
        " working days were left aside. Load the days off up to then into the table calendar,"
        " or ask for fewer periods.",
        until=until,
        end=last,
    )


def _say_year(trial: Trial) -> Text:
    if not trial.looks:
        return text(
            "The history is too short to try out a season of the year, so days have that of the"
            " week only."
        )
    percent = abs(round_to(100 * trial.change, _TENTH))
    if trial.helps:
        return text(
            "Days have a season of the year beside that of the week: on {n} past days tried, that"
            " missed by {percent} % less.",
            n=trial.looks,
            percent=percent,
        )
    if trial.change < 0:
        return text(
            "Days have the season of the week only: on {n} past days tried, one of the year beside"
            " it missed by {percent} % less, which may be chance.",
            n=trial.looks,
            percent=percent,
        )
    return text(
        "Days have the season of the week only: on {n} past days tried, one of the year beside it"
        " missed by {percent} % more.",
        n=trial.looks,
        percent=percent,
    )


def _say_trial(trial: Trial) -> Text:
    if not trial.looks:
        return text(
            "The history is too short to try out whether working days help, so they were left"
            " aside."
        )
    percent = abs(round_to(100 * trial.change, _TENTH))
    if trial.helps:
        return text(
            "Scaled to working days: on {n} past days tried, that missed by {percent} % less.",
            n=trial.looks,
            percent=percent,
        )
    if trial.change < 0:
        return text(
            "Working days were left aside: on {n} past days tried, scaling to them missed by"
            " {percent} % less, which may be chance.",
            n=trial.looks,
            percent=percent,
        )
    return text(
        "Working days were left aside: on {n} past days tried, scaling to them missed by"
        " {percent} % more.",
        n=trial.looks,
        percent=percent,
    )


def _describe(effect: Effect, unit: Decimal) -> OccasionEffect:
    size = np.expm1(effect.size) if effect.is_factor else effect.size
    said = effect.verdict in ("estimated", "chance")
    return OccasionEffect(
        kind=effect.name,  # type: ignore[arg-type]  # exposures are named by kind
        size=round_to(size, _ROUNDED if effect.is_factor else unit) if said else None,
        is_share=effect.is_factor,
        n=effect.n,
        why=_say_why(effect),
    )


def _say_why(effect: Effect) -> Text | None:
    match effect.verdict:
        case "too few":
            return text(
                "{n} past occurrences in the history; an effect needs {fewest}.",
                n=effect.n,
                fewest=FEWEST_OCCURRENCES,
            )
        case "in the season":
            return text(
                "It fell in the same periods of every season, or beside another occasion each time,"
                " so its effect cannot be told apart; the season holds it."
            )
        case "chance":
            return text("What was seen is no more than chance, so nothing is added for it.")
    return None


def measure_misses(
    off: Sequence[NDArray[np.float64]], came: Sequence[NDArray[np.float64]]
) -> Decimal | None:
    """How far off in all, as a share of what came; None where nothing did."""
    whole = sum(float(np.abs(each).sum()) for each in came)
    missed = sum(float(np.abs(each).sum()) for each in off)
    return round_to(missed / whole, SHARE) if whole else None


def round_to(value: float, unit: Decimal) -> Decimal:
    return Decimal(repr(float(value))).quantize(unit, ROUND_HALF_EVEN)


def list_unplaced(marks: Iterable[SeriesMark], by: Sequence[str]) -> Iterator[Text]:
    """Marks of parts that are no parts of what is asked for."""
    unplaced = {
        " × ".join(member for _name, member in mark.by)
        for mark in marks
        if not {name for name, _member in mark.by} <= set(by)
    }
    if unplaced:
        yield text(
            "Marks of {parts} are not taken account of here. Split by what they name to have them"
            " counted.",
            parts=", ".join(sorted(unplaced)),
        )

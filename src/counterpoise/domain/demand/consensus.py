"""What several sources say of a period, as one figure with the weight of each in sight.

Sources: the statistical forecast, the calls of the sellers, the calls of their managers. A call has
its caller's bias taken out, and no source can be below what is won. Where a seller did not call,
what they have won stands in; where a manager did not, what is called beneath them.

Weights are those of Bates & Granger (1969, Operational Research Quarterly 20:451–468) without
correlations: by the inverse of each source's mean squared error, in parts of what came, over the T
finished periods for which all sources spoke, each as it stood a fixed time before the end. Such
weights are themselves uncertain, so they lean on equal ones as if `call.equal_periods` = κ periods
had shown those (Diebold & Pauly 1990, International Journal of Forecasting 6:503–508):

    w = T / (T + κ) · (1 / e²) / Σ (1 / e²) + κ / (T + κ) · 1 / sources

With fewer than `call.least_weighed` such periods weights are equal.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from counterpoise.domain.demand.calls import NOTHING, RollUp, SellerLine, TeamLine
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.call import (
    CENT,
    Call,
    FinishedPeriod,
    SourceValue,
    Voice,
    name_length,
)
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text, text

SOURCES = ("statistical", "calls", "managers")
LEAST_ERROR = Fraction(1, 1000) ** 2
"""A source that was always right to a thousandth is trusted no further."""
_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Factors:
    """What a call is worth as a part of itself: by person where they are judged, else `others`."""

    told: Mapping[tuple[str, Voice], Decimal]
    others: Decimal


@dataclass(frozen=True, slots=True)
class Weighed:
    """A source with what it adds to the consensus. error: the root of its mean squared error."""

    source: str
    said: Decimal
    value: Decimal
    error: Decimal | None
    weight: Decimal
    contribution: Decimal


@dataclass(frozen=True, slots=True)
class Consensus:
    """amount is the sum of the contributions to the cent; None where no source speaks.

    periods: finished ones that the weights were learned from, 0 for equal weights.
    """

    period: Period
    currency: str
    sources: tuple[Weighed, ...]
    amount: Decimal | None
    periods: int
    notes: tuple[Text, ...]


def read_lead_days(rulebook: Rulebook, period: Period) -> int:
    """How long before its end a period's calls are judged."""
    key = f"call.lead_days_{name_length(period)}"
    return int(rulebook.get_number(key, period.start))


def list_sources(
    rolled: RollUp, statistical: Decimal | None, factors: Factors
) -> tuple[SourceValue, ...]:
    """Those that speak, in the order of SOURCES; statistical is None where nothing is forecast."""
    won = rolled.total.won
    found = []
    if statistical is not None:
        found.append(SourceValue("statistical", statistical, max(statistical, won)))
    if any(each.own for each in rolled.sellers):
        said = sum((_take(each, None) for each in rolled.sellers), NOTHING)
        value = sum((_take(each, factors) for each in rolled.sellers), NOTHING)
        found.append(SourceValue("calls", said, value))
    if any(each.manager for each in rolled.teams):
        upper = [each for each in rolled.teams if not each.level]
        said = sum((_take_team(rolled, each, None) for each in upper), NOTHING)
        value = sum((_take_team(rolled, each, factors) for each in upper), NOTHING)
        found.append(SourceValue("managers", said, value))
    return tuple(found)


def weigh(
    rolled: RollUp,
    sources: Sequence[SourceValue],
    record: Iterable[FinishedPeriod],
    rulebook: Rulebook,
    on: date,
) -> Consensus:
    """record: of finished periods of the same length; those that lack a source do not count."""
    names = tuple(each.source for each in sources)
    finished = [each for each in record if each.came > 0 and set(names) <= set(each.values)]
    least = int(rulebook.get_number("call.least_weighed", on))
    lean = Fraction(rulebook.get_number("call.equal_periods", on))
    is_learned = len(names) > 1 and len(finished) >= max(least, 1)
    used = finished if is_learned else []
    errors = {name: _square_error(name, used) for name in names} if used else {}
    weights = _find_weights(names, errors, len(used), lean)
    weighed = tuple(
        Weighed(
            source=each.source,
            said=each.said,
            value=each.value,
            error=_root(errors[each.source]) if used else None,
            weight=_round(weights[each.source], _PLACES),
            contribution=_round(weights[each.source] * Fraction(each.value), CENT),
        )
        for each in sources
    )
    return Consensus(
        period=rolled.period,
        currency=rolled.currency,
        sources=weighed,
        amount=sum((each.contribution for each in weighed), NOTHING) if weighed else None,
        periods=len(used),
        notes=tuple(_list_notes(rolled, names, len(finished), least, is_learned=is_learned)),
    )


def _find_weights(
    names: Sequence[str], errors: Mapping[str, Fraction], periods: int, lean: Fraction
) -> dict[str, Fraction]:
    equal = {name: Fraction(1, len(names)) for name in names}
    if not errors:
        return equal
    inverse = {name: 1 / errors[name] for name in names}
    total = sum(inverse.values())
    learned = Fraction(periods) / (periods + max(lean, Fraction(0)))
    return {name: learned * inverse[name] / total + (1 - learned) * equal[name] for name in names}


def _square_error(name: str, finished: Sequence[FinishedPeriod]) -> Fraction:
    squares = [
        (Fraction(each.values[name] - each.came) / Fraction(each.came)) ** 2 for each in finished
    ]
    return max(sum(squares, Fraction(0)) / len(squares), LEAST_ERROR)


def _take(line: SellerLine, factors: Factors | None) -> Decimal:
    """What a seller's line brings; with factors, the caller's bias taken out."""
    if line.own is None:
        return line.won
    return max(line.won, _correct(line.own, factors))


def _take_team(rolled: RollUp, line: TeamLine, factors: Factors | None) -> Decimal:
    """Its manager's word, else what the teams and the people right beneath it bring."""
    if line.manager is not None:
        return max(line.won, _correct(line.manager, factors))
    mine = (_take(each, factors) for each in rolled.sellers if each.team == line.team)
    beneath = (
        _take_team(rolled, each, factors)
        for each in rolled.teams
        if line.team and each.above == line.team
    )
    return sum((*mine, *beneath), NOTHING)


def _correct(call: Call, factors: Factors | None) -> Decimal:
    if factors is None:
        return call.commit
    factor = factors.told.get((call.author, call.voice), factors.others)
    return (call.commit * factor).quantize(CENT, ROUND_HALF_EVEN)


def _list_notes(
    rolled: RollUp, names: Sequence[str], finished: int, least: int, *, is_learned: bool
) -> Iterable[Text]:
    if not names:
        yield text(
            "Nobody called this period and nothing is forecast for it, so there is nothing to agree"
            " on. Submit calls, or run the cycle for it."
        )
        return
    if len(names) > 1 and not is_learned:
        yield text(
            "Weights are equal: {n} finished periods have a word of every source, and {least} are"
            " needed to learn whose is nearer.",
            n=finished,
            least=least,
        )
    if rolled.foreign:
        yield text(
            "Calls in another currency than {currency}: {n}. They count nowhere.",
            currency=rolled.currency,
            n=len(rolled.foreign),
        )
    absent = [each for each in SOURCES if each not in names]
    if "statistical" in absent:
        yield text("Nothing is forecast for this period. Run the cycle for it.")
    if "managers" in absent:
        yield text("No manager called yet.")
    if "calls" in absent:
        yield text("No rep called yet.")
    elif rolled.missing:
        yield text(
            "People who did not call yet: {n}. Of them only what they have won is counted.",
            n=len(rolled.missing),
        )


def _root(square: Fraction) -> Decimal:
    exact = Decimal(square.numerator) / Decimal(square.denominator)
    return exact.sqrt().quantize(_PLACES, ROUND_HALF_EVEN)


def _round(value: Fraction, places: Decimal) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(places, ROUND_HALF_EVEN)

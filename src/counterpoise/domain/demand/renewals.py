"""The chance that a term is renewed, learned from terms whose window is over.

A term can be renewed on the days from `opens_on` to `shuts_on`, told in POSITIONS of equal length.
What share of the terms that came so far unrenewed is renewed in a position is its hazard; the
chances of all positions and of no renewal sum to one, so they are kept as masses. A contract that
stands somewhere in its window without a renewal has what is left of them.

The whole company's masses have one term more than were seen, half of it renewed. Those of a segment
with so many earlier renewals start from the odds of the segment and of that number over those of
the whole, and count their own terms beside `recurring.prior_terms` of these. How the renewed value
compares with the old is drawn from the segment's own renewals and the whole's in the same shares.

Only terms whose window is over count, renewed or not: an open window shows renewals only.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.recurring_rules import RecurringRules
from counterpoise.domain.tables.recurring import Contract, Contracts, ContractTerm, RenewalRate
from counterpoise.domain.values.text import text

POSITIONS = 6
MOST_EARLIER = 2
SHARE = Decimal("0.0001")


class TooFewTerms(ValueError):
    """Not enough terms whose window is over to learn from; the message says how many are needed."""


@dataclass(frozen=True, slots=True)
class DecidedTerm:
    """position: where it was renewed, None where nobody did; ratio: the renewed value over it."""

    segment: str
    earlier: int
    position: int | None
    ratio: float


@dataclass(frozen=True, slots=True)
class Chances:
    """masses: by position, the chance to be renewed there; what is missing to 1 is the chance not
    to be. terms, renewed: the part's own. own: the weight of its own ratios beside the whole's."""

    masses: tuple[float, ...]
    terms: int
    renewed: int
    ratios: tuple[float, ...]
    own: float

    @property
    def chance(self) -> float:
        return sum(self.masses)

    def after(self, passed: float) -> float:
        """The chance of who was not renewed in the first `passed` positions."""
        whole = int(passed)
        gone = sum(self.masses[:whole])
        left = sum(self.masses[whole:])
        if whole < POSITIONS:
            part = self.masses[whole] * (passed - whole)
            gone, left = gone + part, left - part
        return left / (1 - gone)


@dataclass(frozen=True, slots=True)
class Renewals:
    """What was learned. parts: by segment and number of earlier renewals, for all that is asked."""

    whole: Chances
    segments: dict[str, Chances]
    classes: dict[int, Chances]
    cells: dict[tuple[str, int], Chances]
    prior: int

    def find(self, segment: str, earlier: int) -> Chances:
        earlier = min(earlier, MOST_EARLIER)
        found = self.cells.get((segment, earlier))
        return found or self.mix(segment, earlier, ())

    def mix(self, segment: str, earlier: int, terms: Sequence[DecidedTerm]) -> Chances:
        """These terms beside what the segment and the number of renewals let expect."""
        by_segment = self.segments.get(segment, self.whole)
        by_class = self.classes.get(earlier, self.whole)
        odds = _odds(by_segment.chance) * _odds(by_class.chance) / _odds(self.whole.chance)
        scale = odds / (1 + odds) / self.whole.chance
        parent = tuple(mass * scale for mass in self.whole.masses)
        return _count(terms, parent, self.prior, by_segment)


def learn_renewals(contracts: Contracts, rules: RecurringRules) -> Renewals:
    """Raises TooFewTerms."""
    decided = list_decided(contracts.contracts, contracts.as_of)
    if len(decided) < rules.least_terms:
        raise TooFewTerms(
            text(
                "{n} terms have ended and can no longer be renewed, and a chance to renew is"
                " learned from {least} at least (recurring.least_terms). Load older won deals, or"
                " wait until more contracts have come up for renewal.",
                n=len(decided),
                least=rules.least_terms,
            )
        )
    whole = _count_whole(decided)
    prior = rules.prior_terms
    segments = {
        segment: _count([d for d in decided if d.segment == segment], whole.masses, prior, None)
        for segment in sorted({each.segment for each in decided})
    }
    classes = {
        earlier: _count([d for d in decided if d.earlier == earlier], whole.masses, prior, None)
        for earlier in sorted({each.earlier for each in decided})
    }
    learned = Renewals(whole, segments, classes, {}, prior)
    for cell in sorted({(each.segment, each.earlier) for each in decided}):
        own = [each for each in decided if (each.segment, each.earlier) == cell]
        learned.cells[cell] = learned.mix(*cell, own)
    return learned


def list_decided(contracts: Iterable[Contract], as_of: date) -> tuple[DecidedTerm, ...]:
    """Terms that can no longer be renewed as of the day, whether they were or not."""
    return tuple(
        _decide(contract, number, term)
        for contract in contracts
        for number, term in enumerate(contract.terms)
        if term.shuts_on <= as_of
    )


def find_passed(term: ContractTerm, as_of: date) -> float:
    """How many positions of the term's window are over on the evening of the day."""
    days = (term.shuts_on - term.opens_on).days + 1
    passed = (as_of - term.opens_on).days + 1
    return min(max(passed / days, 0.0), 1.0) * POSITIONS


def list_rates(renewals: Renewals) -> tuple[RenewalRate, ...]:
    """The whole, by segment, by number of earlier renewals, and by both."""
    pool = renewals.whole.ratios
    rows: list[tuple[str | None, int | None, Chances]] = [(None, None, renewals.whole)]
    rows += [(label, None, each) for label, each in renewals.segments.items()]
    rows += [(None, earlier, each) for earlier, each in renewals.classes.items()]
    rows += [(label, earlier, each) for (label, earlier), each in renewals.cells.items()]
    return tuple(_tell(label, earlier, each, pool) for label, earlier, each in rows)


def find_mean_ratio(chances: Chances, pool: Sequence[float]) -> float:
    own = np.mean(chances.ratios) if chances.ratios else 0.0
    return float(chances.own * own + (1 - chances.own) * np.mean(pool))


def draw_ratios(
    chances: Chances, pool: Sequence[float], shape: tuple[int, ...], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Ratios of renewed to old value that were seen: of the part, or of the whole."""
    from_whole = np.array(pool)[rng.integers(0, len(pool), shape)]
    if not chances.ratios:
        return np.asarray(from_whole)
    own = np.array(chances.ratios)[rng.integers(0, len(chances.ratios), shape)]
    return np.where(rng.random(shape) < chances.own, own, from_whole)


def _decide(contract: Contract, number: int, term: ContractTerm) -> DecidedTerm:
    earlier = min(number, MOST_EARLIER)
    if number + 1 == len(contract.terms):
        return DecidedTerm(contract.segment, earlier, None, 0.0)
    after = contract.terms[number + 1]
    passed = find_passed(term, after.signed_on)
    ratio = float(after.annual / term.last_annual)
    return DecidedTerm(contract.segment, earlier, min(int(passed), POSITIONS - 1), ratio)


def _count_whole(decided: Sequence[DecidedTerm]) -> Chances:
    """Half a term renewed and half not beside what was seen, so that nothing is certain."""
    renewed = _count_positions(decided)
    n = sum(renewed)
    shares = [each / n if n else 1 / POSITIONS for each in renewed]
    masses = tuple(
        (each + share / 2) / (len(decided) + 1) for each, share in zip(renewed, shares, strict=True)
    )
    ratios = _list_ratios(decided) or (1.0,)
    return Chances(masses, len(decided), n, ratios, 1.0)


def _count(
    terms: Sequence[DecidedTerm], parent: Sequence[float], prior: int, wider: Chances | None
) -> Chances:
    """wider: whose ratios a part without any of its own takes."""
    weight = len(terms) + prior
    renewed = _count_positions(terms)
    masses = tuple(
        (each + prior * mass) / weight if weight else mass
        for each, mass in zip(renewed, parent, strict=True)
    )
    # A part that saw no end of its own must not be certain of it.
    sure = sum(masses)
    masses = tuple(mass * min(1.0, (1 - 1e-6) / sure) if sure else 1e-6 for mass in masses)
    ratios = _list_ratios(terms)
    if not ratios and wider is not None:
        return Chances(masses, len(terms), 0, wider.ratios, wider.own)
    own = len(ratios) / (len(ratios) + prior) if ratios else 0.0
    return Chances(masses, len(terms), sum(renewed), ratios, own)


def _count_positions(terms: Sequence[DecidedTerm]) -> list[int]:
    counted = Counter(each.position for each in terms)
    return [counted[position] for position in range(POSITIONS)]


def _list_ratios(terms: Sequence[DecidedTerm]) -> tuple[float, ...]:
    return tuple(sorted(each.ratio for each in terms if each.position is not None))


def _odds(chance: float) -> float:
    return chance / (1 - chance)


def _tell(
    label: str | None, earlier: int | None, chances: Chances, pool: Sequence[float]
) -> RenewalRate:
    seen = chances.ratios or pool
    mean = find_mean_ratio(chances, pool)
    square = chances.own * _mean_square(seen) + (1 - chances.own) * _mean_square(pool)
    return RenewalRate(
        segment=label,
        earlier=earlier,
        terms=chances.terms,
        renewed=chances.renewed,
        chance=_round(chances.chance),
        ratio=_round(mean),
        spread=_round(max(square - mean**2, 0.0) ** 0.5),
    )


def _mean_square(ratios: Sequence[float]) -> float:
    return float(np.mean(np.square(ratios)))


def _round(value: float) -> Decimal:
    return Decimal(value).quantize(SHARE)

"""Customers to support and tickets to answer, by tier and month.

Customers are those of today, less who leaves as far as the rulebook says it, and the accounts that
the forecast's deals win for the first time. What a customer of a tier asks in a month is learned
from the tickets of the last whole months; a small tier leans on all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from counterpoise.domain.demand.deal_paths import DealPaths
from counterpoise.domain.demand.projection import Projection, write_volumes
from counterpoise.domain.demand.support_rules import SupportRules, read_support
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.tables.deals import Deals, day_number
from counterpoise.domain.tables.service import Service
from counterpoise.domain.tables.volume import (
    Learned,
    Members,
    VolumeRefusal,
    Volumes,
)
from counterpoise.domain.values.period import add_months, first_of_month, months_between
from counterpoise.domain.values.text import Text, text

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_SPREAD = 50.0
"""Times Poisson's variance: what is wilder than this is an event, not a rate."""


class NoTickets(ValueError):
    """Too few tickets or customers to learn from."""


@dataclass(frozen=True, slots=True, eq=False)
class _Rates:
    """Tickets a customer and month, by tier; n: tickets learned from; strength: tickets that a
    tier's rate rests on; spread: times Poisson's variance of a month; lost: tickets of nobody."""

    of_tier: Floats
    n: Ints
    strength: Floats
    spread: float
    lost: int


def expect_support(
    deals: DealPaths, known: Deals, service: Service | None, rulebook: Rulebook, rng: Generator
) -> Volumes:
    """Raises MissingRule and InvalidRule for rules that cannot be read."""
    if service is None or not len(service.first_won):
        why = _say_no_customers()
        return Volumes(refusals=(VolumeRefusal("accounts", why), VolumeRefusal("tickets", why)))
    segments = [*service.segment.labels, ""]
    rules = read_support(segments, rulebook, service.as_of)
    tier = np.array([rules.tiers.index(rules.tier_of[each]) for each in segments])
    tier = tier[service.segment.codes]
    accounts = _expect_accounts(deals, known, service, tier, rules, rng)
    found = Volumes(
        tuple(write_volumes("accounts", _name(rules), accounts, deals.months)),
        tuple(_describe_accounts(rules, tier)),
        notes=() if rules.is_churn_known else (_say_no_churn(),),
    )
    try:
        rates = _learn_rates(service, tier, rules)
    except NoTickets as error:
        return _refuse_tickets(found, error.args[0])
    return _answer(found, accounts, rates, rules, deals.months, rng)


def _answer(
    found: Volumes,
    accounts: Projection,
    rates: _Rates,
    rules: SupportRules,
    months: Sequence[date],
    rng: Generator,
) -> Volumes:
    """Tickets of the accounts, and the hours they take in the pools that answer them."""
    rate = rates.of_tier[:, None]
    tickets = Projection(
        accounts.mean * rate,
        accounts.standing * rate,
        _draw_tickets(accounts.paths * rate, rates, rng),
    )
    volumes = [*found.volumes, *write_volumes("tickets", _name(rules), tickets, months)]
    for pool in rules.pools:
        members: list[Members] = [(("pool", pool),)]
        hours = _spend(tickets, rules, pool)
        volumes += write_volumes("support_hours", members, hours, months, has_whole=False)
    learned = [*found.learned, *_describe_tickets(rules, rates), *_describe_hours(rules)]
    notes = [*found.notes, *([_say_lost(rates)] if rates.lost else [])]
    return Volumes(tuple(volumes), tuple(learned), notes=tuple(notes))


def _name(rules: SupportRules) -> list[Members]:
    return [(("tier", tier),) for tier in rules.tiers]


def _spend(tickets: Projection, rules: SupportRules, pool: str) -> Projection:
    """Hours that the tickets of the tiers that a pool answers take."""
    pairs = zip(rules.pool_of, rules.hours, strict=True)
    hours = np.array([float(each) if name == pool else 0.0 for name, each in pairs])[:, None]
    return Projection(
        (tickets.mean * hours).sum(axis=0, keepdims=True),
        (tickets.standing * hours).sum(axis=0, keepdims=True),
        (tickets.paths * hours).sum(axis=1, keepdims=True),
    )


def _expect_accounts(
    deals: DealPaths,
    known: Deals,
    service: Service,
    tier: Ints,
    rules: SupportRules,
    rng: Generator,
) -> Projection:
    count = len(rules.tiers)
    stays = 1.0 - np.array([float(each) for each in rules.churn])
    passed = np.array([_months_on(service.as_of, month) for month in deals.months])
    left = stays[:, None] ** passed
    standing = np.bincount(tier, minlength=count)[:, None] * left
    share = _learn_new(known, service, tier, rules)[:, None]
    won = np.array(
        [
            float(sum(deals.expected[each, month] for each in deals.products))
            for month in deals.months
        ]
    )
    drawn = deals.drawn.sum(axis=1)[:, None, :]
    mean = standing + _stay_on(share * won, stays)
    fresh = _stay_on(rng.poisson(share * drawn).astype(np.float64), stays)
    kept = rng.binomial(
        np.bincount(tier, minlength=count)[:, None], left, (len(drawn), *left.shape)
    )
    return Projection(mean, standing, kept + fresh)


def _months_on(as_of: date, month: date) -> int:
    """Month ends between today and the end of a month: who leaves has gone by then."""
    return max(months_between(first_of_month(as_of), month), 0)


def _stay_on(won: Floats, stays: Floats) -> Floats:
    """Accounts won in each month and those of the months before that are still there."""
    total = won.copy()
    for month in range(1, won.shape[-1]):
        total[..., month] += total[..., month - 1] * stays
    return total


def _learn_new(known: Deals, service: Service, tier: Ints, rules: SupportRules) -> Floats:
    """New customers of each tier that one won deal brings, by the deals of the window."""
    start = day_number(add_months(first_of_month(service.as_of), -rules.window_months))
    won = int((known.won & (known.closed >= start)).sum())
    fresh = np.bincount(tier[service.first_won >= start], minlength=len(rules.tiers))
    return fresh / won if won else np.zeros(len(rules.tiers))


def _learn_rates(service: Service, tier: Ints, rules: SupportRules) -> _Rates:
    """Of the last whole months; tickets of who is no customer are shared out among all tiers.

    Raises NoTickets.
    """
    edges = _list_edges(service, rules)
    inside = np.flatnonzero((service.tickets >= edges[0]) & (service.tickets < edges[-1]))
    if len(inside) < rules.least_tickets:
        raise NoTickets(
            text(
                "{n} tickets came in in the last {months} whole months, and from fewer than {least}"
                " nothing is learned. Load the table ticket (support.least_tickets).",
                n=len(inside),
                months=len(edges) - 1,
                least=rules.least_tickets,
            )
        )
    exposed = _expose(service, tier, edges, len(rules.tiers))
    month = np.searchsorted(edges, service.tickets[inside], side="right") - 1
    asker = service.asker[inside]
    named = asker >= 0
    counted = np.zeros_like(exposed)
    np.add.at(counted, (tier[asker[named]], month[named]), 1)
    n, months = counted.sum(axis=1), exposed.sum(axis=1)
    if not n.sum():
        raise NoTickets(_say_no_asker(len(inside)))
    of_all = n.sum() / months.sum()
    prior = float(rules.prior_account_months)
    rate = (n + prior * of_all) / (months + prior)
    scale = len(inside) / n.sum()
    return _Rates(
        of_tier=rate * scale,
        n=n.astype(np.int64),
        strength=np.maximum(n + prior * of_all, 1.0),
        spread=_measure_spread(counted.sum(axis=0), rate @ exposed),
        lost=int(len(inside) - n.sum()),
    )


def _list_edges(service: Service, rules: SupportRules) -> Ints:
    """First days of the whole months that are looked at, and of the one after them: not before the
    first ticket's month is over, as nobody knows what came before it."""
    month = first_of_month(date.fromordinal(service.as_of.toordinal() + 1))
    first = add_months(month, -rules.window_months)
    if len(service.tickets):
        begun = date.fromordinal(date(1970, 1, 1).toordinal() + int(service.tickets.min()))
        first = max(first, first_of_month(begun))
    count = max(months_between(first, month), 0)
    return np.array([day_number(add_months(first, n)) for n in range(count + 1)], dtype=np.int64)


def _expose(service: Service, tier: Ints, edges: Ints, tiers: int) -> Floats:
    """Months of customers by tier and month: who became one within a month counts from the day."""
    days = np.diff(edges).astype(np.float64)
    held = np.clip(edges[1:] - service.first_won[:, None], 0, days) / days
    exposed = np.zeros((tiers, len(days)))
    np.add.at(exposed, tier, held)
    return exposed


def _measure_spread(came: Floats, expected: Floats) -> float:
    """Pearson's: how much wider months vary than chance alone has them."""
    if len(came) < 2:
        return 1.0
    scaled = expected * (came.sum() / expected.sum())
    beyond = np.divide((came - scaled) ** 2, scaled, out=np.zeros_like(scaled), where=scaled > 0)
    return float(np.clip(beyond.sum() / (len(came) - 1), 1.0, MOST_SPREAD))


def _draw_tickets(expected: Floats, rates: _Rates, rng: Generator) -> Floats:
    """Counts of the spread that months have, around rates that are themselves only estimated."""
    known = rng.gamma(rates.strength, 1.0 / rates.strength, (len(expected), len(rates.strength)))
    rate = expected * known[:, :, None]
    if rates.spread > 1.0:
        excess = rates.spread - 1.0
        rate = rng.gamma(np.maximum(rate / excess, 1e-9), excess)
    return rng.poisson(rate).astype(np.float64)


def _describe_accounts(rules: SupportRules, tier: Ints) -> Iterator[Learned]:
    for place, name in enumerate(rules.tiers):
        yield Learned(
            kind="accounts",
            by=(("tier", name),),
            unit="customers",
            n=int((tier == place).sum()),
            how=text(
                "Accounts with a won deal today, less {churn} in a hundred who leave in a month,"
                " and those that the forecast's deals win for the first time, as often as in the"
                " last {months} months.",
                churn=(rules.churn[place] * 100).quantize(Decimal("0.1")),
                months=rules.window_months,
            ),
        )


def _describe_tickets(rules: SupportRules, rates: _Rates) -> Iterator[Learned]:
    for place, name in enumerate(rules.tiers):
        yield Learned(
            kind="tickets",
            by=(("tier", name),),
            unit="tickets",
            n=int(rates.n[place]),
            how=text(
                "{rate} tickets a month from a hundred customers, learned from {n} tickets of the"
                " last {months} whole months at most; a small tier leans on all by {prior} months"
                " of a customer.",
                rate=Decimal(repr(float(rates.of_tier[place] * 100))).quantize(Decimal("0.1")),
                n=int(rates.n[place]),
                months=rules.window_months,
                prior=rules.prior_account_months,
            ),
        )


def _describe_hours(rules: SupportRules) -> Iterator[Learned]:
    for pool in rules.pools:
        tiers = [name for name, of in zip(rules.tiers, rules.pool_of, strict=True) if of == pool]
        yield Learned(
            kind="support_hours",
            by=(("pool", pool),),
            unit="hours",
            n=len(tiers),
            how=text(
                "Tickets of {tiers} times the hours that one takes (support.ticket_hours).",
                tiers=", ".join(tiers),
            ),
        )


def _refuse_tickets(found: Volumes, why: Text) -> Volumes:
    return Volumes(found.volumes, found.learned, (), (VolumeRefusal("tickets", why),), found.notes)


def _say_no_customers() -> Text:
    return text(
        "No account has a won deal, so there is nobody to support. Load accounts, and deals that"
        " name theirs."
    )


def _say_no_churn() -> Text:
    return text(
        "How many customers leave in a month is not known, so it is taken that all stay. Write it"
        " into the rulebook (support.churn_rate)."
    )


def _say_no_asker(tickets: int) -> Text:
    return text(
        "None of {n} tickets names a customer, so nothing is known of what one asks. Load tickets"
        " with the account they are of.",
        n=tickets,
    )


def _say_lost(rates: _Rates) -> Text:
    return text(
        "{n} tickets name no account that is a customer; they are shared out among the tiers as"
        " the others fall.",
        n=rates.lost,
    )

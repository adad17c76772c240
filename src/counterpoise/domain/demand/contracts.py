"""Contracts from won deals: which deal begins one, which renews it, and which adds to it.

By account and product, in the order in which deals were won:

- A deal of a recurring product is worth its amount x 12 / term a year. What an account buys of a
  product on one day, in deals of one kind, is one sale.
- A deal that says it is *new* begins a contract of its own, beside any that runs.
- Any other deal within the days in which a term can be renewed renews the one that ends first. The
  new term begins where the old one ends, whenever the deal was won: what comes more is expansion,
  what comes less contraction, on that day. These days reach `recurring.window_before` before the
  end and `recurring.window_after` after it, but never further than half the term. A deal that says
  it is a *renewal* renews from the middle of the term on.
- A deal that says it is an *expansion* renews nothing while the term runs.
- What renews nothing and is won before a term ends adds to the one that ends last, from the day it
  was won (or the day the term begins, if it begins later) until that term ends.
- Whatever is left begins a contract. So does a renewal of what began before the data.
- A term that nobody renewed by the last of these days is churn, on the day it ended. Until then the
  contract waits and still counts.

A term is renewed once: the next deal meets the new term. Nothing that was won after the as-of day
is looked at, and rows may come in any order.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import groupby

from counterpoise.domain.demand.recurring_rules import RecurringRules, SaleKind
from counterpoise.domain.tables.recurring import Addition, Contract, Contracts, ContractTerm, Sale
from counterpoise.domain.values.period import add_months, first_of_month

CENT = Decimal("0.01")
YEAR = 12
ORDER: tuple[SaleKind, ...] = ("new", "renewal", "", "expansion")
"""Of deals won on one day: first what begins or renews, then what adds to it."""


@dataclass(frozen=True, slots=True)
class _Sold:
    """Deals of one account, product, day and kind as one sale."""

    newest: Sale
    kind: SaleKind
    months: int
    annual: Decimal
    sales: tuple[str, ...]


@dataclass(slots=True)
class _Draft:
    """A contract while its deals are gone through; the last term is the one still to be renewed."""

    newest: _Sold
    terms: list[ContractTerm] = field(default_factory=list)


def build_contracts(
    sales: Iterable[Sale], rules: RecurringRules, as_of: date, currency: str
) -> Contracts:
    """sales: won deals as known on the evening of `as_of`; what is not recurring is passed over."""
    recurring = [
        sale
        for sale in sales
        if sale.closed_on <= as_of and rules.find_months(sale.product, sale.closed_on)
    ]
    placed = [sale for sale in recurring if sale.account]
    sold = [each for sale in placed if (each := _value(sale, rules)) is not None]
    drafts: list[_Draft] = []
    unmatched = 0
    sold.sort(key=_order)
    for _, group in groupby(sold, key=lambda each: (each.newest.account, each.newest.product)):
        mine: list[_Draft] = []
        for each in _join_days(list(group)):
            unmatched += _place(each, mine, rules) and each.kind == "renewal"
        drafts += mine
    months = {each.newest.product: each.months for each in sold}
    return Contracts(
        as_of=as_of,
        currency=currency,
        contracts=tuple(_finish(draft, as_of) for draft in drafts),
        months_by_product=tuple(sorted(months.items())),
        without_account=len(recurring) - len(placed),
        without_amount=len(placed) - len(sold),
        unmatched=unmatched,
    )


def add_term(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that has no such day."""
    month = add_months(first_of_month(day), months)
    return month.replace(day=min(day.day, monthrange(month.year, month.month)[1]))


def _order(sold: _Sold) -> tuple[str, str, date, int, str]:
    sale = sold.newest
    return sale.account, sale.product, sale.closed_on, ORDER.index(sold.kind), sale.id


def _value(sale: Sale, rules: RecurringRules) -> _Sold | None:
    """None for an amount that makes nothing a year."""
    months = rules.find_months(sale.product, sale.closed_on)
    assert months, "only recurring sales are valued"
    annual = ((sale.amount or Decimal(0)) * YEAR / months).quantize(CENT, ROUND_HALF_EVEN)
    if annual <= 0:
        return None
    return _Sold(sale, rules.find_kind(sale.kind), months, annual, (sale.id,))


def _join_days(sold: Sequence[_Sold]) -> Iterable[_Sold]:
    for _, group in groupby(sold, key=lambda each: (each.newest.closed_on, each.kind)):
        same = list(group)
        yield replace(
            same[-1],
            annual=sum((each.annual for each in same), Decimal(0)),
            sales=tuple(sale for each in same for sale in each.sales),
        )


def _place(sold: _Sold, drafts: list[_Draft], rules: RecurringRules) -> bool:
    """Whether it began a contract."""
    day = sold.newest.closed_on
    if sold.kind != "new":
        renewed = [each for each in drafts if _renews(sold, each.terms[-1])]
        if renewed:
            draft = min(renewed, key=lambda each: each.terms[-1].ends_on)
            draft.terms.append(_begin(sold, draft.terms[-1].ends_on, rules))
            draft.newest = sold
            return False
        running = [each for each in drafts if day < each.terms[-1].ends_on]
        if running:
            draft = max(running, key=lambda each: each.terms[-1].ends_on)
            draft.terms[-1] = _add(sold, draft.terms[-1])
            draft.newest = sold
            return False
    drafts.append(_Draft(sold, [_begin(sold, day, rules)]))
    return True


def _renews(sold: _Sold, term: ContractTerm) -> bool:
    day = sold.newest.closed_on
    if sold.kind == "expansion" and day < term.ends_on:
        return False
    half = timedelta(days=(term.ends_on - term.begins_on).days // 2)
    opens_on = term.ends_on - half if sold.kind == "renewal" else term.opens_on
    return opens_on <= day <= term.shuts_on


def _begin(sold: _Sold, begins_on: date, rules: RecurringRules) -> ContractTerm:
    ends_on = add_term(begins_on, sold.months)
    half = (ends_on - begins_on).days // 2
    return ContractTerm(
        begins_on=begins_on,
        ends_on=ends_on,
        opens_on=ends_on - timedelta(days=min(rules.window_before, half)),
        shuts_on=ends_on + timedelta(days=min(rules.window_after, half)),
        signed_on=sold.newest.closed_on,
        annual=sold.annual,
        sales=sold.sales,
    )


def _add(sold: _Sold, term: ContractTerm) -> ContractTerm:
    """What is bought by the day a term begins is part of what it begins with."""
    if sold.newest.closed_on <= term.begins_on:
        return replace(term, annual=term.annual + sold.annual, sales=(*term.sales, *sold.sales))
    added = Addition(sold.newest.closed_on, sold.annual, sold.sales)
    return replace(term, additions=(*term.additions, added))


def _finish(draft: _Draft, as_of: date) -> Contract:
    sale, last = draft.newest.newest, draft.terms[-1]
    is_over = last.ends_on <= as_of
    return Contract(
        account=sale.account,
        account_name=sale.account_name,
        product=sale.product,
        segment=sale.segment,
        region=sale.region,
        rep=sale.rep,
        team=sale.team,
        term_months=draft.newest.months,
        terms=tuple(draft.terms),
        fate="running" if not is_over else "waiting" if as_of < last.shuts_on else "churned",
    )

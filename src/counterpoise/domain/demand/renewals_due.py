"""Which contracts come up for renewal in the months ahead, how likely each goes on, and why.

What is most at stake comes first: the annual value times the chance to lose it, or all of it where
no chance can be learned. A contract whose renewal is signed has nothing at stake any more.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from counterpoise.domain.demand import renewals
from counterpoise.domain.demand.renewals import Renewals
from counterpoise.domain.tables.recurring import Contract, Contracts, RenewalDue
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text, text

CENT = Decimal("0.01")
SHARE = Decimal("0.0001")


def list_due(
    contracts: Contracts, learned: Renewals | None, months: Sequence[Period]
) -> tuple[RenewalDue, ...]:
    """Contracts that wait, and those whose term ends in one of the months."""
    end = months[-1].end
    due = [
        each
        for contract in contracts.contracts
        if contract.fate != "churned"
        for each in _list_of_contract(contract, learned, contracts.as_of, end)
    ]
    return tuple(
        sorted(due, key=lambda each: (-each.at_stake, each.ends_on, each.account, each.product))
    )


def _list_of_contract(
    contract: Contract, learned: Renewals | None, as_of: date, end: date
) -> Iterator[RenewalDue]:
    last = contract.last
    if last.begins_on > as_of:
        before = contract.terms[-2]
        yield _write(
            contract,
            len(contract.terms) - 2,
            None,
            text("Renewed on {day} for {annual} a year.", day=last.signed_on, annual=last.annual),
            signed=last.annual,
        )
        assert before.ends_on == last.begins_on, "a renewal begins where the old term ends"
    if last.ends_on < end:
        yield _foretell(contract, learned, as_of)


def _foretell(contract: Contract, learned: Renewals | None, as_of: date) -> RenewalDue:
    earlier = len(contract.terms) - 1
    if learned is None:
        why = text("Too few terms have ended to learn a chance from.")
        return _write(contract, earlier, None, why)
    found = learned.find(contract.segment, earlier)
    passed = renewals.find_passed(contract.last, as_of)
    chance = Decimal(min(found.after(passed), 1.0)).quantize(SHARE, ROUND_HALF_EVEN)
    ratio = renewals.find_mean_ratio(found, learned.whole.ratios)
    why = text(
        "Ended terms like it: {n}, renewed: {renewed}. {window}",
        n=found.terms,
        renewed=found.renewed,
        window=_tell_window(contract, as_of, passed),
    )
    return _write(contract, earlier, (chance, Decimal(ratio)), why)


def _tell_window(contract: Contract, as_of: date, passed: float) -> Text:
    last = contract.last
    if not passed:
        return text("Can be renewed from {day} on.", day=last.opens_on)
    if last.ends_on <= as_of:
        return text(
            "Ended on {ended} and not renewed yet; after {day} it counts as lost.",
            ended=last.ends_on,
            day=last.shuts_on,
        )
    return text("Could be renewed since {day} and is not yet.", day=last.opens_on)


def _write(
    contract: Contract,
    earlier: int,
    odds: tuple[Decimal, Decimal] | None,
    why: Text,
    *,
    signed: Decimal | None = None,
) -> RenewalDue:
    """odds: the chance, and the ratio of renewed to old value."""
    term = contract.terms[earlier]
    annual = term.last_annual
    chance, ratio = odds or (None, None)
    if signed is not None:
        at_stake = Decimal(0)
    else:
        at_stake = annual if chance is None else _to_cent(annual * (1 - chance))
    return RenewalDue(
        account=contract.account,
        account_name=contract.account_name,
        product=contract.product,
        segment=contract.segment,
        region=contract.region,
        rep=contract.rep,
        team=contract.team,
        ends_on=term.ends_on,
        shuts_on=term.shuts_on,
        annual=annual,
        earlier_renewals=earlier,
        chance=chance,
        expected=None if chance is None or ratio is None else _to_cent(annual * chance * ratio),
        at_stake=at_stake,
        signed=signed,
        why=why,
    )


def _to_cent(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_EVEN)

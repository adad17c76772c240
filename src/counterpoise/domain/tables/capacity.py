"""What the supply step hands over: pools of people, month by month, and who is needed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from counterpoise.domain.values.text import Text, text

Kind = Literal["sellers", "delivery", "support"]
Unit = Literal["deals", "hours"]


class InvalidPool(ValueError):
    """People or work that no pool can have, such as fewer than none."""


@dataclass(frozen=True, slots=True)
class TeamSize:
    """What the data shows of a team of sellers on a day.

    people: who sell now. deals_per_person_month: what a good month of one of them is, the 80th
    percentile of deals won in `sample_n` person-months. won_deals, average_deal: deals won in
    that time and what one was worth. newcomers: of the people, those in their first, second …
    month of work.
    """

    team: str
    people: Decimal
    deals_per_person_month: Decimal
    sample_n: int
    won_deals: Decimal
    average_deal: Decimal
    newcomers: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredPool:
    """A pool as the table resource_pool names it; per_person None: the rulebook must say it."""

    name: str
    kind: Kind
    team: str
    unit: Unit
    headcount: Decimal
    per_person: Decimal | None


@dataclass(frozen=True, slots=True)
class WonDeals:
    """Deals of a product won in a month before the plan's first: their work may still follow."""

    product: str
    month: date
    deals: Decimal


@dataclass(frozen=True, slots=True)
class Pool:
    """People who can stand in for one another.

    unit: what a month of work is counted in. per_person: that unit a ramped person gives a month.
    ramp: share of a ramped person in the first, second … month after the start; 1 afterwards.
    attrition_rate: share of the people who leave in a month. Costs are in the plan's currency:
    wage a person and month, hire a person hired, overtime and contractor a unit of work.
    overtime_limit: share of the pool's own capacity. contractor_limit: units a month.
    basis: where the figures come from, for the reader. newcomers: of the headcount, people in
    their first, second … month. onboarding_rate: people that can start in a month as a share of
    those who are there (and one more).
    """

    name: str
    kind: Kind
    team: str
    unit: Unit
    headcount: Decimal
    per_person: Decimal
    ramp: tuple[Decimal, ...]
    attrition_rate: Decimal
    hiring_lead_months: int
    wage: Decimal
    hire_cost: Decimal
    overtime_cost: Decimal
    overtime_limit: Decimal
    contractor_cost: Decimal
    contractor_limit: Decimal
    basis: Text
    newcomers: tuple[Decimal, ...] = ()
    onboarding_rate: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        amounts = {
            "headcount": self.headcount,
            "hiring_lead_months": Decimal(self.hiring_lead_months),
            "wage": self.wage,
            "hire_cost": self.hire_cost,
            "overtime_cost": self.overtime_cost,
            "overtime_limit": self.overtime_limit,
            "contractor_cost": self.contractor_cost,
            "contractor_limit": self.contractor_limit,
            "onboarding_rate": self.onboarding_rate,
            "newcomers": min(self.newcomers, default=Decimal(0)),
        }
        for name, amount in amounts.items():
            if not (amount.is_finite() and amount >= 0):
                raise InvalidPool(
                    text(
                        "Pool {pool}: {name} is {amount}. Give 0 or more.",
                        pool=self.name,
                        name=name,
                        amount=amount,
                    )
                )
        if not (self.per_person.is_finite() and self.per_person > 0):
            raise InvalidPool(
                text(
                    "Pool {pool}: a person does {per_person} {unit} a month. Give more than 0, or"
                    " leave the pool out.",
                    pool=self.name,
                    per_person=self.per_person,
                    unit=self.unit,
                )
            )
        for share in (self.attrition_rate, *self.ramp):
            if not (share.is_finite() and 0 <= share <= 1):
                raise InvalidPool(
                    text(
                        "Pool {pool}: ramp and attrition_rate hold {share}. Write shares of 1, so"
                        " that 0.25 is a quarter.",
                        pool=self.name,
                        share=share,
                    )
                )
        if sum(self.newcomers) > self.headcount:
            raise InvalidPool(
                text(
                    "Pool {pool}: {newcomers} newcomers among {headcount} people. Count newcomers"
                    " in the headcount too.",
                    pool=self.name,
                    newcomers=sum(self.newcomers),
                    headcount=self.headcount,
                )
            )

    def people_after(self, months: int) -> Decimal:
        """Those left of the headcount that many months on, when nobody is hired."""
        return self.headcount * (1 - self.attrition_rate) ** months

    def work_after(self, months: int) -> Decimal:
        """Units that those left then give in a month; newcomers give their part of the ramp."""
        learning = sum(
            people * (1 - self.ramp[month + months])
            for month, people in enumerate(self.newcomers)
            if month + months < len(self.ramp)
        )
        stayed = (1 - self.attrition_rate) ** months
        return self.per_person * stayed * (self.headcount - learning)


@dataclass(frozen=True, slots=True)
class Work:
    """Units of a pool's work that one won deal of a product needs, `lag_months` after it is won."""

    product: str
    pool: str
    units: Decimal
    lag_months: int

    def __post_init__(self) -> None:
        if not (self.units.is_finite() and self.units >= 0 and self.lag_months >= 0):
            raise InvalidPool(
                text(
                    "A deal of {product} needs {units} of {pool} after {months} months. Give 0 or"
                    " more of both.",
                    product=self.product,
                    units=self.units,
                    pool=self.pool,
                    months=self.lag_months,
                )
            )


@dataclass(frozen=True, slots=True)
class Committed:
    """Units of a pool's work in a month that deals won before the plan still need."""

    pool: str
    month: date
    units: Decimal


@dataclass(frozen=True, slots=True)
class PoolMonth:
    """required_high: what nine of ten outcomes stay below, where the pool's work is a volume with a
    range; None where only its mean is known."""

    pool: str
    month: date
    required: Decimal
    available: Decimal
    headcount: Decimal
    unit: Unit
    required_high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """People short: how many, from when, and when the requisition must be open to have them."""

    pool: str
    month: date
    people: Decimal
    open_requisition_by: date
    why: Text


@dataclass(frozen=True, slots=True)
class Capacity:
    pools: tuple[Pool, ...]
    work: tuple[Work, ...]
    months: tuple[PoolMonth, ...]
    needs: tuple[Need, ...]
    notes: tuple[Text, ...]
    committed: tuple[Committed, ...] = ()

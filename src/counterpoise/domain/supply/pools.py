"""Pools of people: sellers as the data shows them, delivery and support only as a business says.

Teams of sellers are learned: people, and what a good month of one of them is. What people cost, how
they start and how many leave is in the rulebook, for a pool by name, for its kind, or for all.
Delivery and support cannot be seen in a CRM: they exist where the rulebook or the table
resource_pool declares them, and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import get_args

from counterpoise.domain.rulebook.rulebook import InvalidRule, MissingRule, Rule, Rulebook
from counterpoise.domain.rulebook.templates import find_own
from counterpoise.domain.supply import feeding
from counterpoise.domain.tables.capacity import (
    DeclaredPool,
    Kind,
    Pool,
    TeamSize,
    Unit,
    Work,
)
from counterpoise.domain.tables.volume import Volume
from counterpoise.domain.values.text import Text, text

NO_NUMBER = Decimal(0)
THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class _Rules:
    """The rulebook as it speaks of one pool: by its name, else by its kind, else for all."""

    rulebook: Rulebook
    on: date
    pool: str
    kind: Kind

    def find(self, key: str) -> Rule | None:
        own = find_own(key, (self.pool, self.kind), self.rulebook, self.on)
        return own or self.rulebook.find(key, self.on)

    def _subject(self, key: str) -> str:
        found = self.find(key)
        return found.subject if found else self.pool

    def number(self, key: str) -> Decimal:
        return self.rulebook.get_number(key, self.on, self._subject(key))

    def number_or(self, key: str, otherwise: Decimal) -> Decimal:
        return self.number(key) if self.find(key) else otherwise

    def numbers(self, key: str) -> tuple[Decimal, ...]:
        return self.rulebook.get_numbers(key, self.on, self._subject(key))


def build_pools(
    sellers: Sequence[TeamSize], declared: Sequence[DeclaredPool], rulebook: Rulebook, on: date
) -> tuple[Pool, ...]:
    """One pool for each team that sells and for each declared pool, in order of name.

    A declared pool of sellers stands for the team of its name. Raises MissingRule where a declared
    pool lacks a figure that nothing in the data can say.
    """
    named = {each.name: each for each in (*declared, *_declare_by_rulebook(rulebook, on))}
    covered = {each.team or each.name for each in named.values() if each.kind == "sellers"}
    by_team = {each.team: each for each in sellers}
    pools = [
        _build_seller_pool(each, _Rules(rulebook, on, each.team, "sellers"))
        for each in sellers
        if each.team not in covered and each.people > 0 and _learn_pace(each) > 0
    ]
    pools += [
        _build_declared_pool(each, by_team.get(each.team or each.name), rulebook, on)
        for each in named.values()
    ]
    return tuple(sorted(pools, key=lambda pool: pool.name))


def build_work(
    products: Sequence[str],
    pools: Sequence[Pool],
    sellers: Sequence[TeamSize],
    rulebook: Rulebook,
    on: date,
    volumes: Sequence[Volume] = (),
) -> tuple[Work, ...]:
    """What one won deal of each product asks of each pool.

    Of a pool that a volume feeds, the templates say it, month by month after the win; tickets are
    asked of it by customers and not by deals.

    A rule `work.units` for "product / pool", else for the pool, decides. Without one, sellers who
    count in deals share every deal by their part of the deals won so far; other pools must have a
    rule, and MissingRule says so.
    """
    shares = _share_of_wins(pools, sellers)
    fed = feeding.find_fed(pools, volumes)
    work = [*feeding.list_work(products, pools, fed, rulebook, on)]
    for pool in pools:
        for product in products if pool.name not in fed else ():
            subjects = (f"{product} / {pool.name}", pool.name)
            own = find_own("work.units", subjects, rulebook, on)
            if own is None and pool.name not in shares:
                raise MissingRule(
                    text(
                        "The rulebook does not say how many {unit} of {name} a won deal needs. Add"
                        " work.units for '{name}', or for '{what}'.",
                        unit=pool.unit,
                        name=pool.name,
                        what=f"{product} / {pool.name}",
                    )
                )
            units = rulebook.get_number(own.key, on, own.subject) if own else shares[pool.name]
            lag = _get_lag(product, pool, rulebook, on)
            work.append(Work(product, pool.name, units, lag))
    return tuple(each for each in work if each.units > 0)


def _declare_by_rulebook(rulebook: Rulebook, on: date) -> tuple[DeclaredPool, ...]:
    """Every subject of `pool.headcount` is a pool; its kind and unit are rules of their own."""
    return tuple(
        DeclaredPool(
            name=name,
            kind=_read_kind(name, rulebook, on),
            team=_find_text("pool.team", name, rulebook, on),
            unit=_read_unit(name, rulebook, on),
            headcount=rulebook.get_number("pool.headcount", on, name),
            per_person=None,
        )
        for name in rulebook.subjects("pool.headcount", on)
    )


def _read_kind(name: str, rulebook: Rulebook, on: date) -> Kind:
    written = _find_text("pool.kind", name, rulebook, on)
    if written not in get_args(Kind):
        raise InvalidRule(
            text(
                "pool.kind of {name} is '{written}'. Write one of: {listed}.",
                name=name,
                written=written,
                listed=", ".join(get_args(Kind)),
            )
        )
    kind: Kind = written  # type: ignore[assignment]  # checked in the line above
    return kind


def _read_unit(name: str, rulebook: Rulebook, on: date) -> Unit:
    written = _find_text("pool.unit", name, rulebook, on) or "hours"
    if written not in get_args(Unit):
        raise InvalidRule(
            text(
                "pool.unit of {name} is '{written}'. Write one of: {listed}.",
                name=name,
                written=written,
                listed=", ".join(get_args(Unit)),
            )
        )
    unit: Unit = written  # type: ignore[assignment]  # checked in the line above
    return unit


def _find_text(key: str, subject: str, rulebook: Rulebook, on: date) -> str:
    found = rulebook.find(key, on, subject)
    return found.value if found else ""


def _build_seller_pool(team: TeamSize, rules: _Rules) -> Pool:
    per_person = _learn_pace(team)
    pool = DeclaredPool(team.team, "sellers", team.team, "deals", team.people, per_person)
    return _price_pool(rules, pool, team, _say_basis(team, rules.number("pool.min_sample")))


def _learn_pace(team: TeamSize) -> Decimal:
    """Deals a person and month: of a good month, or the average where most months have none."""
    if team.deals_per_person_month or not team.sample_n:
        return team.deals_per_person_month
    return (team.won_deals / team.sample_n).quantize(THOUSANDTH)


def _say_basis(team: TeamSize, least: Decimal) -> Text:
    if not team.deals_per_person_month:
        return text(
            "{people} people who sell now. Most months of one of them bring no deal, so the average"
            " counts: {per_person} a month, of {n} months of work.",
            people=team.people,
            per_person=_learn_pace(team),
            n=team.sample_n,
        )
    if team.sample_n < least:
        return text(
            "{people} people who sell now. A good month of one of them is {per_person} deals: four"
            " of five months were no better. That rests on only {n} months of work; {least} would"
            " say more.",
            people=team.people,
            per_person=team.deals_per_person_month,
            n=team.sample_n,
            least=least,
        )
    return text(
        "{people} people who sell now. A good month of one of them is {per_person} deals: four of"
        " five months were no better, of {n} months of work.",
        people=team.people,
        per_person=team.deals_per_person_month,
        n=team.sample_n,
    )


def _build_declared_pool(
    declared: DeclaredPool, team: TeamSize | None, rulebook: Rulebook, on: date
) -> Pool:
    rules = _Rules(rulebook, on, declared.name, declared.kind)
    learned = _learn_pace(team) if team and declared.unit == "deals" else NO_NUMBER
    per_person = declared.per_person or rules.number_or("pool.per_person", learned)
    if per_person == 0:
        raise MissingRule(
            text(
                "Nothing says how many {unit} a person of {name} gives in a month. Add"
                " pool.per_person for '{name}' to the rulebook.",
                unit=declared.unit,
                name=declared.name,
            )
        )
    return _price_pool(
        rules,
        replace(declared, per_person=per_person),
        team,
        text(
            "{people} people as declared, each giving {per_person} {unit} a month.",
            people=declared.headcount,
            per_person=per_person,
            unit=declared.unit,
        ),
    )


def _price_pool(rules: _Rules, pool: DeclaredPool, team: TeamSize | None, basis: Text) -> Pool:
    assert pool.per_person is not None, "a pool is priced once its work is known"
    wage = _find_wage(rules, pool.per_person, team)
    per_unit = wage / pool.per_person
    return Pool(
        name=pool.name,
        kind=pool.kind,
        team=pool.team,
        unit=pool.unit,
        headcount=pool.headcount,
        per_person=pool.per_person,
        ramp=rules.numbers("pool.ramp"),
        attrition_rate=rules.number("pool.attrition_rate"),
        hiring_lead_months=_whole(rules.number("pool.hiring_lead_months"), "pool.hiring_lead"),
        wage=_cents(wage),
        hire_cost=_cents(rules.number_or("pool.hire_cost", wage * rules.number("pool.hire_wages"))),
        overtime_cost=_cents(
            rules.number_or("pool.overtime_cost", per_unit * rules.number("pool.overtime_premium"))
        ),
        overtime_limit=rules.number("pool.overtime_limit"),
        contractor_cost=_cents(
            rules.number_or(
                "pool.contractor_cost", per_unit * rules.number("pool.contractor_premium")
            )
        ),
        contractor_limit=rules.number("pool.contractor_limit"),
        basis=basis,
        newcomers=team.newcomers if team and pool.headcount == team.people else (),
        onboarding_rate=rules.number("pool.onboarding_rate"),
    )


def _find_wage(rules: _Rules, per_person: Decimal, team: TeamSize | None) -> Decimal:
    """As the rulebook says; for sellers without a rule, their usual share of what one sells."""
    if rules.find("pool.wage") is not None:
        return rules.number("pool.wage")
    if team is None:
        raise MissingRule(
            text(
                "The rulebook does not say what a person of {pool} costs a month. Add"
                " pool.wage for '{pool}', in the plan's currency.",
                pool=rules.pool,
            )
        )
    return rules.number("pool.wage_share") * per_person * team.average_deal


def _share_of_wins(pools: Sequence[Pool], sellers: Sequence[TeamSize]) -> dict[str, Decimal]:
    """Each seller pool's part of all deals: of those won so far, or of capacity without any."""
    won = {team.team: team.won_deals for team in sellers}
    mine = [pool for pool in pools if pool.kind == "sellers" and pool.unit == "deals"]
    weights = {pool.name: won.get(pool.team or pool.name, NO_NUMBER) for pool in mine}
    if not all(weights.values()):
        weights = {pool.name: pool.headcount * pool.per_person for pool in mine}
    total = sum(weights.values())
    if total == 0:
        return {pool.name: Decimal(1) / len(mine) for pool in mine}
    return {name: weight / total for name, weight in weights.items()}


def _get_lag(product: str, pool: Pool, rulebook: Rulebook, on: date) -> int:
    """Months from the win to the work; a seller's work is the win itself."""
    key = "work.lag_months"
    own = find_own(key, (f"{product} / {pool.name}", pool.name), rulebook, on)
    if own is None and pool.kind == "sellers":
        return 0
    return _whole(rulebook.get_number(key, on, own.subject if own else ""), key)


def _whole(months: Decimal, key: str) -> int:
    if months != int(months) or months < 0:
        raise InvalidRule(
            text(
                "{key} is {months}. Write whole months, 0 or more.",
                key=key,
                months=months,
            )
        )
    return int(months)


def _cents(money: Decimal) -> Decimal:
    return money.quantize(Decimal("0.01"))

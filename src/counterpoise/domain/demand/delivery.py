"""Hours to deliver by role and month: templates of the rulebook times the deals that are won.

A deal asks its hours of a role over the months that its template spreads them. Deals won before the
period ask for the part of theirs that falls in it; they are certain, so they have no range.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from counterpoise.domain.demand.counts import LEVELS
from counterpoise.domain.demand.deal_paths import DealPaths
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.rulebook.templates import DeliveryTemplate, list_roles, read_templates
from counterpoise.domain.tables.capacity import WonDeals
from counterpoise.domain.tables.volume import Learned, Volume, VolumeRefusal, Volumes
from counterpoise.domain.values.period import add_months
from counterpoise.domain.values.text import Text, text

MILLIONTH = Decimal("0.000001")


def expect_delivery(
    deals: DealPaths, won_before: Sequence[WonDeals], rulebook: Rulebook, on: date
) -> Volumes:
    """won_before: deals of the months before the period. Refused where no template is given.

    Raises InvalidRule for a template that cannot be read.
    """
    if not list_roles(rulebook, on):
        return Volumes(refusals=(VolumeRefusal("delivery_hours", _say_no_template()),))
    earlier = {each.product for each in won_before}
    templates = read_templates(sorted({*deals.products, *earlier}), rulebook, on)
    roles = sorted({each.role for each in templates})
    volumes, learned = [], []
    for role in roles:
        mine = tuple(each for each in templates if each.role == role)
        volumes += _expect_role(role, mine, deals, won_before)
        learned.append(_describe(role, mine))
    notes = [*_list_gaps(deals, templates, roles), *_say_between(deals, on)]
    return Volumes(tuple(volumes), tuple(learned), notes=tuple(notes))


def _expect_role(
    role: str,
    templates: Sequence[DeliveryTemplate],
    deals: DealPaths,
    won_before: Sequence[WonDeals],
) -> list[Volume]:
    mean, standing = _add_up(templates, deals, won_before)
    drawn = np.zeros((len(deals.drawn), len(deals.months)))
    for each in templates:
        if each.product in deals.products:
            won = deals.drawn[:, deals.products.index(each.product)]
            for lag, share in enumerate(each.spread[: len(deals.months)]):
                drawn[:, lag:] += won[:, : len(deals.months) - lag] * float(each.hours * share)
    volumes = []
    for place, month in enumerate(deals.months):
        quantiles = np.quantile(drawn[:, place], LEVELS)
        volumes.append(
            Volume(
                kind="delivery_hours",
                month=month,
                by=(("role", role),),
                mean=(mean[month] + standing[month]).quantize(MILLIONTH),
                quantiles=tuple(
                    (Decimal(repr(float(each))) + standing[month]).quantize(MILLIONTH)
                    for each in quantiles
                ),
                standing=standing[month].quantize(MILLIONTH),
            )
        )
    return volumes


def _add_up(
    templates: Sequence[DeliveryTemplate], deals: DealPaths, won_before: Sequence[WonDeals]
) -> tuple[dict[date, Decimal], dict[date, Decimal]]:
    """Hours of the deals of the period, and of those won before it, by month; exact."""
    mean: defaultdict[date, Decimal] = defaultdict(Decimal)
    standing: defaultdict[date, Decimal] = defaultdict(Decimal)
    for each in templates:
        for lag, share in enumerate(each.spread):
            hours = each.hours * share
            for month in deals.months:
                won = deals.expected.get((each.product, add_months(month, -lag)), Decimal(0))
                mean[month] += won * hours
            for won_then in won_before:
                month = add_months(won_then.month, lag)
                if won_then.product == each.product and won_then.month < deals.months[0]:
                    standing[month] += won_then.deals * hours
    return mean, standing


def _describe(role: str, templates: Sequence[DeliveryTemplate]) -> Learned:
    longest = max(len(each.spread) for each in templates)
    return Learned(
        kind="delivery_hours",
        by=(("role", role),),
        unit="hours",
        n=len(templates),
        how=text(
            "Templates of {n} products (delivery.hours), spread over up to {months} months from the"
            " month of the win on (delivery.spread), times the deals forecast; deals won before"
            " the period are counted as they were won.",
            n=len(templates),
            months=longest,
        ),
    )


def _list_gaps(
    deals: DealPaths, templates: Sequence[DeliveryTemplate], roles: Sequence[str]
) -> list[Text]:
    known = {(each.product, each.role) for each in templates}
    return [
        text(
            "No template says what a deal of {product} asks of {role}, so it asks for nothing."
            " Write 0 into delivery.hours where that is right.",
            product=product or "*",
            role=role,
        )
        for role in roles
        for product in deals.products
        if (product, role) not in known
    ]


def _say_between(deals: DealPaths, on: date) -> list[Text]:
    if on + timedelta(days=1) >= deals.months[0]:
        return []
    return [
        text(
            "Deals won after {day} and before {month} are not forecast here, so the hours that they"
            " will ask for are missing.",
            day=on,
            month=f"{deals.months[0]:%Y-%m}",
        )
    ]


def _say_no_template() -> Text:
    return text(
        "No template says how many hours a deal asks of a role. Write them into the rulebook:"
        " delivery.hours for “product / role” or a role, and delivery.spread for the months they"
        " fall in."
    )

"""Rules by which demand becomes work: hours that a deal asks of a role, and a ticket of a pool."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook
from counterpoise.domain.values.text import text

SUM_TOLERANCE = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class DeliveryTemplate:
    """Hours of a role for one won deal of a product. spread: the share of them in the month of the
    win, the month after it, and so on."""

    product: str
    role: str
    hours: Decimal
    spread: tuple[Decimal, ...]


def list_roles(rulebook: Rulebook, on: date) -> tuple[str, ...]:
    """Every role that a rule `delivery.hours` names, in order of name."""
    subjects = rulebook.subjects("delivery.hours", on)
    return tuple(sorted({subject.rpartition(" / ")[2] for subject in subjects}))


def answers_tickets(rulebook: Rulebook, on: date) -> bool:
    """Whether a rule says which pool answers tickets, of any tier or of all."""
    key = "support.pool"
    return rulebook.find(key, on) is not None or bool(rulebook.subjects(key, on))


def read_templates(
    products: Sequence[str], rulebook: Rulebook, on: date
) -> tuple[DeliveryTemplate, ...]:
    """What the rules of "product / role", else of "role", say; nothing where neither says it.

    Raises InvalidRule for hours or a spread that cannot be.
    """
    found = []
    for role in list_roles(rulebook, on):
        for product in products:
            rule = find_own("delivery.hours", (f"{product} / {role}", role), rulebook, on)
            if rule is not None:
                hours = _read_amount(rule, rulebook, on)
                found.append(
                    DeliveryTemplate(
                        product, role, hours, _read_spread(product, role, rulebook, on)
                    )
                )
    return tuple(found)


def find_own(key: str, subjects: Sequence[str], rulebook: Rulebook, on: date) -> Rule | None:
    """The rule of the first of the subjects that has one of its own."""
    found = (rulebook.find(key, on, subject) for subject in subjects)
    return next(
        (
            rule
            for rule, subject in zip(found, subjects, strict=True)
            if rule and rule.subject == subject
        ),
        None,
    )


def read_share(key: str, rulebook: Rulebook, on: date, subject: str = "") -> Decimal:
    """Raises InvalidRule for what is no share of 1."""
    share = rulebook.get_number(key, on, subject)
    if not 0 <= share <= 1:
        raise InvalidRule(
            text(
                "{key} is {value}. Write a share of 1, so that 0.25 is a quarter.",
                key=key,
                value=share,
            )
        )
    return share


def read_amount(key: str, rulebook: Rulebook, on: date, subject: str = "") -> Decimal:
    """Raises MissingRule, and InvalidRule for less than nothing."""
    return _read_amount(rulebook.get(key, on, subject), rulebook, on)


def _read_amount(rule: Rule, rulebook: Rulebook, on: date) -> Decimal:
    amount = rulebook.get_number(rule.key, on, rule.subject)
    if amount < 0:
        raise InvalidRule(
            text(
                "{key} of {subject} is {value}. Write 0 or more.",
                key=rule.key,
                subject=rule.subject or "*",
                value=amount,
            )
        )
    return amount


def _read_spread(product: str, role: str, rulebook: Rulebook, on: date) -> tuple[Decimal, ...]:
    key = "delivery.spread"
    named = set(rulebook.subjects(key, on))
    own = next((each for each in (f"{product} / {role}", role) if each in named), "")
    shares = rulebook.get_numbers(key, on, own)
    if any(share < 0 for share in shares) or abs(sum(shares, Decimal(0)) - 1) > SUM_TOLERANCE:
        raise InvalidRule(
            text(
                "delivery.spread of {what} holds {shares}, which come to {total}. Write the shares"
                " of the month of the win, the month after it, and so on, so that they come to 1.",
                what=f"{product} / {role}" if product else role,
                shares=" ".join(map(str, shares)) or "nothing",
                total=sum(shares, Decimal(0)),
            )
        )
    return shares

"""The rulebook: what holds on a day, what differs between two, and recording a new entry."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import rules
from counterpoise.actions.rules import HeldRule
from counterpoise.domain.rulebook.entries import Difference
from counterpoise.domain.rulebook.rulebook import Rule
from counterpoise.domain.values.plain import to_plain
from counterpoise.store.rules import Entry, RuleChanged
from counterpoise.web.api import paging
from counterpoise.web.api.forms import Day, Name, Sent, Words
from counterpoise.web.api.problems import Problem
from counterpoise.web.workplace import now

router = Router(tags=["rulebook"])


class RuleAnswer(Schema):
    """subject: empty for all. source: who decided it, and where it is written."""

    key: str
    subject: str
    value: str
    unit: str
    effective_from: date
    source: str


class HeldAnswer(RuleAnswer):
    """entry: the id of the record, null for a default of the product."""

    entry: int | None
    recorded_at: datetime | None
    recorded_by: str


class Rules(Schema):
    items: list[HeldAnswer]
    next: str | None


class DifferenceAnswer(Schema):
    """before, after: what it says on the two days, null where it says nothing."""

    key: str
    subject: str
    before: RuleAnswer | None
    after: RuleAnswer | None


class Differences(Schema):
    items: list[DifferenceAnswer]
    next: str | None


class History(Schema):
    """held: what it says today, null for nothing. default: the product's own, null for none.

    subjects: those that the key says something of their own for; empty text is for all others.
    """

    key: str
    subject: str
    unit: str
    held: RuleAnswer | None
    default: RuleAnswer | None
    entries: list[HeldAnswer]
    subjects: list[str]


class NewRule(Sent):
    """replaces: the id of the last record of this key and subject, 0 where there is none. Where
    someone else was faster, the answer is 409 and shows theirs."""

    key: Name
    subject: Words = Field("", max_length=200)
    value: Name
    effective_from: Day
    source: Name
    replaces: int = Field(ge=0, le=2**62)


class RulesWanted(paging.Page):
    on: Day | None = Field(None, description="A day, YYYY-MM-DD; without it, today.")


class DaysWanted(paging.Page):
    start: Day = Field(description="The earlier day.")
    end: Day = Field(description="The later day.")


class RuleWanted(Schema):
    key: Name
    subject: Words = Field("", max_length=200, description="Empty is for all.")


@router.get("/rules", response=Rules, summary="List the rules in force on a day")
def list_rules(request: HttpRequest, wanted: Query[RulesWanted]) -> dict[str, Any]:
    day = wanted.on or now().date()
    held = rules.list_held(day)
    shown, following = paging.cut_page(held, _order_rules, wanted, f"rules:{day}")
    return paging.answer_page([_answer_held(each.rule, each.entry) for each in shown], following)


@router.get("/rules/difference", response=Differences, summary="List what differs between two days")
def list_differences(request: HttpRequest, wanted: Query[DaysWanted]) -> dict[str, Any]:
    found = rules.compare_days(wanted.start, wanted.end)
    scope = f"difference:{wanted.start}:{wanted.end}"
    shown, following = paging.cut_page(found, _order_differences, wanted, scope)
    return paging.answer_page([to_plain(each) for each in shown], following)


@router.get("/rules/history", response=History, summary="Get what was ever said of a rule")
def show_rule(request: HttpRequest, wanted: Query[RuleWanted]) -> dict[str, Any]:
    """entries: the newest record first. Its id is what a change replaces."""
    found = rules.get_history(wanted.key, wanted.subject.strip(), now().date())
    return {
        "key": found.key,
        "subject": found.subject,
        "unit": found.unit,
        "held": to_plain(found.held),
        "default": to_plain(found.default),
        "entries": [_answer_held(each.rule, each) for each in found.entries],
        "subjects": list(found.subjects),
    }


@router.post("/rules", response={201: HeldAnswer}, summary="Record what a rule says from a day on")
def change_rule(request: HttpRequest, new: NewRule) -> Status[Any]:
    """The entries before it stay. The unit is that of the key; the value has to fit it."""
    rule = Rule(new.key, new.subject.strip(), new.value, "", new.effective_from, new.source)
    try:
        entry = rules.change_rule(rule, replaces=new.replaces, at=now())
    except RuleChanged as error:
        theirs = error.now and _answer_held(error.now.rule, error.now)
        raise Problem(409, str(error), current=theirs) from None
    return Status(201, _answer_held(entry.rule, entry))


def _answer_held(rule: Rule, entry: Entry | None) -> dict[str, Any]:
    return {
        **to_plain(rule),
        "entry": entry and entry.id,
        "recorded_at": to_plain(entry and entry.recorded_at),
        "recorded_by": entry.recorded_by if entry else "",
    }


def _order_rules(held: HeldRule) -> paging.Key:
    return held.rule.key, held.rule.subject


def _order_differences(difference: Difference) -> paging.Key:
    return difference.key, difference.subject

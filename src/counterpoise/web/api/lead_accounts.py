"""Leads and the accounts that they belong to. For whoever sees everyone's records."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from counterpoise.actions import lead_accounts as actions
from counterpoise.actions.customers import LONGEST
from counterpoise.actions.lead_accounts import PlacedLead
from counterpoise.domain.collect.lead_accounts import Standing
from counterpoise.store.identity import Said
from counterpoise.web.api import paging
from counterpoise.web.api.forms import Name, Sent, Words
from counterpoise.web.collect.standing import get_all_seeing
from counterpoise.web.workplace import get_workspace, now

router = Router(tags=["collect"])


class OptionAnswer(Schema):
    """accounts: records of the customer. grounds: verified, converted, domain, name or likeness,
    the strongest first. likelihood: none where the two were not compared."""

    customer: str
    accounts: list[str]
    grounds: list[str]
    likelihood: float | None
    is_chosen: bool


class SaidOfAccount(Schema):
    """verdict: same, different or later. edition: to send along with another verdict."""

    account: str
    verdict: str
    reason: str
    author: str
    edition: int


class LeadAnswer(Schema):
    """standing: placed, doubtful where a person has to say, or unknown. ground: of the account
    that is chosen, or empty."""

    lead: str
    customer: str
    standing: str
    ground: str
    options: list[OptionAnswer]
    verdicts: list[SaidOfAccount]


class Leads(Schema):
    items: list[LeadAnswer]
    next: str | None


class LeadVerdict(Sent):
    """account: a record of an option. edition: of the verdict that was seen, 0 for none."""

    lead: Name
    account: Name
    verdict: Literal["same", "different", "later"]
    reason: Words = Field("", max_length=LONGEST)
    edition: int = Field(0, ge=0)


@router.get("/identity/leads", response=Leads, summary="List open leads by how they stand")
def list_leads(
    request: HttpRequest, page: Query[paging.Page], standing: Standing = "doubtful"
) -> dict[str, Any]:
    """With the accounts that each may belong to."""
    get_all_seeing(request)
    found = actions.list_placed(get_workspace(), standing)
    shown, following = paging.cut_page(found, _order, page, f"leads:{standing}")
    return paging.answer_page([_answer(each) for each in shown], following)


@router.get("/identity/leads/{lead}", response=LeadAnswer, summary="Get a lead's account")
def show_lead(request: HttpRequest, lead: str) -> dict[str, Any]:
    """lead: its source and its id there, with | between."""
    get_all_seeing(request)
    return _answer(actions.get_placed(get_workspace(), lead))


@router.post("/identity/lead-verdicts", response=LeadAnswer, summary="Say a lead's account")
def judge_lead(request: HttpRequest, wish: LeadVerdict) -> dict[str, Any]:
    """It holds at once, and every later run heeds it."""
    visitor = get_all_seeing(request)
    said = Said(wish.verdict, wish.reason, wish.edition)
    actions.judge(get_workspace(), wish.lead, wish.account, said, author_id=visitor.id, now=now())
    return _answer(actions.get_placed(get_workspace(), wish.lead))


def _answer(placed: PlacedLead) -> dict[str, Any]:
    placement = placed.placement
    return {
        "lead": placed.lead.record,
        "customer": placed.customer,
        "standing": placement.standing,
        "ground": placement.ground or "",
        "options": [
            {
                "customer": placed.name_account(each),
                "accounts": list(each.accounts),
                "grounds": list(each.grounds),
                "likelihood": each.likelihood,
                "is_chosen": each == placement.chosen,
            }
            for each in placement.options
        ],
        "verdicts": [
            {
                "account": account,
                "verdict": each.word,
                "reason": each.reason,
                "author": each.author,
                "edition": each.edition,
            }
            for account, each in placed.verdicts.items()
        ],
    }


def _order(placed: PlacedLead) -> paging.Key:
    return (placed.lead.record,)

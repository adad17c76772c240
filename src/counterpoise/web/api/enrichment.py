"""Enrichment: what others say of companies, conflicts between them, and what it costs."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import enrichment as actions
from counterpoise.store import enrichment
from counterpoise.store.enrichment import Conflict, Held
from counterpoise.web import access
from counterpoise.web.api import paging
from counterpoise.web.api.forms import JobAnswer, Sent
from counterpoise.web.api.problems import Problem
from counterpoise.web.api.work import answer_job
from counterpoise.web.background.work import ask_for, make_key
from counterpoise.web.collect.standing import get_all_seeing
from counterpoise.web.workplace import now

router = Router(tags=["collect"])


class ClaimAnswer(Schema):
    """authority: person, billing, customer, vendor, crawl or guess. method: how it was found."""

    field: str
    value: str
    authority: str
    provider: str
    method: str
    seen_at: datetime
    is_verified: bool


class HeldClaimAnswer(ClaimAnswer):
    """entity: the company's source and its id there, with | between. place: where it was found."""

    entity: str
    place: str


class ConflictAnswer(Schema):
    id: int
    entity: str
    name: str
    holds: ClaimAnswer
    rival: ClaimAnswer
    why: str
    found_at: datetime


class HeldList(Schema):
    items: list[HeldClaimAnswer]
    next: str | None


class Conflicts(Schema):
    items: list[ConflictAnswer]
    next: str | None


class Choice(Sent):
    """holds: what holds stays. rival: the other value takes its place."""

    choice: Literal["holds", "rival"]


class Verified(Sent):
    entity: str = Field(min_length=1, max_length=300)
    field: str = Field(min_length=1, max_length=64)
    value: str = Field(min_length=1, max_length=actions.LONGEST_VALUE)


class Run(Sent):
    provider: str = Field(min_length=1, max_length=64)
    limit: int = Field(1_000, ge=1, le=100_000)


@router.get("/enrichment/fields", response=HeldList, summary="List what was learned of companies")
def list_enriched(request: HttpRequest, page: Query[paging.Page]) -> dict[str, Any]:
    """For whoever sees everyone's rows."""
    get_all_seeing(request)
    held = sorted(enrichment.list_held(), key=_order_held)
    shown, following = paging.cut_page(held, _order_held, page, "enriched")
    return paging.answer_page([_answer_held(each) for each in shown], following)


@router.get("/enrichment/conflicts", response=Conflicts, summary="List conflicts, oldest first")
def list_conflicts(request: HttpRequest, page: Query[paging.Page]) -> dict[str, Any]:
    """Those that wait for a person."""
    get_all_seeing(request)
    found = enrichment.list_conflicts()
    shown, following = paging.cut_page(found, _order_conflict, page, "conflicts")
    return paging.answer_page([_answer_conflict(each) for each in shown], following)


@router.post(
    "/enrichment/conflicts/{int:conflict_id}/settle",
    response=ConflictAnswer,
    summary="Decide a conflict",
)
def settle_conflict(request: HttpRequest, conflict_id: int, choice: Choice) -> dict[str, Any]:
    """What is chosen holds as verified; nothing else overwrites it."""
    visitor = get_all_seeing(request)
    return _answer_conflict(actions.settle(conflict_id, choice.choice, visitor, now=now()))


@router.post("/enrichment/verify", response={204: None}, summary="Say what is so")
def verify_field(request: HttpRequest, wish: Verified) -> Status[Any]:
    """It holds from now on, and conflicts about it are settled."""
    visitor = get_all_seeing(request)
    actions.verify(wish.entity, wish.field, wish.value, visitor, now=now())
    return Status(204, None)


@router.post("/enrichment/run", response={202: JobAnswer}, summary="Ask a provider")
def run_enrichment(request: HttpRequest, wish: Run) -> Status[Any]:
    """About companies that it was not asked about within their age limit."""
    get_all_seeing(request)
    facts, _ = enrichment.get_provider(wish.provider)
    if facts.is_paused:
        raise Problem(409, f"{facts.name} is paused. Let it go on, then ask it.")
    arguments = {"provider": facts.name, "limit": wish.limit}
    visitor = access.get_visitor(request)
    job = ask_for("enrich", arguments, key=make_key(), visitor=visitor)
    return Status(202, answer_job(job))


def _answer_held(held: Held) -> dict[str, Any]:
    return {"entity": held.entity, "place": held.place, **_answer_claim(held.claim)}


def _answer_claim(claim: Any) -> dict[str, Any]:
    return {
        "field": claim.field,
        "value": claim.value,
        "authority": claim.authority,
        "provider": claim.provider,
        "method": claim.method,
        "seen_at": claim.seen_at,
        "is_verified": claim.is_verified,
    }


def _answer_conflict(conflict: Conflict) -> dict[str, Any]:
    return {
        "id": conflict.id,
        "entity": conflict.entity,
        "name": conflict.name,
        "holds": _answer_claim(conflict.holds),
        "rival": _answer_claim(conflict.rival),
        "why": str(conflict.why),
        "found_at": conflict.found_at,
    }


def _order_held(held: Held) -> paging.Key:
    return held.entity, held.claim.field


def _order_conflict(conflict: Conflict) -> paging.Key:
    return (conflict.id,)

"""Customers: which records are one, pairs in doubt, merges and their undo, verified values.

For whoever sees everyone's records, as the records of one customer may be several people's.
"""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import customers
from counterpoise.actions.customers import Waiting, WantedMerge
from counterpoise.actions.enriched_values import enrich_customer
from counterpoise.domain.collect.identity_models import Kind, read_customer
from counterpoise.domain.values.plain import to_plain
from counterpoise.store.identity import Said, list_verdicts
from counterpoise.warehouse.queries.customers import LikelyPair
from counterpoise.web.api import paging
from counterpoise.web.api.forms import JobAnswer, Name, Sent, Words
from counterpoise.web.api.work import answer_job
from counterpoise.web.background.work import ask_for, make_key
from counterpoise.web.collect.standing import get_all_seeing
from counterpoise.web.workplace import get_workspace, now

router = Router(tags=["collect"])


class IdentityAnswer(Schema):
    """kinds: by kind of records, how many they are, how many customers, thresholds, blocks."""

    run: str
    build: str
    made_at: datetime
    kinds: list[dict[str, Any]]


class ReasonAnswer(Schema):
    """weight: in bits; above 0 speaks for one customer."""

    field: str
    level: str
    weight: float


class PairAnswer(Schema):
    one: str
    other: str
    likelihood: float
    reasons: list[ReasonAnswer]


class WaitingPairAnswer(PairAnswer):
    """edition: of what was said of the pair, 0 for nothing."""

    edition: int


class Pairs(Schema):
    items: list[WaitingPairAnswer]
    next: str | None


class SurvivorAnswer(Schema):
    """record: where the value came from, or empty. ground: why it stands."""

    field: str
    value: str
    record: str
    ground: str
    others: list[str]


class CustomerMergeAnswer(Schema):
    """obstacles: why it cannot be undone now; none where it can."""

    number: int
    kept: str
    absorbed: str
    reason: str
    author: str
    made_at: datetime
    undone_at: datetime | None
    obstacles: list[str]


class LearnedAnswer(Schema):
    """own: what the CRM holds, or empty. effect: fills, replaces, agrees or stands_back; the first
    two are shown. is_old: older than the field's values last."""

    record: str
    field: str
    value: str
    own: str
    effect: str
    authority: str
    provider: str
    seen_at: datetime
    age_days: int
    is_old: bool


class CustomerAnswer(Schema):
    """goes_on_in: the customer that it was merged into, or empty. also: of a contact or a lead the
    person that it is, of a person the contacts and leads. known: of a person, contacts with the
    leads that became them as their sources say. held: how alike its records are."""

    id: str
    kind: str
    goes_on_in: str
    parts: list[str]
    records: list[str]
    also: list[str]
    known: list[list[str]]
    held: list[PairAnswer]
    values: list[SurvivorAnswer]
    learned: list[LearnedAnswer]
    merges: list[CustomerMergeAnswer]


class MatchWish(Sent):
    full: bool = Field(default=False, description="Compare everything and learn again.")


class VerdictWish(Sent):
    """edition: of the verdict that was seen, 0 where there was none."""

    kind: Kind
    one: Name
    other: Name
    verdict: Literal["same", "different", "later"]
    reason: Words = Field("", max_length=customers.LONGEST)
    edition: int = Field(0, ge=0)


class VerdictAnswer(Schema):
    one: str
    other: str
    verdict: str
    reason: str
    author: str
    made_at: datetime
    edition: int


class MergeWish(Sent):
    """chosen: by field, the record whose value is taken."""

    kept: Name
    absorbed: Name
    reason: str = Field(min_length=1, max_length=customers.LONGEST, pattern=r"^[^\u0000]*$")
    chosen: dict[str, str] = Field(default_factory=dict, max_length=20)


class ValueWish(Sent):
    field: Name
    value: str = Field(min_length=1, max_length=customers.LONGEST, pattern=r"^[^\u0000]*$")


@router.get("/identity", response=IdentityAnswer, summary="Get how records became customers")
def show_identity(request: HttpRequest) -> dict[str, Any]:
    get_all_seeing(request)
    run = customers.get_run()
    kinds = to_plain(run.report.kinds)
    return {"run": run.id, "build": run.build, "made_at": run.made_at, "kinds": kinds}


@router.post("/identity/match", response={202: JobAnswer}, summary="Match the records")
def match_records(request: HttpRequest, wish: MatchWish) -> Status[Any]:
    """Compares what is new or changed. Answers with the job."""
    visitor = get_all_seeing(request)
    job = ask_for("match", {"is_full": wish.full}, key=make_key(), visitor=visitor)
    return Status(202, answer_job(job))


@router.get("/identity/{kind}/pairs", response=Pairs, summary="List pairs in doubt")
def list_pairs(
    request: HttpRequest, kind: Kind, page: Query[paging.Page], waiting: Waiting = "new"
) -> dict[str, Any]:
    """Those that nobody said anything of, or that somebody put off, by their records. `edition` is
    what a verdict sends along."""
    get_all_seeing(request)
    found = customers.list_doubts(get_workspace(), kind, waiting)
    shown, following = paging.cut_page(found, _order, page, f"pairs:{kind}:{waiting}")
    editions = {(each.one, each.other): each.edition for each in list_verdicts(kind)}
    items = [
        {**to_plain(each), "edition": editions.get((each.one, each.other), 0)} for each in shown
    ]
    return paging.answer_page(items, following)


@router.post("/identity/verdicts", response=VerdictAnswer, summary="Say what two records are")
def give_verdict(request: HttpRequest, wish: VerdictWish) -> dict[str, Any]:
    """It binds every later run."""
    visitor = get_all_seeing(request)
    doubt = customers.get_doubt(get_workspace(), wish.kind, wish.one, wish.other)
    said = Said(wish.verdict, wish.reason, wish.edition)
    given = customers.review(doubt, said, author_id=visitor.id, now=now())
    return {**to_plain(given), "verdict": given.word}


@router.get("/identity/customers/{customer}", response=CustomerAnswer, summary="Get one customer")
def show_customer(request: HttpRequest, customer: str) -> dict[str, Any]:
    get_all_seeing(request)
    return _answer_customer(customer)


@router.post("/identity/merges", response={201: CustomerAnswer}, summary="Merge two customers")
def merge_customers(request: HttpRequest, wish: MergeWish) -> Status[Any]:
    """No received row is changed. Answers with the customer that is kept."""
    visitor = get_all_seeing(request)
    wanted = WantedMerge(wish.kept, wish.absorbed, wish.reason, wish.chosen)
    customers.merge(get_workspace(), wanted, author_id=visitor.id, now=now())
    return Status(201, _answer_customer(wish.kept))


@router.post(
    "/identity/customers/{customer}/merges/{int:number}/undo",
    response=CustomerAnswer,
    summary="Undo a merge",
)
def undo_merge(request: HttpRequest, customer: str, number: int) -> dict[str, Any]:
    """Refused, with the reason, where later facts make it impossible."""
    visitor = get_all_seeing(request)
    kind = read_customer(customer)[0]
    customers.undo_merge(get_workspace(), kind, number, author_id=visitor.id, now=now())
    return _answer_customer(customer)


@router.post(
    "/identity/customers/{customer}/values",
    response={201: CustomerAnswer},
    summary="Verify a value of a customer",
)
def verify_value(request: HttpRequest, customer: str, wish: ValueWish) -> Status[Any]:
    """It stands from now on, whatever the records say."""
    visitor = get_all_seeing(request)
    customers.verify_value(
        get_workspace(), customer, wish.field, wish.value, author_id=visitor.id, now=now()
    )
    return Status(201, _answer_customer(customer))


def _answer_customer(customer: str) -> dict[str, Any]:
    found = customers.get_customer(get_workspace(), customer)
    enriched = enrich_customer(get_workspace(), found, now=now())
    return {
        "id": found.id,
        "kind": found.kind,
        "goes_on_in": found.goes_on_in,
        "parts": list(found.parts),
        "records": [each.record for each in found.records],
        "also": list(found.also),
        "known": [list(pair) for pair in found.known],
        "held": [to_plain(each) for each in found.pairs],
        "values": to_plain(enriched.values),
        "learned": [
            {
                "record": each.record,
                "field": each.claim.field,
                "value": each.claim.value,
                "own": each.own,
                "effect": each.effect,
                "authority": each.claim.authority,
                "provider": each.claim.provider,
                "seen_at": each.claim.seen_at,
                "age_days": each.age_days,
                "is_old": each.is_old,
            }
            for each in enriched.laid
        ],
        "merges": [
            {
                "number": kept.merge.id,
                "kept": kept.merge.kept,
                "absorbed": kept.merge.absorbed,
                "reason": kept.reason,
                "author": kept.author,
                "made_at": kept.made_at,
                "undone_at": kept.undone_at,
                "obstacles": [str(each) for each in obstacles],
            }
            for kept, obstacles in found.merges
        ],
    }


def _order(pair: LikelyPair) -> paging.Key:
    return pair.one, pair.other

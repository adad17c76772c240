"""Demand: products that are launched and phased out, and past launches to learn from."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import launches
from counterpoise.actions.answers import answer_decision, answer_proposals
from counterpoise.domain.tables.launch import CURVE_MONTHS, Launch, PhaseOut, Product
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import launches as stored
from counterpoise.web import access
from counterpoise.web.api.forms import Amount, Day, Name, Sent, Words
from counterpoise.web.workplace import get_workspace, now

router = Router(tags=["demand"])
Text = r"^[^\u0000]*$"
POSITIVE = r"^\d{1,14}(\.\d{1,2})?$"
Optional = Field("", max_length=200, pattern=Text)
Money = Annotated[str, Field(pattern=r"^\d{1,15}(\.\d{1,2})?$")]


class LaunchAnswer(Schema):
    """analogues, or curve: won revenue of the first twelve months, which a person assumes. deals
    and factor: one of them is the size."""

    id: int
    product: str
    family: str
    price: Amount | None
    regions: list[str]
    month: date
    analogues: list[str]
    curve: list[Amount]
    deals: Amount | None
    factor: Amount | None
    last_month: date | None
    comment: str
    author: str
    role: str
    made_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str


class PhaseOutAnswer(Schema):
    """new_until: the last month of new deals, null for the month before the last. share: what the
    successor takes, null for nothing."""

    id: int
    product: str
    last_month: date
    new_until: date | None
    successor: str
    share: Amount | None
    comment: str
    author: str
    role: str
    made_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str


class CannibalisationAnswer(Schema):
    """change of the sisters' deals against the rest after past launches; low to high: where it may
    lie by chance, at 95 %. is_applied: only a loss that can be told from nothing is."""

    launches: int
    change: Amount | None
    low: Amount | None
    high: Amount | None
    is_applied: bool
    why: str


class Launches(Schema):
    """Every decision that was ever made, the newest first; one with withdrawn_at holds no more."""

    launches: list[LaunchAnswer]
    phase_outs: list[PhaseOutAnswer]
    cannibalisation: CannibalisationAnswer


class LaunchWanted(Schema):
    product: Name
    family: str = Optional
    price: str | None = Field(None, pattern=POSITIVE, description="List price, decimal text.")
    region: list[Name] = Field(default_factory=list, max_length=100)


class PastLaunchAnswer(Schema):
    """deals and revenue: month by month since the first sale, twelve of each."""

    product: str
    family: str
    price: Amount | None
    first_month: date
    deals: list[int]
    revenue: list[Amount]
    by_region: dict[str, int]


class ProposalAnswer(Schema):
    """score: 0 to 1, the weighted mean of family, price and regions. price is null where one of the
    two is not known."""

    past: PastLaunchAnswer
    score: Amount
    family: Amount
    price: Amount | None
    regions: Amount


class Proposals(Schema):
    as_of: date
    currency: str
    proposals: list[ProposalAnswer]


class NewLaunch(Sent):
    """A size is deals in the first twelve months, or a factor to the mean of the analogues. Without
    analogues a curve of twelve amounts is needed, and the deals that bring them."""

    product: Name
    family: str = Optional
    price: str | None = Field(None, pattern=POSITIVE)
    regions: list[Name] = Field(default_factory=list, max_length=100)
    month: Day = Field(description="The first day of the first month of sales.")
    analogues: list[Name] = Field(default_factory=list, max_length=100)
    curve: list[Money] = Field(default_factory=list, max_length=CURVE_MONTHS)
    deals: str | None = Field(None, pattern=POSITIVE)
    factor: str | None = Field(None, pattern=POSITIVE)
    last_month: Day | None = None
    comment: Words


class NewPhaseOut(Sent):
    """Months are said by their first day."""

    product: Name
    last_month: Day
    new_until: Day | None = None
    successor: str = Optional
    share: str | None = Field(None, pattern=r"^[01](\.\d{1,4})?$", description="0.5 is a half.")
    comment: Words


class LaunchMonthAnswer(Schema):
    """low to high: the 80 % range of revenue."""

    month: date
    deals: Amount
    revenue: Amount
    low: Amount
    high: Amount


class DecidedLaunch(LaunchAnswer):
    """expected: its first twelve months by itself. judged: how many past launches the range was
    learned from."""

    expected: list[LaunchMonthAnswer]
    judged: int


@router.get("/launches", response=Launches, summary="List launches and phase-outs")
def list_launches(request: HttpRequest) -> dict[str, Any]:
    """And whether new products take from their sisters, as the current data says."""
    lessons = launches.learn(get_workspace(), today=now().date())
    made = stored.list_history()
    return {
        "launches": [answer_decision(each) for each in made if each.kind == "launch"],
        "phase_outs": [answer_decision(each) for each in made if each.kind == "phase_out"],
        "cannibalisation": {
            **to_plain(lessons.cannibalisation),
            "is_applied": lessons.cannibalisation.is_applied,
        },
    }


@router.get(
    "/launches/proposals", response=Proposals, summary="Propose past launches to learn from"
)
def propose_analogues(request: HttpRequest, wanted: Query[LaunchWanted]) -> dict[str, Any]:
    """The likest first, as known on the last day of the data."""
    today = now().date()
    product = Product(wanted.product, wanted.family, _read(wanted.price))
    found = launches.propose(get_workspace(), product, tuple(wanted.region), today=today)
    return answer_proposals(launches.learn(get_workspace(), today=today), found)


@router.post("/launches", response={201: DecidedLaunch}, summary="Decide a launch")
def decide_launch(request: HttpRequest, new: NewLaunch) -> Status[Any]:
    """It counts in the next run of the cycle of every period that it touches."""
    visitor, today = access.get_visitor(request), now().date()
    wanted = Launch(
        id=0,
        product=new.product.strip(),
        family=new.family.strip(),
        price=_read(new.price),
        regions=tuple(new.regions),
        month=new.month,
        analogues=tuple(new.analogues),
        curve=tuple(map(Decimal, new.curve)),
        deals=_read(new.deals),
        factor=_read(new.factor),
        last_month=new.last_month,
        comment=new.comment.strip(),
        author=visitor.name,
        role=visitor.role,
        made_at=now(),
    )
    outline = launches.outline(get_workspace(), wanted, today=today)
    kept = launches.make_launch(get_workspace(), wanted, today=today)
    expected = {"expected": to_plain(outline.months), "judged": outline.judged}
    return Status(201, {**answer_decision(kept), **expected})


@router.post(
    "/launches/{int:launch_id}/withdraw", response=LaunchAnswer, summary="Withdraw a launch"
)
def withdraw_launch(request: HttpRequest, launch_id: int) -> dict[str, Any]:
    """The forecast is then, from the next run on, as if it had never been decided."""
    return _withdraw(request, "launch", launch_id)


@router.post("/phase-outs", response={201: PhaseOutAnswer}, summary="Decide a phase-out")
def decide_phase_out(request: HttpRequest, new: NewPhaseOut) -> Status[Any]:
    """It counts in the next run of the cycle of every period that it touches."""
    visitor = access.get_visitor(request)
    wanted = PhaseOut(
        id=0,
        product=new.product,
        last_month=new.last_month,
        new_until=new.new_until,
        successor=new.successor,
        share=_read(new.share),
        comment=new.comment.strip(),
        author=visitor.name,
        role=visitor.role,
        made_at=now(),
    )
    kept = launches.make_phase_out(get_workspace(), wanted, today=now().date())
    return Status(201, answer_decision(kept))


@router.post(
    "/phase-outs/{int:phase_out_id}/withdraw",
    response=PhaseOutAnswer,
    summary="Withdraw a phase-out",
)
def withdraw_phase_out(request: HttpRequest, phase_out_id: int) -> dict[str, Any]:
    """The forecast is then, from the next run on, as if it had never been decided."""
    return _withdraw(request, "phase_out", phase_out_id)


def _withdraw(
    request: HttpRequest, kind: Literal["launch", "phase_out"], number: int
) -> dict[str, Any]:
    visitor = access.get_visitor(request)
    return answer_decision(launches.withdraw(kind, number, visitor.name, now=now()))


def _read(written: str | None) -> Decimal | None:
    return None if written is None else Decimal(written)

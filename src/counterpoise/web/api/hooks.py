"""Hooks: opened, told what their values mean, and what was delivered to them.

A program brings the secret of a hook itself: answers are kept for those who ask twice, and a
secret in one would lie there in the clear.
"""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import hooks
from counterpoise.actions.hooks import MOST_A_MINUTE, REQUESTS_A_MINUTE, Wish
from counterpoise.domain.collect import mapping_toml
from counterpoise.domain.collect.deliveries import Places
from counterpoise.domain.collect.signatures import Agreement, Encoding, Scheme
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import deliveries
from counterpoise.store import hooks as stored
from counterpoise.store.deliveries import Delivery
from counterpoise.store.hooks import Hook
from counterpoise.web import access
from counterpoise.web.api import paging
from counterpoise.web.api.editions import TAKES_EDITION, read_edition, tell_edition
from counterpoise.web.api.forms import Name, Sent, Words
from counterpoise.web.workplace import now

router = Router(tags=["hooks"])
ONE = "/hooks/{name}"
SHOWN = 1_000


class AgreementAnswer(Schema):
    """scheme: standard, hubspot, mautic or header; the rest is of header alone."""

    scheme: str
    header: str
    encoding: str
    prefix: str
    id_header: str


class PlacesAnswer(Schema):
    """Dotted names: where the records are, and in a record its kind and its version."""

    records: str
    kind: str
    version: str


class HookAnswer(Schema):
    """address: where events are sent, below the host. stuck: why what waits cannot be landed.

    deliveries: how many are kept (waiting), landed, untaken and unfit.
    """

    name: str
    address: str
    source: str
    agreement: AgreementAnswer
    places: PlacesAnswer
    requests_a_minute: int
    mapping: str
    stuck: str
    previous_until: datetime | None
    edition: int
    made_by: str
    made_at: datetime
    deliveries: dict[str, int]


class Hooks(Schema):
    items: list[HookAnswer]
    next: str | None


class MeaningAnswer(Schema):
    """mapping: TOML, as for files; each kind of record is a file of it."""

    mapping: str


class DeliveryAnswer(Schema):
    """state: kept, landed, untaken or unfit. load: the last that took from it."""

    number: int
    known_as: str
    received_at: datetime
    sent_at: datetime | None
    state: str
    why: str
    load: str


class Deliveries(Schema):
    items: list[DeliveryAnswer]
    next: str | None


class Replayed(Schema):
    """deliveries: how many are landed once more."""

    deliveries: int


class NewHook(Sent):
    name: Name
    scheme: Scheme = "standard"
    secret: Name
    header: Words = Field("", max_length=60)
    encoding: Encoding = "hex"
    prefix: Words = Field("", max_length=60)
    id_header: Words = Field("", max_length=60)
    records: Words = Field("", max_length=200)
    kind: Words = Field("", max_length=200)
    version: Words = Field("", max_length=200)
    source: Words = Field("", max_length=40)
    requests_a_minute: int = Field(REQUESTS_A_MINUTE, ge=1, le=MOST_A_MINUTE)

    def as_wish(self) -> Wish:
        return Wish(
            self.name,
            Agreement(self.scheme, self.header, self.encoding, self.prefix, self.id_header),
            Places(self.records, self.kind, self.version),
            self.source,
            self.secret,
            self.requests_a_minute,
        )


class Meaning(Sent):
    """mapping: TOML as in what was proposed; empty takes that."""

    mapping: str = Field("", max_length=150_000)


class NewSecret(Sent):
    """keep_hours: how long the old secret is still taken."""

    secret: Name
    keep_hours: int = Field(24, ge=0, le=720)


class Again(Sent):
    """delivery: its number; null for all."""

    delivery: int | None = Field(None, ge=1, le=2**62)


@router.get("/hooks", response=Hooks, summary="List hooks, by name")
def list_hooks(request: HttpRequest, page: Query[paging.Page]) -> dict[str, Any]:
    counted = deliveries.count_all_states()
    shown, following = paging.cut_page(stored.list_hooks(), _order, page, "hooks")
    listed = [_answer_hook(each, counted.get(each.id, {})) for each in shown]
    return paging.answer_page(listed, following)


@router.post("/hooks", response={201: HookAnswer}, summary="Open a hook")
def make_hook(request: HttpRequest, response: HttpResponse, new: NewHook) -> Status[Any]:
    made, _ = hooks.make(new.as_wish(), by=access.get_visitor(request).id, now=now())
    tell_edition(response, made.edition)
    return Status(201, _answer_hook(made, {}))


@router.get(ONE, response=HookAnswer, summary="Get a hook")
def show_hook(request: HttpRequest, response: HttpResponse, name: str) -> dict[str, Any]:
    return _answer_current(response, name)


@router.get(
    ONE + "/meaning", response=MeaningAnswer, summary="Get what the values of a hook may mean"
)
def propose_meaning(request: HttpRequest, name: str) -> dict[str, Any]:
    """What was confirmed, and a proposal for what nobody has seen yet."""
    proposed = hooks.propose(stored.get_hook(name))
    return {"mapping": mapping_toml.write_mapping(proposed.mapping)}


@router.put(
    ONE + "/meaning",
    response=HookAnswer,
    summary="Say what the values of a hook mean",
    openapi_extra=TAKES_EDITION,
)
def confirm_meaning(
    request: HttpRequest, response: HttpResponse, name: str, sent: Meaning
) -> dict[str, Any]:
    """Everything that was delivered is then read anew by it."""
    edition, hook = read_edition(request), stored.get_hook(name)
    stated = (
        mapping_toml.read_mapping(sent.mapping, "mapping")
        if sent.mapping
        else hooks.propose(hook).mapping
    )
    hooks.confirm(hook, stated, edition=edition, now=now())
    return _answer_current(response, name)


@router.post(ONE + "/rotate", response=HookAnswer, summary="Give a hook another secret")
def rotate_secret(
    request: HttpRequest, response: HttpResponse, name: str, new: NewSecret
) -> dict[str, Any]:
    kept_for = timedelta(hours=new.keep_hours)
    hooks.rotate(name, secret=new.secret, kept_for=kept_for, now=now())
    return _answer_current(response, name)


@router.post(ONE + "/remove", response=HookAnswer, summary="Close a hook")
def remove_hook(request: HttpRequest, response: HttpResponse, name: str) -> dict[str, Any]:
    """Answers with the hook as it was. What was delivered stays."""
    answer = _answer_current(response, name)
    hooks.remove(name, now=now())
    return answer


@router.get(ONE + "/deliveries", response=Deliveries, summary="List deliveries, newest first")
def list_deliveries(request: HttpRequest, name: str, page: Query[paging.Page]) -> dict[str, Any]:
    """The newest 1,000 at most."""
    hook = stored.get_hook(name)
    found = deliveries.list_deliveries(hook.id, SHOWN)
    shown, following = paging.cut_page(found, _order_deliveries, page, f"deliveries:{hook.id}")
    return paging.answer_page([_answer_delivery(each) for each in shown], following)


@router.post(ONE + "/replay", response=Replayed, summary="Land deliveries once more")
def replay_deliveries(request: HttpRequest, name: str, sent: Again) -> dict[str, Any]:
    return {"deliveries": hooks.replay(stored.get_hook(name), sent.delivery, now=now())}


def _answer_current(response: HttpResponse, name: str) -> dict[str, Any]:
    hook = stored.get_hook(name)
    tell_edition(response, hook.edition)
    return _answer_hook(hook, deliveries.count_states(hook.id))


def _answer_hook(hook: Hook, counted: dict[str, int]) -> dict[str, Any]:
    answer: dict[str, Any] = to_plain(hook)
    return {
        **answer,
        "address": f"/hooks/{hook.name}",
        "mapping": mapping_toml.write_mapping(hook.mapping) if hook.mapping else "",
        "stuck": str(hook.stuck) if hook.stuck else "",
        "deliveries": {each: counted.get(each, 0) for each in deliveries.STATES},
    }


def _answer_delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "number": delivery.id,
        "known_as": delivery.known_as,
        "received_at": to_plain(delivery.received_at),
        "sent_at": to_plain(delivery.sent_at),
        "state": delivery.state,
        "why": str(delivery.why) if delivery.why else "",
        "load": delivery.batch,
    }


def _order(hook: Hook) -> paging.Key:
    return (hook.name,)


def _order_deliveries(delivery: Delivery) -> paging.Key:
    return (-delivery.id,)

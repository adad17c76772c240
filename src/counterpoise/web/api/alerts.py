"""Addresses outside the product that hear when a refresh fails."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status

from counterpoise.actions import alerts
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import alerts as stored
from counterpoise.web.api.forms import Name, Sent
from counterpoise.web.workplace import now

router = Router(tags=["connections"])


class AddressAnswer(Schema):
    """The address itself is never answered."""

    name: str
    language: str
    made_at: datetime


class Addresses(Schema):
    addresses: list[AddressAnswer]


class NewAddress(Sent):
    """url: as Apprise writes it, such as mailtos:// or slack://."""

    name: Name
    url: Name
    language: Literal["en", "ar"]


@router.get("/alerts", response=Addresses, summary="List who hears when a refresh fails")
def list_alert_addresses(request: HttpRequest) -> dict[str, Any]:
    return {"addresses": [to_plain(each) for each in stored.list_addresses()]}


@router.post("/alerts", response={201: AddressAnswer}, summary="Add an address for alerts")
def add_alert_address(request: HttpRequest, wish: NewAddress) -> Status[Any]:
    made = alerts.add_address(wish.name, wish.url, wish.language, now=now())
    return Status(201, to_plain(made))


@router.post("/alerts/{name}/test", response=AddressAnswer, summary="Send a trial")
def try_alert_address(request: HttpRequest, name: str) -> dict[str, Any]:
    address = stored.get_address(name)
    alerts.try_address(address)
    answer: dict[str, Any] = to_plain(address)
    return answer


@router.post("/alerts/{name}/remove", response=Addresses, summary="Remove an address")
def remove_alert_address(request: HttpRequest, name: str) -> dict[str, Any]:
    stored.remove(stored.get_address(name), at=now())
    return list_alert_addresses(request)

"""Providers of enrichment: adding, changing, pausing and removing them."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal, cast

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from counterpoise.actions import enrichment as actions
from counterpoise.actions import providers, rules
from counterpoise.domain.collect.enrichment import Authority
from counterpoise.store import enrichment
from counterpoise.store.enrichment import ProviderFacts
from counterpoise.web.api.editions import TAKES_EDITION, read_edition, tell_edition
from counterpoise.web.api.forms import Sent
from counterpoise.web.collect.standing import get_all_seeing
from counterpoise.web.workplace import now

router = Router(tags=["collect"])
ONE = "/enrichment/providers/{name}"
StatedBy = Literal["billing", "customer", "vendor", "crawl", "guess"]
LONGEST = 2_000


class ProviderAnswer(Schema):
    """cost: of one company. spent and calls: of the month now. cap: of a month. age_days: after how
    many days it is asked about a company again, 0 for the shortest age limit of a field."""

    name: str
    kind: str
    authority: str
    cost: Decimal
    age_days: int
    is_paused: bool
    month: str
    spent: Decimal
    calls: int
    cap: Decimal


class Providers(Schema):
    providers: list[ProviderAnswer]


class OneProviderAnswer(Schema):
    """A secret is never answered. age_days: after how many days it is asked about a company again,
    0 for the shortest age limit of a field."""

    name: str
    kind: str
    authority: str
    settings: dict[str, str]
    cost: Decimal
    age_days: int
    is_paused: bool
    has_secret: bool
    edition: int


class ProviderSettings(Sent):
    """settings: by kind, as documented under Enrichment. secret: empty leaves the kept one."""

    authority: StatedBy
    settings: dict[str, str] = Field(default_factory=dict, max_length=20)
    secret: str = Field("", max_length=LONGEST)
    cost: str = Field("0", pattern=r"^\d{1,8}(\.\d{1,4})?$", description="Decimal text.")
    age_days: int = Field(0, ge=0, le=providers.LONGEST_AGE)


class NewProvider(ProviderSettings):
    name: str = Field(min_length=1, max_length=64, pattern=r"^[^\u0000]*$")
    kind: Literal["file", "table", "api", "page"]


@router.get("/enrichment/providers", response=Providers, summary="List providers and their cost")
def list_providers(request: HttpRequest) -> dict[str, Any]:
    """Without their secrets."""
    get_all_seeing(request)
    rulebook, at = rules.load_rulebook(), now()
    month = f"{at:%Y-%m}"
    spent = {each.provider: each for each in enrichment.list_spend() if each.month == month}
    return {
        "providers": [
            {
                "name": each.name,
                "kind": each.kind,
                "authority": each.authority,
                "cost": each.cost,
                "age_days": each.age_days,
                "is_paused": each.is_paused,
                "month": month,
                "spent": spent[each.name].spent if each.name in spent else Decimal(0),
                "calls": spent[each.name].calls if each.name in spent else 0,
                "cap": actions.find_cap(rulebook, each.name, at),
            }
            for each in enrichment.list_providers()
        ]
    }


@router.post("/enrichment/providers", response={201: OneProviderAnswer}, summary="Add a provider")
def add_provider(request: HttpRequest, response: HttpResponse, wish: NewProvider) -> Status[Any]:
    facts = ProviderFacts(
        wish.name, wish.kind, cast("Authority", wish.authority), wish.settings,
        Decimal(wish.cost),
        wish.age_days,
    )  # fmt: skip
    providers.add_provider(facts, wish.secret, now=now())
    return Status(201, show_provider(request, response, wish.name))


@router.get(ONE, response=OneProviderAnswer, summary="Get a provider")
def show_provider(request: HttpRequest, response: HttpResponse, name: str) -> ProviderFacts:
    held = enrichment.get_facts(name)
    tell_edition(response, held.edition)
    return held


@router.put(
    ONE,
    response=OneProviderAnswer,
    summary="Change a provider's settings",
    openapi_extra=TAKES_EDITION,
)
def change_provider(
    request: HttpRequest, response: HttpResponse, name: str, wish: ProviderSettings
) -> ProviderFacts:
    seen = _read_seen(request, name)
    after = replace(
        seen,
        authority=cast("Authority", wish.authority),
        settings=wish.settings,
        cost=Decimal(wish.cost),
        age_days=wish.age_days,
    )
    providers.change_provider(seen, after, wish.secret, now=now())
    return show_provider(request, response, name)


@router.post(
    ONE + "/pause",
    response=OneProviderAnswer,
    summary="Pause a provider",
    openapi_extra=TAKES_EDITION,
)
def pause_provider(request: HttpRequest, response: HttpResponse, name: str) -> ProviderFacts:
    providers.pause_provider(_read_seen(request, name), is_paused=True, now=now())
    return show_provider(request, response, name)


@router.post(
    ONE + "/resume",
    response=OneProviderAnswer,
    summary="Let a paused provider go on",
    openapi_extra=TAKES_EDITION,
)
def resume_provider(request: HttpRequest, response: HttpResponse, name: str) -> ProviderFacts:
    providers.pause_provider(_read_seen(request, name), is_paused=False, now=now())
    return show_provider(request, response, name)


@router.post(
    ONE + "/remove",
    response={204: None},
    summary="Remove a provider; what it said stays",
    openapi_extra=TAKES_EDITION,
)
def remove_provider(request: HttpRequest, name: str) -> Status[Any]:
    providers.remove_provider(_read_seen(request, name), now=now())
    return Status(204, None)


def _read_seen(request: HttpRequest, name: str) -> ProviderFacts:
    return replace(enrichment.get_facts(name), edition=read_edition(request))

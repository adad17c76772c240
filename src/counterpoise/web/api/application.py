"""The API, put together: its steps, their addresses behind the door, answers to errors."""

from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, re_path
from django.urls import path as address
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation as NinjaOperation
from ninja.renderers import BaseRenderer

from counterpoise.web.api import (
    alerts,
    calls,
    collect,
    connections,
    cycle,
    demand,
    enrichment,
    execute,
    hooks,
    identity,
    inspection,
    launches,
    lead_accounts,
    lead_scores,
    loads,
    measure,
    notes,
    openapi,
    outbox,
    overrides,
    own_measures,
    people,
    process,
    providers,
    reconcile,
    recurring,
    rows,
    rulebook,
    scenarios,
    series,
    supply,
    teamwork,
    versions,
    volumes,
    waterfall,
    work,
)
from counterpoise.web.api.bodies import JSON, StrictParser
from counterpoise.web.api.door import NAMESPACE, Operation, answer_nothing, open_door
from counterpoise.web.api.problems import NOT_FOUND, Problem, read_refusal, refuse_input
from counterpoise.web.api.rendering import render_json

router = Router(tags=["api"])


@router.get("/openapi.json", response=dict[str, Any], summary="Get this document")
def show_openapi(request: HttpRequest) -> dict[str, Any]:
    return openapi.describe(api)


ROUTERS: tuple[Router, ...] = (
    router,
    cycle.router,
    work.router,
    loads.router,
    hooks.router,
    connections.router,
    alerts.router,
    collect.router,
    identity.router,
    lead_accounts.router,
    providers.router,
    enrichment.router,
    rows.router,
    process.router,
    waterfall.router,
    own_measures.router,
    lead_scores.router,
    demand.router,
    overrides.router,
    inspection.router,
    calls.router,
    series.router,
    launches.router,
    volumes.router,
    recurring.router,
    supply.router,
    reconcile.router,
    scenarios.router,
    versions.router,
    notes.router,
    execute.router,
    outbox.router,
    measure.router,
    rulebook.router,
    teamwork.router,
    people.router,
)


class PlainRenderer(BaseRenderer):
    """Writes answers as the commands write theirs."""

    media_type = JSON

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        return render_json(data)


class NamedAPI(NinjaAPI):
    """Operations are known by the names of their functions, here and to programs."""

    def get_openapi_operation_id(self, operation: NinjaOperation) -> str:
        return operation.view_func.__name__


def build_api() -> NinjaAPI:
    api = NamedAPI(
        title="Counterpoise",
        version=openapi.VERSION,
        description=openapi.DESCRIPTION,
        urls_namespace=NAMESPACE,
        openapi_url=None,
        docs_url=None,
        parser=StrictParser(),
        renderer=PlainRenderer(),
    )
    for router in ROUTERS:
        api.add_router("", router)
    for kind in (Exception, Problem):
        api.add_exception_handler(kind, _answer_error)
    api.add_exception_handler(Http404, _answer_hidden)
    api.add_exception_handler(HttpError, _answer_http_error)
    api.add_exception_handler(ValidationError, _answer_invalid)
    return api


def list_urls(api: NinjaAPI) -> list[URLPattern]:
    """The address of every operation, and whatever else is asked for beneath /api/v1/."""
    operations = {
        each.view_func.__name__: each
        for router in ROUTERS
        for view in router.path_operations.values()
        for each in view.operations
    }
    patterns, _, _ = api.urls
    named = [each for each in patterns if isinstance(each, URLPattern) and each.name in operations]
    urls = []
    for route, group in groupby(named, key=lambda each: str(each.pattern)):
        same = list(group)
        by_method = {
            method: _describe(operations[str(each.name)])
            for each in same
            for method in operations[str(each.name)].methods
        }
        urls.append(address(route, open_door(same[0].callback, by_method), name=same[0].name))
    # A dot would stop at a line end, and a page would answer what was asked of the API.
    return [*urls, re_path(r"^[\s\S]*\Z", open_door(answer_nothing, {}), name="nothing")]


def _describe(operation: NinjaOperation) -> Operation:
    """What the door has to know: the parameters, and the kind of body that is taken."""
    query: set[str] = set()
    sent = (operation.openapi_extra or {}).get("requestBody", {"content": {}})
    body = next(iter(sent["content"]), "")
    for model in operation.models:
        source = str(model.__ninja_param_source__)
        if source == "query":
            query |= set(model.__ninja_flatten_map__)
        if source == "body":
            body = JSON
    return Operation(operation.view_func.__name__, body, frozenset(query))


def _answer_error(request: HttpRequest, error: Any) -> HttpResponse:
    """A refusal of ours is answered; anything else is for the door, which keeps its trace."""
    if (problem := read_refusal(error)) is None:
        raise error
    return problem.answer()


def _answer_hidden(request: HttpRequest, error: Any) -> HttpResponse:
    return Problem(404, NOT_FOUND).answer()


def _answer_http_error(request: HttpRequest, error: Any) -> HttpResponse:
    """The framework hides what our parser said of a body behind its own words."""
    cause = error.__cause__
    problem = cause if isinstance(cause, Problem) else Problem(error.status_code, str(error))
    return problem.answer()


def _answer_invalid(request: HttpRequest, error: Any) -> HttpResponse:
    return refuse_input(error.errors).answer()


api = build_api()

"""The page that lists what the API can do, from its own document."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from counterpoise.web import access
from counterpoise.web.api.application import api
from counterpoise.web.api.door import NAMESPACE
from counterpoise.web.api.openapi import VERSION, describe
from counterpoise.web.pages import render_page
from counterpoise.web.tables import Column, Row, Table

COLUMNS = (
    Column("step", _("Step"), has_choices=True),
    Column("method", _("Method"), has_choices=True),
    Column("path", _("Address")),
    Column("does", _("What it does")),
    Column("right", _("Right"), has_choices=True),
    Column("sent", _("Parameters and fields")),
)


@require_safe
def show_reference(request: HttpRequest) -> HttpResponse:
    table = Table(
        name="operations",
        caption=_("Every operation of the API"),
        columns=COLUMNS,
        rows=tuple(_list_operations()),
        empty=_("The API can do nothing."),
        page_rows=500,
    )
    return render_page(request, "api/reference.html", {"version": VERSION}, [table])


def _list_operations() -> Iterator[Row]:
    for path, methods in describe(api)["paths"].items():
        for method, operation in methods.items():
            yield Row(
                {
                    "step": operation["tags"][0],
                    "method": method.upper(),
                    "path": path,
                    "does": operation["summary"],
                    "right": access.NEEDS.get(f"{NAMESPACE}:{operation['operationId']}", "–"),
                    "sent": ", ".join(_list_sent(operation)),
                }
            )


def _list_sent(operation: dict[str, Any]) -> Iterator[str]:
    yield from (each["name"] for each in operation["parameters"] if each["in"] == "query")
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schema = content["schema"]
        if "$ref" in schema:
            schema = describe(api)["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        yield from schema.get("properties", {})

"""Renders a page with its tables, or one of its tables as a file where the address asks for it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from counterpoise.web import exports, tables
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Table


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    shown: Sequence[Table] = (),
    *,
    form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """Tables reach the template as `tables.<name>` with hyphens as underscores.

    A form with errors makes the answer 422: what was sent was understood and refused.
    """
    eyes = get_eyes(request)
    if wanted := tables.find_table(shown, request.GET):
        table, kind = wanted
        rows = tables.select_rows(table, request.GET, eyes.in_currency(table.currency))
        return exports.send_table(table, rows, kind, eyes)
    arranged = {
        each.name.replace("-", "_"): tables.arrange(each, request.GET, eyes) for each in shown
    }
    refused = form is not None and form.is_bound and bool(form.errors)
    return render(
        request,
        template,
        {**context, "tables": arranged, "form": form},
        status=422 if refused else status,
    )

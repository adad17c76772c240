"""The figures of a period's forecast that somebody should look at, the most at stake first."""

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from counterpoise.actions.exceptions import list_exceptions
from counterpoise.domain.tables.exception import ForecastException
from counterpoise.web.demand import cells
from counterpoise.web.demand.words import name_role
from counterpoise.web.newest import get_newest
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Column, Row, Table
from counterpoise.web.workplace import get_workspace, now

KINDS: dict[str, str | Promise] = {
    "moved": gettext_lazy("moved since the last run"),
    "missed": gettext_lazy("missed its range"),
    "overridden": gettext_lazy("overridden by much"),
    "uncertain": gettext_lazy("hardly known"),
}


@require_safe
def show_exceptions(request: HttpRequest, period: str) -> HttpResponse:
    newest = get_newest(period)
    found = list_exceptions(get_workspace(), period, today=now().date())
    reader = get_eyes(request).reader
    table = Table(
        name="exceptions",
        caption=_("What somebody should look at"),
        columns=(
            Column("figure", _("Figure")),
            Column("kind", _("What stands out"), has_choices=True),
            Column("why", _("Why")),
            Column("who", _("Who should look"), has_choices=True),
            Column("at_stake", _("At stake"), "money"),
        ),
        rows=tuple(
            Row(
                {
                    "figure": cells.name_cell(each.cell, reader),
                    "kind": str(KINDS[each.kind]),
                    "why": each.why,
                    "who": name_role(each.who),
                    "at_stake": each.at_stake,
                },
                _link(period, each),
            )
            for each in found or ()
        ),
        empty=_("No figure stands out: nothing moved, missed or was overridden by much."),
        currency=newest.cycle.currency if newest.cycle else "",
    )
    context = {"newest": newest, "is_refused": found is None}
    return render_page(request, "demand/exceptions.html", context, [table])


def _link(period: str, found: ForecastException) -> dict[str, str]:
    """A month that is over has no page in the forecast of this period."""
    return {} if found.kind == "missed" else {"figure": cells.link("cell", period, found.cell)}

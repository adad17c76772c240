"""What bad data costs: how much further off the forecast is where deals have a fault."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from counterpoise.actions.data_cost import FIXES
from counterpoise.connectors.documents.names import name_code
from counterpoise.domain.tables.deal_errors import FaultCost
from counterpoise.domain.values.rights import Visitor
from counterpoise.web import access
from counterpoise.web.collect import standing as standings
from counterpoise.web.pages import render_page
from counterpoise.web.tables import Column, Row, Table

SHOWN_COLUMNS = (
    Column("attribute", _("Attribute")),
    Column("rule", _("What is wrong")),
    Column("deals", _("Deals with it"), "number"),
    Column("others", _("Deals without"), "number"),
    Column("error", _("Off, with it"), "share"),
    Column("error_else", _("Off, without"), "share"),
    Column("money", _("Costs"), "money"),
    Column("low", _("at least"), "money"),
    Column("high", _("at most"), "money"),
)
UNSHOWN_COLUMNS = (*SHOWN_COLUMNS[:4], Column("why", _("Why not")))


@require_safe
def show_cost(request: HttpRequest) -> HttpResponse:
    visitor = access.get_visitor(request)
    standing = standings.find_standing()
    examined = standing.examined if standing else None
    cost = examined.cost if examined else None
    shown = [each for each in cost.costs if each.is_shown] if cost else []
    others = [each for each in cost.costs if not each.is_shown] if cost else []
    fixes = Table(
        name="fixes",
        caption=_("The fixes worth most"),
        columns=SHOWN_COLUMNS,
        rows=tuple(_describe(each, visitor) for each in shown[:FIXES]),
        empty=_("No fault in the deals shows that it costs the forecast anything."),
        currency=cost.currency if cost else "",
    )
    rest = Table(
        name="others",
        caption=_("Faults of which nothing can be said"),
        columns=UNSHOWN_COLUMNS,
        rows=tuple(_describe(each, visitor) for each in others),
        empty=_("There are no others."),
    )
    context = {"standing": standing, "examined": examined, "cost": cost}
    return render_page(request, "collect/health_cost.html", context, [fixes, rest])


def _describe(cost: FaultCost, visitor: Visitor) -> Row:
    link = reverse("collect:finding", args=[cost.table, cost.attribute, cost.rule])
    why = _("too few deals") if cost.money is None else _("the range holds nothing at all")
    return Row(
        {
            "attribute": name_code("attribute", cost.attribute),
            "rule": name_code("rule", cost.rule),
            "deals": cost.deals,
            "others": cost.others,
            "error": cost.error,
            "error_else": cost.error_else,
            "money": cost.money,
            "low": cost.low_80,
            "high": cost.high_80,
            "why": str(why),
        },
        {"deals": link} if visitor.reach != "nobody" else {},
    )

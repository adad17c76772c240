"""Tables of products that come and go: decisions, past launches, what they move."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterpoise.actions.launches import Outline
from counterpoise.actions.overrides import Outlook
from counterpoise.connectors.documents import names
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.tables.launch import CURVE_MONTHS, Launch, PhaseOut, Proposal
from counterpoise.store.launches import KeptDecision
from counterpoise.web.demand.words import name_role
from counterpoise.web.tables import Column, Row, Table

MOST_CURVES = 6
LINES: dict[str, str | Promise] = {
    "launch": gettext_lazy("launch"),
    "sisters": gettext_lazy("taken from a sister"),
    "phase_out": gettext_lazy("phase-out"),
    "successor": gettext_lazy("successor"),
}


def build_decisions(made: Sequence[KeptDecision], reader: Reader, currency: str) -> Table:
    return Table(
        name="decisions",
        caption=_("Launches and phase-outs, the newest first"),
        columns=(
            Column("made_at", _("When"), "moment"),
            Column("who", _("Who"), has_choices=True),
            Column("role", _("Role"), has_choices=True),
            Column("kind", _("Kind"), has_choices=True),
            Column("product", _("Product")),
            Column("month", _("From or until"), "month"),
            Column("how", _("How")),
            Column("comment", _("Comment")),
            Column("state", _("State"), has_choices=True),
            Column("ended", _("Withdrawn by")),
        ),
        rows=tuple(_build_decision(each, reader) for each in made),
        empty=_("Nobody has decided a launch or a phase-out."),
        currency=currency,
    )


def describe(decided: Launch | PhaseOut, reader: Reader) -> str:
    """A decision in a sentence."""
    if isinstance(decided, PhaseOut):
        return _describe_phase_out(decided, reader)
    if decided.curve:
        return _("by a curve of {amount} in {months} months that {author} assumes").format(
            amount=reader.number(sum(decided.curve, Decimal(0))),
            months=reader.number(CURVE_MONTHS),
            author=decided.author,
        )
    like = _list(decided.analogues)
    if decided.deals is not None:
        return _("like {analogues}, {deals} deals in {months} months").format(
            analogues=like,
            deals=reader.quantity(decided.deals),
            months=reader.number(CURVE_MONTHS),
        )
    return _("like {analogues}, {factor} times as large").format(
        analogues=like, factor=reader.quantity(decided.factor or Decimal(1))
    )


def build_proposals(found: Sequence[Proposal], currency: str) -> Table:
    return Table(
        name="proposals",
        caption=_("Past launches, the likest first"),
        columns=(
            Column("product", _("Product")),
            Column("score", _("Likeness"), "share"),
            Column("family", _("Same family"), "share"),
            Column("price", _("Nearness in price"), "share"),
            Column("regions", _("Same regions"), "share"),
            Column("first", _("First sold"), "month"),
            Column("deals", _("Deals in 12 months"), "number"),
            Column("revenue", _("Revenue in 12 months"), "money"),
        ),
        rows=tuple(
            Row(
                {
                    "product": names.name_part(each.past.product),
                    "score": each.score,
                    "family": each.family,
                    "price": each.price,
                    "regions": each.regions,
                    "first": each.past.first_month,
                    "deals": each.past.total_deals,
                    "revenue": each.past.total_revenue,
                }
            )
            for each in found
        ),
        empty=_("The data shows no past launch."),
        currency=currency,
    )


def build_curves(found: Sequence[Proposal], reader: Reader) -> Table:
    """What each month brought of the deals of the first twelve: sizes apart, curves compare."""
    shown = [each.past for each in found[:MOST_CURVES]]
    return Table(
        name="curves",
        caption=_("Their curves: each month's share of the deals of the first twelve"),
        columns=(
            Column("month", _("Month since the first sale")),
            *(
                Column(f"curve-{place}", names.name_part(each.product), "share")
                for place, each in enumerate(shown)
            ),
        ),
        rows=tuple(
            Row(
                {
                    "month": reader.number(age + 1),
                    **{
                        f"curve-{place}": Decimal(each.deals[age]) / each.total_deals
                        for place, each in enumerate(shown)
                    },
                }
            )
            for age in range(CURVE_MONTHS if shown else 0)
        ),
        empty=_("The data shows no past launch."),
    )


def build_outline(outline: Outline, currency: str) -> Table:
    return Table(
        name="outline",
        caption=_("What the launch brings by itself"),
        columns=(
            Column("month", _("Month"), "month"),
            Column("deals", _("Won deals"), "quantity"),
            Column("revenue", _("Won revenue"), "money"),
            Column("low", _("80% from"), "money"),
            Column("high", _("80% to"), "money"),
        ),
        rows=tuple(
            Row(
                {
                    "month": each.month,
                    "deals": each.deals,
                    "revenue": each.revenue,
                    "low": each.low,
                    "high": each.high,
                }
            )
            for each in outline.months
        ),
        empty="",
        currency=currency,
    )


def build_lines(outlook: Outlook) -> Iterator[Table]:
    """None where nothing comes or goes in the period."""
    lines = outlook.forecast.products
    if not lines:
        return
    yield Table(
        name="products",
        caption=_("What launches and phase-outs change in the period"),
        columns=(
            Column("product", _("Product")),
            Column("kind", _("What changes it"), has_choices=True),
            Column("cause", _("Because of")),
            Column("deals", _("Won deals"), "number", places=2),
            Column("revenue", _("Won revenue"), "money"),
        ),
        rows=tuple(
            Row(
                {
                    "product": names.name_part(each.product),
                    "kind": str(LINES[each.kind]),
                    "cause": names.name_part(each.cause),
                    "deals": each.deals,
                    "revenue": each.revenue,
                }
            )
            for each in lines
        ),
        empty="",
        currency=outlook.cycle.currency,
    )


def _build_decision(kept: KeptDecision, reader: Reader) -> Row:
    decided = kept.decided
    is_launch = isinstance(decided, Launch)
    return Row(
        {
            "made_at": decided.made_at,
            "who": decided.author,
            "role": name_role(decided.role),
            "kind": str(LINES["launch" if is_launch else "phase_out"]),
            "product": names.name_part(decided.product),
            "month": decided.month if isinstance(decided, Launch) else decided.last_month,
            "how": describe(decided, reader),
            "comment": decided.comment,
            "state": _("holds") if kept.is_current else _("withdrawn"),
            "ended": kept.withdrawn_by,
        },
        name=f"decision-{decided.id}",
    )


def _describe_phase_out(decided: PhaseOut, reader: Reader) -> str:
    new = reader.month(decided.last_new)
    if decided.share is not None:
        return _("new deals until {month}; {successor} takes {share}").format(
            month=new,
            successor=names.name_part(decided.successor),
            share=reader.share(decided.share),
        )
    if decided.successor:
        return _("new deals until {month}; {successor} follows and takes nothing").format(
            month=new, successor=names.name_part(decided.successor)
        )
    return _("new deals until {month}").format(month=new)


def _list(members: Sequence[str]) -> str:
    return " · ".join(names.name_part(each) for each in members)

"""The tables of a version: who signed, and all that a signer needs to have seen."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from counterpoise.connectors.documents import names
from counterpoise.connectors.documents.override_words import write_change
from counterpoise.connectors.documents.pack_words import name_role
from counterpoise.domain.reconcile.signing import State
from counterpoise.domain.tables.pack import Pack
from counterpoise.store.versions import FrozenVersion
from counterpoise.web.demand import cells
from counterpoise.web.demand.words import name_reason
from counterpoise.web.links import link_rule
from counterpoise.web.reading import Eyes
from counterpoise.web.signoff.words import STATES
from counterpoise.web.tables import Column, Row, Table


def build_versions(listed: Iterable[tuple[FrozenVersion, State]]) -> Table:
    return Table(
        name="versions",
        caption=_("Versions, the newest first"),
        columns=(
            Column("number", _("Version")),
            Column("state", _("State"), has_choices=True),
            Column("frozen_at", _("Frozen"), "moment"),
            Column("author", _("By")),
            Column("plan", _("Plan")),
            Column("signed", _("Signatures"), "number"),
            Column("wanted", _("Needed"), "number"),
            Column("hash", _("Hash")),
        ),
        rows=tuple(
            Row(
                {
                    "number": each.version.number,
                    "state": str(STATES[state]),
                    "frozen_at": each.version.frozen_at,
                    "author": each.author_name,
                    "plan": each.plan,
                    "signed": len(each.signed),
                    "wanted": len(each.required_roles),
                    "hash": each.version.version_hash[:12],
                },
                links={
                    "number": reverse(
                        "signoff:version", args=[each.version.period, each.version.number]
                    )
                },
            )
            for each, state in listed
        ),
        empty=_("Nothing was frozen for this period yet."),
    )


def build_signatures(frozen: FrozenVersion) -> Table:
    return Table(
        name="signatures",
        caption=_("Signatures"),
        columns=(
            Column("name", _("Who")),
            Column("role", _("As")),
            Column("at", _("When"), "moment"),
            Column("comment", _("Comment")),
        ),
        rows=tuple(
            Row(
                {
                    "name": each.name,
                    "role": name_role(each.signature.role),
                    "at": each.signature.signed_at,
                    "comment": each.comment,
                }
            )
            for each in frozen.signed
        ),
        empty=_("Nobody has signed yet."),
    )


def build_content(pack: Pack, eyes: Eyes) -> tuple[Table, ...]:
    return (
        _build_months(pack),
        _build_products(pack),
        _build_limits(pack),
        _build_scenarios(pack),
        _build_overrides(pack, eyes),
        _build_backtest(pack),
        _build_defaults(pack),
    )


def _build_months(pack: Pack) -> Table:
    return Table(
        name="months",
        caption=_("Expected months, with the 80% range of revenue"),
        columns=(
            Column("month", _("Month"), "month"),
            Column("deals", _("Won deals"), "quantity"),
            Column("revenue", _("Revenue"), "money"),
            Column("low", _("Low"), "money"),
            Column("high", _("High"), "money"),
            Column("statistical", _("Before overrides"), "money"),
        ),
        rows=tuple(
            Row(
                {
                    "month": each.month,
                    "deals": each.deals,
                    "revenue": each.revenue,
                    "low": each.low,
                    "high": each.high,
                    "statistical": each.statistical,
                },
                links={"revenue": reverse("demand:period", args=[str(pack.period)])},
            )
            for each in pack.months
        ),
        empty=_("The run has no forecast."),
        currency=pack.currency,
    )


def _build_products(pack: Pack) -> Table:
    return Table(
        name="products",
        caption=_("Demand that the plan serves, by product"),
        columns=(
            Column("product", _("Product")),
            Column("demand", _("Demand"), "quantity"),
            Column("served", _("Served"), "quantity"),
            Column("units", _("Not served"), "quantity"),
            Column("money", _("Not served, money"), "money"),
        ),
        rows=tuple(
            Row(
                {
                    "product": names.name_part(each.product),
                    "demand": each.demand,
                    "served": each.served,
                    "units": each.gap_units,
                    "money": each.gap_money,
                }
            )
            for each in pack.products
        ),
        empty=_("The plan has no product."),
        currency=pack.currency,
    )


def _build_limits(pack: Pack) -> Table:
    return Table(
        name="limits",
        caption=_("What limits the plan, and what each limit costs"),
        columns=(
            Column("limit", _("Limit")),
            Column("cost", _("Contribution it costs"), "money"),
            Column("why", _("Why")),
        ),
        rows=tuple(
            Row(
                {
                    "limit": names.name_code("constraint", each.constraint),
                    "cost": each.cost,
                    "why": each.why,
                }
            )
            for each in pack.limits
        ),
        empty=_("Nothing limits the plan."),
        currency=pack.currency,
        sort="-cost",
    )


def _build_scenarios(pack: Pack) -> Table:
    return Table(
        name="scenarios",
        caption=_("The plan beside the others"),
        columns=(
            Column("name", _("Scenario")),
            Column("chosen", _("To be signed"), has_choices=True),
            Column("demand", _("Demand"), "quantity"),
            Column("served", _("Served"), "quantity"),
            Column("gap", _("Not served, money"), "money"),
            Column("contribution", _("Contribution"), "money"),
            Column("hires", _("People hired"), "number"),
        ),
        rows=tuple(
            Row(
                {
                    "name": names.name_code("scenario", each.name),
                    "chosen": _("yes") if each.is_chosen else _("no"),
                    "demand": each.demand_units,
                    "served": each.served_units,
                    "gap": each.gap_money,
                    "contribution": each.contribution,
                    "hires": each.hires,
                }
            )
            for each in pack.scenarios
        ),
        empty=_("There is no other plan."),
        currency=pack.currency,
    )


def _build_overrides(pack: Pack, eyes: Eyes) -> Table:
    return Table(
        name="overrides",
        caption=_("Overrides that the plan rests on"),
        columns=(
            Column("figure", _("Figure")),
            Column("was", _("Forecast"), "number", places=2),
            Column("now", _("Override"), "number", places=2),
            Column("change", _("As it was said")),
            Column("author", _("By")),
            Column("role", _("As")),
            Column("reason", _("Reason")),
            Column("comment", _("Comment")),
        ),
        rows=tuple(
            Row(
                {
                    "figure": cells.name_cell((each.measure, each.month, each.by), eyes.reader),
                    "was": each.from_amount,
                    "now": each.to_amount,
                    "change": write_change(eyes.reader, each.kind, each.to_amount, each.change),
                    "author": each.author,
                    "role": name_role(each.role),
                    "reason": name_reason(each.reason),
                    "comment": each.comment,
                },
                links={
                    "figure": cells.link(
                        "cell", str(pack.period), (each.measure, each.month, each.by)
                    )
                },
            )
            for each in pack.overrides
        ),
        empty=_("Nobody has overridden the forecast."),
    )


def _build_backtest(pack: Pack) -> Table:
    return Table(
        name="backtest",
        caption=_("How such forecasts did on past days"),
        columns=(
            Column("method", _("Method")),
            Column("days", _("Days ahead"), "number"),
            Column("origins", _("Past days"), "number"),
            Column("missed", _("Missed by"), "share"),
            Column("within", _("In the 80% range"), "share"),
        ),
        rows=tuple(
            Row(
                {
                    "method": names.name_code("method", each.method),
                    "days": each.horizon_days,
                    "origins": each.origins,
                    "missed": each.wmape,
                    "within": each.coverage_80,
                }
            )
            for each in pack.backtest
        ),
        empty=_("There was too little of a past to test on."),
    )


def _build_defaults(pack: Pack) -> Table:
    return Table(
        name="defaults",
        caption=_("Defaults that nobody has confirmed"),
        columns=(
            Column("key", _("Rule")),
            Column("subject", _("Of")),
            Column("value", _("Value")),
            Column("unit", _("Unit")),
        ),
        rows=tuple(
            Row(
                {
                    "key": each.key,
                    "subject": each.subject,
                    "value": each.value,
                    "unit": names.translate_rule(each.unit),
                },
                links={"key": link_rule(each.key, each.subject)},
            )
            for each in pack.unconfirmed
        ),
        empty=_("Every rule that the plan rests on is the company's own."),
    )

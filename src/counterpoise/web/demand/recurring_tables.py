"""The tables of the page of recurring revenue."""

from decimal import Decimal

from django.utils.translation import gettext as _

from counterpoise.actions.recurring import Recurring
from counterpoise.connectors.documents import names
from counterpoise.domain.tables.carried import LEVELS
from counterpoise.domain.tables.recurring import RecurringAhead, RenewalDue, RolledPart
from counterpoise.web.collect.measures import PARTS
from counterpoise.web.tables import Column, Row, Table

KINDS = ("new", "expansion", "contraction", "churn")
LOW, HIGH = LEVELS.index(Decimal("0.1")), LEVELS.index(Decimal("0.9"))


def name_label(label: str) -> str:
    return names.name_part(label or "(none)")


def build_periods(part: RolledPart, every: str, currency: str) -> Table:
    return Table(
        name="periods",
        caption=_("Recurring revenue rolled forward, to the cent"),
        columns=(
            Column("start", _("Quarter from") if every == "quarter" else _("Month"), "month"),
            Column("opening", _("Opening"), "money"),
            *_list_kinds(),
            Column("closing", _("Closing"), "money"),
            Column("waiting", _("Of it waiting"), "money"),
        ),
        rows=tuple(
            Row(
                {
                    "start": each.start,
                    "opening": each.opening,
                    **{kind: getattr(each, kind) for kind in KINDS},
                    "closing": each.closing,
                    "waiting": each.waiting,
                }
            )
            for each in part.periods
        ),
        empty="",
        currency=currency,
        sort="-start",
        page_rows=12,
    )


def build_customers(part: RolledPart, every: str) -> Table:
    return Table(
        name="customers",
        caption=_("Customers and retention"),
        columns=(
            Column("start", _("Quarter from") if every == "quarter" else _("Month"), "month"),
            Column("opening", _("Opening"), "number"),
            Column("won", _("Customers won"), "number"),
            Column("lost", _("Customers lost"), "number"),
            Column("closing", _("Closing"), "number"),
            Column("gross", _("Gross retention"), "share", places=1),
            Column("net", _("Net retention"), "share", places=1),
        ),
        rows=tuple(
            Row(
                {
                    "start": each.start,
                    "opening": each.opening_customers,
                    "won": each.won_customers,
                    "lost": each.lost_customers,
                    "closing": each.closing_customers,
                    "gross": each.gross_retention,
                    "net": each.net_retention,
                }
            )
            for each in part.periods
        ),
        empty="",
        sort="-start",
        page_rows=12,
    )


def build_parts(parts: tuple[RolledPart, ...], currency: str, link: str) -> Table:
    by = parts[0].by or parts[-1].by
    return Table(
        name="parts",
        caption=_("The whole and its parts"),
        columns=(
            Column("part", PARTS[by] if by else _("Part")),
            Column("closing", _("Runs now"), "money"),
            Column("waiting", _("Of it waiting"), "money"),
            Column("customers", _("Customers"), "number"),
            Column("gross", _("Gross retention"), "share"),
            Column("net", _("Net retention"), "share"),
        ),
        rows=tuple(_build_part(part, f"{link}{number}") for number, part in enumerate(parts)),
        empty="",
        currency=currency,
    )


def build_due(mine: Recurring, currency: str) -> Table:
    return Table(
        name="due",
        caption=_("What renews next, the most at stake first"),
        columns=(
            Column("month", _("Ends in"), "month", has_choices=True),
            Column("account", _("Account")),
            Column("product", _("Product"), has_choices=True),
            Column("rep", _("Rep"), has_choices=True),
            Column("annual", _("Annual value"), "money"),
            Column("chance", _("Chance to renew"), "share"),
            Column("at_stake", _("At stake"), "money"),
            Column("why", _("Why")),
        ),
        rows=tuple(_build_due(each) for each in mine.due),
        empty=_("No contract that you may see ends within the months ahead."),
        currency=currency,
    )


def build_ahead(ahead: RecurringAhead, currency: str) -> Table:
    return Table(
        name="ahead",
        caption=_("What is expected, the closing with its 80% range"),
        columns=(
            Column("start", _("Month"), "month"),
            Column("opening", _("Opening"), "money"),
            *_list_kinds(),
            Column("closing", _("Closing"), "money"),
            Column("low", _("80% from"), "money"),
            Column("high", _("80% to"), "money"),
            Column("source", _("New contracts told by")),
        ),
        rows=tuple(
            Row(
                {
                    "start": each.start,
                    "opening": each.opening,
                    **{kind: getattr(each, kind) for kind in KINDS},
                    "closing": each.closing,
                    "low": each.quantiles[LOW],
                    "high": each.quantiles[HIGH],
                    "source": _("the recent pace") if run is None else _("the forecast of a run"),
                }
            )
            for each, run in zip(ahead.months, ahead.new_from, strict=True)
        ),
        empty="",
        currency=currency,
        page_rows=12,
    )


def build_rates(ahead: RecurringAhead) -> Table:
    return Table(
        name="rates",
        caption=_("Learned from terms that can no longer be renewed"),
        columns=(
            Column("segment", _("Segment"), has_choices=True),
            Column("earlier", _("Earlier renewals"), has_choices=True),
            Column("terms", _("Ended terms"), "number"),
            Column("renewed", _("Renewed"), "number"),
            Column("chance", _("Chance to renew"), "share"),
            Column("ratio", _("Renewed to old value"), "share"),
            Column("spread", _("Its spread"), "share"),
        ),
        rows=tuple(
            Row(
                {
                    "segment": _("all") if each.segment is None else name_label(each.segment),
                    "earlier": _name_earlier(each.earlier),
                    "terms": each.terms,
                    "renewed": each.renewed,
                    "chance": each.chance,
                    "ratio": each.ratio,
                    "spread": each.spread,
                }
            )
            for each in ahead.rates
        ),
        empty="",
    )


def build_tests(ahead: RecurringAhead) -> Table:
    return Table(
        name="tests",
        caption=_("How such forecasts of the closing did on past days"),
        columns=(
            Column("months", _("Months ahead"), "number"),
            Column("n", _("Past days"), "number"),
            Column("wmape", _("Missed by"), "share", places=1),
            Column("bias", _("Bias"), "share", places=1),
            Column("coverage", _("80% range held"), "share"),
            Column("unchanged", _("Staying as it was missed by"), "share", places=1),
        ),
        rows=tuple(
            Row(
                {
                    "months": each.months_ahead,
                    "n": each.n,
                    "wmape": each.wmape,
                    "bias": each.bias,
                    "coverage": each.coverage_80,
                    "unchanged": each.unchanged_wmape,
                }
            )
            for each in ahead.tests
        ),
        empty=_(
            "No past day has both enough ended terms to learn from and a closing that late renewals"
            " can no longer change, so the forecast is not tried yet."
        ),
    )


def _list_kinds() -> tuple[Column, ...]:
    return tuple(Column(kind, names.name_code("recurring", kind), "money") for kind in KINDS)


def _build_part(part: RolledPart, link: str) -> Row:
    last = part.periods[-1]
    told = [each for each in part.periods if each.net_retention is not None][-1:]
    return Row(
        {
            "part": name_label(part.label) if part.by else _("All"),
            "closing": last.closing,
            "waiting": last.waiting,
            "customers": last.closing_customers,
            "gross": told[0].gross_retention if told else None,
            "net": told[0].net_retention if told else None,
        },
        {"part": link},
    )


def _build_due(each: RenewalDue) -> Row:
    return Row(
        {
            "month": each.ends_on.replace(day=1),
            "account": each.account_name,
            "product": each.product,
            "rep": each.rep,
            "annual": each.annual,
            "chance": each.chance,
            "at_stake": each.at_stake,
            "why": each.why,
        }
    )


def _name_earlier(earlier: int | None) -> str:
    if earlier is None:
        return _("any number")
    return (_("no renewal"), _("one renewal"), _("two or more"))[earlier]

"""Tables of looking back: past periods side by side, one by cause, and how forecasts did."""

from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from counterpoise.actions.looking_back import PastRun, Record
from counterpoise.connectors.documents import names
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.tables.action import Variance
from counterpoise.domain.tables.forecast import BacktestRow
from counterpoise.domain.values.rights import Visitor
from counterpoise.web.links import link_report
from counterpoise.web.tables import Column, Row, Table, Value


def build_periods(record: Record, currency: str, reader: Reader, visitor: Visitor) -> Table:
    return Table(
        name="periods",
        caption=_("Finished periods: what was forecast, what came, and why they differ"),
        columns=(
            Column("period", _("Period")),
            Column("forecast_as_of", _("Forecast made"), "day"),
            Column("forecast", _("Forecast"), "money"),
            Column("actual", _("Actual"), "money"),
            Column("difference", _("Difference"), "money"),
            Column("share", _("Of the forecast"), "share"),
            *(Column(cause, title, "money") for cause, title in _name_causes().items()),
            Column("n", _("Won deals"), "number"),
            Column("run", _("Run")),
        ),
        rows=tuple(
            _build_period(each, each.variance, reader, visitor)
            for each in record.explained
            if each.variance
        ),
        empty=_("No finished period has been explained yet. Run the cycle for the next period."),
        currency=currency,
    )


def build_causes(run: PastRun, variance: Variance) -> Table:
    """The bridge as figures: it begins with the forecast and ends with the actual."""
    ends = {"forecast": _("Forecast"), "actual": _("Actual")}
    rows = [
        Row({"cause": title, "money": getattr(variance, name), "why": None})
        for name, title in ends.items()
    ]
    causes = [
        Row({
            "cause": names.name_code("cause", line.cause),
            "money": line.money,
            "why": line.why,
        })
        for line in variance.lines
    ]  # fmt: skip
    return Table(
        name="causes",
        caption=_("From the forecast to the actual"),
        columns=(
            Column("cause", _("Cause")),
            Column("money", _("Amount"), "money"),
            Column("why", _("Why")),
        ),
        rows=(rows[0], *causes, rows[1]),
        empty="",
        currency=run.currency,
    )


def build_horizons(record: Record) -> Table:
    return Table(
        name="horizons",
        caption=_("Saved forecasts, by how many months ahead they looked"),
        columns=(
            Column("ahead", _("Months ahead"), "number"),
            Column("n", _("Forecasts compared"), "number"),
            Column("error", _("Error"), "share"),
            Column("bias", _("Bias"), "share"),
        ),
        rows=tuple(
            Row({"ahead": each.months_ahead, "n": each.n, "error": each.error, "bias": each.bias})
            for each in record.horizons
        ),
        empty=_(
            "No month that a saved run forecast is over yet. Load newer data and run the cycle"
            " again; until then the back-test below says how such forecasts would have done."
        ),
    )


def build_judged(record: Record, currency: str) -> Table:
    return Table(
        name="judged",
        caption=_("Every saved forecast of a month that is over"),
        columns=(
            Column("month", _("Month"), "month"),
            Column("made_on", _("Forecast made"), "day"),
            Column("ahead", _("Months ahead"), "number"),
            Column("forecast", _("Forecast"), "money"),
            Column("actual", _("Actual"), "money"),
            Column("off", _("Forecast less actual"), "money"),
        ),
        rows=tuple(
            Row(
                {
                    "month": each.month,
                    "made_on": each.made_on,
                    "ahead": each.months_ahead,
                    "forecast": each.forecast,
                    "actual": each.actual,
                    "off": each.forecast - each.actual,
                }
            )
            for each in record.judged
        ),
        empty=_("No month that a saved run forecast is over yet."),
        currency=currency,
        sort="-month",
    )


def build_backtest(backtest: tuple[BacktestRow, ...]) -> Table:
    return Table(
        name="backtest",
        caption=_("Back-test of the newest run, by horizon"),
        columns=(
            Column("method", _("Method"), has_choices=True),
            Column("horizon", _("Days ahead"), "number", has_choices=True),
            Column("origins", _("Past days tried"), "number"),
            Column("error", _("Error"), "share"),
            Column("bias", _("Bias"), "share"),
            Column("coverage", _("Came within the 80% range"), "share"),
        ),
        rows=tuple(
            Row(
                {
                    "method": names.name_code("method", each.method),
                    "horizon": each.horizon_days,
                    "origins": each.origins,
                    "error": each.wmape,
                    "bias": each.bias,
                    "coverage": each.coverage_80,
                }
            )
            for each in backtest
        ),
        empty=_("The newest run has no back-test: its forecast was refused."),
    )


def _name_causes() -> dict[str, str]:
    return {cause: gettext(title) for cause, title in names.CAUSES.items()}


def _build_period(run: PastRun, variance: Variance, reader: Reader, visitor: Visitor) -> Row:
    difference = variance.actual - variance.forecast
    cells: dict[str, Value] = {
        "period": reader.period(variance.period),
        "forecast_as_of": variance.forecast_as_of,
        "forecast": variance.forecast,
        "actual": variance.actual,
        "difference": difference,
        "share": difference / variance.forecast if variance.forecast else None,
        "n": variance.n,
        "run": run.id,
    }
    cells |= {cause: Decimal(0) for cause in names.CAUSES}
    cells |= {line.cause: line.money for line in variance.lines}
    return Row(
        cells,
        {
            "period": reverse("measure:period", args=(str(variance.period),)),
            "run": link_report(visitor, run.id),
        },
    )

"""What stands on each sheet of the workbook; each function gives the totals the summary shows."""

from django.utils.translation import gettext

from counterpoise.connectors.documents import names
from counterpoise.connectors.documents.reader import Reader
from counterpoise.connectors.documents.sheets import Column, Entry, Kind, Sheet, Totals
from counterpoise.domain.tables.report import Cycle


def fill_summary(sheet: Sheet, reader: Reader, cycle: Cycle, totals: Totals) -> None:
    sheet.put_line(gettext("As known on {day}.").format(day=reader.day(cycle.as_of)))
    if reader.currency:
        sheet.put_line(gettext("Amounts in {currency}.").format(currency=reader.currency_name()))
    sheet.put_line(gettext("Build: {build}").format(build=cycle.build))
    sheet.put_line("")
    wanted: tuple[tuple[str, str, Kind, str], ...] = (
        ("revenue", gettext("Expected revenue"), "money",
         gettext("Sum of the months on the sheet of demand.")),
        ("deals", gettext("Expected deals"), "number",
         gettext("Sum of the months on the sheet of demand.")),
        ("target", gettext("Target"), "money", gettext("From the table of targets.")),
        ("stage_weighted", gettext("Stage-weighted pipeline"), "money",
         gettext("Value of every open deal times the usual probability of its stage.")),
        ("gap", gettext("Revenue that cannot be served"), "money",
         gettext("From the plan for expected demand, on the sheet of reconcile.")),
        ("effect", gettext("Effect of the actions"), "money",
         gettext("Where an effect can be said; effects may overlap.")),
        ("actual", gettext("Won in the last finished period"), "money",
         gettext("The forecast of then plus its causes, on the sheet of measure.")),
    )  # fmt: skip
    for key, label, kind, note in wanted:
        sheet.put_link(label, kind, totals.get(key), note)


def fill_collect(sheet: Sheet, reader: Reader, cycle: Cycle) -> Totals:
    score = gettext("Data score: {score} of 100").format(score=reader.number(cycle.health.score))
    sheet.put_line(score)
    sheet.put_line("")
    sheet.put_table(
        gettext("Rows by table"),
        (
            Column(gettext("Table")),
            Column(gettext("Rows"), "count", is_total=True),
            Column(gettext("Quarantined"), "count", is_total=True),
        ),
        [(names.name_code("table", t.table), t.rows, t.quarantined) for t in cycle.tables],
    )
    _put_findings(sheet, reader, cycle)
    _put_measures(sheet, reader, cycle)
    return {}


def fill_execute(sheet: Sheet, reader: Reader, cycle: Cycle) -> Totals:
    effect = gettext("Effect")
    totals = sheet.put_table(
        gettext("Actions"),
        (
            Column(gettext("What")),
            Column(gettext("Why")),
            Column(gettext("Area")),
            Column(gettext("Owner")),
            Column(gettext("Due"), "day"),
            Column(effect, "money", is_total=True),
        ),
        [
            (
                reader.say(each.what),
                reader.say(each.why),
                names.name_code("area", each.area),
                names.name_code("role", each.owner_role),
                each.due_on,
                each.effect,
            )
            for each in cycle.actions
        ],
    )
    return {"effect": totals[effect]} if totals else {}


def fill_measure(sheet: Sheet, reader: Reader, cycle: Cycle) -> Totals:
    actual: Totals = {}
    if cycle.variance is not None:
        variance = cycle.variance
        money = gettext("Money")
        rows: list[tuple[Entry, ...]] = [(gettext("Forecast"), variance.forecast, "")]
        rows += [
            (names.name_code("cause", line.cause), line.money, reader.say(line.why))
            for line in variance.lines
        ]
        title = gettext("From the forecast to what was won, {period}")
        totals = sheet.put_table(
            title.format(period=reader.period(variance.period)),
            (Column(gettext("Cause")), Column(money, "money", is_total=True),
             Column(gettext("Why"))),
            rows,
        )  # fmt: skip
        actual = {"actual": totals[money]}
    sheet.put_table(
        gettext("What was won in past months"),
        (
            Column(gettext("Month"), "month"),
            Column(gettext("Deals"), "count", is_total=True),
            Column(gettext("Revenue"), "money", is_total=True),
        ),
        [(each.month, each.won_deals, each.won_revenue) for each in cycle.history],
    )
    return actual


def fill_definitions(sheet: Sheet, reader: Reader, cycle: Cycle) -> None:
    meanings = {each.name: each.definition for each in cycle.measures}
    sheet.put_table(
        gettext("Measures"),
        (Column(gettext("Figure")), Column(gettext("What it means"))),
        [(names.name_code("measure", key), reader.say(each)) for key, each in meanings.items()],
    )
    sheet.put_table(
        gettext("Assumptions to confirm"),
        (
            Column(gettext("Rule")),
            Column(gettext("Applies to")),
            Column(gettext("Value")),
            Column(gettext("Unit")),
            Column(gettext("Where it comes from")),
        ),
        [
            (
                each.key,
                each.subject,
                each.value,
                names.translate_rule(each.unit),
                names.translate_rule(each.source),
            )
            for each in cycle.assumptions
        ],
    )


def _put_findings(sheet: Sheet, reader: Reader, cycle: Cycle) -> None:
    sheet.put_table(
        gettext("Findings"),
        (
            Column(gettext("Table")),
            Column(gettext("Attribute")),
            Column(gettext("Problem")),
            Column(gettext("Severity")),
            Column(gettext("Seller")),
            Column(gettext("Rows"), "count"),
            Column(gettext("Share"), "share"),
            Column(gettext("What to do")),
            Column(gettext("Examples")),
        ),
        [
            (
                names.name_code("table", each.table),
                names.name_code("attribute", each.attribute),
                names.name_code("rule", each.rule),
                names.name_code("severity", each.severity),
                each.rep,
                each.rows,
                each.share,
                reader.say(each.fix),
                "; ".join(f"{example.record}: {example.value}" for example in each.examples),
            )
            for each in cycle.health.findings
        ],
    )


def _put_measures(sheet: Sheet, reader: Reader, cycle: Cycle) -> None:
    sheet.put_table(
        gettext("Measures"),
        (
            Column(gettext("Figure")),
            Column(gettext("Part")),
            Column(gettext("Value"), "money"),
            Column(gettext("Unit")),
            Column(gettext("Rows behind it"), "count"),
        ),
        [
            (
                names.name_code("measure", each.name),
                " · ".join(names.name_part(member) for _, member in each.by),
                each.value,
                reader.unit(each.unit),
                each.n,
            )
            for each in cycle.measures
        ],
    )

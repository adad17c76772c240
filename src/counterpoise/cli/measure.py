"""Step six on the command line: published measures."""

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from counterpoise.actions import answers, examinations, waterfalls, workspaces
from counterpoise.actions import own_measures as own
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say, working
from counterpoise.domain.measure.waterfall import Waterfall, Window
from counterpoise.domain.values.period import Period


def measures(
    *names: str,
    by: Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative=())] = (),
    period: str | None = None,
    as_of: date | None = None,
    common: Common = DEFAULTS,
) -> None:
    """Compute published measures.

    Parameters
    ----------
    names
        Which measures; all where none is named.
    by
        Dimensions: rep, team, region, product, segment, source, stage, month, quarter,
        created_quarter, hire_quarter.
    period
        A month (2017-11), a quarter (2017-Q4) or a year (2017); all time where it is not said.
    as_of
        The day whose knowledge counts; all that is known where it is not said.
    """
    workspace = workspaces.open_workspace(common.workspace)
    wanted = Period.parse(period) if period else None
    with working("Measuring"):
        build, measured = examinations.measure(
            workspace, names, by=by, period=wanted, as_of=as_of, today=now().date()
        )
    if common.json:
        print_json(answers.answer_measures(build, measured))
        return
    rows = [
        (each.name, *(dict(each.by).get(name, "") for name in by), each.value, each.unit, each.n)
        for each in measured
    ]
    print_table("Measures", ("measure", *by, "value", "unit", "n"), rows)


def own_measures(*, by: str = "", as_of: date | None = None, common: Common = DEFAULTS) -> None:
    """Compute the measures that people defined.

    Parameters
    ----------
    by
        A dimension that a measure can be split by: rep, team, region, segment, product, source,
        month. Measures that cannot be split by it are left out.
    as_of
        The last day that counts; the last day of the data where it is not said.
    """
    workspace = workspaces.open_workspace(common.workspace)
    build = examinations.get_build(workspace)
    on = as_of or examinations.find_horizon(build, now().date())
    with working("Measuring"):
        found = own.answer_all(build, by, on)
    if common.json:
        print_json({"build": build.id, "by": by, "measures": found})
        return
    rows = [
        (each.measure.name, value.label, value.value, each.measure.unit, value.n)
        for each in found
        for value in each.values
    ]
    print_table("Measures of your own", ("measure", by or "part", "value", "unit", "n"), rows)


def waterfall(
    period: str,
    *,
    due: str | None = None,
    by: str = "",
    start: date | None = None,
    end: date | None = None,
    common: Common = DEFAULTS,
) -> None:
    """Show what moved the pipeline.

    Parameters
    ----------
    period
        The window: a month (2017-11), a quarter (2017-Q4) or a year (2017).
    due
        Only deals expected to close in this period; then some come and go by their date.
    by
        A waterfall for each: rep, team, region, segment, product, source.
    start
        The window's first day, in place of the period's.
    end
        The day after the window's last, in place of the period's.
    """
    workspace = workspaces.open_workspace(common.workspace)
    whole = Period.parse(period)
    window = Window(start or whole.start, end or whole.end, by, Period.parse(due) if due else None)
    build = examinations.get_build(workspace)
    with working("Telling every movement"):
        asked = waterfalls.ask(build, window, today=now().date())
        found = waterfalls.measure_waterfall(asked)
    if common.json:
        print_json(answers.answer_waterfalls(build.id, found))
        return
    if not found.parts:
        say("No deal was in the pipeline that was asked for.")
    for each in found.parts:
        title = f"{each.label or 'Pipeline'}, {each.currency}".rstrip(", ")
        print_table(title, ("movement", "amount", "movements", "deals"), _list_rows(each))


def _list_rows(found: Waterfall) -> list[tuple[str, object, object, int]]:
    return [
        ("open at the start", found.start, None, found.start_deals),
        *(
            (line.kind.replace("_", " "), line.money, line.n, line.deals)
            for line in found.lines
            if line.n
        ),
        ("open at the end", found.end, None, found.end_deals),
    ]

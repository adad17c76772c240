"""Step six on the command line: published measures."""

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from counterpoise.actions import answers, examinations, workspaces
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, working
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
        Dimensions: rep, team, region, product, segment, source, stage, month, quarter.
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

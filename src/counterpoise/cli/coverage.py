"""Whether published ranges held, on the command line."""

from typing import Annotated

from cyclopts import Parameter

from counterpoise.actions import (
    answers,
    examinations,
    published_ranges,
    series,
    series_answers,
    workspaces,
)
from counterpoise.actions import coverage as ranges
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say, working
from counterpoise.domain.tables.carried import Every


def coverage(*, common: Common = DEFAULTS) -> None:
    """Say whether published ranges held: of forecasts, of measures carried forward, of volumes."""
    workspace = workspaces.open_workspace(common.workspace)
    with working("Holding ranges against what came"):
        found = ranges.judge_ranges(workspace, today=now().date())
    if common.json:
        print_json(answers.answer_coverage(found))
        return
    rows = [
        (
            each.kind,
            " × ".join(each.level) or "the whole",
            each.measure,
            each.every,
            each.months_ahead,
            each.share,
            each.found,
            f"{each.low:.2f} to {each.high:.2f}",
            each.verdict,
            each.n,
        )
        for each in found.coverage
    ]
    columns = (
        "kind",
        "of",
        "measure",
        "every",
        "ahead",
        "promised",
        "held",
        "could be",
        "verdict",
        "n",
    )
    print_table("Ranges whose period is over", columns, rows)
    say(f"{found.waiting} ranges wait for their period to end.")
    for each in found.unscored:
        say(f"- {each.kind} {' × '.join(each.level)} cannot be scored: {each.why}")
    for why in found.unmet:
        say(f"- Not published (coverage.measures): {why}")


def publish_ranges(
    measure: str,
    /,
    *,
    by: Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative=())] = (),
    every: Every = "month",
    steps: int = 6,
    challenged: bool = False,
    common: Common = DEFAULTS,
) -> None:
    """Publish the ranges of a measure carried forward, to be scored once their periods are over.

    Parameters
    ----------
    measure
        One that `counterpoise series` takes.
    by
        One or two dimensions to split by.
    every
        day, week, month, quarter or year.
    steps
        How many periods ahead: up to 92 days, 52 weeks, 24 months or quarters, or 6 years.
    challenged
        Let challengers compete with the methods, on past days.
    """
    workspace = workspaces.open_workspace(common.workspace)
    build = examinations.get_build(workspace)
    with working("Carrying forward"):
        wanted = series.wish(measure, by, every, steps, is_challenged=challenged)
        done = published_ranges.publish_wish(build, wanted, None, now=now())
    if common.json:
        print_json(series_answers.answer_published(done))
        return
    count = len(done.publication.ranges)
    if done.is_new:
        say(f"{count} ranges of {measure} are published. `counterpoise coverage` scores them.")
    else:
        say(f"The same {count} ranges of {measure} were published before. Nothing was added.")

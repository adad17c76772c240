"""Overrides and locks of a forecast on the command line."""

from counterpoise.actions import answers, workspaces
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say
from counterpoise.domain.demand.override_notes import list_members, name_span
from counterpoise.domain.tables.override import Override
from counterpoise.domain.values.period import Period
from counterpoise.store import overrides as stored
from counterpoise.store import runs


def overrides(period: str, /, *, history: bool = False, common: Common = DEFAULTS) -> None:
    """List overrides and locks.

    Parameters
    ----------
    period
        A month (2017-11), a quarter (2017-Q4) or a year (2017).
    history
        Those too that were replaced or withdrawn.
    """
    workspaces.open_workspace(common.workspace)
    wanted = str(Period.parse(period))
    made = [each for each in stored.list_history(wanted) if history or each.is_current]
    if common.json:
        listed = [
            {**answers.answer_override(each.override), "is_current": each.is_current}
            for each in made
        ]
        print_json({"period": wanted, "overrides": listed})
        return
    run = next(iter(runs.list_headings(wanted)), None)
    rows = [
        (
            each.override.id,
            each.override.measure,
            name_span(each.override),
            list_members(each.override) or "everything",
            write_change(each.override),
            each.override.statistical,
            each.override.amount,
            each.override.author,
            _name_state(each, is_expired=run is not None and each.override.is_expired(run.as_of)),
        )
        for each in made
    ]
    columns = ("id", "measure", "of", "in", "said", "statistics", "came to", "by", "state")
    print_table(f"Overrides of {wanted}", columns, rows)
    if not made:
        say("Nobody has overridden or locked anything.")


def write_change(override: Override) -> str:
    """= 120000, +10000, -5 %, locked."""
    if override.kind == "lock":
        return "locked"
    if override.kind == "absolute":
        return f"= {override.amount}"
    return f"{override.change:+}{' %' if override.kind == 'factor' else ''}"


def _name_state(kept: stored.KeptOverride, *, is_expired: bool) -> str:
    if kept.is_current:
        return f"expired {kept.override.expires_on}" if is_expired else "holds"
    return "withdrawn" if kept.withdrawn_at else "replaced"

"""The tables of the sales process. What is not told says why: too few, or not reached."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from counterpoise.connectors.documents.names import name_code, name_part
from counterpoise.domain.measure.process import Cohort, LostFor, Process, Silence, Stay, Step
from counterpoise.web.collect.measures import PARTS
from counterpoise.web.tables import Column, Row, Table, Value

Words = str | Promise


def build_cohorts(name: str, caption: Words, cohorts: Sequence[Cohort], by: str) -> Table:
    """A line a cohort: what share of it ever came to each step."""
    steps = cohorts[0].steps if cohorts else ()
    return Table(
        name=name,
        caption=caption,
        columns=(
            *_part_column(by),
            Column("cohort", _("Created in"), has_choices=bool(by)),
            Column("maturity", _("Maturity"), has_choices=True),
            Column("created", _("Created"), "number"),
            Column("open", _("Still open"), "number"),
            *(Column(f"step-{n}", _name_step(step), "share") for n, step in enumerate(steps)),
        ),
        rows=tuple(
            Row(
                {
                    **_start(each, by),
                    "created": each.created,
                    "open": each.open,
                    **{f"step-{n}": _tell(step.share) for n, step in enumerate(each.steps)},
                }
            )
            for each in cohorts
        ),
        empty=_("Nothing that you may see was created in this window."),
    )


def build_steps(name: str, caption: Words, cohorts: Sequence[Cohort], by: str) -> Table:
    """A line for each step of each cohort, with its numbers."""
    return Table(
        name=name,
        caption=caption,
        columns=(
            *_part_column(by),
            Column("cohort", _("Created in"), has_choices=True),
            Column("maturity", _("Maturity"), has_choices=True),
            Column("step", _("Step"), has_choices=True),
            Column("n", _("Came there"), "number"),
            Column("share", _("Share"), "share"),
            Column("days", _("Median days"), "number", places=1),
            Column("timed", _("Of how many"), "number"),
        ),
        rows=tuple(
            Row(
                {
                    **_start(each, by),
                    "step": _name_step(step),
                    "n": step.n,
                    "share": _tell(step.share),
                    "days": _tell(step.days),
                    "timed": step.timed,
                }
            )
            for each in cohorts
            for step in each.steps
        ),
        empty=_("Nothing that you may see was created in this window."),
    )


def build_stays(stays: Sequence[Stay], by: str) -> Table:
    return Table(
        name="stages",
        caption=_("Days in each stage"),
        columns=(
            *_part_column(by),
            Column("stage", _("Stage"), has_choices=bool(by)),
            Column("n", _("Entered"), "number"),
            Column("censored", _("Still there"), "number"),
            Column("median", _("Half had left after (days)"), "number"),
            Column("upper", _("Three quarters had left after (days)"), "number"),
        ),
        rows=tuple(
            Row(
                {
                    **_part(each.label, by),
                    "stage": each.stage,
                    "n": each.n,
                    "censored": each.censored,
                    "median": _tell_days(each, each.median),
                    "upper": _tell_days(each, each.upper),
                }
            )
            for each in stays
        ),
        empty=_("No deal that you may see entered a stage in this window."),
    )


def build_losses(name: str, caption: Words, losses: Sequence[LostFor], found: Process) -> Table:
    by = found.scope.by
    has_stages = any(each.stage is not None for each in losses)
    stages = (Column("stage", _("Lost from"), has_choices=True),) if has_stages else ()
    return Table(
        name=name,
        caption=caption,
        columns=(
            *_part_column(by),
            Column("reason", _("Reason"), has_choices=True),
            *stages,
            Column("n", _("Deals"), "number"),
            Column("share", _("Share of deals"), "share"),
            Column("money", _("Amount"), "money"),
            Column("share_of_money", _("Share of the amount"), "share"),
        ),
        rows=tuple(
            Row(
                {
                    **_part(each.label, by),
                    "reason": each.reason or gettext("no reason given"),
                    "stage": each.stage or gettext("not known"),
                    "n": each.n,
                    "share": _tell(each.share),
                    "money": each.money,
                    "share_of_money": _tell(each.share_of_money) if each.money else None,
                }
            )
            for each in losses
        ),
        empty=_("No deal that you may see was lost in this window."),
        currency=found.currency,
    )


def build_silences(silences: Sequence[Silence]) -> Table:
    """Who leaves the reason out, the most frequent first."""
    kinds = {"rep": gettext("Rep"), "team": gettext("Team")}
    return Table(
        name="silences",
        caption=_("Who leaves the reason out"),
        columns=(
            Column("who", _("Kind"), has_choices=True),
            Column("label", _("Name")),
            Column("lost", _("Lost"), "number"),
            Column("silent", _("Without a reason"), "number"),
            Column("share", _("Share"), "share"),
        ),
        rows=tuple(
            Row(
                {
                    "who": kinds[each.who],
                    "label": each.label,
                    "lost": each.lost,
                    "silent": each.silent,
                    "share": _tell(each.share),
                }
            )
            for each in silences
        ),
        empty=_("Nobody whom you may see lost a deal in this window."),
    )


def _start(cohort: Cohort, by: str) -> dict[str, Value]:
    return {
        **_part(cohort.label, by),
        "cohort": str(cohort.period),
        "maturity": name_code("maturity", cohort.maturity),
    }


def _part_column(by: str) -> tuple[Column, ...]:
    return (Column("part", PARTS[by], has_choices=True),) if by else ()


def _part(label: str, by: str) -> dict[str, Value]:
    return {"part": name_part(label or "(none)")} if by else {}


def _name_step(step: Step) -> str:
    return step.stage if step.at == "stage" else name_code("process_step", step.at)


def _tell(value: Value) -> Value:
    return gettext("too few to say") if value is None else value


def _tell_days(stay: Stay, days: int | None) -> Value:
    if not stay.is_told:
        return gettext("too few to say")
    return gettext("not reached") if days is None else days

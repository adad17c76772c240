"""Actions from what the data, the forecast and the last period teach."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from counterpoise.domain.execute.evidence import CENT, TENTH, Desk, Evidence, percent
from counterpoise.domain.tables.action import Action, Area, Variance
from counterpoise.domain.tables.forecast import Forecast
from counterpoise.domain.tables.health import Finding, Health, Rule
from counterpoise.domain.values.text import Text, text

SEVERITIES = ("high", "medium", "low")
IN_THE_SYSTEM: frozenset[Rule] = frozenset({"validity", "uniqueness", "near_miss_key", "reference"})
"""Faults that the CRM can be made to refuse; the others are a matter of how people work."""

LESSONS: dict[str, tuple[Area, str, Text]] = {
    "volume": ("process", "volume", text("Bring more deals into the pipeline.")),
    "timing": (
        "process",
        "deals",
        text("Go through the deals that are open longer than usual: set a next step, or close"
             " them."),
    ),
    "win_rate": (
        "people",
        "deals",
        text("Go through last period's lost deals with the teams, and train on what lost them."),
    ),
    "price": (
        "process",
        "deals",
        text("Look at the discounts and the mix of products behind last period's smaller deals."),
    ),
}  # fmt: skip


def propose_repairs(health: Health, desk: Desk) -> Iterator[Action]:
    """The worst findings that are not one rep's own, worst first."""
    findings = [each for each in health.findings if not each.rep and each.severity != "low"]
    findings.sort(key=lambda each: (SEVERITIES.index(each.severity), -each.rows))
    for finding in findings[: int(desk.number("action.findings_limit"))]:
        yield desk.write(
            f"repair:{finding.table}.{finding.attribute}:{finding.rule}",
            "technology" if finding.rule in IN_THE_SYSTEM else "process",
            "data",
            finding.fix_for_everyone,
            _say_finding(finding),
        )


def propose_for_forecast(forecast: Forecast, evidence: Evidence, desk: Desk) -> Iterator[Action]:
    cells = forecast.cells_by("won_revenue", "").values()
    mean = sum((cell.mean for cell in cells), Decimal(0))
    from_open = sum((cell.from_open for cell in cells), Decimal(0))
    least = mean * desk.number("action.least_share")
    if mean <= 0:
        return
    if evidence.target is not None and evidence.target - mean > least:
        yield _propose_closing_the_gap(evidence.target, mean, evidence, desk)
    if mean - from_open > least:
        yield desk.write(
            "fill:pipeline",
            "process",
            "volume",
            text("Fill the pipeline early in {period}.", period=str(evidence.period)),
            text(
                "{share} % of the expected revenue has to come from deals that are not in the"
                " pipeline yet.",
                share=percent((mean - from_open) / mean),
            ),
        )
    if abs(forecast.stage_weighted - mean) > mean * desk.number("action.least_difference"):
        yield _propose_one_number(forecast, mean, desk)


def propose_lessons(variance: Variance, desk: Desk) -> Iterator[Action]:
    """What cost the last period most; the effect is what it cost."""
    least = abs(variance.forecast) * desk.number("action.least_share")
    for line in variance.lines:
        if line.money < 0 and -line.money >= least:
            area, topic, what = LESSONS[line.cause]
            action = desk.write(f"learn:{line.cause}", area, topic, what, line.why)
            yield replace(action, effect=-line.money)


def _say_finding(finding: Finding) -> Text:
    """Without examples: an action is read by people who may not see the row of each."""
    template = (
        "{rows} rows of {table} ({share} %) lack {attribute}."
        if finding.examples and not finding.examples[0].value
        else "{rows} rows of {table} ({share} %) are at fault in {attribute}."
    )
    return text(
        template,
        rows=finding.rows,
        table=finding.table,
        share=percent(Decimal(repr(finding.share))),
        attribute=finding.attribute,
    )


def _propose_closing_the_gap(
    target: Decimal, mean: Decimal, evidence: Evidence, desk: Desk
) -> Action:
    """Its effect is the whole gap: nothing else in the list is worth more."""
    action = desk.write(
        "close:target",
        "process",
        "plan",
        text(
            "Decide how to close the gap to the target for {period}.", period=str(evidence.period)
        ),
        text(
            "The target is {target} {currency}; the forecast says {mean}.",
            target=target.quantize(TENTH),
            currency=evidence.currency,
            mean=mean.quantize(TENTH),
        ),
    )
    return replace(action, effect=(target - mean).quantize(CENT))


def _propose_one_number(forecast: Forecast, mean: Decimal, desk: Desk) -> Action:
    return desk.write(
        "use:forecast",
        "communication",
        "plan",
        text("Commit to the forecast, not to the pipeline weighted by stage."),
        text(
            "Weighted by stage the pipeline says {stage_weighted} {currency}; the forecast says"
            " {mean}.",
            stage_weighted=forecast.stage_weighted.quantize(TENTH),
            currency=forecast.currency,
            mean=mean.quantize(TENTH),
        ),
    )

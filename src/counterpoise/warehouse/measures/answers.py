"""How each published measure is answered from the sums of an engine."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from ibis import _

from counterpoise.domain.measure import formulas, targets
from counterpoise.domain.measure.question import Answers
from counterpoise.domain.measure.selling import Presence
from counterpoise.domain.measure.working_time import MINUTE
from counterpoise.warehouse.measures import flow, running
from counterpoise.warehouse.measures.answering import Answering, Sums


def answer(asked: Answering, name: str) -> Answers:
    return _ANSWERS[name](asked)


def _sum_money(sums: Sums, count: str = "n") -> Answers:
    return {
        key: (formulas.round_money(row["worth"]), row[count])
        for key, row in sums.items()
        if row[count] or not key
    }


def _count(sums: Sums, count: str) -> Answers:
    return {
        key: (Decimal(row[count]), row[count]) for key, row in sums.items() if row[count] or not key
    }


def _share(sums: Sums, part: str, whole: str) -> Answers:
    return {
        key: (formulas.round_share(row[part], row[whole]), row[whole]) for key, row in sums.items()
    }


def _answer_win_rate(asked: Answering) -> Answers:
    return {
        key: (formulas.round_share(row["won"], row["won"] + row["lost"]), row["won"] + row["lost"])
        for key, row in asked.closed.items()
    }


def _answer_average(asked: Answering) -> Answers:
    return {
        key: (formulas.average_money(row["worth"], row["priced"]), row["priced"])
        for key, row in asked.closed.items()
        if row["priced"] or not key
    }


def _answer_cycle(asked: Answering) -> Answers:
    return {
        key: (formulas.round_median(doubled), n)
        for key, (doubled, n) in asked.cycles.items()
        if n or not key
    }


def _answer_created(asked: Answering) -> Answers:
    rows = asked.deals.mutate(day=asked.deals.created)
    sums = asked.add_up(rows, asked.question.period, worth=_.amount.sum(), n=_.count())
    return _sum_money(sums)


def _answer_deals_created(asked: Answering) -> Answers:
    rows = asked.deals.mutate(day=asked.deals.created)
    return _count(asked.add_up(rows, asked.question.period, n=_.count()), "n")


def _answer_velocity(asked: Answering) -> Answers:
    answers = {}
    for key, row in asked.add_up_open(None).items():
        closed = asked.closed.get(key, {"won": 0, "priced": 0})
        days = asked.cycles.get(key, (None, 0))[0]
        value = None
        if closed["priced"] and days:
            value = formulas.velocity(
                row["n"],
                (closed["won"], closed["won"] + closed["lost"]),
                Fraction(closed["worth"]) / closed["priced"],
                days,
            )
        answers[key] = (value, row["n"])
    return answers


def _answer_coverage(asked: Answering) -> Answers:
    sums, due = asked.target_sums, asked.add_up_open(asked.span)
    answers = {}
    for key in {*sums, *due}:
        won = asked.closed_in_span.get(key, {"worth": 0})["worth"]
        missing = max(sums.get(key, Fraction(0)) - Fraction(won), Fraction(0))
        row = due.get(key, {"worth": 0, "n": 0})
        answers[key] = (formulas.round_share(row["worth"], missing), row["n"])
    return answers


def _answer_attainment(asked: Answering) -> Answers:
    if not targets.has_targets(asked.targets, asked.question, asked.span):
        return {}
    won = {key: row for key, row in asked.closed_in_span.items() if row["won"] or not key}
    nothing = {"worth": 0, "won": 0}
    return {
        key: (
            formulas.round_share(
                won.get(key, nothing)["worth"], asked.target_sums.get(key, Fraction(0))
            ),
            won.get(key, nothing)["won"],
        )
        for key in {*asked.target_sums, *won}
    }


def _answer_contribution(asked: Answering) -> Answers:
    whole = targets.ask_whole(asked.question)
    span = targets.find_span(asked.targets, whole, asked.settings.as_of)
    target = targets.add_up_targets(asked.targets, whole, span).get((), 0) if span else 0
    return {
        key: (formulas.round_share(row["worth"], target), row["won"])
        for key, row in asked.closed_in_span.items()
        if row["won"] or not key
    }


def _answer_conversion(asked: Answering) -> Answers:
    rows = flow.list_entries(asked.known)
    sums = asked.add_up(rows, asked.question.period, got_on=_.got_on.sum(), n=_.count())
    return _share(sums, "got_on", "n")


def _answer_slips(asked: Answering) -> Answers:
    due_rows = flow.list_due(asked.known, asked.deals, asked.question)
    rows = running.keep(asked.known.backend, due_rows)
    due = asked.add_up(rows, None, worth=_.amount.sum(), n=_.count())
    slipped = rows.filter(rows.slipped == 1)
    lost = asked.add_up(slipped, None, worth=_.amount.sum(), n=_.count())
    nothing = {"worth": Decimal(0)}
    return {
        key: (formulas.round_share(lost.get(key, nothing)["worth"], row["worth"]), row["n"])
        for key, row in due.items()
    }


def _answer_response(asked: Answering) -> Answers:
    medians = asked.find_medians(asked.leads, "waited")
    return {
        key: (formulas.round_median(doubled, 60_000_000), n)
        for key, (doubled, n) in medians.items()
        if n or not key
    }


def _answer_worked(asked: Answering) -> Answers:
    medians = asked.find_medians(asked.timed_leads, "worked")
    return {
        key: (formulas.round_median(doubled, MINUTE), n)
        for key, (doubled, n) in medians.items()
        if n or not key
    }


def _answer_tail(asked: Answering) -> Answers:
    fewest = asked.settings.fewest_rows
    return {
        key: (
            formulas.round_median(2 * tail if tail is not None and n >= fewest else None, MINUTE),
            n,
        )
        for key, (tail, n) in asked.find_tails(asked.timed_leads, "worked").items()
    }


def _answer_leads(asked: Answering) -> Answers:
    return _count(asked.add_up(asked.leads, asked.question.period, n=_.count()), "n")


def _answer_lead_conversion(asked: Answering) -> Answers:
    rows = asked.leads
    sums = asked.add_up(rows, asked.question.period, converted=_.converted.sum(), n=_.count())
    return _share(sums, "converted", "n")


def _answer_hours(asked: Answering) -> Answers:
    return {
        key: (formulas.round_hours(row["minutes"]), row["selling"])
        for key, row in asked.activities.items()
        if row["selling"] or not key
    }


def _answer_time(sums: Sums) -> Answers:
    return {
        key: (formulas.round_time(row["time"]), row["n"])
        for key, row in sums.items()
        if row["n"] or not key
    }


def _answer_presence(
    asked: Answering, divide: Callable[[int, Presence], Decimal | None]
) -> Answers:
    nothing = {"time": 0, "n": 0}
    answers = {}
    for key, present in asked.presence.items():
        row = asked.with_customers.get(key, nothing)
        answers[key] = (divide(row["time"], present), row["n"])
    return answers


_ANSWERS: dict[str, Callable[[Answering], Answers]] = {
    "won_revenue": lambda asked: _sum_money(asked.closed, "won"),
    "won_deals": lambda asked: _count(asked.closed, "won"),
    "lost_deals": lambda asked: _count(asked.closed, "lost"),
    "win_rate": _answer_win_rate,
    "average_deal": _answer_average,
    "sales_cycle_days": _answer_cycle,
    "pipeline_open": lambda asked: _sum_money(asked.add_up_open(asked.question.period)),
    "pipeline_created": _answer_created,
    "deals_created": _answer_deals_created,
    "pipeline_velocity": _answer_velocity,
    "coverage": _answer_coverage,
    "stage_conversion": _answer_conversion,
    "slip_rate": _answer_slips,
    "quota_attainment": _answer_attainment,
    "attainment_contribution": _answer_contribution,
    "leads": _answer_leads,
    "lead_response_minutes": _answer_response,
    "lead_response_working_minutes": _answer_worked,
    "lead_response_working_tail": _answer_tail,
    "lead_response_in_time": lambda asked: _share(asked.due_leads, "in_time", "n"),
    "leads_never_contacted": lambda asked: _share(asked.due_leads, "untried", "n"),
    "lead_conversion": _answer_lead_conversion,
    "activities": lambda asked: _count(asked.activities, "n"),
    "selling_hours": _answer_hours,
    "customer_hours": lambda asked: _answer_time(asked.with_customers),
    "internal_hours": lambda asked: _answer_time(asked.add_up_meetings(0)),
    "customer_hours_a_week": lambda asked: _answer_presence(
        asked, lambda time, there: formulas.round_weekly(time, there.days)
    ),
    "selling_time_share": lambda asked: _answer_presence(
        asked, lambda time, there: formulas.round_share(time, there.worked)
    ),
    "forecast_error": lambda asked: asked.accuracy[0],
    "forecast_bias": lambda asked: asked.accuracy[1],
}

"""Products that come and go, on the command line: propose past launches, decide, list, withdraw."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from cyclopts import Parameter

from counterpoise.actions import launches, workspaces
from counterpoise.actions.answers import answer_decision, answer_proposals
from counterpoise.actions.workspaces import Workspace
from counterpoise.cli.clock import now
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, print_table, say, working
from counterpoise.domain.tables.launch import Launch, PhaseOut, Product
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import audit
from counterpoise.store import launches as stored
from counterpoise.store.launches import KeptDecision, Kind

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
Many = Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative=())]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is decided of the product."""

    family: str = ""
    """Its family; else as the product table has it."""

    price: Decimal | None = None
    """Its list price, in the company's currency; else as the product table has it."""

    region: Many = ()
    """Where a launch is sold; else everywhere."""

    month: str = ""
    """The first month of a launch, such as 2026-11."""

    like: Many = ()
    """Past launches that it is like, as `propose` lists them."""

    curve: Many = ()
    """Instead: won revenue of its first twelve months, an assumption of yours."""

    deals: Decimal | None = None
    """Deals expected in the first twelve months."""

    factor: Decimal | None = None
    """Or how many times the mean of the past launches that it is like."""

    last_month: str = ""
    """The last month of sales; a phase-out needs it."""

    new_until: str = ""
    """The last month of new deals of a phase-out; else the month before the last."""

    successor: str = ""
    """What follows a product that is phased out."""

    share: Decimal | None = None
    """What the successor takes of it, 0 to 1; else nothing."""

    comment: str = ""
    """What you know that the data does not; a decision needs it."""


NOTHING = Plan()


class Missing(ValueError):
    """Words that the command needs and that were not written."""


def launch(
    what: Literal["list", "propose", "decide", "phase-out", "withdraw"] = "list",
    product: str = "",
    /,
    *,
    plan: Plan = NOTHING,
    common: Common = DEFAULTS,
) -> None:
    """Launch products and phase them out.

    Parameters
    ----------
    what
        list what was decided, propose past launches that a product may be like, decide a launch,
        phase-out a product, or withdraw a decision.
    product
        The product's name; to withdraw, the number of the decision.
    """
    workspace = workspaces.open_workspace(common.workspace)
    if what == "list":
        _list(workspace, common)
    elif not product:
        raise Missing(f"Which? Write it: counterpoise launch {what} NAME.")
    elif what == "propose":
        _propose(workspace, product, plan, common)
    elif what == "decide":
        with working("Learning from past launches"):
            kept = launches.make_launch(
                workspace, _read_launch(product, plan, now()), today=now().date()
            )
        _answer(kept, common, f"The launch of {product} is decided: {kept.decided.id}.")
    elif what == "phase-out":
        with working("Looking at products"):
            kept = launches.make_phase_out(
                workspace, _read_phase_out(product, plan, now()), today=now().date()
            )
        _answer(kept, common, f"The phase-out of {product} is decided: {kept.decided.id}.")
    else:
        _withdraw(product, common)


def _list(workspace: Workspace, common: Common) -> None:
    lessons = launches.learn(workspace, today=now().date())
    made = stored.list_history()
    if common.json:
        print_json(
            {
                "decisions": [{"kind": each.kind, **answer_decision(each)} for each in made],
                "cannibalisation": to_plain(lessons.cannibalisation),
            }
        )
        return
    rows = [
        (
            each.decided.id,
            each.kind,
            each.decided.product,
            f"{each.decided.begins:%Y-%m}",
            each.decided.author,
            "holds" if each.is_current else "withdrawn",
            each.decided.comment,
        )
        for each in made
    ]
    columns = ("number", "kind", "product", "changes from", "by", "state", "comment")
    print_table("Launches and phase-outs", columns, rows)
    say(str(lessons.cannibalisation.why))


def _propose(workspace: Workspace, product: str, plan: Plan, common: Common) -> None:
    with working("Learning from past launches"):
        lessons = launches.learn(workspace, today=now().date())
        wanted = Product(product, plan.family, plan.price)
        found = launches.propose(workspace, wanted, plan.region, today=now().date())
    if common.json:
        print_json(answer_proposals(lessons, found))
        return
    rows = [
        (
            each.past.product,
            each.score,
            each.family,
            each.price,
            each.regions,
            f"{each.past.first_month:%Y-%m}",
            " ".join(map(str, each.past.deals)),
            each.past.total_revenue,
        )
        for each in found
    ]
    columns = ("product", "likeness", "family", "price", "regions", "from", "deals", "revenue")
    print_table(f"Past launches as of {lessons.as_of}, {lessons.currency}", columns, rows)
    if not found:
        say("The data shows no past launch. Give twelve monthly amounts of your own: --curve.")


def _withdraw(number: str, common: Common) -> None:
    if not number.isascii() or not number.isdigit():
        raise Missing("Which decision? Write its number: counterpoise launch withdraw 3.")
    made = (each for each in stored.list_history() if each.decided.id == int(number))
    kind: Kind = next((each.kind for each in made), "launch")
    kept = launches.withdraw(kind, int(number), audit.get_actor().name, now=now())
    _answer(kept, common, f"What was decided of {kept.decided.product} is withdrawn.")


def _answer(kept: KeptDecision, common: Common, sentence: str) -> None:
    if common.json:
        print_json({"kind": kept.kind, **answer_decision(kept)})
        return
    say(f"{sentence} Run the cycle again, so that plans follow.")


def _read_launch(product: str, plan: Plan, at: datetime) -> Launch:
    return Launch(
        id=0,
        product=product,
        family=plan.family,
        price=plan.price,
        regions=plan.region,
        month=_need_month("--month", plan.month),
        analogues=plan.like,
        curve=tuple(map(_read_amount, plan.curve)),
        deals=plan.deals,
        factor=plan.factor,
        last_month=_read_month("--last-month", plan.last_month),
        comment=plan.comment,
        author=audit.get_actor().name,
        role="",
        made_at=at,
    )


def _read_phase_out(product: str, plan: Plan, at: datetime) -> PhaseOut:
    return PhaseOut(
        id=0,
        product=product,
        last_month=_need_month("--last-month", plan.last_month),
        new_until=_read_month("--new-until", plan.new_until),
        successor=plan.successor,
        share=plan.share,
        comment=plan.comment,
        author=audit.get_actor().name,
        role="",
        made_at=at,
    )


def _need_month(option: str, written: str) -> date:
    found = _read_month(option, written)
    if found is None:
        raise Missing(f"Say when: {option} 2026-11.")
    return found


def _read_month(option: str, written: str) -> date | None:
    if not written:
        return None
    found = MONTH.fullmatch(written)
    if found is None or found[1] == "0000":
        raise Missing(f"{option} is '{written}'. Write a month like 2026-11.")
    return date(int(found[1]), int(found[2]), 1)


def _read_amount(written: str) -> Decimal:
    if not re.fullmatch(r"\d+(\.\d+)?", written):
        raise Missing(f"'{written}' is no amount. Write twelve such as 1200.50 after --curve.")
    return Decimal(written)

"""The meeting pack of a version: drafted from what was saved, a page and a print in each language.

`draft_pack` fills in all that the run and the plan know; `build_pack` lays over it what people said
and signed. A document is written once for each state of a pack, and found again after that.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, tzinfo
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from counterpoise import __version__
from counterpoise.actions import freezing, kept, scenarios
from counterpoise.actions.reports import Language
from counterpoise.actions.signing import Seen
from counterpoise.actions.workspaces import Workspace
from counterpoise.connectors.documents.pack import write_pack_page, write_pack_print
from counterpoise.domain.reconcile.version import compare_inputs
from counterpoise.domain.tables.figure import find_figure
from counterpoise.domain.tables.forecast import Forecast
from counterpoise.domain.tables.override import Override, list_in_force
from counterpoise.domain.tables.pack import (
    Assumed,
    Backtested,
    ComparedScenario,
    Decided,
    ExpectedMonth,
    InForce,
    Limit,
    Minuted,
    Pack,
    PlanFigures,
    ProductGap,
    Signed,
)
from counterpoise.domain.tables.plan import Plan
from counterpoise.domain.tables.report import Cycle
from counterpoise.domain.tables.signoff import Version
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.plain import to_plain
from counterpoise.domain.values.text import Text, text
from counterpoise.store import notes, versions
from counterpoise.store.notes import Note

OWN_METHOD = "counterpoise"
CENT = Decimal("0.01")
WRITERS: dict[str, Callable[[Pack, Path, Language], Path]] = {
    "html": write_pack_page,
    "pdf": write_pack_print,
}


def find_document(workspace: Workspace, pack: Pack, language: Language, ending: str) -> Path:
    """The pack as a file in a language, written unless it was; ending: html or pdf."""
    mark = json.dumps([__version__, to_plain(pack)], ensure_ascii=False).encode()
    folder = workspace.root / "packs" / versions.name_version(str(pack.period), pack.version)
    path = folder / f"{sha256(mark).hexdigest()[:16]}.{language}.{ending}"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{uuid4().hex}.{ending}")
        WRITERS[ending](pack, aside, language)
        aside.replace(path)  # whoever asks at the same time finds all of it or nothing
    return path


def build_pack(seen: Seen, zone: tzinfo) -> Pack | None:
    """All that there is to a version now; None where its run or plan cannot be read any more."""
    frozen = seen.frozen
    cycle, plan = kept.find_cycle(frozen.run), scenarios.find_plan(frozen.plan)
    if cycle is None or plan is None:
        return None
    period, number = frozen.version.period, frozen.version.number
    previous = versions.find_version(period, number - 1)
    drafted = replace(
        draft_pack(frozen.version, plan, cycle, zone),
        frozen_by=frozen.author_name,
        decision=_ask(seen),
        signatures=tuple(
            Signed(each.name, each.signature.role, each.signature.signed_at.astimezone(zone))
            for each in frozen.signed
        ),
        still_to_sign=seen.still_to_sign,
        previous=previous.version.number if previous else None,
        changes=compare_inputs(freezing.load_inputs(previous), seen.inputs) if previous else (),
    )
    held = [each for each in notes.list_notes(period) if each.withdrawn_at is None]
    return _add_notes(drafted, held, zone)


def _ask(seen: Seen) -> Text:
    number, period = seen.frozen.version.number, seen.frozen.version.period
    if seen.state == "void":
        return text(
            "Do not sign version {number} for {period}: a newer one has replaced it, or what it"
            " rests on has changed.",
            number=number,
            period=period,
        )
    if seen.state == "signed":
        return text("Version {number} for {period} is signed.", number=number, period=period)
    return text(
        "Sign version {number} of the plan for {period}, or say what must change.",
        number=number,
        period=period,
    )


def _add_notes(pack: Pack, held: Sequence[Note], zone: tzinfo) -> Pack:
    return replace(
        pack,
        assumptions=tuple(
            Assumed(each.text, each.owner, each.expires_on)
            for each in held
            if each.kind == "assumption"
        ),
        decisions=tuple(
            Decided(each.made_at.astimezone(zone), each.author, each.text, each.owner)
            for each in held
            if each.kind == "decision"
        ),
        minutes=tuple(
            Minuted(each.made_at.astimezone(zone), each.author, each.text)
            for each in held
            if each.kind == "minute"
        ),
    )


def draft_pack(version: Version, plan: Plan, cycle: Cycle, zone: tzinfo) -> Pack:
    """plan is the one frozen in the version, cycle the run it came from, both as they were saved.

    Decision, decisions, minutes, assumptions, signatures and changes are left for the caller.
    """
    return Pack(
        company=cycle.company,
        period=Period.parse(version.period),
        as_of=cycle.as_of,
        currency=cycle.currency,
        version=version.number,
        version_hash=version.version_hash,
        frozen_by=version.frozen_by,
        frozen_at=version.frozen_at.astimezone(zone),
        figures=_sum_up(plan),
        months=tuple(_list_months(cycle)),
        backtest=_pick_backtest(cycle.forecast),
        products=tuple(_list_products(plan)),
        limits=tuple(Limit(each.constraint, each.money, each.why) for each in plan.constraints),
        scenarios=_compare(plan, cycle.plans),
        unconfirmed=cycle.assumptions,
        overrides=_list_in_force(cycle, zone),
    )


def _sum_up(plan: Plan) -> PlanFigures:
    """What is not served is the plan's own figure, so demand less served is that to the cent."""
    units = sum((line.deals for line in plan.problem.demand), Decimal())
    money = sum((line.deals * line.price for line in plan.problem.demand), Decimal())
    gap = plan.demand_gap
    return PlanFigures(
        demand_units=units,
        demand_money=money.quantize(CENT),
        served_units=units - gap.units,
        served_money=money.quantize(CENT) - gap.money,
        gap_units=gap.units,
        gap_money=gap.money,
        contribution=_to_cents(plan.solution.objective),
        bound=_to_cents(plan.solution.bound),
        optimality_gap=Decimal(repr(plan.solution.gap)),
        is_verified=plan.verdict.feasible,
    )


def _list_months(cycle: Cycle) -> Iterator[ExpectedMonth]:
    if cycle.forecast is None:
        return
    deals = cycle.forecast.cells_by("won_deals", "")
    before = {} if cycle.statistical is None else cycle.statistical.cells_by("won_revenue", "")
    for key, cell in sorted(cycle.forecast.cells_by("won_revenue", "").items()):
        was = before[key].mean if key in before else cell.mean
        yield ExpectedMonth(
            month=cell.month,
            deals=deals[key].mean,
            revenue=cell.mean,
            low=cell.quantile("0.1"),
            high=cell.quantile("0.9"),
            statistical=None if was == cell.mean else was,
        )


def _pick_backtest(forecast: Forecast | None) -> tuple[Backtested, ...]:
    """The rows over the horizon nearest to the period's end, our own method first."""
    if forecast is None or not forecast.backtest:
        return ()
    wanted = (forecast.period.end - forecast.as_of).days
    horizons = {row.horizon_days for row in forecast.backtest}
    nearest = min(horizons, key=lambda days: (abs(days - wanted), days))
    rows = [row for row in forecast.backtest if row.horizon_days == nearest]
    return tuple(
        Backtested(
            row.method,
            row.horizon_days,
            row.origins,
            Decimal(repr(row.wmape)),
            None if row.coverage_80 is None else Decimal(repr(row.coverage_80)),
        )
        for row in sorted(rows, key=lambda row: row.method != OWN_METHOD)
    )


def _list_products(plan: Plan) -> Iterator[ProductGap]:
    """A product's part of the plan's gap: deals given up in any month or waiting after the last."""
    prices = {(line.product, line.month): line.price for line in plan.problem.demand}
    last = plan.problem.months[-1]
    for product in dict.fromkeys(line.product for line in plan.problem.demand):
        demand = sum(
            (line.deals for line in plan.problem.demand if line.product == product), Decimal()
        )
        unserved: dict[date, Decimal] = {
            row.month: Decimal(repr(row.lost)) + (row.month == last) * Decimal(repr(row.backlog))
            for row in plan.solution.served
            if row.product == product
        }
        units = sum(unserved.values(), Decimal()).quantize(CENT)
        money = sum(
            (each * prices[product, month] for month, each in unserved.items()), Decimal()
        ).quantize(CENT)
        yield ProductGap(product, demand, demand - units, units, money)


def _compare(chosen: Plan, plans: Sequence[Plan]) -> tuple[ComparedScenario, ...]:
    """The plan that is to be signed stands in its scenario's place, or first when it has none."""
    others = [plan for plan in plans if plan.scenario != chosen.scenario]
    place = next((n for n, plan in enumerate(plans) if plan.scenario == chosen.scenario), 0)
    ordered = [*others[:place], chosen, *others[place:]]
    return tuple(
        ComparedScenario(
            name=plan.scenario,
            demand_units=sum((line.deals for line in plan.problem.demand), Decimal()),
            served_units=sum((line.deals for line in plan.problem.demand), Decimal())
            - plan.demand_gap.units,
            gap_money=plan.demand_gap.money,
            contribution=_to_cents(plan.solution.objective),
            hires=sum(row.hires for row in plan.solution.staffing),
            is_chosen=plan is chosen,
        )
        for plan in ordered
    )


def _list_in_force(cycle: Cycle, zone: tzinfo) -> tuple[InForce, ...]:
    """The last override of each figure, in the order they were made."""
    in_force = list_in_force(cycle.overrides, cycle.as_of, cycle.currency)
    ordered = sorted(in_force, key=lambda each: (each.made_at, each.id))
    latest = {each.cell: each for each in ordered}
    return tuple(
        InForce(
            author=each.author,
            role=each.role,
            reason=each.reason,
            comment=each.comment,
            measure=each.measure,
            month=each.month,
            by=each.by,
            from_amount=(said := _find_said(cycle, each)),
            to_amount=each.resolve(said),
            made_at=each.made_at.astimezone(zone),
            kind=each.kind,
            change=each.change,
            expires_on=each.expires_on,
        )
        for each in ordered
        if latest[each.cell] is each
    )


def _find_said(cycle: Cycle, override: Override) -> Decimal:
    """What stood there without it: for a difference or a factor, in the run itself."""
    is_relative = override.kind in ("difference", "factor")
    figure = find_figure(cycle.statistical, override.cell) if cycle.statistical else None
    return figure.mean if is_relative and figure else override.statistical


def _to_cents(amount: float) -> Decimal:
    return Decimal(repr(amount)).quantize(CENT)

"""Plan of 30 products x 10 pools x 24 months: solved, proved, checked and priced.

Prints the figures beside their limits. Run: python benchmarks/plan.py
"""

import random
import sys
import time
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from operator import attrgetter

from counterpoise.domain.reconcile.gap import explain_gap, measure_free_contribution
from counterpoise.domain.reconcile.model import build_model
from counterpoise.domain.reconcile.solve import fix_hires, solve
from counterpoise.domain.reconcile.solver import solve_linear
from counterpoise.domain.reconcile.verify import verify
from counterpoise.domain.tables.capacity import Pool, Work
from counterpoise.domain.tables.plan import DemandLine, Problem, ShadowPrice, Solution
from counterpoise.domain.values.period import add_months
from counterpoise.domain.values.text import text

PRODUCTS, POOLS, MONTHS, SEED = 30, 10, 24, 1
PRICES = 20
SECONDS = 30
HOURS = Decimal(130)


@dataclass(frozen=True, slots=True)
class Check:
    """A figure beside its limit; without a limit it is only told."""

    name: str
    figure: str
    limit: str = ""
    held: bool = True


def draw_problem(products: int, pools: int, months: int, seed: int) -> Problem:
    """A company that grows a percent a month, with a tenth fewer people than its work needs."""
    rng = random.Random(seed)
    calendar = tuple(add_months(date(2026, 1, 1), number) for number in range(months))
    demand = []
    for product in range(products):
        price, rate = _draw(rng, 5_000, 30_000), _draw(rng, 0.4, 0.6)
        demand += [
            DemandLine(
                f"product {product}", month, _draw(rng, 5, 25) * (100 + number) / 100, price, rate
            )
            for number, month in enumerate(calendar)
        ]
    work = tuple(
        Work(f"product {product}", f"pool {pool}", _draw(rng, 4, 40), rng.randint(0, 1))
        for product in range(products)
        for pool in sorted(rng.sample(range(pools), min(pools, 3)))
    )
    return Problem(
        months=calendar,
        currency="USD",
        demand=tuple(demand),
        pools=tuple(_staff(f"pool {pool}", work) for pool in range(pools)),
        work=work,
        late_cost=Decimal("0.02"),
        backlog_limit=Decimal("0.5"),
    )


def _draw(rng: random.Random, low: float, high: float) -> Decimal:
    return Decimal(str(round(rng.uniform(low, high), 4)))


def _staff(name: str, work: tuple[Work, ...]) -> Pool:
    load = 15 * sum(each.units for each in work if each.pool == name)
    return Pool(
        name=name,
        kind="delivery",
        team="",
        unit="hours",
        headcount=Decimal(int(Decimal("0.9") * load / HOURS)),
        per_person=HOURS,
        ramp=(Decimal("0.25"), Decimal("0.5"), Decimal("0.75")),
        attrition_rate=Decimal("0.02"),
        hiring_lead_months=2,
        wage=Decimal(4_500),
        hire_cost=Decimal(9_000),
        overtime_cost=Decimal(52),
        overtime_limit=Decimal("0.1"),
        contractor_cost=Decimal(80),
        contractor_limit=Decimal(300),
        basis=text("drawn for the benchmark"),
        onboarding_rate=Decimal("0.25"),
    )


def measure_difference(
    problem: Problem, solution: Solution, price: ShadowPrice, units: int
) -> float:
    """What a unit of the pool's work in that month is worth: planned again with `units` more of
    it, and the same hires."""
    model = build_model(problem)
    fixed = fix_hires(model, [row.hires for row in solution.staffing])
    pool = [pool.name for pool in problem.pools].index(price.pool)
    row = int(model.capacity[pool, problem.months.index(price.month)])
    upper = list(model.rows.upper)
    upper[row] += units
    more = solve_linear(replace(fixed, rows=replace(model.rows, upper=upper)))
    return (more.objective - solution.objective) / units


def check_prices(problem: Problem, solution: Solution) -> list[Check]:
    """Three prices, the highest and those at two and one thirds, beside one unit more.

    A price holds for as long as nothing else becomes scarce, which may be less than a unit: PRICES
    from the highest to the lowest must lie between what one unit more and one less are worth.
    """
    rising = sorted((each for each in solution.prices if each.price > 0), key=attrgetter("price"))
    checks = []
    for part in (1, 2 / 3, 1 / 3):
        price = rising[round(part * (len(rising) - 1))]
        found = measure_difference(problem, solution, price, 1)
        name = f"shadow price {price.pool} {price.month:%Y-%m}: {price.price:.4f}"
        close = abs(found - price.price) <= 1e-6 * max(1.0, price.price)
        checks.append(Check(name, f"{found:.4f}", "equal", close))
    spread = [rising[round(n * (len(rising) - 1) / (PRICES - 1))] for n in range(PRICES)]
    between = sum(
        measure_difference(problem, solution, each, 1) - 1e-6
        <= each.price
        <= measure_difference(problem, solution, each, -1) + 1e-6
        for each in spread
    )
    name = "prices between one unit more and one less"
    return [*checks, Check(name, f"{between} of {PRICES}", "all", between == PRICES)]


def check_explanation(problem: Problem, solution: Solution) -> list[Check]:
    started = time.process_time()
    shares = explain_gap(problem, solution)
    seconds = time.process_time() - started
    total = sum(share.money for share in shares)
    short = Decimal(repr(measure_free_contribution(problem) - solution.objective))
    adds_up = total == short.quantize(Decimal("0.01"))
    return [
        Check("limits explained in, CPU seconds", f"{seconds:.1f}"),
        *(Check(f"  {share.constraint}", f"{share.money}") for share in shares),
        Check("  together, beside what the plan falls short", f"{total}", f"{short:.2f}", adds_up),
    ]


def main() -> int:
    problem = draw_problem(PRODUCTS, POOLS, MONTHS, SEED)
    started, cpu = time.perf_counter(), time.process_time()
    solution = solve(problem, SECONDS)
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    verdict = verify(problem, solution)
    difference = abs(verdict.objective - solution.objective) / abs(solution.objective)
    checks = [
        Check("proven gap", f"{solution.gap:.4%}", "0.1 %", solution.gap <= 1e-3),
        Check("solved in, wall seconds", f"{wall:.1f}", str(SECONDS), wall <= SECONDS),
        Check("solved in, CPU seconds", f"{cpu:.1f}"),
        Check("verify: violations", str(len(verdict.violations)), "0", verdict.feasible),
        Check("verify: contribution differs by", f"{difference:.1e}", "1e-6", difference <= 1e-6),
        *check_prices(problem, solution),
        *check_explanation(problem, solution),
    ]
    print(f"Plan of {PRODUCTS} products x {POOLS} pools x {MONTHS} months, seed {SEED}")
    for check in checks:
        limit = f"limit {check.limit:<14}" if check.limit else ""
        word = ("ok" if check.held else "MISSED") if check.limit else ""
        print(f"{check.name:<45} {check.figure:>14}   {limit}{word}".rstrip())
    return 0 if all(check.held for check in checks) else 1


if __name__ == "__main__":
    sys.exit(main())

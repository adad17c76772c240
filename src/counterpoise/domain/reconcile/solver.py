"""HiGHS, told to be the same every time: one thread, one seed, and time only as a stop.

Money is divided by a power of two near its largest amount before it is solved, so that the
solver's absolute tolerances mean the same in dinars and in dollars; that loses no digit.
"""

from dataclasses import dataclass
from math import frexp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.reconcile.model import Model
from counterpoise.domain.values.text import text

RELATIVE_GAP = 5e-4
SEED = 1
LP_SECONDS = 600.0


class NoPlanInTime(RuntimeError):
    """The solver was stopped before it had any plan."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """bound: no plan is better. row_prices: what one more unit of a row's upper limit is worth."""

    values: NDArray[np.float64]
    objective: float
    bound: float
    row_prices: NDArray[np.float64]


def solve_integer(model: Model, whole: NDArray[np.int64], seconds: float) -> Answer:
    """The best plan with whole numbers in the columns `whole`, and a bound on every such plan."""
    kinds = np.zeros(model.columns.count, dtype=np.int32)
    kinds[whole] = 1
    return _run(model, kinds, seconds)


def solve_linear(model: Model) -> Answer:
    """The best plan in fractions; its bound is its objective."""
    return _run(model, np.zeros(model.columns.count, dtype=np.int32), LP_SECONDS)


def _run(model: Model, kinds: NDArray[np.int32], seconds: float) -> Answer:
    import highspy  # noqa: PLC0415 -- slow import

    scale = 2.0 ** frexp(float(np.abs(model.gain).max(initial=0.0)))[1]
    solver = _start_quietly()
    for option, value in {
        "threads": 1,
        "random_seed": SEED,
        "time_limit": float(seconds),
        "mip_rel_gap": RELATIVE_GAP,
        "mip_abs_gap": 0.0,
        "mip_feasibility_tolerance": 1e-9,
    }.items():
        solver.setOptionValue(option, value)
    rows = model.rows
    solver.passModel(
        model.columns.count,
        len(rows.lower),
        len(rows.columns),
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMaximize),
        0.0,
        model.gain / scale,
        model.lower,
        model.upper,
        np.array(rows.lower),
        np.array(rows.upper),
        np.array(rows.starts, dtype=np.int32),
        np.array(rows.columns, dtype=np.int32),
        np.array(rows.values),
        kinds,
    )
    solver.run()
    info = solver.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        raise NoPlanInTime(
            text(
                "No plan was found in {seconds} seconds ({status}). Give more"
                " time, or plan fewer months.",
                seconds=f"{seconds:g}",
                status=solver.modelStatusToString(solver.getModelStatus()),
            )
        )
    solution = solver.getSolution()
    objective = info.objective_function_value
    return Answer(
        values=np.array(solution.col_value),
        objective=objective * scale,
        bound=(info.mip_dual_bound if kinds.any() else objective) * scale,
        row_prices=np.array(solution.row_dual) * scale,
    )


def _start_quietly() -> Any:
    """A solver that prints nothing, not even its name: standard output is for answers."""
    import highspy  # noqa: PLC0415 -- slow import

    class QuietHighs(highspy.Highs):  # type: ignore[misc]  # highspy has no types
        def enableCallbacks(self) -> None:  # noqa: N802 -- highspy's name; it prints when called
            self.silent()
            super().enableCallbacks()

    return QuietHighs()

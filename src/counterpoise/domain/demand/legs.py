"""What a forecast's figures are made of: won, open deals, deals not there yet, and what moved that.

The pipeline leg says what open deals and new ones bring. The combination moves their sum towards
what history alone says; launches, phase-outs and overrides move it further. Each of these is the
difference that it made, so the parts of a figure add up to it, to the cent.
"""

from decimal import Decimal

from counterpoise.domain.tables.forecast import Cell, Forecast, Legs
from counterpoise.domain.tables.leg_stack import LegPart, LegStack


def stack_legs(
    statistical: Forecast,
    published: Forecast,
    measure: str,
    by: tuple[tuple[str, str], ...] = (),
) -> tuple[LegStack, ...]:
    """Month by month, of the whole company or of the part `by`. published: with overrides in it.

    Nothing for a part that the forecast does not tell, and for one from before legs were kept.
    """
    if not statistical.legs:
        return ()
    kept = {each.key: each for each in statistical.legs}
    said = {cell.key: cell for cell in statistical.cells}
    wanted = tuple(sorted(by))
    return tuple(
        _stack(kept.get(cell.key), said[cell.key], cell)
        for cell in published.cells
        if cell.measure == measure and tuple(sorted(cell.by)) == wanted
    )


def _stack(legs: Legs | None, said: Cell, published: Cell) -> LegStack:
    """legs: None for a cell that a launch made."""
    nothing = Decimal(0)
    from_open = legs.open if legs else nothing
    new = legs.new if legs else nothing
    combined = legs.combined if legs else said.won
    return LegStack(
        measure=published.measure,
        month=published.month,
        by=published.by,
        parts=(
            LegPart("won", said.won),
            LegPart("open", from_open),
            LegPart("new", new),
            LegPart("combination", combined - said.won - from_open - new),
            LegPart("launches", said.mean - combined),
            LegPart("overrides", published.mean - said.mean),
        ),
        mean=published.mean,
        low=published.quantile("0.1"),
        high=published.quantile("0.9"),
        series=legs.series if legs else None,
    )

"""What the hazards and a challenger that is heard say together of the same open deals.

Of each deal both say how likely it is won or lost in each block of days, or open after the last.
Their geometric mean, made to add up to 1 again, is the mean of their log-odds for every pair of
these outcomes: won, lost and open stay one whole.
"""

import numpy as np
from numpy.typing import NDArray

from counterpoise.domain.demand.hazards import BLOCK_DAYS, BLOCKS, Ahead

Floats = NDArray[np.float64]
BY_BLOCK = Ahead(np.arange(BLOCK_DAYS * BLOCKS) // BLOCK_DAYS, BLOCKS)


def weigh(own: Floats, said: Floats) -> Floats:
    """By what the hazards' chance to be won in each block, and in all that follows the last, is
    multiplied; shape (deals, BLOCKS + 1).

    own, said: chances to be won and to be lost by block, shape (deals, 2, BLOCKS).
    """
    ours, theirs = _complete(own), _complete(said)
    both = np.sqrt(ours * theirs)
    total = both.sum(axis=1, keepdims=True)
    both = np.divide(both, total, out=ours.copy(), where=total > 0)  # nothing is held possible
    factor = np.divide(both, ours, out=np.ones_like(ours), where=ours > 0)
    return np.asarray(factor[:, [*range(BLOCKS), -1]])


def part(ahead: Ahead) -> Ahead:
    """The same days with every window told apart by block, and by what follows the last one."""
    block = np.minimum(np.arange(len(ahead.window_of_day)) // BLOCK_DAYS, BLOCKS)
    window = ahead.window_of_day
    return Ahead(
        np.where(window < 0, -1, window * (BLOCKS + 1) + block), ahead.windows * (BLOCKS + 1)
    )


def put_together(parted: Floats, factor: Floats) -> Floats:
    """The joint chance by window. parted: by deal and parted window."""
    by_block = parted.reshape(len(parted), -1, BLOCKS + 1)
    return np.asarray((by_block * factor[:, None, :]).sum(axis=2))


def _complete(chance: Floats) -> Floats:
    """Won by block, lost by block, and still open."""
    closed = chance.reshape(len(chance), -1)
    still_open = np.maximum(1.0 - closed.sum(axis=1, keepdims=True), 0.0)
    return np.concatenate([closed, still_open], axis=1)

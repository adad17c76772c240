"""Writes the sample company: source files as a CRM would export them, and the truth behind them."""

import math
from dataclasses import dataclass
from pathlib import Path

from counterpoise.connectors.sample import files
from counterpoise.domain.values.text import text

SMALLEST = 0.02


class InvalidScale(ValueError):
    """A size that no sample company can have."""


@dataclass(frozen=True, slots=True)
class WrittenSample:
    """files: the exports and the rulebook; truth: the folder of what only the simulator knows."""

    files: tuple[Path, ...]
    truth: Path


def write_sample(out: Path, *, scale: float, seed: int) -> WrittenSample:
    """Files of about 5,000 × `scale` opportunities; the same scale and seed write the same bytes.

    `out`/export is for `collect`, `out`/rulebook.toml for `rulebook import`. Files of those names
    that lie there already are written over.
    """
    if not (math.isfinite(scale) and scale >= SMALLEST):
        raise InvalidScale(
            text(
                "A sample of scale {scale} is too small to say anything. Give {smallest}"
                " (100 deals) or more; 1 is about 5,000 deals and 50,000 activities.",
                scale=str(scale),
                smallest=str(SMALLEST),
            )
        )
    if seed < 0:
        raise InvalidScale(
            text(
                "The seed is {seed}. Give a whole number from 0 on.",
                seed=seed,
            )
        )
    written = files.write_files(out, scale=scale, seed=seed)
    return WrittenSample(written.files, written.truth)

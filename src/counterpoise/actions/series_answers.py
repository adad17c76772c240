"""Measures carried forward, and the marks on their past, as programs read them."""

from counterpoise.actions.answers import Answer
from counterpoise.actions.published_ranges import Published
from counterpoise.domain.tables.carried import LEVELS, Carried, CarriedPart
from counterpoise.domain.values.plain import to_plain
from counterpoise.store.marks import KeptMark


def answer_series(build: str, found: Carried) -> Answer:
    """Values are decimal text in the unit; quantiles by their levels."""
    return {
        "build": build,
        "as_of": to_plain(found.as_of),
        "measure": found.measure,
        "unit": found.unit,
        "every": found.every,
        "by": list(found.by),
        "adds_up": found.adds_up,
        "parts": [_answer_carried(each) for each in found.parts],
        "left_out": to_plain(found.left_out),
        "notes": to_plain(found.notes),
        "challengers": to_plain(found.verdicts),
    }


def answer_published(done: Published) -> Answer:
    """ranges: how many were said."""
    said = done.publication
    return {
        "measure": said.measure,
        "unit": said.unit,
        "every": said.every,
        "by": list(said.by),
        "as_of": to_plain(said.as_of),
        "build": said.build,
        "ranges": len(said.ranges),
        "is_new": done.is_new,
    }


def answer_mark(kept: KeptMark) -> Answer:
    mark = kept.mark
    return {
        "id": mark.id,
        "measure": mark.measure,
        "start": to_plain(mark.start),
        "end": to_plain(mark.end),
        "by": dict(mark.by),
        "kind": mark.kind,
        "comment": mark.comment,
        "author": mark.author,
        "made_at": to_plain(mark.made_at),
        "withdrawn_at": to_plain(kept.withdrawn_at),
        "withdrawn_by": kept.withdrawn_by,
    }


def _answer_carried(part: CarriedPart) -> Answer:
    levels = [format(level, "f") for level in LEVELS]
    return {
        "by": dict(part.by),
        "history": to_plain(part.history),
        "ahead": [
            {
                "start": to_plain(step.start),
                "expected": to_plain(step.expected),
                "quantiles": dict(zip(levels, to_plain(step.quantiles), strict=True)),
                "came": to_plain(step.came),
            }
            for step in part.ahead
        ],
        "missed": to_plain(part.missed),
        "usual": to_plain(part.usual),
        "alone": to_plain(part.alone),
        "looks": part.looks,
        "occasions": to_plain(part.occasions),
        "effects": to_plain(part.effects),
        "replaced": to_plain(part.replaced),
        "notes": to_plain(part.notes),
    }

"""The tables of a measure carried forward: parts, steps ahead, history, what it learned from."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext, gettext_lazy

from counterpoise.connectors.documents import names
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.measure.definitions import DEFINITIONS
from counterpoise.domain.tables.carried import LEVELS, Carried, CarriedPart, OccasionEffect
from counterpoise.domain.tables.mark import SeriesMark
from counterpoise.domain.tables.occasion import Occasion
from counterpoise.store.marks import KeptMark
from counterpoise.web.demand.words import name_feast, name_kept, name_occasion, name_replaced
from counterpoise.web.tables import Column, Kind, Row, Table

_DAY = timedelta(days=1)
CHALLENGERS = {
    "boosted": gettext_lazy("gradient boosting"),
    "complex smoothing": gettext_lazy("complex smoothing"),
}
"""Those of the house; a plug-in is shown by the name that it gives itself."""
OUTCOMES = {
    "heard": gettext_lazy("heard beside the methods"),
    "not heard": gettext_lazy("not heard"),
    "refused": gettext_lazy("not tried"),
    "failed": gettext_lazy("failed"),
}


def name_part(part: CarriedPart) -> str:
    return name_members(part.by) or gettext("Whole company")


def name_members(by: Sequence[tuple[str, str]]) -> str:
    return " · ".join(names.name_part(label or "(none)") for _name, label in by)


def _name_start(found: Carried) -> str:
    match found.every:
        case "day":
            return gettext("Day")
        case "week":
            return gettext("Week from")
        case "quarter":
            return gettext("Quarter from")
        case "year":
            return gettext("Year from")
        case _:
            return gettext("Month")


def _find_time(found: Carried) -> Kind:
    return "day" if found.every in ("day", "week") else "month"


def find_kind(found: Carried) -> Kind:
    match DEFINITIONS[found.measure].unit:
        case "money":
            return "money"
        case "share":
            return "share"
        case _:
            return "quantity"


def build_parts(found: Carried, asked: dict[str, Any]) -> Table:
    kind = find_kind(found)
    rows = [
        Row(
            {
                "part": name_part(part),
                "last": part.history[-1].value,
                "next": part.ahead[0].expected,
                "low": part.ahead[0].quantiles[0],
                "high": part.ahead[0].quantiles[-1],
                "total": _add_up(part) if found.adds_up else None,
                "missed": part.missed,
                "usual": part.usual,
            },
            {"part": "?" + urlencode({**asked, "part": place})},
        )
        for place, part in enumerate(found.parts)
    ]
    total = (Column("total", gettext("All periods ahead"), kind),) if found.adds_up else ()
    return Table(
        name="parts",
        caption=gettext("The whole and its parts"),
        columns=(
            Column("part", gettext("Part")),
            Column("last", gettext("Last period"), kind),
            Column("next", gettext("Next period"), kind),
            Column("low", gettext("80% from"), kind),
            Column("high", gettext("80% to"), kind),
            *total,
            Column("missed", gettext("Missed by"), "share"),
            Column("usual", gettext("A repeat missed by"), "share"),
        ),
        rows=tuple(rows),
        empty="",
        currency=found.unit,
    )


def build_ahead(found: Carried, part: CarriedPart) -> Table:
    kind = find_kind(found)
    levels = ("low_80", "low_50", "middle", "high_50", "high_80")
    assert len(levels) == len(LEVELS)
    is_begun = any(step.came for step in part.ahead)
    came = (Column("came", gettext("Of it came already"), kind),) if is_begun else ()
    return Table(
        name="ahead",
        caption=gettext("What is expected"),
        columns=(
            Column("start", _name_start(found), _find_time(found)),
            Column("expected", gettext("Expected"), kind),
            *came,
            Column("low_80", gettext("80% from"), kind),
            Column("low_50", gettext("50% from"), kind),
            Column("high_50", gettext("50% to"), kind),
            Column("high_80", gettext("80% to"), kind),
        ),
        rows=tuple(
            Row(
                {
                    "start": step.start,
                    "expected": step.expected,
                    "came": step.came,
                    **dict(zip(levels, step.quantiles, strict=True)),
                }
            )
            for step in part.ahead
        ),
        empty="",
        currency=found.unit,
    )


def build_history(found: Carried, part: CarriedPart) -> Table:
    return Table(
        name="history",
        caption=gettext("What came"),
        columns=(
            Column("start", _name_start(found), _find_time(found)),
            Column("value", gettext("Value"), find_kind(found)),
        ),
        rows=tuple(Row({"start": each.start, "value": each.value}) for each in part.history),
        empty="",
        currency=found.unit,
        sort="-start",
        page_rows=12,
    )


def build_occasions(found: Carried, part: CarriedPart) -> Table:
    """The newest that came and those ahead, each with what its kind does."""
    effects = {each.kind: each for each in part.effects}
    is_share = all(each.is_share for each in part.effects)
    return Table(
        name="occasions",
        caption=gettext("Occasions, and what they do"),
        columns=(
            Column("first", gettext("From"), "day"),
            Column("last", gettext("Until"), "day"),
            Column("kind", gettext("Occasion"), has_choices=True),
            Column("name", gettext("Name")),
            Column("when", gettext("When"), has_choices=True),
            Column("effect", gettext("Effect"), "share" if is_share else find_kind(found)),
            Column("n", gettext("Past occurrences"), "number"),
            Column("why", gettext("Why nothing is added")),
        ),
        rows=tuple(_build_occasion(each, effects.get(each.kind), found) for each in part.occasions),
        empty="",
        currency=found.unit,
        sort="-first",
        page_rows=8,
    )


def _build_occasion(each: Occasion, effect: OccasionEffect | None, found: Carried) -> Row:
    return Row(
        {
            "first": each.first,
            "last": each.last,
            "kind": name_occasion(each.kind),
            "name": name_feast(each.name),
            "when": gettext("ahead") if each.last > found.as_of else gettext("past"),
            "effect": effect.size if effect else None,
            "n": effect.n if effect else None,
            "why": effect.why if effect else None,
        }
    )


def build_replaced(found: Carried, part: CarriedPart) -> Table:
    kind = find_kind(found)
    return Table(
        name="replaced",
        caption=gettext("Not learned from as it came"),
        columns=(
            Column("start", _name_start(found), _find_time(found)),
            Column("why", gettext("Why"), has_choices=True),
            Column("was", gettext("Came"), kind),
            Column("put", gettext("Learned instead"), kind),
        ),
        rows=tuple(
            Row(
                {
                    "start": each.start,
                    "why": name_replaced(each.kind),
                    "was": each.was,
                    "put": each.put,
                }
            )
            for each in part.replaced
        ),
        empty="",
        currency=found.unit,
        sort="-start",
        page_rows=8,
    )


def build_marks(marks: Sequence[KeptMark]) -> Table:
    """Every mark of the measure, whether it still holds or not."""
    return Table(
        name="marks",
        caption=gettext("Marks of this measure, the newest first"),
        columns=(
            Column("made_at", gettext("When"), "moment"),
            Column("who", gettext("Who"), has_choices=True),
            Column("first", gettext("From"), "day"),
            Column("last", gettext("Until"), "day"),
            Column("of", gettext("Of")),
            Column("kind", gettext("Kind"), has_choices=True),
            Column("comment", gettext("Comment")),
            Column("state", gettext("State"), has_choices=True),
        ),
        rows=tuple(
            Row(
                {
                    "made_at": each.mark.made_at,
                    "who": each.author_name or gettext("command line"),
                    "first": each.mark.start,
                    "last": each.mark.end - _DAY,
                    "of": name_members(each.mark.by) or gettext("the whole and every part"),
                    "kind": name_replaced(each.mark.kind),
                    "comment": each.mark.comment,
                    "state": name_kept(each),
                }
            )
            for each in marks
        ),
        empty=gettext("Nobody has marked a time of this measure."),
    )


def name_mark(mark: SeriesMark, reader: Reader) -> str:
    """Of what and when, as a button of it is called."""
    of = name_members(mark.by) or gettext("the whole and every part")
    last = mark.end - _DAY
    when = reader.day(mark.start)
    if last > mark.start:
        when = f"{when} – {reader.day(last)}"
    return f"{of}, {when}"


def _add_up(part: CarriedPart) -> Decimal:
    return sum((step.expected for step in part.ahead), Decimal(0))


def build_verdicts(found: Carried) -> Table:
    return Table(
        name="challengers",
        caption=gettext("Challengers on past days, beside the methods"),
        columns=(
            Column("name", gettext("Challenger")),
            Column("outcome", gettext("Verdict")),
            Column("missed", gettext("It missed by"), "number", places=3),
            Column("methods", gettext("The methods missed by"), "number", places=3),
            Column("gain", gettext("Better by"), "share"),
            Column("gain_low", gettext("At least by"), "share"),
            Column("series", gettext("Series"), "number"),
            Column("looks", gettext("Past days"), "number"),
            Column("why", gettext("Why")),
        ),
        rows=tuple(
            Row(
                {
                    "name": str(CHALLENGERS.get(each.name, each.name)),
                    "outcome": str(OUTCOMES[each.outcome]),
                    "missed": each.missed,
                    "methods": each.methods_missed,
                    "gain": each.gain,
                    "gain_low": each.gain_low,
                    "series": each.series or None,
                    "looks": each.looks or None,
                    "why": each.why,
                }
            )
            for each in found.verdicts
        ),
        empty="",
    )

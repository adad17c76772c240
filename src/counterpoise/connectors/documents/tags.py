"""Template tags that write values for the reader: {% money x %}, {% day d %}, {% say sentence %}.

The reader is the template's `reader`. What is rounded carries its exact value as a title.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from counterpoise.connectors.documents import names
from counterpoise.connectors.documents.drawing import Drawing
from counterpoise.connectors.documents.figures import Part
from counterpoise.connectors.documents.reader import Number, Reader, isolate
from counterpoise.domain.values.period import Period
from counterpoise.domain.values.text import Text

register = template.Library()
Context = dict[str, Any]
NOTHING = "–"
MOST_PARTS = 10
LEAST_SHARE = 0.01
"""Of the whole, for a part to stand among the first: misspelt products are smaller than that."""


@register.simple_tag(takes_context=True)
def money(context: Context, value: Number | None) -> str:
    """Rounded, with the currency: for sentences."""
    if value is None:
        return NOTHING
    reader: Reader = context["reader"]
    return _titled(reader.money(value), reader.exact_money(value))


@register.simple_tag(takes_context=True)
def amount(context: Context, value: Number | None) -> str:
    """Rounded, without the currency: for tables whose caption names it."""
    if value is None:
        return NOTHING
    reader: Reader = context["reader"]
    return _titled(reader.short(value), reader.exact_money(value))


@register.simple_tag(takes_context=True)
def signed(context: Context, value: Number) -> str:
    reader: Reader = context["reader"]
    return _titled(reader.signed(value), reader.exact_money(value))


@register.simple_tag(takes_context=True)
def number(context: Context, value: Number | None, places: int = 0) -> str:
    if value is None:
        return NOTHING
    reader: Reader = context["reader"]
    return format_html("<bdi>{}</bdi>", reader.number(value, places))


@register.simple_tag(takes_context=True)
def quantity(context: Context, value: Number) -> str:
    reader: Reader = context["reader"]
    return format_html("<bdi>{}</bdi>", reader.quantity(value))


@register.simple_tag(takes_context=True)
def share(context: Context, value: Number | None, places: int = 0) -> str:
    if value is None:
        return NOTHING
    reader: Reader = context["reader"]
    return format_html("<bdi>{}</bdi>", reader.share(value, places))


@register.simple_tag(takes_context=True)
def day(context: Context, value: date) -> str:
    reader: Reader = context["reader"]
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), reader.day(value))


@register.simple_tag(takes_context=True)
def month(context: Context, value: date) -> str:
    reader: Reader = context["reader"]
    return format_html('<time datetime="{}">{}</time>', f"{value:%Y-%m}", reader.month(value))


@register.simple_tag(takes_context=True)
def period(context: Context, value: Period) -> str:
    reader: Reader = context["reader"]
    return format_html("<bdi>{}</bdi>", reader.period(value))


@register.simple_tag(takes_context=True)
def say(context: Context, sentence: Text) -> SafeString:
    reader: Reader = context["reader"]
    return reader.say_html(sentence)


@register.simple_tag(takes_context=True)
def measured(context: Context, value: Number | None, unit: str) -> str:
    """A measure's value with the unit that its definition states."""
    reader: Reader = context["reader"]
    if value is None:
        return NOTHING
    return format_html("<bdi>{}</bdi>", reader.measured(value, unit))


@register.simple_tag
def called(group: str, code: str) -> str:
    """The reader's word for a code."""
    return format_html("<bdi>{}</bdi>", names.name_code(group, code))


@register.simple_tag
def part(name: str) -> str:
    return format_html("<bdi>{}</bdi>", names.name_part(name))


@register.simple_tag
def rule(written: str) -> str:
    """The unit or source of a rule; those of the product's own defaults are translated."""
    return names.translate_rule(written)


@register.filter
def first_parts(parts: Sequence[Part]) -> Sequence[Part]:
    return parts[: _count_first(parts)]


@register.filter
def other_parts(parts: Sequence[Part]) -> Sequence[Part]:
    return parts[_count_first(parts) :]


@register.filter
def met(value: str) -> SafeString:
    """A value as it was met in the data."""
    return isolate(value)


@register.filter
def digits(value: int, reader: Reader) -> str:
    return reader.number(value)


@register.simple_tag
def svg(drawing: Drawing) -> SafeString:
    """Both drawings of a chart, marked up as one picture; the style sheet shows the fitting one."""
    return format_html(
        '<div class="picture" role="img" aria-label="{}" dir="ltr">'
        '<div class="wide">{}</div><div class="narrow">{}</div></div>',
        drawing.label,
        mark_safe(drawing.wide),  # noqa: S308 -- made by vl-convert, which escapes its text
        mark_safe(drawing.narrow),  # noqa: S308 -- as above
    )


def _count_first(parts: Sequence[Part]) -> int:
    large = [part for part in parts if part.share is None or part.share >= LEAST_SHARE]
    return min(max(len(large), 1), MOST_PARTS)


def _titled(written: str, exact: str) -> str:
    if written == exact:
        return format_html("<bdi>{}</bdi>", written)
    return format_html('<bdi title="{}">{}</bdi>', exact, written)

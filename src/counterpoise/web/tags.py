"""Template tags of every page: figures and dates for the visitor, sentences, tables, evidence."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi

from counterpoise.connectors.documents import names
from counterpoise.connectors.documents import tags as documents
from counterpoise.connectors.documents.reader import Reader, isolate
from counterpoise.domain.values.period import Period, UnknownPeriod
from counterpoise.domain.values.text import Text
from counterpoise.web.reading import Eyes
from counterpoise.web.tables import Arranged

register = template.Library()
register.simple_tag(documents.svg)
Number = int | float | Decimal


@register.simple_tag(takes_context=True)
def money(
    context: Context, value: Number | None, currency: str = "", *, exact: bool = False
) -> SafeString:
    """Rounded for people with its currency; `exact=True` gives every cent."""
    reader = Reader(_reader(context).language, currency or str(context.get("currency") or ""))
    if value is None:
        return isolate("–")
    return isolate(reader.exact_money(value) if exact else reader.money(value))


@register.simple_tag(takes_context=True)
def number(context: Context, value: Number | None, places: int = 0) -> SafeString:
    return isolate("–" if value is None else _reader(context).number(value, places))


@register.simple_tag(takes_context=True)
def quantity(context: Context, value: Number | None) -> SafeString:
    return isolate("–" if value is None else _reader(context).quantity(value))


@register.simple_tag(takes_context=True)
def share(context: Context, value: Number | None, places: int = 0) -> SafeString:
    return isolate("–" if value is None else _reader(context).share(value, places))


@register.simple_tag(takes_context=True)
def measured(context: Context, value: Number | None, unit: str) -> SafeString:
    return isolate("–" if value is None else _reader(context).measured(value, unit))


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | None) -> SafeString:
    return isolate("–" if value is None else _eyes(context).day(value))


@register.simple_tag(takes_context=True)
def month(context: Context, value: date | None) -> SafeString:
    return isolate("–" if value is None else _reader(context).month(value))


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | None) -> SafeString:
    return isolate("–" if value is None else _eyes(context).moment(value))


@register.simple_tag(takes_context=True)
def period(context: Context, value: Period | str) -> SafeString:
    try:
        known = value if isinstance(value, Period) else Period.parse(value)
    except UnknownPeriod:
        return isolate(str(value))
    return isolate(_reader(context).period(known))


@register.simple_tag(takes_context=True)
def say(context: Context, sentence: Text | str) -> SafeString:
    """A sentence of the product in the visitor's language; what is plain text stays as it is."""
    if isinstance(sentence, Text):
        return _reader(context).say_html(sentence)
    return isolate(sentence)


@register.simple_tag
def word(group: str, code: str) -> str:
    """The visitor's word for a code of the product: a table, a rule, a measure."""
    return names.name_code(group, code)


@register.simple_tag
def part(name: str) -> SafeString:
    """A region, a product, a person: a name of the business in its own direction."""
    return isolate(names.name_part(name))


@register.simple_tag
def comma() -> str:
    """Between two things of a list or a title, in the script of the page."""
    return "، " if get_language_bidi() else ", "


@register.inclusion_tag("table.html", takes_context=True)
def show_table(context: Context, arranged: Arranged) -> dict[str, Any]:
    return {"shown": arranged, "request": context.get("request"), "eyes": _eyes(context)}


def _eyes(context: Context) -> Eyes:
    eyes: Eyes = context["eyes"]
    return eyes


def _reader(context: Context) -> Reader:
    return _eyes(context).reader

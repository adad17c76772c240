"""Every address of the application, read from the URLconf: a new page is in it at once."""

import re

from django.urls import URLResolver, get_resolver
from django.urls.converters import IntConverter

KNOWN = {
    "period": "2026-Q4",
    "language": "en",
    "table": "opportunity",
    "attribute": "amount",
    "rule": "missing",
}
"""Examples by the name of the part; any other part gets "1", which every converter takes."""
CATCH_ALL = {r"^[\s\S]*\Z": "no-such-operation"}


def list_addresses(urlconf=None):
    """(name, path) of each pattern, the parts of a path filled with examples."""
    return list(_walk(get_resolver(urlconf), "/", ""))


def _walk(resolver, prefix, namespace):
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            inner = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from _walk(each, prefix + _fill(each.pattern), inner)
        else:
            yield f"{namespace}{each.name or ''}", prefix + _fill(each.pattern)


def _fill(pattern):
    written = str(pattern)
    if written in CATCH_ALL:
        return CATCH_ALL[written]
    assert not written.startswith("^"), f"{written} is an expression: give an example of it here"
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: _example(part[1], pattern), written)


def _example(name, pattern):
    if isinstance(pattern.converters[name], IntConverter):
        return "1"
    return KNOWN.get(name, "1")

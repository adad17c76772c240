"""Short names for values that lie deep in a document, by which they can be recognised.

`contact.fields.core.email.value` is an e-mail address because of one of its parts. So parts that
say nothing are left out, and of the others as many of the last as tell the name from all others.
"""

import re
from collections import Counter
from collections.abc import Sequence

_SILENT = re.compile(r"\d+|values?|normalized_?value", re.I)
_ID = re.compile(r"(?:.*[^a-zA-Z])?(?:[iI][dD]|[uU]uid|UUID|[kK]ey|[nN]umber)|.*[a-z]I[dD]")


def shorten(names: Sequence[str]) -> dict[str, str]:
    """By name, its short one; no two are alike, whatever the case of their letters."""
    parts = {name: _list_parts(name) for name in names}
    short: dict[str, str] = {}
    for name, held in parts.items():
        short[name] = name
        for count in range(1, len(held) + 1):
            tail = held[-count:]
            if sum(other[-count:] == tail for other in parts.values()) == 1:
                short[name] = ".".join(tail)
                break
    taken = Counter(each.casefold() for each in short.values())
    return {name: each if taken[each.casefold()] == 1 else name for name, each in short.items()}


def may_tell_apart(name: str) -> bool:
    """Whether a name reads as that of an id."""
    return _ID.fullmatch(name.rpartition(".")[2]) is not None


def _list_parts(name: str) -> list[str]:
    parts = name.split(".")
    return [each for each in parts if each and not _SILENT.fullmatch(each)] or parts

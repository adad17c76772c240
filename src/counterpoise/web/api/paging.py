"""Lists in pages: a cursor says after which item to go on, so inserts and deletions move nothing.

The cursor is opaque to programs and signed: what was changed, or made for another list, is refused.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.core import signing
from ninja import Schema
from pydantic import Field

from counterpoise.web.api.problems import Problem

MOST = 200
Key = tuple[str | int, ...]
Item = TypeVar("Item")


class Page(Schema):
    """Which part of a list: at most `limit` items, after the cursor of an earlier page."""

    limit: int = Field(50, ge=1, le=MOST, description=f"How many items, {MOST} at most.")
    cursor: str = Field(
        "",
        max_length=2000,
        pattern=r"^[A-Za-z0-9_:=-]*$",
        description="`next` of the page before; empty for the first page.",
    )


def read_cursor(page: Page, scope: str) -> Key | None:
    """The key that the page goes on after; None for the first. scope names the list and filters."""
    if not page.cursor:
        return None
    try:
        key = signing.loads(page.cursor, salt=_salt(scope))
    except signing.BadSignature:
        raise Problem(
            400,
            "The cursor was not made for this list, or was changed. Begin with the first page"
            " (without a cursor), and send `next` of each page as it is.",
        ) from None
    return tuple(key)


def write_cursor(key: Key, scope: str) -> str:
    return signing.dumps(key, salt=_salt(scope))


def cut_page(
    items: Iterable[Item], key_of: Callable[[Item], Key], page: Page, scope: str
) -> tuple[Sequence[Item], str | None]:
    """The page's items by rising key, and the next cursor. Keys must tell all items apart."""
    after = read_cursor(page, scope)
    rising = sorted(items, key=key_of)
    rest = rising if after is None else [each for each in rising if key_of(each) > after]
    shown = rest[: page.limit]
    more = len(rest) > page.limit
    return shown, write_cursor(key_of(shown[-1]), scope) if more else None


def answer_page(shown: Sequence[Any], following: str | None) -> dict[str, Any]:
    return {"items": list(shown), "next": following}


def _salt(scope: str) -> str:
    return f"counterpoise.api.cursor:{scope}"

"""What is gone from Tryton, told in the three ways in which it keeps that."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from counterpoise.connectors.sources.paging import Pages
from counterpoise.connectors.sources.port import Removed, SourceRefused
from counterpoise.connectors.tryton.client import Client
from counterpoise.connectors.tryton.values import read_value, write_moment

_IDS = 20_000
_NAMED = 500
"""Records that one question to the log names."""
_EVERYTHING = {"active_test": False}


def compare_moments(
    client: Client, model: str, since: datetime, until: datetime
) -> Iterator[Removed]:
    """Of a model with history: what was there at `since` and is there no more."""
    then = {"_datetime": write_moment(since)}
    there = set(_list_ids(client, model, {}))
    for each in _list_ids(client, model, then):
        if each not in there:
            yield Removed(str(each), until)


def read_log(client: Client, model: str, since: datetime) -> Iterator[Removed]:
    """Of a model without history: Tryton's log says when something was deleted, and says what only
    to whoever asks for it by id. So the ids that are missing are asked for, by halves."""
    logged = [
        ["event", "=", "delete"],
        ["create_date", ">=", write_moment(since)],
    ]
    any_of_it = [*logged, ["resource", "like", f"{model},%"]]
    try:
        wanted = _count(client, any_of_it)
    except SourceRefused:
        return  # the log is not for this user: what is gone shows when everything is read
    if not wanted:
        return
    there = set(_list_ids(client, model, {}))
    last = max(there, default=0)
    # what was deleted last lies behind all that is there
    missing = [each for each in range(1, last + _NAMED + 1) if each not in there]
    for start in range(0, len(missing), _NAMED):
        for gone in _halve(client, model, logged, missing[start : start + _NAMED]):
            yield gone
            wanted -= 1
        if not wanted:
            return


def read_replaced(
    client: Client, model: str, since: datetime, until: datetime
) -> Iterator[Removed]:
    """Parties and products that were merged stay, and name the one they went into."""
    pages, last = Pages(model), 0
    while True:
        pages.go_to(last)
        domain = [
            ["id", ">", last],
            ["replaced_by", "!=", None],
            ["write_date", ">=", write_moment(since)],
            ["write_date", "<=", write_moment(until)],
        ]
        answered = client.call(
            model,
            "search_read",
            domain,
            0,
            _NAMED,
            [["id", "ASC"]],
            ["replaced_by", "write_date"],
            context=_EVERYTHING,
        )
        for each in answered:
            yield Removed(str(each["id"]), read_value(each["write_date"]), str(each["replaced_by"]))
        if len(answered) < _NAMED:
            return
        last = answered[-1]["id"]


def _halve(
    client: Client, model: str, logged: Sequence[Any], ids: Sequence[int]
) -> Iterator[Removed]:
    named = [*logged, ["resource", "in", [f"{model},{each}" for each in ids]]]
    if len(ids) == 1:
        answered = client.call(
            "ir.model.log", "search_read", named, 0, 1, [["id", "DESC"]], ["create_date"]
        )
        for each in answered:
            yield Removed(str(ids[0]), read_value(each["create_date"]))
    elif ids and _count(client, named):
        middle = len(ids) // 2
        yield from _halve(client, model, logged, ids[:middle])
        yield from _halve(client, model, logged, ids[middle:])


def _count(client: Client, domain: Sequence[Any]) -> int:
    return int(client.call("ir.model.log", "search_count", list(domain), 0, None))


def _list_ids(client: Client, model: str, context: dict[str, Any]) -> Iterator[int]:
    pages, last = Pages(model), 0
    while True:
        pages.go_to(last)
        ids = client.call(
            model,
            "search",
            [["id", ">", last]],
            0,
            _IDS,
            [["id", "ASC"]],
            context={**_EVERYTHING, **context},
        )
        yield from ids
        if len(ids) < _IDS:
            return
        last = ids[-1]

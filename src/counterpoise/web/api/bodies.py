"""Reads JSON that programs send, strictly and quickly: nothing in it can mean two things."""

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from counterpoise.web.api.problems import Problem

MOST_BYTES = 1_000_000
MOST_DEPTH = 32
JSON = "application/json"
MULTIPART = "multipart/form-data"


class StrictParser(Parser):
    """The parser of every operation."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        parsed: dict[str, Any] = read_json(request.body)
        return parsed


class Unreadable(ValueError):
    """JSON that could be read in more ways than one, or in none."""


def check_framing(request: HttpRequest, kind: str, *, most_bytes: int = MOST_BYTES) -> None:
    """Refuse by its headers what would cost us to read. kind: the media type that is taken."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Problem(415, "The body is compressed. Send it as it is, without Content-Encoding.")
    written = request.META.get("CONTENT_LENGTH") or "0"
    if not written.isascii() or not written.isdigit():
        raise Problem(
            400, f"Content-Length is {written[:40]!r}. Send the body's bytes as a number."
        )
    if int(written[:20]) > most_bytes:
        raise Problem(
            413,
            f"The body has {written[:20]} bytes and {most_bytes} at most are taken. Send less at a"
            " time.",
        )
    if (request.content_type or "") != kind:
        raise Problem(
            415, f"The body is {request.content_type or 'of no kind'!r}. Send it as {kind}."
        )


def read_json(body: bytes) -> Any:
    """Raises a 400 problem for anything but one JSON document in UTF-8."""
    try:
        parsed = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_read_object,
            parse_constant=_refuse_constant,
            parse_float=_read_float,
        )
        _check_values(parsed)
    except RecursionError:
        raise _malformed(f"it is nested more than {MOST_DEPTH} deep") from None
    except UnicodeDecodeError:
        raise _malformed("it is not UTF-8") from None
    except Unreadable as error:
        raise _malformed(str(error)) from None
    except json.JSONDecodeError as error:
        raise _malformed(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except ValueError:
        raise _malformed("a number in it has too many digits") from None
    return parsed


def _malformed(why: str) -> Problem:
    return Problem(400, f"The body cannot be taken as JSON: {why}. Send one document, in UTF-8.")


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in read if names.count(name) > 1)
        raise Unreadable(f"{twice[:60]!r} stands in an object twice")
    return read


def _refuse_constant(written: str) -> float:
    raise Unreadable(f"{written} is no number of JSON")


def _read_float(written: str) -> float:
    number = float(written)
    if number in (float("inf"), float("-inf")):
        raise Unreadable(f"{written[:40]} is too large")
    return number


def _check_values(parsed: Any) -> None:
    """Depth, and texts that no database or file could hold: NUL, and halves of a character."""
    waiting: list[tuple[Any, int]] = [(parsed, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > MOST_DEPTH:
            raise Unreadable(f"it is nested more than {MOST_DEPTH} deep")
        match value:
            case dict():
                waiting += [(each, depth + 1) for each in (*value, *value.values())]
            case list():
                waiting += [(each, depth + 1) for each in value]
            case str():
                check_text(value)


def check_text(written: str) -> None:
    """Raises Unreadable."""
    if "\0" in written:
        raise Unreadable("a text in it holds the character NUL")
    if not written.isascii() and any("\ud800" <= letter <= "\udfff" for letter in written):
        raise Unreadable("a text in it holds half of a character (a lone surrogate)")

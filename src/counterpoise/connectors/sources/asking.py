"""One question to an outside system over HTTP and its whole answer, or a refusal in plain words.

What may be cured by asking again is asked again, in the same count of tries as the session's own:
an answer that breaks off, or JSON that ends in its middle.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, MaxRetryError, ProtocolError
from urllib3.util.retry import Retry

from counterpoise.connectors.sources.http import AGAIN
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable
from counterpoise.connectors.sources.reach import OutOfReach
from counterpoise.domain.values.text import Text, explain, text

_PIECE = 65_536
_QUOTED = 300
"""Characters of a refusal's own words that are passed on."""
_IS_JSON = re.compile(r"^(application|text)/([\w.-]+\+)?json$")

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one answer, unpacked: what is longer or slower is not waited for."""

    most_bytes: int = 64 * 1024 * 1024
    seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class Question:
    """body: sent as JSON. form: sent as a form instead. accepts: statuses beside 2xx that the
    caller deals with itself, such as 401 where a token is to be renewed."""

    url: str
    method: str = "GET"
    parameters: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    accepts: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """headers: names in small letters. content: as received, unpacked."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class _Broken(Exception):
    """An answer that did not come whole. retries: what is left of the tries."""

    def __init__(self, why: Text, retries: Retry) -> None:
        super().__init__(why)
        self.why, self.retries = why, retries


def ask_json(
    session: requests.Session, question: Question, limits: Limits | None = None
) -> tuple[Answer, Any]:
    """The answer and what it says. Numbers with a point stay exact: they become Decimals.

    What it says is None where a status that the caller accepts comes without JSON.
    """
    return _ask(session, question, limits or Limits(), _read_json)


def ask(session: requests.Session, question: Question, limits: Limits | None = None) -> Answer:
    return _ask(session, question, limits or Limits(), lambda answer, _: answer)


def _ask(
    session: requests.Session,
    question: Question,
    limits: Limits,
    read: Callable[[Answer, Question], Read],
) -> Read:
    adapter = session.get_adapter(question.url)
    assert isinstance(adapter, HTTPAdapter)
    whole = adapter.max_retries
    try:
        while True:
            try:
                return _ask_once(session, question, limits, read)
            except _Broken as broken:
                adapter.max_retries = _wait(question, broken)
    finally:
        adapter.max_retries = whole


def _wait(question: Question, broken: _Broken) -> Retry:
    """Raises SourceUnreachable where no try is left, or another one might do a thing twice."""
    retries = broken.retries
    if not retries.is_retry(question.method, AGAIN[0]):
        raise SourceUnreachable(broken.why) from broken
    try:
        left = retries.increment(
            question.method, question.url, error=ProtocolError("the answer broke off")
        )
    except MaxRetryError as error:
        raise SourceUnreachable(broken.why) from error
    left.sleep()
    return left


def _ask_once(
    session: requests.Session,
    question: Question,
    limits: Limits,
    read: Callable[[Answer, Question], Read],
) -> Read:
    response = _send(session, question)
    try:
        content = _receive(response, question, limits)
        headers = {name.lower(): value for name, value in response.headers.items()}
        answer = Answer(response.status_code, headers, content)
        _judge(answer, question)
        try:
            return read(answer, question)
        except json.JSONDecodeError as error:
            raise _Broken(
                text(
                    "{url} answered with JSON that cannot be read: it breaks off or is damaged"
                    " at character {place}. Try again later.",
                    url=question.url,
                    place=error.pos,
                ),
                response.raw.retries,
            ) from error
    finally:
        response.close()


def _send(session: requests.Session, question: Question) -> requests.Response:
    try:
        return session.request(
            question.method,
            question.url,
            params=dict(question.parameters) or None,
            json=question.body,
            data=dict(question.form) if question.form is not None else None,
            headers={"Accept": "application/json", **question.headers},
            allow_redirects=False,
            stream=True,
        )
    except OutOfReach as error:
        raise SourceRefused(explain(error)) from error
    except requests.exceptions.SSLError as error:
        raise SourceRefused(
            text(
                "{url} does not prove who it is: its certificate does not stand. Nothing was"
                " sent. Whoever runs that system renews the certificate.",
                url=question.url,
            )
        ) from error
    except (
        requests.exceptions.InvalidURL,
        requests.exceptions.InvalidSchema,
        requests.exceptions.MissingSchema,
    ) as error:
        raise SourceRefused(
            text(
                "{url} is no address of the web. Enter one that begins with https.",
                url=question.url,
            )
        ) from error
    except requests.RequestException as error:
        raise SourceUnreachable(
            text("{url} did not answer. Try again later.", url=question.url)
        ) from error


def _receive(response: requests.Response, question: Question, limits: Limits) -> bytes:
    """The body, piece by piece as it comes: neither its size nor its time is without end."""
    ends = time.monotonic() + limits.seconds
    pieces: list[bytes] = []
    received = 0
    while True:
        try:
            piece = response.raw.read1(_PIECE, decode_content=True)
        except (HTTPError, OSError) as error:
            why = text("The answer of {url} broke off. Try again later.", url=question.url)
            raise _Broken(why, response.raw.retries) from error
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        received += len(piece)
        if received > limits.most_bytes:
            raise SourceRefused(
                text(
                    "{url} answered with more than {megabytes} MB at once. Nothing of it was"
                    " taken.",
                    url=question.url,
                    megabytes=limits.most_bytes // 1024**2,
                )
            )
        if time.monotonic() > ends:
            raise SourceUnreachable(
                text(
                    "The answer of {url} was not there after {seconds} seconds. Try again later.",
                    url=question.url,
                    seconds=round(limits.seconds),
                )
            )


def _judge(answer: Answer, question: Question) -> None:
    status = answer.status
    if 200 <= status < 300 or status in question.accepts:
        return
    if 300 <= status < 400:
        raise SourceRefused(
            text(
                "{url} sends us on to {place}. Nobody is followed unseen: enter that address if it"
                " is the right one.",
                url=question.url,
                place=answer.headers.get("location", ""),
            )
        )
    if status in AGAIN:
        raise SourceUnreachable(
            text(
                "{url} answered {status} time after time. Try again later.",
                url=question.url,
                status=status,
            )
        )
    raise SourceRefused(
        text(
            "{url} answered {status}: {said}",
            url=question.url,
            status=status,
            said=quote(answer.content),
        )
    )


def quote(content: bytes) -> str:
    """The first words of an answer, on one line."""
    words = content[: _QUOTED * 4].decode("utf-8", "replace")
    return " ".join("".join(each if each.isprintable() else " " for each in words).split())[
        :_QUOTED
    ]


def _read_json(answer: Answer, question: Question) -> tuple[Answer, Any]:
    if not _IS_JSON.match(answer.media_type):
        if answer.status in question.accepts or not answer.content:
            return answer, None
        raise SourceRefused(
            text(
                "{url} answered with {kind} where JSON was expected. Is it the address of the"
                " system's interface for programs?",
                url=question.url,
                kind=answer.media_type or "?",
            )
        )
    written = _decode(answer, question)
    try:
        return answer, json.loads(written, parse_float=Decimal, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise SourceRefused(
            text("{url} answered with JSON that is nested too deeply to be read.", url=question.url)
        ) from error
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # a whole number of thousands of digits
        raise json.JSONDecodeError(str(error), written, 0) from error


def _decode(answer: Answer, question: Question) -> str:
    stated = re.search(r"charset=\"?([\w.:-]+)", answer.headers.get("content-type", ""), re.I)
    charset = stated[1].lower() if stated else "utf-8"
    try:
        return answer.content.decode("utf-8-sig" if charset in {"utf-8", "utf8"} else charset)
    except (UnicodeDecodeError, LookupError) as error:
        if isinstance(error, UnicodeDecodeError) and error.reason == "unexpected end of data":
            raise json.JSONDecodeError("cut within a letter", "", error.start) from error
        raise SourceRefused(
            text(
                "{url} answered with text that is not in {charset}, as it says. Reading it could"
                " garble names, so nothing of it was taken.",
                url=question.url,
                charset=charset,
            )
        ) from error


def _refuse_constant(word: str) -> None:
    raise json.JSONDecodeError(f"{word} is no number", word, 0)

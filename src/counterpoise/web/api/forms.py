"""What the API takes and answers, where more than one step uses it.

Amounts are decimal text, dates ISO 8601, shares fractions, sentences English. What programs send
is read strictly: a field that is not known is refused, and a number is not taken for a text.
"""

import re
from datetime import date, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, Strict

Amount = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", description="A decimal number as text.")]
PERIOD = r"^\d{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?$"
Period = Annotated[
    str,
    Field(pattern=PERIOD, description="A month (2026-11), a quarter (2026-Q4) or a year (2026)."),
]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\u0000]*$")]
Words = Annotated[str, Field(max_length=5000, pattern=r"^[^\u0000]*$")]


def _read_day(written: object) -> object:
    """A number is no day, whatever a library makes of it."""
    if isinstance(written, str) and not _DAY.fullmatch(written):
        raise ValueError("Write a day as YYYY-MM-DD")
    return date.fromisoformat(written) if isinstance(written, str) else written


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
Day = Annotated[date, Strict(), BeforeValidator(_read_day)]


class Sent(Schema):
    """What a program sends."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Fault(Schema):
    """A value that cannot be taken. pointer: where it stands."""

    pointer: str
    detail: str


class ProblemAnswer(Schema):
    """Problem details (RFC 9457). detail says what was met, why that stops us and what to do.

    errors: values that cannot be taken. current: what holds now, where someone else was faster.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[Fault] | None = None
    current: dict[str, Any] | None = None


class JobAnswer(Schema):
    """Long work. state: waiting, running, stopping, done, failed or stopped. share: 0 to 1."""

    id: str
    kind: str
    asked_by: str
    asked_at: datetime
    state: str
    share: float
    doing: str
    ended_at: datetime | None
    result: dict[str, Any] | None
    failure: str


class Mark(Schema):
    """The run of the cycle that an answer was taken from."""

    run: str
    period: str
    as_of: date
    build: str


Members = dict[str, str]
"""Dimension to member, such as {"region": "East"}; empty for the whole company."""


class MeasureAnswer(Schema):
    """value: decimal text, null where nothing could be counted."""

    name: str
    value: Amount | None
    unit: str
    by: Members
    n: int
    definition: str


class ExampleAnswer(Schema):
    record: str
    value: str


class FindingAnswer(Schema):
    """rows at fault, and their share of the rows looked at. rep: whose they are, or empty."""

    table: str
    attribute: str
    rule: str
    rows: int
    share: float
    severity: str
    examples: list[ExampleAnswer]
    fix: str
    rep: str

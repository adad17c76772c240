"""What is asked of the measures: which ones, split by what, for which period, as known when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from counterpoise.domain.measure.definition import DIMENSIONS, FINE, TIME, Definition
from counterpoise.domain.measure.definitions import DEFINITIONS
from counterpoise.domain.tables.measured import Measured
from counterpoise.domain.values.period import Period, add_months, first_of_month
from counterpoise.domain.values.text import text

Labels = tuple[str, ...]
Answers = Mapping[Labels, tuple[Decimal | None, int]]
"""Of each group, by its labels in the order of `by`: the value and how many rows it rests on."""


class UnknownMeasure(ValueError):
    """A name that is no published measure."""


class UnknownDimension(ValueError):
    """A name that is no dimension, or none that the measure can be split by."""


@dataclass(frozen=True, slots=True)
class Question:
    """names: none means every measure that `by` can split. as_of None: all that is known counts."""

    names: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    period: Period | None = None
    as_of: date | None = None

    def __post_init__(self) -> None:
        for name in self.by:
            if name not in DIMENSIONS:
                raise UnknownDimension(
                    text(
                        "'{name}' is no dimension. There are: {listed}.",
                        name=name,
                        listed=", ".join(DIMENSIONS),
                    )
                )
        if len(set(self.by)) < len(self.by):
            raise UnknownDimension(
                text(
                    "{listed} names a dimension twice. Name it once.",
                    listed=", ".join(self.by),
                )
            )
        if "week" in self.by and set(TIME) & set(self.by):
            raise UnknownDimension(
                text(
                    "{listed} names weeks and months, and a week may lie in two months. Ask for"
                    " one of them.",
                    listed=", ".join(self.by),
                )
            )
        for name in self.names:
            self._check(name)

    @property
    def definitions(self) -> tuple[Definition, ...]:
        if self.names:
            return tuple(DEFINITIONS[name] for name in dict.fromkeys(self.names))
        return tuple(each for each in DEFINITIONS.values() if set(self.by) <= set(each.dimensions))

    @property
    def names_asked(self) -> frozenset[str]:
        return frozenset(each.name for each in self.definitions)

    @property
    def time(self) -> str:
        """The finest dimension of time that is asked for; '' where none is."""
        return next((each for each in (*FINE, *TIME) if each in self.by), "")

    @property
    def places(self) -> tuple[str, ...]:
        """The dimensions that are not of time."""
        return tuple(each for each in self.by if each not in (*FINE, *TIME))

    def name_group(self, places: Mapping[str, str], day: date | None) -> Labels:
        """The labels of a group from its places and a day of its time (None: no day)."""
        return tuple(
            label_time(each, day) if each in (*FINE, *TIME) else places[each] for each in self.by
        )

    def _check(self, name: str) -> None:
        if name not in DEFINITIONS:
            raise UnknownMeasure(
                text(
                    "'{name}' is no published measure. There are: {listed}.",
                    name=name,
                    listed=", ".join(DEFINITIONS),
                )
            )
        if without := [each for each in self.by if each not in DEFINITIONS[name].dimensions]:
            raise UnknownDimension(
                text(
                    "{name} cannot be split by {without}. It can be by: {listed}.",
                    name=name,
                    without=without[0],
                    listed=", ".join(DEFINITIONS[name].dimensions),
                )
            )


_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def label_time(dimension: str, day: date | None) -> str:
    if day is None:
        return ""
    if dimension == "day":
        return day.isoformat()
    if dimension == "week":
        year, week, _ = day.isocalendar()
        return f"{year:04d}-W{week:02d}"
    return str(bucket_of(dimension, day))


def bucket_of(dimension: str, day: date) -> Period:
    """The month, quarter or year that a day lies in."""
    months = _MONTHS[dimension]
    return Period.of_months(add_months(first_of_month(day), -((day.month - 1) % months)), months)


def list_buckets(first: date, last: date, dimension: str) -> tuple[Period, ...]:
    """Every month or quarter from the one of `first` to the one of `last`."""
    months = 1 if dimension == "month" else 3
    buckets = [bucket_of(dimension, first)]
    while buckets[-1].end <= last:
        buckets.append(Period.of_months(add_months(buckets[-1].start, months), months))
    return tuple(buckets)


def publish(
    definition: Definition, answers: Answers, by: tuple[str, ...], currency: str
) -> tuple[Measured, ...]:
    """One value a group, in order of the labels."""
    unit = definition.unit.replace("money", currency or "currency")
    return tuple(
        Measured(
            name=definition.name,
            value=value,
            unit=unit,
            by=tuple(zip(by, labels, strict=True)),
            n=n,
            definition=definition.meaning,
        )
        for labels, (value, n) in sorted(answers.items())
    )

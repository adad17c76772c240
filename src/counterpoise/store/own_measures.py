"""Measures that people defined: kept with who, when and what both engines said; never changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from counterpoise.domain.measure.own import Filter, OwnMeasure, Part
from counterpoise.domain.values.plain import to_plain
from counterpoise.domain.values.text import text
from counterpoise.store import audit
from counterpoise.store.models import MeasureDefinition


class UnknownDefinition(LookupError):
    """No such measure was ever defined."""


class MeasureTaken(ValueError):
    """A name that another measure in use has."""


class MeasureWithdrawn(ValueError):
    """A measure that is no longer in use."""


@dataclass(frozen=True, slots=True)
class KeptMeasure:
    """value: decimal text, and n: of the whole company on `build`, before it was kept."""

    id: int
    measure: OwnMeasure
    build: str
    value: str | None
    n: int
    author: str
    made_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str


@dataclass(frozen=True, slots=True)
class Checked:
    build: str
    value: str | None
    n: int


def list_measures(*, with_withdrawn: bool = False) -> tuple[KeptMeasure, ...]:
    rows = MeasureDefinition.objects.select_related("author")
    if not with_withdrawn:
        rows = rows.filter(withdrawn_at__isnull=True)
    return tuple(_read(row) for row in rows)


def get_measure(measure_id: int) -> KeptMeasure:
    """Raises UnknownDefinition."""
    row = MeasureDefinition.objects.select_related("author").filter(pk=measure_id).first()
    if row is None:
        raise _name_unknown(measure_id)
    return _read(row)


def add(measure: OwnMeasure, checked: Checked, *, author_id: int, at: datetime) -> KeptMeasure:
    """Raises MeasureTaken, with nothing kept."""
    try:
        with transaction.atomic():
            row = MeasureDefinition.objects.create(
                name=measure.name,
                specification=to_plain(measure),
                build=checked.build,
                checked={"value": checked.value, "n": checked.n},
                author_id=author_id,
                made_at=at,
            )
            audit.record("measure.defined", f"measure:{row.pk}", after=_describe(row), at=at)
    except IntegrityError:
        raise MeasureTaken(
            text(
                "There is a measure '{name}' already. Choose another name, or withdraw that one"
                " first.",
                name=measure.name,
            )
        ) from None
    return get_measure(row.pk)


def withdraw(measure_id: int, *, by: str, at: datetime) -> KeptMeasure:
    """Raises UnknownDefinition or MeasureWithdrawn, with nothing written."""
    with transaction.atomic():
        row = MeasureDefinition.objects.select_for_update().filter(pk=measure_id).first()
        if row is None:
            raise _name_unknown(measure_id)
        if row.withdrawn_at is not None:
            raise MeasureWithdrawn(
                text("'{name}' was withdrawn already. It stays in the record.", name=row.name)
            )
        row.withdrawn_at, row.withdrawn_by = at, by
        row.save()
        audit.record("measure.withdrawn", f"measure:{row.pk}", before=_describe(row), at=at)
    return get_measure(measure_id)


def _name_unknown(measure_id: int) -> UnknownDefinition:
    return UnknownDefinition(
        text("There is no measure {id}. Look at the list of measures.", id=str(measure_id))
    )


def _describe(row: MeasureDefinition) -> dict[str, Any]:
    return {"name": row.name, "specification": row.specification, "build": row.build}


def _read(row: MeasureDefinition) -> KeptMeasure:
    return KeptMeasure(
        id=row.pk,
        measure=read_measure(row.specification),
        build=row.build,
        value=row.checked["value"],
        n=row.checked["n"],
        author=row.author.shown_name,
        made_at=row.made_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=row.withdrawn_by,
    )


def read_measure(kept: dict[str, Any]) -> OwnMeasure:
    below = kept["below"]
    return OwnMeasure(kept["name"], _read_part(kept["above"]), _read_part(below) if below else None)


def _read_part(kept: dict[str, Any]) -> Part:
    return Part(**{**kept, "filters": tuple(Filter(**each) for each in kept["filters"])})

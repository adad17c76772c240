"""A table of calls that were made elsewhere before: a row each, with who made it and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from counterpoise.domain.tables.call import Scope
from counterpoise.domain.values.period import Period, UnknownPeriod
from counterpoise.domain.values.text import Text, explain, text

COLUMNS = (
    *("period", "made_on", "person", "scope", "name"),
    *("commit", "best_case", "pipeline", "comment"),
)
CURRENCY = "currency"
"""A further column, for whoever wants to be sure in which currency the amounts are taken."""
MOST_NAMED = 20


class UnreadableCalls(ValueError):
    """A table in which something cannot be taken; then nothing of it is."""


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """As a row has it. person: the login of whoever called. currency: empty where none is told."""

    row: int
    period: Period
    made_on: date
    person: str
    scope: Scope
    name: str
    commit: Decimal
    best_case: Decimal
    pipeline: Decimal | None
    comment: str
    currency: str


def read_call_table(rows: Sequence[Sequence[str]]) -> tuple[WrittenCall, ...]:
    """rows: the first names the columns. Raises UnreadableCalls, naming the rows at fault."""
    columns = tuple(each.strip().lower() for each in rows[0]) if rows else ()
    if columns not in (COLUMNS, (*COLUMNS, CURRENCY)):
        raise UnreadableCalls(
            text(
                "The table begins with {found}. Its first row must be: {columns}; a column"
                " {currency} may follow.",
                found=",".join(rows[0])[:100] if rows else "–",
                columns=",".join(COLUMNS),
                currency=CURRENCY,
            )
        )
    good: list[WrittenCall] = []
    faults: dict[int, Text] = {}
    for number, row in enumerate(rows[1:], start=2):
        if any(each.strip() for each in row):
            found = _read(number, columns, [each.strip() for each in row])
            if isinstance(found, Text):
                faults[number] = found
            else:
                good.append(found)
    refuse_rows(faults)
    return tuple(good)


def refuse_rows(faults: dict[int, Text]) -> None:
    """Raises UnreadableCalls where there are any."""
    if faults:
        raise UnreadableCalls(
            text(
                "{count} rows cannot be taken, so nothing was: {rows}. The first: {first} Correct"
                " them and send the table again.",
                count=len(faults),
                rows=", ".join(map(str, list(faults)[:MOST_NAMED])),
                first=next(iter(faults.values())),
            )
        )


def _read(number: int, columns: Sequence[str], row: Sequence[str]) -> WrittenCall | Text:
    if len(row) != len(columns):
        return text(
            "it has {count} cells where {wanted} belong.", count=len(row), wanted=len(columns)
        )
    said = dict(zip(columns, row, strict=True))
    if said["scope"] not in ("rep", "team"):
        return text("scope is '{written}'. Write rep or team.", written=said["scope"][:60])
    try:
        return WrittenCall(
            row=number,
            period=Period.parse(said["period"]),
            made_on=date.fromisoformat(said["made_on"]),
            person=said["person"],
            scope="rep" if said["scope"] == "rep" else "team",
            name=said["name"],
            commit=Decimal(said["commit"]),
            best_case=Decimal(said["best_case"]),
            pipeline=Decimal(said["pipeline"]) if said["pipeline"] else None,
            comment=said["comment"],
            currency=said.get(CURRENCY, "").upper(),
        )
    except UnknownPeriod as error:
        return explain(error)
    except InvalidOperation:
        return text("an amount is no number. Write amounts such as 125000.50.")
    except ValueError:
        return text(
            "made_on is '{written}'. Write a day as YYYY-MM-DD.", written=said["made_on"][:60]
        )

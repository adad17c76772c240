"""What Salesforce recorded of deals, as changes of single attributes.

OpportunityHistory has a whole row for every change of stage, amount, close date, probability or
forecast category: what differs from the row before is what changed. OpportunityFieldHistory has
the fields whose history the company tracks, and two rows where a reference changed: one with the
name that people see, one with the id.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

SNAPSHOT_FIELDS = ("StageName", "Amount", "CloseDate", "Probability", "ForecastCategory")
STATUS = "status"
DEAL = "OpportunityId"
ROWS_AT_ONCE = 10_000
MADE = ("Change.Id", "Field", "OldValue", "NewValue")
_LOOKUPS = ("Owner", "Account", "Contact", "Campaign", "RecordType", "Pricebook2")
_IDS = "EntityId"

FindBefore = Callable[[Sequence[str]], pa.Table]


def list_changes(
    pages: Iterable[pa.Table],
    visible: Sequence[str],
    statuses: Mapping[str, str],
    find_before: FindBefore,
) -> Iterator[pa.Table]:
    """pages: of snapshots as text, in order of deal and time; each deal's first one is compared
    with the row that find_before knows of it. statuses: open, won or lost by the name of the
    stage."""
    last = None
    for page in _gather(pages):
        before = _find_before_each(page, last, visible, find_before)
        yield from _compare(page, before, visible, statuses)
        last = page.slice(page.num_rows - 1)


def keep_changes(pages: Iterable[pa.Table], told_elsewhere: Sequence[str]) -> Iterator[pa.Table]:
    """Without the names beside ids, without what has no value, and what snapshots tell better."""
    for page in pages:
        field, empty = page["Field"], pa.nulls(page.num_rows, pa.string())
        type_, old, new = (
            page[name] if name in page.column_names else empty
            for name in ("DataType", "OldValue", "NewValue")
        )
        is_id = pc.fill_null(pc.equal(type_, _IDS), fill_value=False)
        is_name = pc.and_not(_is_among(field, _LOOKUPS), is_id)
        has_value = pc.or_(pc.is_valid(old), pc.is_valid(new))
        dropped = pc.or_(_is_among(field, told_elsewhere), is_name)
        yield page.filter(pc.and_not(has_value, dropped))


def _gather(pages: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """As many rows at once as let one question to Salesforce ask for many deals."""
    held: list[pa.Table] = []
    for page in pages:
        held.append(page)
        if sum(each.num_rows for each in held) >= ROWS_AT_ONCE:
            yield pa.concat_tables(held)
            held = []
    if any(each.num_rows for each in held):
        yield pa.concat_tables(held)


def _find_before_each(
    page: pa.Table, last: pa.Table | None, visible: Sequence[str], find_before: FindBefore
) -> Mapping[str, pa.Array]:
    """What each row's deal was before: the row above, or what is known of it."""
    deals = _join(page[DEAL])
    is_next = pc.fill_null(pc.equal(_shift(page, last, DEAL), deals), fill_value=False)
    known = find_before(deals.filter(pc.invert(is_next)).to_pylist())
    place = pc.index_in(deals, value_set=_join(known[DEAL]))
    return {
        name: pc.if_else(is_next, _shift(page, last, name), _join(known[name]).take(place))
        for name in visible
    }


def _compare(
    page: pa.Table,
    before: Mapping[str, pa.Array],
    visible: Sequence[str],
    statuses: Mapping[str, str],
) -> Iterator[pa.Table]:
    for field in visible:
        yield _list_differences(page, field, before[field], _join(page[field]))
    if "StageName" in visible and statuses:
        old = _translate(before["StageName"], statuses)
        new = _translate(_join(page["StageName"]), statuses)
        is_known = pc.is_valid(new)
        kept = page.filter(is_known)
        yield _list_differences(kept, STATUS, old.filter(is_known), new.filter(is_known))


def _list_differences(page: pa.Table, field: str, old: pa.Array, new: pa.Array) -> pa.Table:
    """A row for each that has another value than before, once both are written alike."""
    differing = _differs(old, new)
    page, old, new = page.filter(differing), old.filter(differing), new.filter(differing)
    if write := _CANONICAL.get(field):
        old, new = _rewrite(old, write), _rewrite(new, write)
        differing = _differs(old, new)
        page, old, new = page.filter(differing), old.filter(differing), new.filter(differing)
    ids = pc.binary_join_element_wise(_join(page["Id"]), field, "-")
    fields = pa.array([field] * page.num_rows, pa.string())
    for name, column in zip(MADE, (ids, fields, old, new), strict=True):
        page = page.append_column(name, column)
    return page


def _write_money(value: str) -> str:
    return f"{Decimal(value):.4f}"


def _write_share(value: str) -> str:
    return f"{Decimal(value) / 100:.6f}"


_CANONICAL: Mapping[str, Callable[[str], str]] = {
    "Amount": _write_money,
    "Probability": _write_share,
}
"""As changes of deals are kept here: money with four decimals, shares as fractions with six."""


def _rewrite(column: pa.Array, write: Callable[[str], str]) -> pa.Array:
    written = [None if each is None else write(each) for each in column.to_pylist()]
    return pa.array(written, pa.string())


def _translate(column: pa.Array, meant: Mapping[str, str]) -> pa.Array:
    place = pc.index_in(column, value_set=pa.array(list(meant), pa.string()))
    return pa.array(list(meant.values()), pa.string()).take(place)


def _shift(page: pa.Table, last: pa.Table | None, name: str) -> pa.Array:
    """The column one row further down, under the last row of the page before."""
    above = pa.nulls(1, pa.string()) if last is None else _join(last[name])
    return pa.concat_arrays([above, _join(page[name]).slice(0, page.num_rows - 1)])


def _differs(old: pa.Array, new: pa.Array) -> pa.Array:
    """No value differs from every value."""
    is_one_empty = pc.xor(pc.is_null(old), pc.is_null(new))
    return pc.or_(pc.fill_null(pc.not_equal(old, new), fill_value=False), is_one_empty)


def _is_among(column: pa.ChunkedArray, names: Sequence[str]) -> pa.ChunkedArray:
    return pc.is_in(column, value_set=pa.array(names, pa.string()))


def _join(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()

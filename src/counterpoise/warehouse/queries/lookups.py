"""Which row of another table a reference means when several sources were collected.

An id is looked for in the row's own source first, then in the others: a CRM's deals may name reps
that only the staff list describes, and two CRMs may both have a deal number 1.
"""

from counterpoise.domain.tables.dictionary import get_table
from counterpoise.warehouse.engine import quote


def lookup_sql(table: str, columns: tuple[str, ...], used_by: str) -> str:
    """A query with one row for each source of `used_by` and each id it may mean in `table`."""
    listed = ", ".join(f"t.{quote(column)}" for column in columns)
    return f"""
        SELECT s.source, t.source_id, {listed}
        FROM (SELECT DISTINCT source FROM {quote(used_by)}) AS s, {quote(table)} AS t
        QUALIFY row_number() OVER (
            PARTITION BY s.source, t.source_id ORDER BY t.source IS DISTINCT FROM s.source, t.source
        ) = 1
    """


def is_there(table: str, until: str) -> str:
    """A condition on rows `t`: not removed from their source before a moment."""
    if get_table(table).find_attribute("deleted_at") is None:
        return "true"
    return f"(t.deleted_at IS NULL OR t.deleted_at >= {until})"

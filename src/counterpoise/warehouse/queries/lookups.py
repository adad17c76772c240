"""Which row of another table a reference means when several sources were collected.

An id is looked for in the row's own source first, then in the others: a CRM's deals may name reps
that only the staff list describes, and two CRMs may both have a deal number 1.
"""

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

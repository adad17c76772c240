"""Which deal or lead an activity was over: its own source's, else that of the number elsewhere.

What machines sent is nobody's work. An activity that was removed stays here with the day of it: on
the days before it was known.
"""


def touches_sql(deals: str, number: str, source: str, named_by: str = "opportunity_id") -> str:
    """deals: a table with a row a deal, its number, source and source_id; named_by: the activity's
    attribute that names it, `lead_id` where they are leads. A row an activity: deal, source,
    source_id, type, occurred_at, deleted_at."""
    return f"""
    WITH meant AS (
        SELECT s.source, d.source_id, d.{number} AS deal
        FROM (SELECT DISTINCT source FROM activity) AS s, {deals} AS d
        QUALIFY row_number() OVER (
            PARTITION BY s.source, d.source_id
            ORDER BY d.{source} IS DISTINCT FROM s.source, d.{source}
        ) = 1
    )
    SELECT meant.deal, a.source, a.source_id, a.type, a.occurred_at, a.deleted_at
    FROM activity AS a
    JOIN meant ON meant.source = a.source AND meant.source_id = a.{named_by}
    WHERE NOT coalesce(a.is_automated, false)
    """

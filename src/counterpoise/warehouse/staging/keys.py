"""Keys for records whose source gives them none: what names the record among its like.

Records without a name of their own (a lead, a deal, an activity) are known by their whole content,
so the same record is the same again, and a changed one is another.
"""

from collections.abc import Mapping

NAMING: dict[str, tuple[tuple[str, ...], ...]] = {
    "account": (("name",),),
    "contact": (("email",), ("first_name", "last_name", "account_id")),
    "rep": (("name",),),
    "team": (("name",),),
    "territory": (("name",),),
    "product": (("code",), ("name",)),
    "opportunity_change": (("opportunity_id", "attribute", "changed_at", "value_after"),),
    "opportunity_line": (("opportunity_id", "product_id"),),
    "target": (
        (
            *("measure", "rep_id", "team_id", "region", "product_id", "segment", "lead_source"),
            "period_start",
        ),
    ),
    "resource_pool": (("name", "valid_from"),),
    "calendar": (("date", "country", "name"),),
    "inventory_item": (("product_id", "site"),),
}


def derive_key(table: str, values: Mapping[str, str]) -> str:
    """SQL for the key from the SQL of the attributes that the source has."""
    for naming in NAMING.get(table, ()):
        held = [name for name in naming if name in values]
        if (held and naming[0] in held) or len(held) > 1:
            return _join([values[name] for name in held])
    return f"md5({_join(list(values.values()))})"


def _join(parts: list[str]) -> str:
    texts = ", ".join(f"coalesce(CAST({each} AS VARCHAR), '')" for each in parts)
    return f"concat_ws('|', {texts})"

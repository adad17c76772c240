"""Rows of a table with whose they are and where they belong, as the measures name it.

Only what is asked for is looked up in the other tables: most questions need little of it to find
and count their rows, and all of it only for the few rows that a page shows.
"""

from collections.abc import Collection, Mapping

from counterpoise.domain.tables.dictionary import get_table
from counterpoise.warehouse.engine import quote
from counterpoise.warehouse.queries.health_checks import OWNER, owner
from counterpoise.warehouse.queries.lookups import is_there, lookup_sql

PLACES = ("rep", "team", "region", "segment", "product", "source", "stage", "month")
NAMES = frozenset({"rep", "team", *(f"place_{each}" for each in PLACES if each != "month")})
"""What a row is given besides its own attributes."""
_OWN = ("team_id", "account_id", "product_id", "region", "segment", "lead_source", "stage")
_REP_COLUMNS = ("name", "team_id", "manager", "region")
_USES: Mapping[str, tuple[str, ...]] = {
    "rep": ("r",),
    "team": ("r", "rt", "ot"),
    "place_rep": ("r",),
    "place_team": ("r", "rt", "ot"),
    "place_region": ("r", "a"),
    "place_segment": ("a",),
    "place_product": ("p",),
}
"""Which other tables a name is read from. rt goes by what r says, so it never comes alone."""
_KEYS: Mapping[str, tuple[str, ...]] = {
    "team": ("team_id",),
    "place_team": ("team_id",),
    "place_region": ("region", "account_id"),
    "place_segment": ("segment", "account_id"),
    "place_product": ("product_id",),
    "place_source": ("lead_source",),
    "place_stage": ("stage",),
}
"""What of the row itself a name is read from; where a rep has a part in it, the owner as well."""


def list_keys(table: str, names: Collection[str]) -> tuple[str, ...]:
    """The attributes that decide these names: rows that are alike in them have the same names."""
    has = {each.name for each in get_table(table).attributes}
    wanted = {key for each in names for key in (each, *_KEYS.get(each, ()))}
    if any("r" in _USES.get(each, ()) for each in names):
        wanted.add(OWNER.get(table, "owner_id"))
    return ("source", *sorted(wanted & has))


def place(table: str, rows: str, names: Collection[str]) -> str:
    """A query of the table's attributes with these of NAMES. rows: the relation they are read from,
    with at least the attributes that rows are shown and placed by."""
    own = _find_own(table)
    said = _say(table, own)
    columns = ["t.*", *(f"{said[each]} AS {each}" for each in sorted(names))]
    used = {alias for each in names for alias in _USES.get(each, ())}
    joins = (
        ("r", "rep", _REP_COLUMNS, owner(table)),
        ("rt", "team", ("name",), "r.team_id"),
        ("ot", "team", ("name",), own["team_id"]),
        ("a", "account", ("region", "segment"), own["account_id"]),
        ("p", "product", ("name",), own["product_id"]),
    )
    joined = "".join(
        f" LEFT JOIN ({lookup_sql(meant, wanted, rows)}) AS {alias}"
        f" ON {alias}.source = t.source AND {alias}.source_id = {reference}"
        for alias, meant, wanted, reference in joins
        if alias in used
    )
    return f"SELECT {', '.join(columns)} FROM {quote(rows)} AS t{joined}"


def stand(table: str, until: str, *, with_removed: bool = False) -> str:
    """A query of the table's rows as they stood before a moment: what closed after it is open, and
    what was removed from its source by then is left out."""
    where = "" if with_removed else f" WHERE {is_there(table, until)}"
    if table != "opportunity":
        return f"SELECT t.* FROM {quote(table)} AS t{where}"
    is_later = f"t.closed_at >= {until}"
    return (
        f"SELECT t.* REPLACE (CASE WHEN {is_later} OR t.status IS NULL THEN 'open' ELSE t.status"
        f" END AS status, CASE WHEN NOT {is_later} THEN t.closed_at END AS closed_at)"
        f" FROM {quote(table)} AS t{where}"
    )


def _find_own(table: str) -> dict[str, str]:
    """What the table itself has of what places a row."""
    has = {each.name for each in get_table(table).attributes}
    return {name: f"t.{name}" if name in has else "NULL" for name in _OWN}


def _say(table: str, own: Mapping[str, str]) -> dict[str, str]:
    rep = f"coalesce(nullif(r.name, ''), nullif({owner(table)}, ''), '')"
    team = (
        f"coalesce(nullif(ot.name, ''), nullif({own['team_id']}, ''), nullif(rt.name, ''),"
        " nullif(r.team_id, ''), nullif(r.manager, ''), '')"
    )
    region = (
        f"coalesce(nullif({own['region']}, ''), nullif(a.region, ''), nullif(r.region, ''), '')"
    )
    return {
        "rep": rep,
        "team": team,
        "place_rep": rep,
        "place_team": team,
        "place_region": region,
        "place_segment": f"coalesce(nullif({own['segment']}, ''), nullif(a.segment, ''), '')",
        "place_product": f"coalesce(nullif(p.name, ''), nullif({own['product_id']}, ''), '')",
        "place_source": f"coalesce({own['lead_source']}, '')",
        "place_stage": f"coalesce({own['stage']}, '')",
    }

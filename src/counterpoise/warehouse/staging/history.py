"""History of deals as a source keeps it: the attribute that changed, by its canonical name."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import duckdb

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.tables.dictionary import get_table
from counterpoise.warehouse.engine import literal


def name_attribute(
    connection: duckdb.DuckDBPyConnection, landed: Path, values: Mapping[str, str]
) -> str:
    """SQL of the attribute: what a CRM calls `StageName` is `stage`; unknown names stay."""
    written = values["attribute"]
    found = connection.execute(
        f"SELECT DISTINCT {written} FROM read_parquet({literal(str(landed))}) AS l"
    ).fetchall()
    known = list_names()
    cases = " ".join(
        f"WHEN {literal(name)} THEN {literal(known[fold(name)])}"
        for (name,) in sorted(found, key=str)
        if name is not None and known.get(fold(name), name) != name
    )
    return f"CASE {written} {cases} ELSE {written} END" if cases else written


@cache
def list_names() -> Mapping[str, str]:
    """The attributes of opportunity by every folded name they go by; the first to claim a name
    has it, an attribute's own before those that CRMs give."""
    attributes = get_table("opportunity").attributes
    names = {fold(each.name): each.name for each in attributes}
    for each in attributes:
        listed = [name for _, crm_names in each.names for name in crm_names]
        for name in (*listed, *each.other_names):
            names.setdefault(fold(name), each.name)
    return names

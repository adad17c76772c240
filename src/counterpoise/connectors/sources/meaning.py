"""Maps what a CRM's object holds by the names that the data dictionary gives for that CRM."""

from collections.abc import Mapping
from dataclasses import dataclass

from counterpoise.connectors.sources.port import SourceObject
from counterpoise.domain.collect.folding import fold
from counterpoise.domain.tables.dictionary import CRM, Attribute, get_table
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping
from counterpoise.domain.values.text import text

SURE, LIKELY = 0.97, 0.9


@dataclass(frozen=True, slots=True)
class Tongue:
    """Whose names the data dictionary is read by. title: as people call it."""

    crm: CRM
    title: str


def map_object(
    described: SourceObject,
    source: str,
    tongue: Tongue,
    named: Mapping[str, str],
    own: frozenset[str] = frozenset(),
) -> FileMapping:
    """named: the column of an attribute, before what the dictionary lists; empty: none at all.
    own: columns that the company named itself, which may be called as people call an attribute.

    A name that this account may not see is passed over, so that the next one may serve.
    """
    held = {each.name for each in described.fields}
    columns = []
    for attribute in get_table(described.table).attributes if described.table else ():
        column = _find_column(attribute, tongue.crm, named, held)
        if column:
            columns.append(_map_known(described, attribute, column, tongue))
        elif column := _find_own(attribute, own):
            columns.append(_map_own(described, attribute, column))
    used = {each.column for each in columns}
    return FileMapping(
        file=described.name,
        table=described.table,
        source=source,
        columns=tuple(columns),
        unmapped=tuple(each.name for each in described.fields if each.name not in used),
    )


def _find_column(
    attribute: Attribute, crm: CRM, named: Mapping[str, str], held: set[str]
) -> str | None:
    wanted = named.get(attribute.name)
    if wanted == "":
        return None
    listed = dict(attribute.names).get(crm, ())
    return next((each for each in (wanted, *listed) if each in held), None)


def _find_own(attribute: Attribute, own: frozenset[str]) -> str | None:
    names = {fold(each) for each in (attribute.name, *attribute.other_names)}
    return next((each for each in sorted(own) if fold(each) in names), None)


def _map_known(
    described: SourceObject, attribute: Attribute, column: str, tongue: Tongue
) -> ColumnMapping:
    why = text(
        "{crm} calls {attribute} {name}", crm=tongue.title, attribute=attribute.name, name=column
    )
    return ColumnMapping(described.name, column, attribute.table, attribute.name, SURE, why)


def _map_own(described: SourceObject, attribute: Attribute, column: str) -> ColumnMapping:
    why = text("{name} is a common name for {attribute}", name=column, attribute=attribute.name)
    return ColumnMapping(described.name, column, attribute.table, attribute.name, LIKELY, why)

"""Recognises which canonical table a file is, and which attribute a header names.

Every name of the data dictionary is kept under its folded key. A column of a list view such as
`Person - Name` belongs to the record its prefix names; a prefix of the table's own is no prefix.
"""

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from rapidfuzz import fuzz

from counterpoise.domain.collect import evidence
from counterpoise.domain.collect.folding import find_prefix, fold
from counterpoise.domain.tables.dictionary import CRM, TABLES, Attribute, get_table
from counterpoise.domain.tables.profile import ColumnProfile, FileProfile

Kind = Literal["canonical", "crm", "other", "similar", "values"]
Source = CRM | Literal["files"]

# Names of the record that a list view puts before its columns, and the table they mean.
_OWN_PREFIX = {
    "opportunity": "deal",
    "contact": "person",
    "account": "organization",
    "lead": "lead",
    "activity": "activity",
    "product": "product",
}
_WEIGHTS: dict[Kind, float] = {"canonical": 0.99, "crm": 0.97, "other": 0.9}
_SIMILAR = 86.0
_NAMED_BONUS = 1.0
# Of a file whose name does not say what it is: columns that must be known, and how telling they
# must be together (a name that only one table knows counts 1, one that four know a quarter).
_COVERAGE = 0.5
_TELLING_SCORE = 0.7
_TELLING_SCORE_OF_ALL = 0.3
_CERTAIN_SCORE = 3.0
READABLE = 0.5
# How unique a key must be: almost, or, where a file is nothing else and all of its columns are
# known, half: rows that claim the same key are told apart later, one by one.
_UNIQUE, _REPEATED = 0.95, 0.5
# Attributes that the warehouse derives where the source has none.
_DERIVED = {("opportunity_change", "source_id"), ("opportunity_change", "origin")}
_FILE_WORDS: dict[str, str] = {
    "opportunity": "opportunity opportunities deal deals pipeline",
    "account": "account accounts company companies organization organizations organisation"
    " organisations customer customers client clients store stores",
    "contact": "contact contacts person persons people",
    "lead": "lead leads prospect prospects",
    "activity": "activity activities task tasks event events call calls meeting meetings email"
    " emails engagement engagements note notes communication",
    "rep": "rep reps sales_person sales_people sales_rep sales_reps sales_agents user users"
    " owner owners salesperson salespeople sellers employee employees",
    "team": "team teams user_role roles group groups",
    "territory": "territory territories",
    "product": "product products item items product_2",
    "opportunity_line": "opportunity_line opportunity_lines opportunity_line_item line_item"
    " line_items lines deal_product opportunity_product",
    "target": "target targets quota quotas goal goals",
    "calendar": "calendar holiday holidays",
    "inventory_item": "inventory inventory_item inventory_items stock",
    "ticket": "ticket tickets case cases",
    "opportunity_change": "opportunity_change opportunity_changes opportunity_history"
    " opportunity_field_history deal_property_history deal_history changelog",
    "resource_pool": "resource_pool resource_pools pool pools capacity",
}
_NOISE = re.compile(
    r"sf|hs|hubspot|salesforce|pipedrive|odoo|data|export|exports|report|all|crm|sales|my|the|of"
    r"|csv|xlsx|xls|tsv|txt|parquet|gz|zip|history|sheet|table|master|new|old|[0-9]+|v[0-9]+"
)


@dataclass(frozen=True, slots=True)
class Match:
    """A column that an attribute may be. name: the known name it was recognised by."""

    column: str
    attribute: Attribute
    weight: float
    kind: Kind
    crms: tuple[CRM, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A table that a file may be, with each attribute's column. score: higher is likelier.

    distinct_share: of its filled cells, how many a key's column must have different.
    """

    table: str
    matches: tuple[Match, ...]
    score: float
    distinct_share: float


@dataclass(frozen=True, slots=True)
class _Naming:
    attribute: Attribute
    kind: Kind
    crms: tuple[CRM, ...]
    name: str
    place: int


def recognise(profile: FileProfile) -> Candidate | None:
    """The likeliest table; None where no table has what it requires among the columns."""
    if _is_snapshot_history(profile):
        return None
    named, is_exact = _find_named_table(profile.file)
    named = named if is_exact else ""
    for is_loose, share in ((False, _UNIQUE), (True, _UNIQUE), (False, _REPEATED)):
        held = [
            each
            for each in (
                _judge(table, profile, named, share, is_loose=is_loose) for table in TABLES
            )
            if _is_credible(each, profile, is_named=each.table == named)
            and (share == _UNIQUE or _knows_all(each, profile))
        ]
        if held:
            return max(held, key=lambda each: (each.score, -TABLES.index(each.table)))
    return None


def read_as(candidate: Candidate, profile: FileProfile, source: Source) -> Candidate:
    """The same table, with the names that its own system uses before those of others."""
    is_loose = any(each.kind in ("similar", "values") for each in candidate.matches)
    matches = match_columns(candidate.table, profile, is_loose=is_loose, source=source)
    matches = assign(candidate.table, profile, matches, candidate.distinct_share)
    return replace(candidate, matches=matches)


def match_columns(
    table: str, profile: FileProfile, *, is_loose: bool = False, source: Source = "files"
) -> tuple[Match, ...]:
    """Every column that could be an attribute, likeliest first; loose: similar names too."""
    matches: list[Match] = []
    for column in profile.columns:
        found = _match_names(table, column, profile.rows, source)
        if not found and is_loose:
            found = _match_loosely(table, column)
        matches.extend(found)
    order = {column.column: place for place, column in enumerate(profile.columns)}
    attributes = [each.name for each in get_table(table).attributes]
    matches.sort(
        key=lambda each: (-each.weight, order[each.column], attributes.index(each.attribute.name))
    )
    return tuple(matches)


def assign(
    table: str, profile: FileProfile, matches: tuple[Match, ...], distinct_share: float = _UNIQUE
) -> tuple[Match, ...]:
    """One column an attribute and one attribute a column, likeliest first; a key must be unique."""
    columns = {each.column: each for each in profile.columns}
    taken: dict[str, Match] = {}
    used: set[str] = set()
    for match in matches:
        if match.attribute.name in taken or match.column in used:
            continue
        column = columns[match.column]
        if match.attribute.is_key and not _can_be_key(column, profile.rows, distinct_share):
            continue
        taken[match.attribute.name] = match
        used.add(match.column)
    return tuple(taken[each.name] for each in get_table(table).attributes if each.name in taken)


def find_missing(table: str, attributes: set[str]) -> tuple[str, ...]:
    """Required attributes that are not among `attributes` and that nobody derives.

    A log of calls says who began each, and not that it was a call.
    """
    derived = {("activity", "type")} if "direction" in attributes else set()
    return tuple(
        each.name
        for each in get_table(table).attributes
        if (each.is_required or each.is_key)
        and each.name not in attributes
        and (table, each.name) not in _DERIVED | derived
    )


def find_unreadable(table: str, column: ColumnProfile) -> Attribute | None:
    """The attribute that the column's name says it is and its values say it is not."""
    for naming in _index(table).get(_key(table, column.column), ()):
        if evidence.share_readable(column, naming.attribute) < READABLE:
            return naming.attribute
    return None


def _judge(
    table: str, profile: FileProfile, named: str, distinct_share: float, *, is_loose: bool
) -> Candidate:
    matches = match_columns(table, profile, is_loose=is_loose)
    matches = assign(table, profile, matches, distinct_share)
    score = sum(
        each.weight / _count_tables(find_prefix(each.column), fold(each.column)) for each in matches
    )
    score += _NAMED_BONUS if table == named else 0.0
    return Candidate(table, matches, score, distinct_share)


def _is_credible(candidate: Candidate, profile: FileProfile, *, is_named: bool) -> bool:
    held = {each.attribute.name: each for each in candidate.matches}
    missing = find_missing(candidate.table, set(held))
    if not all(_has_stand_in(candidate.table, held, each, is_named=is_named) for each in missing):
        return False
    if candidate.table == "activity" and "type" not in held and not _tells_of_calls(profile):
        return False
    columns = {each.column: each for each in profile.columns}
    share = candidate.distinct_share
    if "source_id" in missing and not _can_be_key(
        columns[held["name"].column], profile.rows, share
    ):
        return False
    if is_named:
        return len(held) >= 2 or len(profile.columns) == 1
    is_covered = len(held) >= _COVERAGE * len(_list_own(profile))
    is_covered = is_covered or candidate.score >= _CERTAIN_SCORE
    needed = _TELLING_SCORE_OF_ALL if _knows_all(candidate, profile) else _TELLING_SCORE
    return len(held) >= 2 and is_covered and candidate.score >= needed


def _tells_of_calls(profile: FileProfile) -> bool:
    names = [fold(profile.file), *(fold(each.column) for each in profile.columns)]
    return any(word in name for name in names for word in ("call", "phone", "extension", "مكالم"))


def _knows_all(candidate: Candidate, profile: FileProfile) -> bool:
    return len({each.column for each in candidate.matches}) == len(_list_own(profile))


def _list_own(profile: FileProfile) -> list[ColumnProfile]:
    """The columns but those that a loader added."""
    return [each for each in profile.columns if not each.column.startswith("_")]


def _has_stand_in(table: str, held: dict[str, Match], missing: str, *, is_named: bool) -> bool:
    """A name may be the key and a key the name; a rep may go by an e-mail address or a number."""
    if missing == "source_id":
        return "name" in held
    if missing != "name" or "source_id" not in held:
        return False
    key = held["source_id"].column
    if any(each.attribute.name == "name" for each in _index(table).get(_key(table, key), ())):
        return True
    is_telling = _count_tables(find_prefix(key), fold(key)) <= len(TABLES) / 2
    return table == "rep" and (is_telling or is_named)


def _match_names(table: str, column: ColumnProfile, rows: int, source: Source) -> list[Match]:
    matches = []
    for naming in _index(table).get(_key(table, column.column), ()):
        readable = evidence.share_readable(column, naming.attribute)
        if readable < READABLE:
            continue
        weight = _WEIGHTS[naming.kind] - 0.001 * naming.place * (not naming.attribute.is_key)
        if source != "files" and naming.kind == "crm" and source not in naming.crms:
            weight = 0.88 - 0.001 * naming.place
        filled = column.filled / rows if rows else 1.0
        weight *= (0.5 + readable / 2) * (0.9 + 0.1 * min(filled, 1.0))
        matches.append(
            Match(column.column, naming.attribute, weight, naming.kind, naming.crms, naming.name)
        )
    return matches


def _match_loosely(table: str, column: ColumnProfile) -> list[Match]:
    if table == "opportunity" and evidence.holds_stages(column):
        stage = get_table(table).get_attribute("stage")
        return [Match(column.column, stage, 0.8, "values", (), "")]
    prefix, folded = _key(table, column.column)
    if prefix or len(folded) < 4:
        return []
    best: dict[str, Match] = {}
    for (other_prefix, name), namings in _index(table).items():
        if other_prefix or len(name) < 4:
            continue
        similarity = fuzz.ratio(folded, name, score_cutoff=_SIMILAR)
        if similarity:
            _keep_best(best, column, namings, similarity)
    return list(best.values())


def _keep_best(
    best: dict[str, Match],
    column: ColumnProfile,
    namings: tuple[_Naming, ...],
    similarity: float,
) -> None:
    for naming in namings:
        weight = 0.75 * similarity / 100
        held = best.get(naming.attribute.name)
        if (held is None or weight > held.weight) and evidence.share_readable(
            column, naming.attribute
        ) >= 0.9:
            best[naming.attribute.name] = Match(
                column.column, naming.attribute, weight, "similar", (), naming.name
            )


def _can_be_key(column: ColumnProfile, rows: int, distinct_share: float) -> bool:
    is_distinct = column.distinct >= distinct_share * column.filled
    return column.filled == 0 or (is_distinct and column.filled >= _UNIQUE * rows)


def _is_snapshot_history(profile: FileProfile) -> bool:
    """A table of whole records over time, one row for each state they were in."""
    names = {each.column.lower() for each in profile.columns}
    return {"_fivetran_start", "_fivetran_end"} <= names


def _find_named_table(file: str) -> tuple[str, bool]:
    """The table that the file's name names, and whether nothing else in the name speaks against."""
    name = re.split(r"[/#]", file)[-1]
    words = [each for each in re.split(r"[^a-z0-9]+|(?<=[a-z])(?=[0-9])", name.lower()) if each]
    rest, tables = "_".join(words), set()
    spelled = {word: table for table, each in _FILE_WORDS.items() for word in each.split()}
    for word in sorted(spelled, key=len, reverse=True):
        bounded = re.compile(rf"(?<![^_]){re.escape(word)}(?![^_])")
        if bounded.search(rest):
            tables.add(spelled[word])
            rest = bounded.sub("", rest)
    if len(tables) != 1:
        return "", False
    left = [each for each in rest.split("_") if each and not _NOISE.fullmatch(each)]
    return tables.pop(), not left


def _key(table: str, column: str) -> tuple[str, str]:
    prefix = find_prefix(column)
    return ("" if prefix == _OWN_PREFIX.get(table) else prefix, fold(column))


@cache
def _index(table: str) -> dict[tuple[str, str], tuple[_Naming, ...]]:
    index: dict[tuple[str, str], dict[str, _Naming]] = {}
    for attribute in get_table(table).attributes:
        for place, (name, kind, crm) in enumerate(_list_names(attribute)):
            held = index.setdefault(_key(table, name), {})
            known = held.get(attribute.name) or _Naming(attribute, kind, (), name, place)
            crms = known.crms if crm is None or crm in known.crms else (*known.crms, crm)
            held[attribute.name] = _Naming(attribute, known.kind, crms, known.name, known.place)
    return {key: tuple(held.values()) for key, held in index.items()}


def _list_names(attribute: Attribute) -> list[tuple[str, Kind, CRM | None]]:
    listed: list[tuple[str, Kind, CRM | None]] = []
    if attribute.name != "name":
        listed.append((attribute.name, "canonical", None))
    listed.extend((name, "crm", crm) for crm, names in attribute.names for name in names)
    listed.extend((name, "other", None) for name in attribute.other_names)
    if attribute.name == "name":
        listed.append((attribute.name, "canonical", None))
    return listed


@cache
def _count_tables(prefix: str, folded: str) -> int:
    """How many tables know the name: one that many know says little."""
    known = 0
    for table in TABLES:
        own = "" if prefix == _OWN_PREFIX.get(table) else prefix
        known += (own, folded) in _index(table)
    return max(known, 1)

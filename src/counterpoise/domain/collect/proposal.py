"""Proposes which received column becomes which attribute, with a confidence and the reason.

Confidence: .99 the attribute's own name; .97 what the recognised CRM calls it; .9 another CRM's or
a common name; up to .85 for values that lead to another file's keys; up to .75 a similar name or
telling values; less where something stands in for what the file lacks. Same input, same proposal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from counterpoise.domain.collect import evidence, origins, recognise
from counterpoise.domain.collect.casting import tidy
from counterpoise.domain.collect.recognise import Candidate, Match, Source
from counterpoise.domain.tables.dictionary import Attribute, get_table
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping, Mapping
from counterpoise.domain.tables.profile import ColumnProfile, FileProfile
from counterpoise.domain.values.text import Text, text

_CRM_NAMES = {
    "salesforce": "Salesforce",
    "hubspot": "HubSpot",
    "pipedrive": "Pipedrive",
    "odoo": "Odoo",
}
_JOIN_SHARE = 0.9
# Fewer distinct values than this lead to another file's keys by chance.
_JOIN_DISTINCT = 3


@dataclass(frozen=True, slots=True)
class _File:
    profile: FileProfile
    candidate: Candidate
    source: Source

    def get_column(self, name: str) -> ColumnProfile:
        return next(each for each in self.profile.columns if each.column == name)


def propose_mapping(profiles: Sequence[FileProfile]) -> Mapping:
    """A mapping for every file, in the order given; a file that holds no table has table ''."""
    found = [recognise.recognise(each) for each in profiles]
    held = tuple(each for each in found if each is not None)
    sources = dict(zip((id(each) for each in held), origins.find_source(held), strict=True))
    files = {
        place: _read(profiles[place], candidate, sources[id(candidate)])
        for place, candidate in enumerate(found)
        if candidate is not None
    }
    keys = _list_keys(tuple(files.values()))
    return Mapping(
        tuple(
            _map_file(files[place], keys) if place in files else _leave_out(profile)
            for place, profile in enumerate(profiles)
        )
    )


def _read(profile: FileProfile, candidate: Candidate, source: Source) -> _File:
    return _File(profile, recognise.read_as(candidate, profile, source), source)


def _map_file(file: _File, keys: dict[str, list[tuple[str, frozenset[str]]]]) -> FileMapping:
    columns = [_explain(file, match) for match in file.candidate.matches]
    columns = _prefer_expected_close(file, columns)
    columns += _stand_in(file, columns)
    columns += _join(file, columns, keys)
    columns += _guess_deal(file, columns)
    columns += _pool_by_manager(file, columns)
    order = {each.column: place for place, each in enumerate(file.profile.columns)}
    attributes = [each.name for each in get_table(file.candidate.table).attributes]
    columns.sort(key=lambda each: (order[each.column], attributes.index(each.attribute)))
    used = {each.column for each in columns}
    return FileMapping(
        file=file.profile.file,
        table=file.candidate.table,
        source=file.source,
        columns=tuple(columns),
        unmapped=tuple(each for each in order if each not in used),
        notes=_note(file, columns),
    )


def _leave_out(profile: FileProfile) -> FileMapping:
    names = {each.column.lower() for each in profile.columns}
    if {"_fivetran_start", "_fivetran_end"} <= names:
        why = text(
            "{file} holds whole records over time; only a history of single attributes is read",
            file=profile.file,
        )
    else:
        why = text(
            "{file} holds no canonical table: no table finds what it requires among the columns."
            " Name its columns in the mapping if it should be read",
            file=profile.file,
        )
    return FileMapping(
        profile.file, "", "files", (), tuple(each.column for each in profile.columns), (why,)
    )


def _explain(file: _File, match: Match) -> ColumnMapping:
    confidence, why = _weigh(file, match)
    return ColumnMapping(
        file=file.profile.file,
        column=match.column,
        table=file.candidate.table,
        attribute=match.attribute.name,
        confidence=round(confidence, 2),
        why=why,
    )


def _weigh(file: _File, match: Match) -> tuple[float, Text]:
    attribute = match.attribute.name
    if match.kind == "canonical":
        return match.weight, text("{attribute} is the attribute's own name", attribute=attribute)
    if match.kind == "similar":
        why = text(
            "{column} resembles {name}, and its values fit", column=match.column, name=match.name
        )
        return match.weight, why
    if match.kind == "values":
        why = text("{column} holds stages such as Won and Lost", column=match.column)
        return match.weight, why
    crm = file.source if file.source in match.crms else next(iter(match.crms), None)
    if match.kind == "crm" and crm and file.source != "files":
        weight = match.weight if crm == file.source else min(match.weight, 0.9)
        why = text(
            "{crm} calls {attribute} {name}",
            crm=_CRM_NAMES[crm],
            attribute=attribute,
            name=match.column,
        )
        return weight, why
    why = text("{name} is a common name for {attribute}", name=match.column, attribute=attribute)
    return min(match.weight, 0.9), why


def _prefer_expected_close(file: _File, columns: list[ColumnMapping]) -> list[ColumnMapping]:
    """One close date and no other: where closed deals alone have it, it is when they closed.

    Salesforce and HubSpot fill their close date on open deals too: there it is what is expected.
    """
    held = {each.attribute for each in columns}
    if file.candidate.table != "opportunity" or len({"closed_at", "expected_close_on"} & held) != 1:
        return columns
    return [_settle_close(file, each) for each in columns]


def _settle_close(file: _File, mapped: ColumnMapping) -> ColumnMapping:
    if mapped.attribute not in ("closed_at", "expected_close_on"):
        return mapped
    known = {
        each.attribute.name
        for each in recognise.match_columns("opportunity", file.profile)
        if each.column == mapped.column
    }
    if known != {"closed_at", "expected_close_on"}:
        return mapped
    has_gaps = file.get_column(mapped.column).filled < file.profile.rows
    if has_gaps and file.source == "files":
        why = text(
            "{column} is empty on some deals, so it is when the others closed", column=mapped.column
        )
        return replace(mapped, attribute="closed_at", confidence=0.9, why=why)
    why = text(
        "{column} is filled on open deals too, so it is what is expected", column=mapped.column
    )
    return replace(mapped, attribute="expected_close_on", confidence=0.9, why=why)


def _stand_in(file: _File, columns: list[ColumnMapping]) -> list[ColumnMapping]:
    """A key that is a name also names the record, and a unique name is also its key."""
    added = []
    held = {each.attribute: each for each in columns}
    for missing in recognise.find_missing(file.candidate.table, set(held)):
        if missing == "source_id":
            why = text("the names are unique, so they serve as the key")
            added.append(replace(held["name"], attribute=missing, confidence=0.7, why=why))
        else:
            added.append(_find_name(file, held))
    return added


def _find_name(file: _File, held: dict[str, ColumnMapping]) -> ColumnMapping:
    key = held["source_id"]
    names = [
        each
        for each in recognise.match_columns(file.candidate.table, file.profile)
        if each.column == key.column and each.attribute.name == "name"
    ]
    if names:
        why = text("{column} is both the key and the name", column=key.column)
        return replace(key, attribute="name", why=why)
    stand_in = held.get("email") or key
    why = text("there is no name, so {column} names the record", column=stand_in.column)
    return replace(stand_in, attribute="name", confidence=0.5, why=why)


def _list_keys(files: tuple[_File, ...]) -> dict[str, list[tuple[str, frozenset[str]]]]:
    """Key values of every file by table, where the sample holds all of them."""
    keys: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for file in files:
        for match in file.candidate.matches:
            column = file.get_column(match.column)
            values = frozenset(tidy(each) for each in column.sample)
            if match.attribute.is_key and len(values) >= min(column.distinct, column.filled):
                keys.setdefault(file.candidate.table, []).append((file.profile.file, values))
    return keys


def _join(
    file: _File,
    columns: list[ColumnMapping],
    keys: dict[str, list[tuple[str, frozenset[str]]]],
) -> list[ColumnMapping]:
    """Unmapped columns whose values are another file's keys."""
    table = get_table(file.candidate.table)
    held = {each.attribute for each in columns}
    used = {each.column for each in columns}
    added: list[ColumnMapping] = []
    for attribute in table.attributes:
        if not attribute.references or attribute.name in held:
            continue
        joined = [
            found
            for column in file.profile.columns
            if column.column not in used
            and (found := _find_join(file, column, attribute, keys)) is not None
        ]
        if joined:
            best = max(joined, key=lambda each: each.confidence)
            added.append(best)
            used.add(best.column)
    return added


def _find_join(
    file: _File,
    column: ColumnProfile,
    attribute: Attribute,
    keys: dict[str, list[tuple[str, frozenset[str]]]],
) -> ColumnMapping | None:
    values = {tidy(each) for each in column.sample}
    if len(values) < _JOIN_DISTINCT or evidence.looks_like(column) != "text":
        return None
    for other, known in keys.get(attribute.references, []):
        share = len(values & known) / len(values)
        if other != file.profile.file and share >= _JOIN_SHARE:
            why = text("values of {column} are keys of {other}", column=column.column, other=other)
            return ColumnMapping(
                file.profile.file,
                column.column,
                file.candidate.table,
                attribute.name,
                round(0.85 * share, 2),
                why,
            )
    return None


def _guess_deal(file: _File, columns: list[ColumnMapping]) -> list[ColumnMapping]:
    """Of deals whose headers say nothing: the one number is the amount, the one date the start."""
    held = {each.attribute for each in columns}
    if file.candidate.table != "opportunity":
        return []
    used = {each.column for each in columns}
    free = [each for each in file.profile.columns if each.column not in used and each.filled]
    guessed = []
    for attribute, looks, why in (
        ("amount", "number", text("it is the only column of numbers that is left")),
        ("created_at", "date", text("it is the only column of dates that every deal has")),
    ):
        fitting = [
            each
            for each in free
            if evidence.looks_like(each) == looks
            and (looks == "number" or each.filled == file.profile.rows)
        ]
        if attribute not in held and len(fitting) == 1:
            guessed.append(
                ColumnMapping(
                    file.profile.file, fitting[0].column, "opportunity", attribute, 0.4, why
                )
            )
    return guessed


def _pool_by_manager(file: _File, columns: list[ColumnMapping]) -> list[ColumnMapping]:
    """Sellers without a team are pooled by who leads them; the region stays what it is."""
    held = {each.attribute: each for each in columns}
    if file.candidate.table != "rep" or "team_id" in held or "manager" not in held:
        return []
    why = text("there is no team, so sellers are pooled by their manager")
    return [replace(held["manager"], attribute="team_id", confidence=0.6, why=why)]


def _note(file: _File, columns: list[ColumnMapping]) -> tuple[Text, ...]:
    notes = []
    by_attribute = {each.attribute: each for each in columns}
    used = {each.column for each in columns}
    told: set[str] = set()
    for match in recognise.match_columns(file.candidate.table, file.profile):
        kept = by_attribute.get(match.attribute.name)
        if match.column in used | told or kept is None:
            continue
        told.add(match.column)
        notes.append(
            text(
                "{column} could be {attribute} too; {kept} was taken for it",
                column=match.column,
                attribute=match.attribute.name,
                kept=kept.column,
            )
        )
    notes += _note_unreadable(file, used | told)
    if "annual_revenue" in by_attribute and _may_be_millions(
        file.get_column(by_attribute["annual_revenue"].column)
    ):
        notes.append(
            text(
                "{column} is small for a company's yearly revenue. The file states no unit; check"
                " whether it is in thousands or millions",
                column=by_attribute["annual_revenue"].column,
            )
        )
    return tuple(notes)


def _note_unreadable(file: _File, told: set[str]) -> list[Text]:
    """Columns whose name says what they are and whose values say they are not."""
    return [
        text(
            "{column} is called as {attribute} is, but its values are no {type}",
            column=column.column,
            attribute=attribute.name,
            type=attribute.type,
        )
        for column in file.profile.columns
        if column.column not in told
        and (attribute := recognise.find_unreadable(file.candidate.table, column)) is not None
    ]


def _may_be_millions(column: ColumnProfile) -> bool:
    numbers = sorted(
        float(bare)
        for each in column.sample
        if (bare := tidy(each).replace(",", "")).replace(".", "", 1).isdecimal()
    )
    return bool(numbers) and numbers[len(numbers) // 2] < 100_000

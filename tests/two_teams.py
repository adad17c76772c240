"""A real load of two reps in two teams, in which every text of the one in the West is marked.

Whatever the other may read, the marks must not be in it.
"""

import csv
from datetime import UTC, datetime

from counterpoise.domain.tables.dictionary import get_table
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping, Mapping
from counterpoise.domain.values.text import text

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
FIELD = "zq7field9xw"
"""In every text of a record of the West."""
PART = "zq7part9xw"
"""In what company-wide figures are told by: region, segment, stage, product …"""
NAME = "Adam Zq7name9xw"
"""What the rep of the West is called."""
TEAM = "West zq7team9xw"
PARTS = {
    *("region", "segment", "country", "industry", "type"),
    *("stage", "status", "lead_source", "lost_reason", "product_id"),
}
PLAIN = {"currency": "USD", "time_zone": "Asia/Dubai", "direction": "out"}
STAYED = {"deleted_at": "", "merged_into": ""}
"""Nothing was removed: what is gone from the CRM is in no figure and could leak nowhere."""
TABLES = ("opportunity", "lead", "account", "contact", "activity", "rep", "team")
ROWS = 60
STATUSES = ("won", "lost", "open")


def collect_two_teams(workspace, folder):
    """Land, publish and judge; returns the build."""
    from counterpoise.actions import kept
    from counterpoise.actions.collect import collect

    write_two_teams(folder)
    done = collect(workspace, [folder], mapping=map_two_teams(), now=NOW)
    kept.examine_build(workspace, now=NOW)
    return done.build


def write_two_teams(folder):
    folder.mkdir()
    for table in TABLES:
        _write(folder / f"{table}.csv", table)


def map_two_teams():
    return Mapping(
        tuple(
            FileMapping(
                f"{table}.csv",
                table,
                "files",
                tuple(
                    ColumnMapping(
                        f"{table}.csv", each.name, table, each.name, 1.0, text("stated"), "ymd", "."
                    )
                    for each in get_table(table).attributes
                ),
                (),
            )
            for table in TABLES
        )
    )


def _write(path, table):
    attributes = get_table(table).attributes
    with path.open("w", encoding="utf-8", newline="") as lines:
        out = csv.DictWriter(lines, [each.name for each in attributes])
        out.writeheader()
        count = 1 if table in {"rep", "team"} else ROWS
        for side in ("east", "west"):
            for number in range(count):
                row = {each.name: _fill(each, side, number) for each in attributes}
                out.writerow({**row, **_state(table, side, number), **_stay(row)})


def _stay(row):
    return {name: nothing for name, nothing in STAYED.items() if name in row}


def _fill(attribute, side, number):
    day = f"2026-{1 + number % 8:02}-{1 + number % 27:02}"
    gap = "" if number % 9 == 0 else str(100 + number)  # so that there are findings
    mark = PART if attribute.name in PARTS else FIELD
    words = f"{mark if side == 'west' else 'east'} {attribute.name} {number % 7}"
    return {
        "timestamp": day,
        "date": day,
        "integer": gap,
        "number": gap,
        "money": gap,
        "share": "0.5",
        "boolean": "true",
        "code": "",
        "text": PLAIN.get(attribute.name, words),
    }[attribute.type]


def _state(table, side, number):
    """Ids and references hold together, and deals are won, lost and open.

    The West's ids come first, so what is told of a finding is told by a row of theirs.
    """
    mark = f"a-{FIELD}" if side == "west" else "east"
    own = {"source_id": f"{mark}-{table}-{number}", "owner_id": f"{mark}-rep-0"}
    if table == "rep":
        name = NAME if side == "west" else "Huda Salem"
        return {"source_id": f"{mark}-rep-0", "name": name, "team_id": f"{mark}-team-0"}
    if table == "team":
        return {"source_id": f"{mark}-team-0", "name": TEAM if side == "west" else "East"}
    if table == "opportunity":
        status = STATUSES[number % 3]
        closed = "" if status == "open" else f"2026-09-{1 + number % 27:02}"
        return {**own, "status": status, "closed_at": closed, "team_id": f"{mark}-team-0"}
    return own if "owner_id" in {each.name for each in get_table(table).attributes} else {}

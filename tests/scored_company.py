"""A company whose leads end as a rule that a child could tell, and as records and as a real load.

Every day a lead comes from an Event and one from the Website. One that is called on its first day
becomes an opportunity after five days, if it is of the Website or its number is even; one that is
called a week later is given up three days after; and every fifth is never called and stays open.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import numpy as np

from counterpoise.domain.demand.lead_rules import read_lead_rules
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.deals import (
    NO_CHANGES,
    STILL_OPEN,
    ChangeLog,
    Deals,
    Dimension,
    day_number,
)
from counterpoise.domain.tables.lead_score import LeadCard, LeadRecords

AS_OF = date(2026, 9, 30)
NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
FIRST = date(2025, 6, 1)
RULES = replace(read_lead_rules(load_defaults(), AS_OF), least_conversions=50, least_tried=10)
TRAITS = ("source", "country", "region", "industry", "account")


def list_rows(first=FIRST, as_of=AS_OF, daily=1):
    """Each lead as known on the day: id, source, owner, created, called, ended, won. daily: so many
    alike of each source."""
    rows = []
    for number in range((as_of - first).days + 1):
        created = first + timedelta(days=number)
        for source, copy in product(("Event", "Website"), range(daily)):
            kind = number % 5
            called, ended, won = None, None, False
            if kind < 2:
                called = created
                won = source == "Website" or number % 2 == 0
                ended = created + timedelta(days=5 if won else 12)
            elif kind < 4:
                called, ended = created + timedelta(days=7), created + timedelta(days=10)
            rows.append(
                {
                    "id": f"{source[0]}{number:03}" + "abc"[copy] * (copy > 0),
                    "source": source,
                    "owner": "Huda Salem" if number % 2 else "Adam Noor",
                    "created": created,
                    "called": _by(called, as_of),
                    "ended": _by(ended, as_of),
                    "won": won and _by(ended, as_of) is not None,
                }
            )
    return rows


def list_loaded():
    """So many that scores can be judged by what the rulebook asks for."""
    return list_rows(daily=3)


def make_records(rows=None, as_of=AS_OF, **other):
    """rows: as list_rows gives them; other traits may stand in them."""
    rows = list_rows() if rows is None else rows
    history = make_history(rows, as_of)
    cards = {
        row["id"]: LeadCard(
            name=row.get("name", f"Lead {row['id']}"),
            company=row.get("company", "Acme"),
            owner=row.get("owner", ""),
            team=row.get("team", ""),
            status=row.get("status", "New"),
        )
        for row in rows
        if row["ended"] is None
    }
    return LeadRecords(history, cards, other.get("undated", 0))


def make_history(rows, as_of=AS_OF):
    touches = sorted(
        (day_number(row["called"]), place) for place, row in enumerate(rows) if row.get("called")
    )
    days = np.array([day for day, _ in touches], dtype=np.int32)
    gone = [row.get("removed") for row in rows]
    return Deals(
        as_of=as_of,
        currency="",
        ids=np.array([row["id"] for row in rows], dtype=object),
        created=_days([row["created"] for row in rows]),
        closed=_days([row["ended"] for row in rows]),
        won=np.array([row["won"] for row in rows], dtype=bool),
        amounts=NO_CHANGES,
        stages=NO_CHANGES,
        stage_labels=(),
        dimensions={trait: _encode([row.get(trait, "") for row in rows]) for trait in TRAITS},
        removed=_days(gone) if any(gone) else None,
        touches=ChangeLog(
            np.array([place for _, place in touches], dtype=np.int32), days, days.astype(float)
        ),
    )


LEADS = (
    "Lead ID,First Name,Last Name,Email,Company,Industry,Country,Lead Source,Status,Owner ID,"
    "Created Date,First Touch,Converted Date,Lost Reason,Last Modified Date\n"
)
REPS = "Rep ID,Name,Team\nR1,Huda Salem,East\nR2,Adam Noor,West\n"


def collect_leads(workspace, folder, rows=None):
    """Land, publish and judge."""
    from counterpoise.actions import kept
    from counterpoise.actions.collect import collect

    folder.mkdir()
    lines = [_write(row) for row in (list_loaded() if rows is None else rows)]
    (folder / "leads.csv").write_text("".join([LEADS, *lines]), "utf-8")
    (folder / "reps.csv").write_text(REPS, "utf-8")
    collect(workspace, [folder], now=NOW)
    kept.examine_build(workspace, now=NOW)


def collect_few_leads(workspace, folder):
    """Too few to learn from."""
    collect_leads(workspace, folder, list_rows(first=AS_OF - timedelta(days=20)))


def _write(row):
    name = f"<b>{row['id']}</b>"
    lost = "No budget" if row["ended"] and not row["won"] else ""
    columns = (
        *(row["id"], name, "Doe", f"{row['id'].lower()}@acme.example", "Acme", "Retail", "Jordan"),
        *(row["source"], "Working", "R1" if row["owner"] == "Huda Salem" else "R2"),
        *(row["created"], row["called"] or "", row["ended"] if row["won"] else "", lost),
        row["ended"] or row["created"],
    )
    return ",".join(map(str, columns)) + "\n"


def _by(day, as_of):
    return day if day is not None and day <= as_of else None


def _days(days):
    return np.array(
        [STILL_OPEN if day is None else day_number(day) for day in days], dtype=np.int32
    )


def _encode(values):
    labels = tuple(sorted({each for each in values if each}))
    codes = [labels.index(each) if each else -1 for each in values]
    return Dimension(labels, np.array(codes, dtype=np.int32))

"""Takes in calls that were made elsewhere before, so that a record need not begin at nothing.

Each is checked as if it had been submitted on its day: by whom, and against what was won by then.
Whoever reads the audit trail sees that it was loaded, and when.
"""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from django.db import transaction

from counterpoise.actions import examinations
from counterpoise.actions.calls import (
    NotYoursToCall,
    PeriodClosed,
    Wish,
    draft_call,
    read_deals,
)
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.demand.call_table import (
    UnreadableCalls,
    WrittenCall,
    read_call_table,
    refuse_rows,
)
from counterpoise.domain.tables.call import Call, InvalidCall, name_length
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import Text, explain, text
from counterpoise.store import calls as stored
from counterpoise.store import people
from counterpoise.store.calls import Caller, Draft

NOON = time(12, tzinfo=UTC)
"""A table says the day only."""


def load_calls(workspace: Workspace, content: bytes, name: str, *, now: datetime) -> int:
    """Of a CSV file in UTF-8; all or none, and how many were new. What is there already is not kept
    twice. Raises UnreadableCalls and NoBuild.
    """
    written = read_call_table(_read_rows(content, name))
    build = examinations.get_build(workspace)
    horizon = examinations.find_horizon(build, now.date())
    faults: dict[int, Text] = {}
    drafts: list[tuple[Draft, Visitor, datetime]] = []
    for each in written:
        made_at = datetime.combine(each.made_on, NOON)
        try:
            draft, visitor = _draft(build, each, horizon, now)
            draft.as_call(visitor.name, visitor.role, made_at)
        except (InvalidCall, NotYoursToCall, PeriodClosed) as error:
            faults[each.row] = explain(error)
        else:
            drafts.append((draft, visitor, made_at))
    refuse_rows(faults)
    return _keep(drafts, now)


def _read_rows(content: bytes, name: str) -> list[list[str]]:
    try:
        written = content.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(written, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableCalls(
            text(
                "{name} is no CSV file in UTF-8. Save it as one, with commas, and send it again.",
                name=name,
            )
        ) from None


def _draft(
    build: CurrentBuild, written: WrittenCall, horizon: date, now: datetime
) -> tuple[Draft, Visitor]:
    name_length(written.period)
    account = people.find_account(written.person)
    if account is None:
        raise NotYoursToCall(
            text("Nobody signs in as '{person}'. Invite them first.", person=written.person)
        )
    if written.made_on >= now.date():
        raise InvalidCall(
            text(
                "It was made on {day}, which is not over. Submit a call of today on its page.",
                day=written.made_on,
            )
        )
    visitor = people.get_visitor(account)
    wish = Wish(
        period=written.period,
        scope=written.scope,
        name=written.name,
        commit=written.commit,
        best_case=written.best_case,
        pipeline=written.pipeline,
        comment=written.comment,
    )
    deals = read_deals(build.folder, written.period, min(written.made_on, horizon))
    if deals.currency and written.currency not in ("", deals.currency):
        raise InvalidCall(
            text(
                "It is in {currency}, and on {day} the company stated its money in {own}, so it"
                " cannot be held against what was won. State it in {own}.",
                currency=written.currency,
                day=deals.as_of,
                own=deals.currency,
            )
        )
    return draft_call(wish, visitor, deals, written.made_on), visitor


def _keep(drafts: Iterable[tuple[Draft, Visitor, datetime]], now: datetime) -> int:
    count = 0
    with transaction.atomic():
        held = {_tell_apart(each) for each in stored.list_all()}
        for draft, visitor, made_at in drafts:
            said = _tell_apart(draft.as_call(visitor.name, visitor.role, made_at))
            if said not in held:
                held.add(said)
                caller = Caller(visitor.id, visitor.name, visitor.role)
                stored.keep(draft, caller, made_at=made_at, kept_at=now)
                count += 1
    return count


def _tell_apart(call: Call) -> tuple[object, ...]:
    return call.author, call.period, *call.key, call.made_at, call.commit, call.best_case

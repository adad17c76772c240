"""Calls in the store: appended, never changed, each with its entry in the audit trail."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from calling import QUARTER
from counterpoise.domain.values.period import Period
from counterpoise.store import audit, calls
from counterpoise.store.calls import Caller, Draft
from people import make_person

NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)
LATER = datetime(2026, 10, 21, 12, tzinfo=UTC)


def draft(commit=500, period=QUARTER, **other):
    said = {
        "period": period,
        "scope": "rep",
        "name": "Huda Salem",
        "voice": "rep",
        "commit": Decimal(commit),
        "best_case": Decimal(900),
        "pipeline": None,
        "comment": "two tenders",
        "won": Decimal("20.50"),
        "as_of": date(2026, 10, 19),
    }
    return Draft(**(said | other))


def keep(wanted, at=NOON, kept_at=None):
    from counterpoise.store.models import User

    person = User.objects.filter(username="huda").first() or make_person("rep")
    caller = Caller(person.pk, person.username, person.role)
    return calls.keep(wanted, caller, made_at=at, kept_at=kept_at or at)


def test_a_later_call_is_appended_and_the_first_stays(workspace_on_each_store):
    first, second = keep(draft()), keep(draft(600, pipeline=Decimal(2000)), at=LATER)
    other = keep(draft(period=Period.parse("2026-11")))
    assert calls.list_calls(QUARTER) == (first, second)
    assert calls.list_all() == (first, other, second)
    assert (first.author, first.role, second.pipeline) == ("huda", "rep", Decimal(2000))


def test_the_database_refuses_to_change_or_delete_a_call(workspace_on_each_store):
    from counterpoise.store.models import ForecastCall

    kept = keep(draft())
    rows = ForecastCall.objects.filter(pk=kept.id)
    for change in (lambda: rows.update(commit="1"), rows.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert calls.list_calls(QUARTER) == (kept,)


def test_the_audit_trail_has_what_stood_and_what_stands(workspace):
    keep(draft())
    keep(draft(600), at=NOON, kept_at=LATER)
    loaded, submitted = audit.list_entries(limit=2)
    assert (submitted.verb, submitted.subject, submitted.before) == (
        "call.submitted", "period:2026-Q4", None,
    )  # fmt: skip
    assert (loaded.verb, loaded.at) == ("call.loaded", LATER)
    assert (loaded.before["commit"], loaded.after["commit"]) == ("500", "600")
    assert (loaded.after["author"], loaded.after["won"]) == ("huda", "20.50")

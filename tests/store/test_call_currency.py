"""Calls that were kept before they had a currency get what the company used then."""

import json
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from counterpoise.domain.values.document import to_document
from kept_forecast import build_small_cycle, keep_build, keep_run
from people import make_person

BEFORE = ("store", "0016_calls")
MADE = datetime(2026, 10, 20, 12, tzinfo=UTC)


def go_to(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def go_back():
    return go_to([BEFORE])


def go_on():
    go_to(MigrationExecutor(connection).loader.graph.leaf_nodes())


def keep_call(apps, person, at=MADE):
    return apps.get_model("store", "ForecastCall").objects.create(
        period="2026-Q4", scope="rep", name="Huda Salem", voice="rep", commit="500",
        best_case="900", pipeline="", won="0", as_of=at.date(), comment="",
        author_id=person.pk, role="rep", made_at=at, kept_at=at,
    ).pk  # fmt: skip


def keep_rule(apps, value, on, at):
    apps.get_model("store", "RuleEntry").objects.create(
        key="company.currency", value=value, effective_from=on, source="test", recorded_at=at
    )


def list_currencies():
    from counterpoise.store import calls

    return [each.currency for each in calls.list_all()]


def test_what_the_rulebook_said_then_else_the_run_before_else_nothing(workspace_on_each_store):
    person = make_person("rep")
    keep_build()
    keep_run()
    from counterpoise.store.models import CycleRun

    ran_at = datetime(2026, 10, 1, tzinfo=UTC)
    whole = json.loads(json.dumps(to_document(build_small_cycle()) | {"currency": "EUR"}))
    CycleRun.objects.update(ran_at=ran_at, whole=whole)
    apps = go_back()
    early = datetime(2026, 9, 1, tzinfo=UTC)
    keep_call(apps, person, early)
    keep_call(apps, person, datetime(2026, 10, 5, tzinfo=UTC))
    keep_rule(apps, "SAR", date(2026, 10, 10), datetime(2026, 10, 10, tzinfo=UTC))
    keep_rule(apps, "AED", date(2026, 10, 30), datetime(2026, 10, 11, tzinfo=UTC))
    keep_rule(apps, "USD", date(2026, 1, 1), datetime(2026, 11, 1, tzinfo=UTC))
    keep_call(apps, person)
    go_on()
    assert list_currencies() == ["", "EUR", "SAR"]


def test_the_database_refuses_changes_before_and_after(workspace_on_each_store):
    person = make_person("rep")
    apps = go_back()
    keep_call(apps, person)
    refuse_changes(apps)
    go_on()
    from django.apps import apps as current

    refuse_changes(current)


def refuse_changes(apps):
    rows = apps.get_model("store", "ForecastCall").objects.all()
    for change in (lambda: rows.update(commit="1"), rows.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()

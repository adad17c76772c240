"""Published ranges in the store: appended, never changed, the same kept once."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from counterpoise.domain.tables.published import Publication, SaidRange
from counterpoise.store import audit, publications
from people import make_person

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
LEADS = Publication(
    measure="leads",
    unit="leads",
    every="month",
    by=("region",),
    as_of=date(2026, 9, 30),
    build="b1",
    ranges=(
        SaidRange((), date(2026, 10, 1), tuple(map(Decimal, ("80", "90", "100", "110", "120.5")))),
        SaidRange((("region", "Gulf"),), date(2026, 10, 1), (Decimal(1),) * 5),
    ),
)


def test_what_a_run_and_a_person_published_is_read_back_in_order(workspace_on_each_store):
    assert publications.find_newest() == 0
    publications.keep_of_run([LEADS], "2026-Q4-a", at=NOON)
    person = make_person("finance")
    deals = replace(LEADS, measure="won_deals")
    assert publications.keep(deals, author_id=person.pk, at=NOON)
    kept = publications.list_all()
    assert [(each.publication, each.run, each.author) for each in kept] == [
        (LEADS, "2026-Q4-a", ""),
        (deals, "", "farid"),
    ]
    assert {each.made_at for each in kept} == {NOON}
    assert publications.find_newest() > 0


def test_the_same_said_twice_is_kept_once_with_whoever_was_first(workspace_on_each_store):
    publications.keep_of_run([LEADS, LEADS], "2026-Q4-a", at=NOON)
    publications.keep_of_run([LEADS], "2026-Q4-b", at=NOON)
    assert not publications.keep(LEADS, author_id=None, at=NOON)
    assert [each.run for each in publications.list_all()] == ["2026-Q4-a"]
    publications.keep_of_run([replace(LEADS, build="b2")], "2026-Q4-b", at=NOON)
    assert len(publications.list_all()) == 2, "new data says it anew"


def test_the_database_refuses_to_change_or_delete_what_was_published(workspace_on_each_store):
    from counterpoise.store.models import RangePublication

    publications.keep_of_run([LEADS], "2026-Q4-a", at=NOON)
    for change in (lambda: RangePublication.objects.update(measure="x"),
                   RangePublication.objects.all().delete):  # fmt: skip
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert [each.publication for each in publications.list_all()] == [LEADS]


def test_what_a_person_published_stands_in_the_audit_trail(workspace):
    publications.keep(LEADS, author_id=None, at=NOON)
    publications.keep(LEADS, author_id=None, at=NOON)
    (entry,) = audit.list_entries(limit=5)
    assert (entry.verb, entry.subject, entry.after) == (
        "ranges.published",
        "series:leads",
        {
            "measure": "leads",
            "by": ["region"],
            "every": "month",
            "as_of": "2026-09-30",
            "ranges": 2,
        },
    )

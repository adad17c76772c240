"""Requests are counted in windows that everybody shares."""

from datetime import UTC, datetime, timedelta

import pytest

from counterpoise.store import limits

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def count(at=NOON, who="token:a", within=MINUTE):
    return limits.count_request(who, at, limit=2, within=within)


def test_the_limit_is_kept_up_to_its_last_and_not_beyond(workspace_on_each_store):
    counted = [count() for _ in range(3)]
    assert [(each.used, each.remaining, each.is_kept) for each in counted] == [
        (1, 1, True),
        (2, 0, True),
        (3, 0, False),
    ]


@pytest.mark.parametrize(
    ("later", "used"),
    [
        pytest.param(timedelta(seconds=59, microseconds=999_999), 2, id="within the minute"),
        pytest.param(MINUTE, 1, id="from the next minute on"),
        pytest.param(timedelta(hours=5), 1, id="much later"),
    ],
)
def test_a_window_ends_at_the_full_minute(workspace, later, used):
    count()
    assert count(NOON + later).used == used


@pytest.mark.parametrize(
    ("at", "seconds"),
    [
        pytest.param(NOON, 60, id="at its beginning"),
        pytest.param(NOON + timedelta(seconds=59), 1, id="a second before its end"),
        pytest.param(NOON + timedelta(seconds=59.5), 1, id="half a second before: a whole one"),
        pytest.param(NOON + timedelta(seconds=30.2), 30, id="rounded up"),
    ],
)
def test_the_time_to_wait_is_said_in_whole_seconds(workspace, at, seconds):
    assert count(at).seconds_left(at) == seconds


def test_everybody_is_counted_alone(workspace):
    count(who="token:a")
    assert (count(who="token:b").used, count(who="token:a").used) == (1, 2)


def test_windows_that_are_over_are_not_kept(workspace):
    from counterpoise.store.models import RateWindow

    for minute in range(5):
        count(NOON + minute * MINUTE)
    assert RateWindow.objects.count() == 1

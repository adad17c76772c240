"""Business days in the company's time zone, clock changes included."""

from datetime import UTC, date, datetime

import pytest

from counterpoise.domain.values.zone import UnknownZone, business_day, get_zone, start_of_day


@pytest.mark.case("TIM-01", "TIM-02")
@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        pytest.param("2026-03-31T20:59:59.999999", "Asia/Riyadh", "2026-03-31", id="still March"),
        pytest.param("2026-03-31T21:00", "Asia/Riyadh", "2026-04-01", id="midnight is April"),
        pytest.param("2026-03-28T23:30", "Europe/Berlin", "2026-03-29", id="before the gap"),
        pytest.param("2026-03-29T22:00", "Europe/Berlin", "2026-03-30", id="a day of 23 hours"),
        pytest.param("2026-10-24T22:00", "Europe/Berlin", "2026-10-25", id="a day of 25 begins"),
        pytest.param("2026-10-25T22:59", "Europe/Berlin", "2026-10-25", id="and is still going"),
        pytest.param("2022-03-21T20:30", "Asia/Tehran", "2022-03-22", id="midnight left out"),
    ],
)
def test_business_day(instant, zone, day):
    moment = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert business_day(moment, zone) == date.fromisoformat(day)


@pytest.mark.case("TIM-02")
def test_a_day_of_a_clock_change_has_23_or_25_hours():
    lengths = [
        start_of_day(date(2026, month, day + 1), "Europe/Berlin")
        - start_of_day(date(2026, month, day), "Europe/Berlin")
        for month, day in ((3, 29), (10, 25), (6, 1))
    ]
    assert [length.total_seconds() / 3600 for length in lengths] == [23, 25, 24]


@pytest.mark.parametrize("name", ["Riyadh", "", "../../etc/passwd", "Asia/"])
def test_what_names_no_zone_is_refused_with_examples(name):
    with pytest.raises(UnknownZone, match="Write company.time_zone in the rulebook as"):
        get_zone(name)

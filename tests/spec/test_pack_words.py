"""How the pack writes words of either direction, instants and values of rules."""

import re
from datetime import datetime, timedelta, timezone

import pytest

from counterpoise.connectors.documents.pack_words import enclose, write_instant, write_rule
from counterpoise.connectors.documents.reader import Reader

MARKS = re.compile("[\u2066-\u2069]")
ENGLISH, ARABIC = Reader("en", "USD"), Reader("ar", "USD")


@pytest.mark.parametrize(
    ("reader", "written", "enclosed"),
    [
        pytest.param(ENGLISH, "", "", id="nothing"),
        pytest.param(ENGLISH, "Rana", "\u2068Rana\u2069", id="words go their own way"),
        pytest.param(ARABIC, "12:30", "\u206612:30\u2069", id="Latin figures go left to right"),
        pytest.param(ARABIC, "٪١٢", "\u2067٪١٢\u2069", id="Arabic figures go right to left"),
        pytest.param(ENGLISH, "−5", "\u2066−5\u2069", id="a minus in English"),
        pytest.param(
            ENGLISH, "a\u202egnp.exe", "\u2068agnp.exe\u2069", id="nobody turns a name around"
        ),
        pytest.param(ENGLISH, "a\u2069b", "\u2068ab\u2069", id="nobody steps out of the cell"),
        pytest.param(ENGLISH, "a\u2067b", "\u2068ab\u2069", id="nobody leaves a mark open"),
        pytest.param(
            ENGLISH, "a\u2068b\u2069", "\u2068a\u2068b\u2069\u2069", id="marks in pairs stay"
        ),
        pytest.param(ENGLISH, "a\x1b\x00b\n", "\u2068ab\n\u2069", id="steering characters go"),
    ],
)
def test_words_keep_their_direction(reader, written, enclosed):
    assert enclose(reader, written) == enclosed


@pytest.mark.parametrize(
    ("hours", "zone"),
    [
        pytest.param(0, "UTC", id="UTC"),
        pytest.param(3, "UTC+3", id="Riyadh"),
        pytest.param(5.5, "UTC+5:30", id="Delhi"),
        pytest.param(-3.5, "UTC-3:30", id="Newfoundland"),
    ],
)
def test_an_instant_names_its_zone(hours, zone):
    at = datetime(2026, 10, 3, 9, 5, tzinfo=timezone(timedelta(hours=hours)))
    assert MARKS.sub("", write_instant(ENGLISH, at)) == f"3 Oct 2026, 09:05 ({zone})"


@pytest.mark.parametrize(
    ("reader", "value", "written"),
    [
        pytest.param(ENGLISH, "54000", "54,000", id="a number"),
        pytest.param(ARABIC, "0.5", "٠٫٥", id="a number in Arabic"),
        pytest.param(ENGLISH, "Friday Saturday", "Friday Saturday", id="words"),
        pytest.param(ENGLISH, "Infinity", "Infinity", id="no amount"),
    ],
)
def test_a_rule_is_written_for_the_reader(reader, value, written):
    assert write_rule(reader, value) == written

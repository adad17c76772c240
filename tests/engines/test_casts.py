"""The engine's short ways of casting come to what the domain's rules say, spelling by spelling."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from counterpoise.domain.collect.casting import cast, tidy
from counterpoise.domain.collect.forms import FORMS_BY_TYPE, Form
from counterpoise.domain.tables.dictionary import Attribute
from counterpoise.warehouse.engine import literal, open_connection
from counterpoise.warehouse.staging import fast
from counterpoise.warehouse.staging.clock import list_offsets, to_moment
from counterpoise.warehouse.staging.lookup import to_engine

ENGINE = open_connection()
ZONES = ("UTC", "Asia/Tehran", "Africa/Cairo", "America/New_York", "Asia/Dubai")

NUMBER_FORMS = [(None, "fraction"), (".", "fraction"), (",", "fraction"), (None, "hundred")]
CASES = [("date", None), ("timestamp", None)] + [
    (type_, form) for type_ in ("integer", "number", "money", "share") for form in NUMBER_FORMS
]
NAIVE = datetime(1900, 1, 1)  # noqa: DTZ001 -- wall clock
MANY = {"max_examples": 12, "deadline": None}

clocks = st.integers(0, 6 * 10**9).map(lambda seconds: NAIVE + timedelta(seconds=seconds))
zoned = st.builds(
    lambda clock, fraction, zone: f"{clock.isoformat()}{fraction}{zone}",
    clocks,
    st.sampled_from(["", ".000", ".5", ".123456", ".1234567"]),
    st.sampled_from(
        ["Z", "z", "+0000", "-00:00", "+05:30", "-0330", "+14:00", "+14:59", "+03", "+15:00"]
    ),
)
spellings = st.one_of(
    zoned,
    st.text("0123456789-/:. TZ+", max_size=22),
    st.datetimes().map(str),
    clocks.map(str),
    st.dates().map(str),
    st.text("0123456789", min_size=1, max_size=20),
    st.decimals(-(10**16), 10**16, places=2).map(str),
    st.decimals(-(10**4), 10**4, places=3).map(str),
    st.text("0123456789.,-+% eE()", max_size=12),
    st.sampled_from(["1e5", "NaN", "inf", "Infinity", "1_000", "0x10", "-0", "00012", "2023-1-1"]),
    st.from_regex(r"[0-9 :T/-]{4}-[0-9 ]{2}-[0-9 ]{2}( [0-9 ]{2}:[0-9 ]{2}:[0-9 ]{2})?\Z"),
)
texts = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
    st.text(" \t\r\n\u00a0\u200f\u202f\u3000ab#N\\", max_size=6),
    st.sampled_from(["NULL", "\\N", "#N/A", "#REF!", " #REF! ", "#1 choice", "null", "None", ""]),
)


def many(values):
    return st.lists(values, min_size=30, max_size=60)


def run(expression, written):
    """The expression over `x` for each of the written values."""
    rows = ENGINE.execute(f"SELECT {expression} FROM (SELECT unnest($1) AS x)", [written])
    return [value for (value,) in rows.fetchall()]


def attribute(type_):
    return Attribute("opportunity", "amount", type_, "", False, False, "", "", (), ())


@pytest.mark.parametrize(("type_", "stated"), CASES, ids=str)
@settings(**MANY)
@given(many(spellings))
def test_what_is_cast_fast_is_cast_alike(type_, stated, written):
    form = Form(type_, None, *stated) if stated else None
    found = fast.cast_fast("x", attribute(type_), form, "UTC")
    if found is None:
        assert (type_, stated[0] == "," or stated[1] == "hundred") == ("share", True)
        return
    for each, value in zip(written, run(found.sql, written), strict=True):
        if value is not None:
            read = cast(each, type_, form or Form(type_))
            assert (read.reason, value) == (None, to_engine(read, attribute(type_)))


@settings(**MANY)
@given(many(spellings))
def test_what_is_plain_is_what_is_cast(written):
    found = fast.cast_fast("x", attribute("timestamp"), None, "UTC")
    is_plain = run(f"coalesce({found.is_plain}, false)", written)
    assert is_plain == [value is not None for value in run(found.sql, written)]


@settings(**MANY)
@given(many(texts))
@example(["#REF!", " \u200f x \r", "\u3000#REF!", "\u200f#REF!"])
def test_texts_are_read_alike(written):
    read = [cast(each, "text", Form("text")) for each in written]
    assert run(fast.cast_text("x", is_plain=False), written) == [each.value for each in read]
    refused = [bool(each) for each in run(fast.find_sheet_error("x"), written)]
    assert refused == [each.reason is not None for each in read]


@settings(**MANY)
@given(many(texts))
def test_texts_of_files_without_control_characters_are_read_alike(written):
    plain = [each for each in written if not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", each)]
    expected = [cast(each, "text", Form("text")).value for each in plain]
    assert run(fast.cast_text("x", is_plain=True), plain) == expected


@settings(**MANY)
@given(many(st.text("٠١٢٣٤۵۶٫٬ \u00a0\u202f\u200f12,.-−’٪%a", max_size=10)))
def test_values_are_tidied_alike(written):
    assert run(fast.tidy("x"), written) == [tidy(each) for each in written]


@settings(**MANY)
@given(many(st.one_of(spellings, st.text("0123456789.,%-()$€ '٫٬", max_size=10))))
def test_shapes_match_alike(written):
    for shape in (*FORMS_BY_TYPE["money"].values(), *FORMS_BY_TYPE["date"].values()):
        matched = run(f"regexp_full_match(x, {literal(shape)})", written)
        assert matched == [bool(re.fullmatch(shape, each)) for each in written]


@pytest.mark.parametrize("zone", ZONES)
@settings(**MANY)
@given(moments=many(clocks))
def test_wall_clock_times_become_the_same_moments(zone, moments):
    assert read_moments(zone, moments) == in_utc(zone, moments)


@pytest.mark.parametrize("zone", ZONES[1:4])
def test_hours_that_a_clock_passes_twice_or_never_are_read_alike(zone):
    changes = [start for start, _ in list_offsets(zone) if start][-12:]
    around = (-61, -60, -30, -1, 0, 1, 30, 60, 61)
    moments = [start + timedelta(minutes=each) for start in changes for each in around]
    assert read_moments(zone, moments) == in_utc(zone, moments)


def read_moments(zone, moments):
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    micros = run(f"epoch_us({to_moment('x', zone)})", moments)
    return [epoch + timedelta(microseconds=each) for each in micros]


def in_utc(zone, moments):
    return [each.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for each in moments]

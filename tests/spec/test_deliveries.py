"""What a delivery says is read strictly, or not at all."""

import json
import time
import tracemalloc

import pytest

from counterpoise.domain.collect.deliveries import (
    MOST_BYTES,
    Places,
    Record,
    UnfitDelivery,
    UnreadableBody,
    list_records,
    read_body,
    read_version,
)

COSTLY = {
    "a million bytes of depth": b"[" * 500_000 + b"]" * 500_000,
    "ten thousand deep": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "as many names as fit": b"{" + b",".join(b'"%d":1' % n for n in range(90_000)) + b"}",
    "as many values as fit": b"[" + b"1," * 490_000 + b"1]",
    "as many objects as fit": b"[" + b"{}," * 330_000 + b"{}]",
    "a quote that never ends": b'{"a":"' + b'\\"' * 490_000,
    "packed": b"\x1f\x8b\x08\x00" + b"\0" * 900_000,
}
TWO_FOLD = {
    "a name twice": b'{"email":"a@x.example","email":"b@x.example"}',
    "no number": b'{"amount":NaN}',
    "endless": b'{"amount":-Infinity}',
    "not UTF-8": b'{"name":"\xe9\xe8"}',
    "UTF-16": '{"name":"نور"}'.encode("utf-16"),
    "broken off": b'{"name":"Nor',
    "two documents": b"{}{}",
    "nothing": b"",
    "a NUL": b'{"name":"a\\u0000b"}',
    "half of a character": b'{"name":"\\ud83d"}',
    "half of a character as a name": b'{"\\ud83d":1}',
    "a page": b"<!doctype html>",
}


@pytest.mark.case("API-14")
@pytest.mark.parametrize("body", [pytest.param(v, id=k) for k, v in COSTLY.items()])
def test_what_costs_is_refused_quickly_and_in_little_memory(body):
    assert len(body) <= MOST_BYTES
    started = time.process_time()
    with pytest.raises(UnreadableBody):
        read_body(body)
    spent = time.process_time() - started
    tracemalloc.start()
    with pytest.raises(UnreadableBody):
        read_body(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (spent < 0.5, peak < 50 << 20) == (True, True), (spent, peak)


@pytest.mark.case("API-14")
@pytest.mark.parametrize("body", [pytest.param(v, id=k) for k, v in TWO_FOLD.items()])
def test_what_could_mean_two_things_is_refused_with_the_reason(body):
    with pytest.raises(UnreadableBody, match="cannot be taken as JSON: .*Send one document"):
        read_body(body)


def test_numbers_stay_as_they_were_written():
    read = read_body('{"a":1.10,"b":1e400,"c":-0,"d":12345678901234567890,"e":"نور"}'.encode())
    assert read == {"a": "1.10", "b": "1e400", "c": "-0", "d": "12345678901234567890", "e": "نور"}


def test_a_record_is_flattened_with_dots():
    body = {
        "contact": {"name": "Nour", "tags": ["a", "b"], "none": [], "empty": {}},
        "is_new": True,
        "is_old": False,
        "lost": None,
    }
    assert list_records(read_body(json.dumps(body).encode()), Places()) == (
        Record(
            "event",
            {
                "contact.name": "Nour",
                "contact.tags.0": "a",
                "contact.tags.1": "b",
                "contact.none": None,
                "contact.empty": None,
                "is_new": "true",
                "is_old": "false",
                "lost": None,
            },
        ),
    )


@pytest.mark.parametrize(
    ("document", "places", "records"),
    [
        pytest.param(
            [{"t": "created", "id": "1"}, {"t": "updated", "id": "2"}],
            Places(kind="t"),
            [("created", "1"), ("updated", "2")],
            id="a list of events, as HubSpot sends it",
        ),
        pytest.param(
            {"lead.saved": [{"id": "1"}, {"id": "2"}], "form.sent": {"id": "3"}},
            Places(records="*"),
            [("lead.saved", "1"), ("lead.saved", "2"), ("form.sent", "3")],
            id="kinds as names, as Mautic sends it",
        ),
        pytest.param(
            {"type": "x", "data": {"contacts": [{"id": "1"}]}},
            Places(records="data.contacts"),
            [("event", "1")],
            id="records further in",
        ),
        pytest.param({"id": "1"}, Places(kind="t"), [("event", "1")], id="no kind said"),
    ],
)
def test_records_are_found_where_the_hook_says(document, places, records):
    found = list_records(read_body(json.dumps(document).encode()), places)
    assert [(each.kind, each.fields["id"]) for each in found] == records


@pytest.mark.parametrize(
    ("document", "places", "why"),
    [
        pytest.param({}, Places("data"), "No records are at 'data'", id="nothing there"),
        pytest.param({"data": "x"}, Places("data.inner"), "No records", id="a text on the way"),
        pytest.param([], Places(), "No records", id="an empty list"),
        pytest.param([1], Places("*"), "No records", id="a list where kinds should be"),
        pytest.param("x", Places(), "is no object", id="a text"),
        pytest.param([["x"]], Places(), "is no object", id="a list in a list"),
        pytest.param({"a.b": 1, "a": {"b": 2}}, Places(), "said twice", id="one name two ways"),
        pytest.param({"Email": 1, "email": 2}, Places(), "said twice", id="names alike"),
        pytest.param(
            {str(n): 1 for n in range(1_001)}, Places(), "more than 1000", id="too many values"
        ),
    ],
)
def test_a_delivery_without_records_says_why(document, places, why):
    with pytest.raises(UnfitDelivery, match=why):
        list_records(read_body(json.dumps(document).encode()), places)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        pytest.param("9", "10", id="numbers by size, not by letters"),
        pytest.param("1.5", "1.50001", id="with decimals"),
        pytest.param("2026-10-01T12:00:00+04:00", "2026-10-01T09:00:00Z", id="moments by zone"),
        pytest.param("2026-10-01T09:00:00Z", "2026-10-01T09:00:00.000001Z", id="microseconds"),
    ],
)
def test_versions_rise(earlier, later):
    assert read_version(earlier) < read_version(later)


@pytest.mark.parametrize(
    "written", ["", "newest", "NaN", "Infinity", "2026-10-01T09:00:00", "2026-13-01", "1" * 61]
)
def test_what_orders_nothing_is_no_version(written):
    with pytest.raises(UnfitDelivery, match="is no version"):
        read_version(written)

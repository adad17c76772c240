"""The address of a hook: who signs is let in, and whatever else comes is answered at once."""

import gzip
import json
import resource
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from counterpoise.domain.collect.deliveries import MOST_BYTES
from counterpoise.domain.collect.signatures import Agreement, sign
from hooks import lead, open_hook, write

ADDRESS = "/hooks/marketing"


@pytest.fixture
def secret(workspace):
    return open_hook()[1]


@pytest.fixture
def sender():
    return Client(SERVER_NAME="localhost", enforce_csrf_checks=True)


def send(sender, headers, body, address=ADDRESS, **extra):
    return sender.post(
        address, data=body, content_type="application/json", headers=headers, **extra
    )


def sign_now(secret, body, known_as="msg_1", later=timedelta()):
    return sign(secret, known_as, datetime.now(UTC) + later, body)


BODY = write(lead("1"))


def test_what_is_signed_is_accepted_without_a_session(sender, secret):
    headers = sign_now(secret, BODY)
    first, again = send(sender, headers, BODY), send(sender, headers, BODY)
    assert (first.status_code, first.json()) == (200, {"accepted": True, "is_new": True})
    assert (again.status_code, again.json()) == (200, {"accepted": True, "is_new": False})
    assert first.cookies == {}


def spoil(secret):
    good = sign_now(secret, BODY)
    signature = good["webhook-signature"]
    return {
        "nothing": ({}, BODY, ADDRESS),
        "wrong": ({**good, "webhook-signature": "v1," + "A" * 43 + "="}, BODY, ADDRESS),
        "cut off": ({**good, "webhook-signature": signature[:20]}, BODY, ADDRESS),
        "capitals": ({**good, "webhook-signature": signature.upper()}, BODY, ADDRESS),
        "version 0": ({**good, "webhook-signature": signature.replace("v1", "v0")}, BODY, ADDRESS),
        "twice": ({**good, "webhook-signature": f"{signature},{signature}"}, BODY, ADDRESS),
        "written again": (good, json.dumps(json.loads(BODY), indent=1).encode(), ADDRESS),
        "another hook": (good, BODY, "/hooks/nobody"),
        "no JSON and unsigned": ({}, b"{", ADDRESS),
    }


@pytest.mark.case("API-10")
def test_whatever_is_wrong_with_a_signature_the_answer_is_one(sender, secret):
    answers = {
        name: send(sender, *each[:2], address=each[2]) for name, each in spoil(secret).items()
    }
    said = set()
    for answer in answers.values():
        content = answer.json()
        del content["instance"]
        said.add((answer.status_code, json.dumps(content), answer.headers["Content-Type"]))
    assert len(said) == 1
    assert {each.status_code for each in answers.values()} == {401}


@pytest.mark.case("API-11")
@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_recording_is_refused(sender, secret, minutes):
    headers = sign_now(secret, BODY, later=timedelta(minutes=minutes))
    answer = send(sender, headers, BODY)
    assert answer.status_code == 400
    assert "5 minutes" in answer.json()["detail"]


@pytest.mark.case("API-14")
@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"x" * (10 * MOST_BYTES), 413, id="ten times the limit"),
        pytest.param(b"[" * 10_000 + b"]" * 10_000, 400, id="ten thousand deep"),
        pytest.param(b"[" + b"1," * 490_000 + b"1]", 400, id="half a million values"),
        pytest.param(b'{"a":NaN}', 400, id="no number"),
        pytest.param(b'{"a":1,"a":2}', 400, id="a name twice"),
        pytest.param(b'{"a":"\xff"}', 400, id="not UTF-8"),
        pytest.param(gzip.compress(b"0" * (100 << 20), 1), 400, id="a packed bomb"),
    ],
)
def test_bodies_that_cost_are_refused_at_once(sender, secret, body, status):
    headers = sign_now(secret, body)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    answer = send(sender, headers, body)
    assert answer.status_code == status
    assert time.process_time() - started < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 << 10  # KiB


@pytest.mark.case("API-14")
def test_what_is_packed_is_not_unpacked(sender, secret):
    packed = gzip.compress(b'{"a":"' + b"0" * (100 << 20) + b'"}', 1)[:MOST_BYTES]
    headers = {**sign_now(secret, packed), "content-encoding": "gzip"}
    assert send(sender, headers, packed).status_code == 400


@pytest.mark.parametrize("length", ["ten", "-1", "١٢"])
def test_a_length_that_is_no_number_is_refused(sender, secret, length):
    answer = send(sender, sign_now(secret, BODY), BODY, CONTENT_LENGTH=length)
    assert answer.status_code == 400


def test_beyond_the_limit_the_sender_is_told_when_to_come_again(sender, workspace):
    _, secret = open_hook(requests_a_minute=2)
    answers = [send(sender, sign_now(secret, BODY, f"msg_{number}"), BODY) for number in range(6)]
    late = [each for each in answers if each.status_code == 429]
    assert len(late) >= 2  # the minute may turn meanwhile
    assert all(1 <= int(each.headers["Retry-After"]) <= 60 for each in late)
    assert {each.status_code for each in answers} == {200, 429}


def test_hubspot_signs_the_address_that_it_was_given(sender, workspace):
    import base64
    import hashlib
    import hmac

    _, secret = open_hook("hubspot", agreement=Agreement("hubspot"), secret="the secret of an app")
    at = str(int(time.time() * 1000))
    content = b"POSThttp://localhost/hooks/hubspot?a=b" + BODY + at.encode()
    digest = hmac.new(secret.encode(), content, hashlib.sha256).digest()
    headers = {
        "x-hubspot-signature-v3": base64.b64encode(digest).decode(),
        "x-hubspot-request-timestamp": at,
    }
    assert send(sender, headers, BODY, "/hooks/hubspot?a=b").status_code == 200
    assert send(sender, headers, BODY, "/hooks/hubspot").status_code == 401


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_only_post_is_taken(sender, secret, method):
    answer = getattr(sender, method)(ADDRESS)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_no_answer_is_kept_in_a_cache_or_framed(sender, secret):
    answer = send(sender, sign_now(secret, BODY), BODY)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_what_has_waited_is_landed_by_one_job_at_a_time(workspace):
    from counterpoise.actions import arrivals
    from counterpoise.store import jobs
    from counterpoise.web.background import landing
    from counterpoise.web.workplace import now
    from hooks import deliver, say_meaning

    _, secret = open_hook()
    young = now()
    old = young - landing.WAITS
    deliver(secret, "d", lead("1"), now=young)
    assert not landing.ask_to_land()
    say_meaning()
    assert not landing.ask_to_land()
    deliver(secret, "e", lead("2"), now=old)
    assert landing.ask_to_land()
    assert not landing.ask_to_land()
    (job,) = jobs.list_going()
    assert (job.kind, job.asked_by) == ("deliveries", None)
    arrivals.land_all(workspace, now=young)
    assert arrivals.land_all(workspace, now=young) == ()


@pytest.mark.case("API-10")
def test_how_long_a_refusal_takes_does_not_say_how_much_was_right():
    """A signature that is right up to its last letter is refused as quickly as one that is not."""
    from statistics import median

    from counterpoise.domain.collect.signatures import Sent, Unsigned, verify

    at = datetime(2026, 10, 1, tzinfo=UTC)
    key = "whsec_" + "A" * 44
    right = sign(key, "msg", at, BODY)
    letters = right["webhook-signature"]
    near = letters[:-2] + ("B" if letters[-2] != "B" else "C") + "="
    far = "v1," + ("B" if letters[3] != "B" else "C") + letters[4:]
    spent = {near: [], far: []}
    for _ in range(2_000):
        for stated, times in spent.items():
            started = time.perf_counter_ns()
            with pytest.raises(Unsigned):
                verify(
                    Agreement("standard"),
                    [key],
                    Sent({**right, "webhook-signature": stated}, BODY),
                    at,
                )
            times.append(time.perf_counter_ns() - started)
    one, other = (median(each) for each in spent.values())
    assert 0.8 < one / other < 1.25

"""Deliveries are taken from whom we agreed with, and from nobody else."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from counterpoise.domain.collect.signatures import (
    Agreement,
    InvalidAgreement,
    OutOfTime,
    Sent,
    Signed,
    Unsigned,
    check_secret,
    sign,
    verify,
)

NOW = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
BODY = '{"type":"lead.created","data":{"id":"7","name":"شركة النور"}}'.encode()
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
OTHER = "whsec_" + base64.b64encode(b"o" * 32).decode()
OWN = "a secret of the sender's own"
ADDRESS = "https://sales.example/hooks/hubspot?list=1"
STANDARD = Agreement("standard")


def send(headers, body=BODY):
    return Sent(headers, body, "POST", ADDRESS)


def encode(secret, content, encoding="base64"):
    digest = hmac.new(secret.encode(), content, hashlib.sha256).digest()
    return digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()


def check(headers, secrets=(SECRET,), body=BODY, agreement=STANDARD, now=NOW):
    return verify(agreement, secrets, send(headers, body), now)


def signed(**changed):
    headers = sign(SECRET, "msg_1", NOW, BODY)
    return {**headers, **{name.replace("_", "-"): value for name, value in changed.items()}}


def test_the_vector_of_the_specification():
    """Made with the libraries of Standard Webhooks from this secret, id, time and body."""
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        at,
        b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_is_signed_as_agreed_is_taken():
    assert check(signed()) == Signed("msg_1", NOW)


def test_while_a_secret_is_exchanged_both_are_taken():
    assert check(signed(), (OTHER, SECRET)) == check(signed(), (SECRET, OTHER))


def test_one_of_several_signatures_is_enough():
    entries = f"v1a,zzz v1,{'A' * 43}= {signed()['webhook-signature']}"
    assert check(signed(webhook_signature=entries)).delivery == "msg_1"


RIGHT = sign(SECRET, "msg_1", NOW, BODY)["webhook-signature"]
FORGED = {
    "no signature": signed(webhook_signature=""),
    "another's": signed(webhook_signature=sign(OTHER, "msg_1", NOW, BODY)["webhook-signature"]),
    "cut off": signed(webhook_signature=RIGHT[:-8]),
    "cut to the version": signed(webhook_signature="v1,"),
    "in capitals": signed(webhook_signature=RIGHT.upper()),
    "by version 0": signed(webhook_signature=RIGHT.replace("v1,", "v0,")),
    "without a version": signed(webhook_signature=RIGHT.removeprefix("v1,")),
    "the header twice": signed(webhook_signature=f"{RIGHT},{RIGHT}"),
    "the id twice": signed(webhook_id="msg_1,msg_1"),
    "the time twice": signed(webhook_timestamp=f"{RIGHT},{RIGHT}"),
    "another id": signed(webhook_id="msg_2"),
    "no id": signed(webhook_id=""),
    "an id without end": signed(webhook_id="m" * 300),
    "an id of two lines": signed(webhook_id="msg\n1"),
    "an Arabic id": signed(webhook_id="رسالة"),
    "another time": signed(webhook_timestamp=str(int(NOW.timestamp()) + 1)),
    "no time": signed(webhook_timestamp=""),
    "a time in words": signed(webhook_timestamp="now"),
    "a time in Arabic digits": signed(webhook_timestamp="١٧٩٠٨٤٥٢٠٠"),
    "an endless time": signed(webhook_timestamp="9" * 400),
    "letters that are no ASCII": signed(webhook_signature="v1,é\udc80"),
    "nothing of it": {},
}


@pytest.mark.case("API-10")
@pytest.mark.parametrize("headers", [pytest.param(v, id=k) for k, v in FORGED.items()])
def test_any_other_signature_is_none(headers):
    with pytest.raises(Unsigned):
        check(headers)


@pytest.mark.case("API-10")
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(BODY.replace(b":", b": "), id="written again with spaces"),
        pytest.param(BODY + b"\n", id="with a line end"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_body_that_was_touched_is_not_what_was_signed(body):
    with pytest.raises(Unsigned):
        check(signed(), body=body)


@pytest.mark.case("API-10")
def test_a_secret_that_is_kept_in_another_way_signs_nothing():
    with pytest.raises(Unsigned):
        check(signed(), ("no secret of this kind", "whsec_!!!"))


@pytest.mark.case("API-11")
@pytest.mark.parametrize("apart", [-300, -1, 0, 299, 300])
def test_within_five_minutes_it_is_of_now(apart):
    now = NOW + timedelta(seconds=apart)
    assert check(signed(), now=now).sent_at == NOW


@pytest.mark.case("API-11")
@pytest.mark.parametrize("apart", [-301, 301, 86_400, -86_400 * 365])
def test_beyond_it_may_be_a_recording(apart):
    with pytest.raises(OutOfTime, match="5 minutes"):
        check(signed(), now=NOW + timedelta(seconds=apart))


def hubspot(at=NOW, secret=OWN, address=ADDRESS):
    written = str(int(at.timestamp() * 1000))
    content = f"POST{address}".encode() + BODY + written.encode()
    return {
        "x-hubspot-signature-v3": encode(secret, content),
        "x-hubspot-request-timestamp": written,
    }


def test_hubspot_signs_method_address_body_and_time():
    done = check(hubspot(), (OWN,), agreement=Agreement("hubspot"))
    assert done == Signed(f"sha256:{hashlib.sha256(BODY).hexdigest()}", NOW)


@pytest.mark.case("API-10")
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(hubspot(secret="another secret"), id="another secret"),
        pytest.param(hubspot(address="https://sales.example/hooks/other"), id="another address"),
        pytest.param({**hubspot(), "x-hubspot-request-timestamp": "1"}, id="another time"),
        pytest.param({"x-hubspot-signature": encode(OWN, BODY)}, id="version 1"),
    ],
)
def test_what_hubspot_did_not_sign_is_refused(headers):
    with pytest.raises(Unsigned):
        check(headers, (OWN,), agreement=Agreement("hubspot"))


@pytest.mark.case("API-11")
def test_what_hubspot_signed_long_ago_is_refused():
    with pytest.raises(OutOfTime):
        check(hubspot(NOW - timedelta(minutes=6)), (OWN,), agreement=Agreement("hubspot"))


def test_mautic_signs_the_body_in_base64():
    headers = {"webhook-signature": encode(OWN, BODY)}
    assert check(headers, (OWN,), agreement=Agreement("mautic")).sent_at is None
    with pytest.raises(Unsigned):
        check(headers, (OWN,), body=BODY + b" ", agreement=Agreement("mautic"))


GITHUB = Agreement("header", "x-hub-signature-256", "hex", "sha256=", "x-delivery")


@pytest.mark.parametrize(
    ("agreement", "headers", "known_as"),
    [
        pytest.param(
            GITHUB,
            {"x-hub-signature-256": "sha256=" + encode(OWN, BODY, "hex"), "x-delivery": "d-1"},
            "d-1",
            id="hex after a prefix, with an id",
        ),
        pytest.param(
            GITHUB,
            {"x-hub-signature-256": "sha256=" + encode(OWN, BODY, "hex")},
            f"sha256:{hashlib.sha256(BODY).hexdigest()}",
            id="without the id it is known by its body",
        ),
        pytest.param(
            Agreement("header", "x-signature", "base64"),
            {"x-signature": encode(OWN, BODY)},
            f"sha256:{hashlib.sha256(BODY).hexdigest()}",
            id="base64 alone",
        ),
    ],
)
def test_a_sender_may_sign_in_a_header_of_its_own(agreement, headers, known_as):
    assert check(headers, (OWN,), agreement=agreement) == Signed(known_as, None)


@pytest.mark.case("API-10")
@pytest.mark.parametrize(
    "stated",
    [
        pytest.param(encode(OWN, BODY, "hex"), id="without the prefix"),
        pytest.param("sha1=" + encode(OWN, BODY, "hex"), id="another prefix"),
        pytest.param("sha256=" + encode(OWN, BODY, "hex").upper(), id="in capitals"),
        pytest.param("sha256=" + encode(OWN, BODY), id="in base64"),
        pytest.param("sha256=", id="the prefix alone"),
    ],
)
def test_a_header_is_compared_as_it_was_agreed_on(stated):
    with pytest.raises(Unsigned):
        check({"x-hub-signature-256": stated}, (OWN,), agreement=GITHUB)


@pytest.mark.parametrize(
    ("agreement", "secret", "advice"),
    [
        pytest.param(STANDARD, OWN, "Write whsec_", id="not of Standard Webhooks"),
        pytest.param(STANDARD, "whsec_QUJD", "24 to 64", id="a key too short"),
        pytest.param(STANDARD, "whsec_" + "QUJD" * 30, "24 to 64", id="a key too long"),
        pytest.param(STANDARD, "whsec_***", "whsec_", id="no base64"),
        pytest.param(GITHUB, "short", "Copy it whole", id="a secret too short"),
        pytest.param(GITHUB, "x" * 201, "Copy it whole", id="a secret too long"),
    ],
)
def test_a_secret_that_nobody_can_have_agreed_on_is_refused(agreement, secret, advice):
    with pytest.raises(InvalidAgreement, match=advice):
        check_secret(agreement, secret)


@pytest.mark.parametrize(("agreement", "secret"), [(STANDARD, SECRET), (GITHUB, OWN)])
def test_a_secret_that_can_be_agreed_on_is_taken(agreement, secret):
    check_secret(agreement, secret)


@pytest.mark.parametrize(
    ("facts", "advice"),
    [
        pytest.param(("carrier pigeon",), "Choose one of standard", id="an unknown way"),
        pytest.param(("header", "x-signature", "rot13"), "hex or base64", id="unknown writing"),
        pytest.param(("header",), "small letters", id="no header named"),
        pytest.param(("header", "X Signature"), "small letters", id="no name of a header"),
        pytest.param(("header", "x-s", "hex", "", "X:"), "small letters", id="no name of an id"),
    ],
)
def test_a_way_of_signing_that_cannot_be_checked_is_refused(facts, advice):
    with pytest.raises(InvalidAgreement, match=advice):
        Agreement(*facts)

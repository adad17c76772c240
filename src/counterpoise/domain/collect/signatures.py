"""Whether a delivery comes from whom we agreed with: signatures over the bytes as received.

`standard` is Standard Webhooks: HMAC-SHA256 in base64 over `id.timestamp.body`, in the entries of
one header that begin with `v1,`. `hubspot` is HubSpot's version 3: method, address, body and
timestamp in milliseconds. `mautic` and `header` sign the body alone, so that neither age nor an id
is signed: there a delivery is known again by its body.

Text is compared as it is written, in constant time: another spelling of the right bytes (upper
case, base64 that ends otherwise) is not the signature that was agreed on.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from counterpoise.domain.values.text import text

Scheme = Literal["standard", "hubspot", "mautic", "header"]
Encoding = Literal["hex", "base64"]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)
TOLERANCE = timedelta(minutes=5)
MARK = "whsec_"
LEAST_KEY, MOST_KEY = 24, 64
"""Bytes of a key by Standard Webhooks."""
SHORTEST, LONGEST = 16, 200
"""Letters of a secret that a sender has chosen."""
_MOST_ENTRIES = 20
_MOST_ID = 255
_NAME = re.compile(r"[a-z0-9-]{1,60}")


class Unsigned(ValueError):
    """No signature that we agreed on: missing, wrong, or of something else."""


class OutOfTime(ValueError):
    """Signed, and too old or from the future: it may be a recording."""


class InvalidAgreement(ValueError):
    """A way of signing that cannot be checked as it is stated."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a sender signs. Only `header` uses the rest: the header that carries the signature, how
    it is written, what stands before it, and the header that carries an id, if one does."""

    scheme: Scheme
    header: str = ""
    encoding: Encoding = "hex"
    prefix: str = ""
    id_header: str = ""

    def __post_init__(self) -> None:
        if self.scheme not in SCHEMES or self.encoding not in ENCODINGS:
            raise InvalidAgreement(
                text(
                    "'{scheme}', written as '{encoding}', is no way of signing that is known."
                    " Choose one of {schemes}, and hex or base64.",
                    scheme=self.scheme,
                    encoding=self.encoding,
                    schemes=", ".join(SCHEMES),
                )
            )
        if self.scheme != "header":
            return
        names = (self.header, *([self.id_header] if self.id_header else []))
        for each in names:
            if not _NAME.fullmatch(each):
                raise InvalidAgreement(
                    text(
                        "'{name}' cannot be the name of a header. Write the one that carries the"
                        " signature in small letters, such as x-hub-signature-256.",
                        name=each,
                    )
                )


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it came. headers: by their name in small letters. address: with scheme, host and
    query, as the sender wrote it."""

    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"
    address: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """delivery: what it is known again by. sent_at: None where the sender signs no time."""

    delivery: str
    sent_at: datetime | None


def check_secret(agreement: Agreement, secret: str) -> None:
    """Raises InvalidAgreement for a secret that could not have been agreed on."""
    if agreement.scheme == "standard":
        key = _read_key(secret)
        if key is not None and LEAST_KEY <= len(key) <= MOST_KEY:
            return
        raise InvalidAgreement(
            text(
                "The secret is none of Standard Webhooks. Write whsec_ and then {least} to {most}"
                " bytes in base64, or leave it out and one is made.",
                least=LEAST_KEY,
                most=MOST_KEY,
            )
        )
    if not SHORTEST <= len(secret) <= LONGEST:
        raise InvalidAgreement(
            text(
                "The secret has {length} letters; {shortest} to {longest} are taken. Copy it whole"
                " from the sender's page.",
                length=len(secret),
                shortest=SHORTEST,
                longest=LONGEST,
            )
        )


def verify(agreement: Agreement, secrets: Sequence[str], sent: Sent, now: datetime) -> Signed:
    """Any of the secrets will do, so that one can be exchanged without a pause.

    Raises Unsigned, and OutOfTime for what is signed and not of now.
    """
    match agreement.scheme:
        case "standard":
            return _verify_standard(secrets, sent, now)
        case "hubspot":
            return _verify_hubspot(secrets, sent, now)
        case "mautic":
            stated = Agreement("header", "webhook-signature", "base64")
            return _verify_body(stated, secrets, sent)
    return _verify_body(agreement, secrets, sent)


def sign(secret: str, delivery: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a delivery that is signed by Standard Webhooks."""
    written = str(int(at.timestamp()))
    digest = _sign(_read_key(secret) or b"", f"{delivery}.{written}.".encode() + body)
    return {
        "webhook-id": delivery,
        "webhook-timestamp": written,
        "webhook-signature": f"v1,{_encode(digest, 'base64')}",
    }


def _verify_standard(secrets: Sequence[str], sent: Sent, now: datetime) -> Signed:
    delivery = _read_id(sent.headers.get("webhook-id", ""))
    written = _read_digits(sent.headers.get("webhook-timestamp", ""))
    content = f"{delivery}.{written}.".encode() + sent.body
    entries = sent.headers.get("webhook-signature", "").split(" ")[:_MOST_ENTRIES]
    known = [each for each in entries if each.startswith("v1,")]
    keys = [_read_key(each) or b"" for each in secrets]
    _require(known, [f"v1,{_encode(_sign(key, content), 'base64')}" for key in keys])
    return Signed(delivery, _read_time(int(written) * 1000, now))


def _verify_hubspot(secrets: Sequence[str], sent: Sent, now: datetime) -> Signed:
    written = _read_digits(sent.headers.get("x-hubspot-request-timestamp", ""))
    content = f"{sent.method}{sent.address}".encode() + sent.body + written.encode()
    stated = sent.headers.get("x-hubspot-signature-v3", "")
    _require([stated], [_encode(_sign(each.encode(), content), "base64") for each in secrets])
    return Signed(_name_body(sent.body), _read_time(int(written), now))


def _verify_body(agreement: Agreement, secrets: Sequence[str], sent: Sent) -> Signed:
    expected = [
        agreement.prefix + _encode(_sign(each.encode(), sent.body), agreement.encoding)
        for each in secrets
    ]
    _require([sent.headers.get(agreement.header, "")], expected)
    named = sent.headers.get(agreement.id_header, "") if agreement.id_header else ""
    return Signed(_read_id(named) if named else _name_body(sent.body), None)


def _require(stated: Iterable[str], expected: Iterable[str]) -> None:
    """Compares every pair, whichever fits: how long it takes says nothing."""
    wanted = [each.encode() for each in expected]
    found = False
    for each in stated:
        for other in wanted:
            found |= hmac.compare_digest(each.encode(errors="replace"), other)
    if not found:
        raise Unsigned


def _read_key(secret: str) -> bytes | None:
    """None for a secret that is not written as agreed."""
    if not secret.startswith(MARK):
        return None
    try:
        return base64.b64decode(secret.removeprefix(MARK), validate=True)
    except binascii.Error:
        return None


def _read_id(written: str) -> str:
    if not 0 < len(written) <= _MOST_ID or not written.isascii() or not written.isprintable():
        raise Unsigned
    return written


def _read_digits(written: str) -> str:
    if not 0 < len(written) <= 15 or not written.isascii() or not written.isdigit():
        raise Unsigned
    return written


def _read_time(milliseconds: int, now: datetime) -> datetime:
    """Compared as numbers first: what is far out is no date that Python has."""
    apart = abs(milliseconds - int(now.timestamp() * 1000))
    if apart > TOLERANCE // timedelta(milliseconds=1):
        raise OutOfTime(
            text(
                "The delivery was signed more than {minutes} minutes before or after now by our"
                " clock. Set the sender's clock, and let it sign again when it sends again.",
                minutes=TOLERANCE // timedelta(minutes=1),
            )
        )
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _name_body(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _sign(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()


def _encode(digest: bytes, encoding: Encoding) -> str:
    return digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()

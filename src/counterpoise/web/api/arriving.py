"""The address that other systems send events to: open to whoever signs, and to nobody else.

There is no session and no form here, so nothing could be forged in a visitor's name. Whatever is
wrong with a signature, and a hook that is not there, is answered with one and the same words.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from counterpoise.actions import arrivals
from counterpoise.domain.collect.deliveries import MOST_BYTES, UnreadableBody
from counterpoise.domain.collect.signatures import OutOfTime, Sent, Unsigned
from counterpoise.store.limits import Allowance
from counterpoise.web.api.problems import Problem
from counterpoise.web.workplace import now

UNSIGNED = (
    "The delivery carries no signature that was agreed on for this address. Look at the secret, and"
    " send the body byte by byte as it was signed."
)


@csrf_exempt
@login_not_required
def take_delivery(request: HttpRequest, name: str) -> HttpResponse:
    """200 where it is kept, now or before: then it is on the disk."""
    if request.method != "POST":
        return Problem(405, "Send deliveries by POST.", headers={"Allow": "POST"}).answer()
    if (refusal := _refuse_unread(request)) is not None:
        return refusal.answer()
    at = now()
    try:
        receipt = arrivals.receive(name, _read(request), now=at)
    except Unsigned:
        return _refuse_unsigned().answer()
    except (OutOfTime, UnreadableBody) as error:
        return Problem(400, str(error.args[0])).answer()
    if not receipt.allowance.is_kept:
        return _slow_down(receipt.allowance, receipt.allowance.seconds_left(at)).answer()
    return JsonResponse({"accepted": True, "is_new": receipt.is_new})


def _refuse_unread(request: HttpRequest) -> Problem | None:
    """By what the headers say: nothing of the body is read, and nothing is ever unpacked."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        return Problem(400, "The body is compressed. Send it as it is, without Content-Encoding.")
    written = request.META.get("CONTENT_LENGTH") or "0"
    if not written.isascii() or not written.isdigit():
        return Problem(400, "Content-Length is no number. Send the body's bytes as one.")
    if int(written[:20]) > MOST_BYTES:
        return Problem(
            413, f"{MOST_BYTES} bytes at most are taken at a time. Send fewer events in a delivery."
        )
    return None


def _read(request: HttpRequest) -> Sent:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Sent(headers, request.body, "POST", request.build_absolute_uri())


def _refuse_unsigned() -> Problem:
    kind = "urn:counterpoise:problem:no-signature"
    return Problem(401, UNSIGNED, type=kind, title="No valid signature")


def _slow_down(allowance: Allowance, wait: int) -> Problem:
    return Problem(
        429,
        f"{allowance.limit} deliveries a minute are taken here, and this is one more. It was not"
        f" kept. Send it again in {wait} seconds.",
        headers={"Retry-After": str(wait)},
    )

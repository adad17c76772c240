"""Does a write once for its Idempotency-Key, and all of it or nothing."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from counterpoise.domain.values.rights import Visitor
from counterpoise.store import kept_answers
from counterpoise.store.kept_answers import KeptAnswer
from counterpoise.web.api.bodies import JSON, MULTIPART
from counterpoise.web.api.problems import MEDIA_TYPE, Problem

KEY = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
LONGEST_KEY = 200

Write = Callable[[], HttpResponse]


def do_once(request: HttpRequest, visitor: Visitor, write: Write, at: datetime) -> HttpResponse:
    """The answer of the first request with this key, or of this one where it is the first.

    A key is its owner's alone. The answer is kept in the transaction of the change, so whoever
    lost it to a crash finds it by asking again. Without a key every request counts for itself.
    """
    key = request.headers.get(KEY)
    if key is None:
        with transaction.atomic():
            return _write_or_undo(write)
    if not (key.isascii() and key.isprintable() and 1 <= len(key) <= LONGEST_KEY):
        raise Problem(
            400,
            f"{KEY} has to be 1 to {LONGEST_KEY} printable ASCII characters. Use a new random one,"
            " such as a UUID, for every new request.",
        )
    owner = f"person:{visitor.id}"
    with transaction.atomic():
        kept = kept_answers.take_key(owner, key, _hash_request(request), at)
        if kept is not None:
            return _repeat(kept)
        response = _write_or_undo(write)
        answer = KeptAnswer(response.status_code, response.content.decode())
        kept_answers.keep_answer(owner, key, answer)
    return response


def _write_or_undo(write: Write) -> HttpResponse:
    """What was refused leaves nothing behind, however far it came."""
    point = transaction.savepoint()
    response = write()
    if response.status_code >= 400:
        transaction.savepoint_rollback(point)
    else:
        transaction.savepoint_commit(point)
    return response


def _repeat(kept: KeptAnswer) -> HttpResponse:
    kind = JSON if kept.status < 400 else MEDIA_TYPE
    return HttpResponse(
        kept.body, status=kept.status, content_type=kind, headers={REPLAYED: "true"}
    )


def _hash_request(request: HttpRequest) -> str:
    """What makes two requests the same: method, address, media type, edition and body."""
    hashed = sha256()
    if_match = request.headers.get("If-Match", "")
    for part in (
        request.method or "",
        request.get_full_path(),
        request.content_type or "",
        if_match,
    ):
        hashed.update(f"{len(part)}:{part};".encode())
    if request.content_type == MULTIPART:  # the boundary differs each time, the files do not
        for name in request.FILES:
            for file in request.FILES.getlist(name):
                hashed.update(f"{name}:{file.name}:{file.size};".encode())
                for chunk in file.chunks():
                    hashed.update(chunk)
                file.seek(0)
    else:
        hashed.update(request.body)
    return hashed.hexdigest()

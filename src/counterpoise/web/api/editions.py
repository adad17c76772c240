"""Editions: whoever changes a thing says which edition they saw, so that no change is lost unseen.

The edition is in the answer and its ETag, and goes back as If-Match.
"""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse

from counterpoise.web.api.problems import Problem

HEADER = "If-Match"
TAKES_EDITION: dict[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": HEADER,
            "required": True,
            "description": 'The edition that is changed, as its ETag says it, such as "3".',
            "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
        }
    ]
}
"""What an operation that changes an edition adds to the document."""
_WRITTEN = re.compile(r'"([0-9]{1,9})"')


def read_edition(request: HttpRequest) -> int:
    """Raises a 428 problem without the header, a 400 one for anything but one edition."""
    written = request.headers.get(HEADER)
    if written is None:
        raise Problem(
            428,
            f"The request has no {HEADER}, so it could undo what someone else changed. Read the"
            f" thing first and send its ETag as {HEADER}.",
        )
    if (found := _WRITTEN.fullmatch(written.strip())) is None:
        raise Problem(
            400, f'{HEADER} is {written[:40]!r}. Send one edition in double quotes, such as "3".'
        )
    return int(found[1])


def tell_edition(response: HttpResponse, edition: int) -> None:
    response.headers["ETag"] = f'"{edition}"'

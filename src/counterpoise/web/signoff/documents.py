"""The meeting pack of a version: a page and a print in each language."""

from typing import cast

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from counterpoise.actions import packs
from counterpoise.actions.reports import Language
from counterpoise.web import policy
from counterpoise.web.reading import get_eyes
from counterpoise.web.signoff.finding import get_seen
from counterpoise.web.workplace import get_workspace

KINDS = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}


@require_safe
def send_pack(
    request: HttpRequest, period: str, number: int, language: str, ending: str
) -> FileResponse:
    """The page opens in the browser; the print is saved."""
    seen = get_seen(period, number)
    if language not in dict(settings.LANGUAGES) or ending not in KINDS:
        raise Http404
    pack = packs.build_pack(seen, get_eyes(request).zone)
    if pack is None:
        raise Http404
    path = packs.find_document(get_workspace(), pack, cast("Language", language), ending)
    response = FileResponse(
        path.open("rb"),
        as_attachment=ending == "pdf",
        filename=f"{seen.frozen.name}.{language}.{ending}",
        content_type=KINDS[ending],
    )
    if ending == "html":
        response.headers[policy.HEADER] = policy.REPORT
    response.headers["Content-Language"] = language
    return response

"""Which cycles were run, and what each said."""

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from counterpoise.actions import reports
from counterpoise.store import runs
from counterpoise.web import frame, policy
from counterpoise.web.workplace import get_workspace


@require_safe
def go_home(request: HttpRequest) -> HttpResponse:
    """Where the visitor's day begins: the first page of the menu that is theirs."""
    entries = (*frame.list_steps(request), *frame.list_more(request))
    return redirect(next((each.link for each in entries if each.link), "sign-out"))


@require_safe
def list_cycles(request: HttpRequest) -> HttpResponse:
    return render(request, "cycle/list.html", {"runs": runs.list_headings()})


@require_safe
def show_report(request: HttpRequest, run_id: str, language: str) -> FileResponse:
    response = _send(run_id, language, "html", "text/html; charset=utf-8")
    response.headers[policy.HEADER] = policy.REPORT
    return response


@require_safe
def download_workbook(request: HttpRequest, run_id: str, language: str) -> FileResponse:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = _send(run_id, language, "xlsx", kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{run_id}.{language}.xlsx"'
    return response


def _send(run_id: str, language: str, ending: str, kind: str) -> FileResponse:
    run = runs.find_run(run_id)
    if run is None or language not in dict(settings.LANGUAGES):
        raise Http404
    path = reports.find_report(get_workspace(), run, language, ending)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), content_type=kind)

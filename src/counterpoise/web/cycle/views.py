"""Where the cycle of a period stands, how to run it again, and what each run said."""

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from counterpoise.actions import reports, standings
from counterpoise.domain.values.period import Period
from counterpoise.store import ledger, runs
from counterpoise.store.runs import Heading
from counterpoise.web import access, frame, policy
from counterpoise.web.background import work
from counterpoise.web.cycle import steps
from counterpoise.web.cycle.forms import CompareForm, RunForm, read_period
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.workplace import get_workspace, now

MOST_COMPARED = 50
"""Of the runs, so many of the newest are offered to compare; the table leads to the others."""
POLLED = "standing"
"""The part of the page that asks again while work is under way."""


@require_safe
def go_home(request: HttpRequest) -> HttpResponse:
    """Where the visitor's day begins: the first page of the menu that is theirs."""
    entries = (*frame.list_steps(request), *frame.list_more(request))
    return redirect(next((each.link for each in entries if each.link), "sign-out"))


@require_safe
def list_cycles(request: HttpRequest) -> HttpResponse:
    headings = runs.list_headings()
    wanted = request.GET.get("period", "")
    period = read_period(wanted or (headings[0].period if headings else ""))
    if wanted and period is None:
        raise Http404
    if request.headers.get("HX-Target") == POLLED and not standings.list_going():
        return HttpResponseClientRefresh()
    form = RunForm(initial={"period": str(period or "")}, today=now().date())
    return _render(request, headings, period, form)


@require_http_methods(["GET", "HEAD", "POST"])
def run(request: HttpRequest) -> HttpResponse:
    """A refusal is answered here too, and its tables link here by GET."""
    if request.method != "POST":
        return redirect("cycle:list")
    form = RunForm(request.POST, today=now().date())
    if form.is_valid() and ledger.find_current_build() is None:
        form.add_error(None, _("There is no data to run the cycle on. Collect an export first."))
    if not form.is_valid():
        headings = runs.list_headings()
        period = read_period(str(form.cleaned_data.get("period", "")))
        return _render(request, headings, period, form)
    as_of = form.cleaned_data["as_of"]
    arguments = {
        "period": form.cleaned_data["period"], "as_of": as_of.isoformat() if as_of else None,
    }  # fmt: skip
    visitor = access.get_visitor(request)
    job = work.ask_for("cycle", arguments, key=form.cleaned_data["key"], visitor=visitor)
    messages.success(request, _("The cycle is being run. This page says how far it is."))
    return redirect("work:job", job.id)


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


def _render(
    request: HttpRequest, headings: tuple[Heading, ...], period: Period | None, form: RunForm
) -> HttpResponse:
    visitor, eyes = access.get_visitor(request), get_eyes(request)
    standing = None if period is None else standings.find_standing(period)
    going = standings.list_going() if standing is None else standing.going
    tables = [steps.build_runs(headings, eyes, visitor)] if headings else []
    context = {
        "period": period,
        "standing": standing,
        "currency": standing.cycle.currency if standing and standing.cycle else "",
        "cards": steps.build_cards(standing, visitor) if standing else (),
        "periods": tuple(dict.fromkeys(each.period for each in headings)),
        "has_runs": bool(headings),
        "has_data": bool(standing.build if standing else ledger.find_current_build()),
        "going": tuple(steps.show_going(each, visitor) for each in going),
        "compare_form": _open_compare(headings, request) if len(headings) > 1 else None,
        "may_upload": access.may_open(visitor, "collect:upload"),
    }
    return render_page(request, "cycle/list.html", context, tables, form=form)


def _open_compare(headings: tuple[Heading, ...], request: HttpRequest) -> CompareForm:
    named = steps.name_runs(headings[:MOST_COMPARED], get_eyes(request))
    return CompareForm(named, initial={"a": headings[0].id, "b": headings[1].id})


def _send(run_id: str, language: str, ending: str, kind: str) -> FileResponse:
    found = runs.find_run(run_id)
    if found is None or language not in dict(settings.LANGUAGES):
        raise Http404
    path = reports.find_report(get_workspace(), found, language, ending)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), content_type=kind)

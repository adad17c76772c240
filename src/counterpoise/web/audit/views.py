"""The audit trail: who changed what, newest first, and one entry with its before and after."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from counterpoise.store import audit
from counterpoise.web import exports
from counterpoise.web.audit import tables
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes

MOST_EXPORTED = 50_000


@require_safe
def list_entries(request: HttpRequest) -> HttpResponse:
    wanted, page = tables.read_wanted(request.GET), tables.read_page(request.GET)
    kind = request.GET.get(f"{tables.NAME}.export", "")
    eyes = get_eyes(request)
    if kind in {"csv", "xlsx"}:
        found = audit.find_entries(wanted, start=0, limit=MOST_EXPORTED)
        table = tables.build_entries(found.entries)
        return exports.send_table(table, table.rows, kind, eyes)
    found = audit.find_entries(wanted, start=(page - 1) * tables.PAGE_ROWS, limit=tables.PAGE_ROWS)
    last = max(1, -(-found.matching // tables.PAGE_ROWS))
    if page > last:  # an address beyond the end
        page = last
        start = (page - 1) * tables.PAGE_ROWS
        found = audit.find_entries(wanted, start=start, limit=tables.PAGE_ROWS)
    shown = tables.arrange(found, page, request.GET, eyes)
    context = {"tables": {tables.NAME: shown}, "most": MOST_EXPORTED}
    return render(request, "audit/list.html", context)


@require_safe
def show_entry(request: HttpRequest, number: int) -> HttpResponse:
    entry = audit.find_entry(number)
    if entry is None:
        raise Http404
    shown = [tables.build_difference(entry)]
    return render_page(request, "audit/entry.html", {"entry": entry}, shown)

"""What was forecast and what came: all finished periods, and one of them with its bridge."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from counterpoise.actions import looking_back
from counterpoise.actions.looking_back import PastRun
from counterpoise.connectors.documents import charts
from counterpoise.connectors.documents.drawing import Drawing
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.values.period import Period, UnknownPeriod
from counterpoise.web import access
from counterpoise.web.drawings import draw_once
from counterpoise.web.measure import figures
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes


@require_safe
def show_record(request: HttpRequest) -> HttpResponse:
    record = looking_back.look_back()
    newest = record.newest
    if newest is None:
        return render_page(request, "measure/empty.html", {})
    tables = [
        figures.build_periods(
            record, newest.currency, get_eyes(request).reader, access.get_visitor(request)
        ),
        figures.build_horizons(record),
        figures.build_judged(record, newest.currency),
        figures.build_backtest(newest.backtest),
    ]
    shown = next(iter(record.explained), None)
    if shown is not None and shown.variance is not None:
        tables.append(figures.build_causes(shown, shown.variance))
    context = {
        "newest": newest,
        "shown": shown,
        "currency": shown.currency if shown else "",
        "bridge": _draw(request, shown),
    }
    return render_page(request, "measure/record.html", context, tables)


@require_safe
def show_period(request: HttpRequest, period: str) -> HttpResponse:
    try:
        found = looking_back.find_explained(Period.parse(period))
    except UnknownPeriod:
        raise Http404 from None
    if found is None or found.variance is None:
        raise Http404
    context = {"shown": found, "currency": found.currency, "bridge": _draw(request, found)}
    tables = [figures.build_causes(found, found.variance)]
    return render_page(request, "measure/period.html", context, tables)


def _draw(request: HttpRequest, run: PastRun | None) -> Drawing | None:
    if run is None or run.variance is None:
        return None
    reader = Reader(get_eyes(request).reader.language, run.currency)
    return draw_once(charts.draw_bridge, reader, run.variance)

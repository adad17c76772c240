"""What moved the pipeline between two evenings: a chart and its table, and the deals behind it."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from counterpoise.actions import waterfalls
from counterpoise.actions.examinations import CurrentBuild
from counterpoise.actions.kept import Examined
from counterpoise.actions.waterfalls import Asked, NothingYet
from counterpoise.connectors.documents import charts
from counterpoise.connectors.documents.names import name_code, name_part
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.measure.question import bucket_of
from counterpoise.domain.measure.waterfall import (
    KINDS,
    SPLITS,
    InvalidWindow,
    Waterfall,
    Waterfalls,
    Window,
)
from counterpoise.domain.rulebook.rates import MissingRate
from counterpoise.domain.values.period import Period, UnknownPeriod
from counterpoise.domain.values.rights import Visitor
from counterpoise.warehouse.measures.moves import MOST_MOVES, Moves
from counterpoise.web import access
from counterpoise.web.collect import standing as standings
from counterpoise.web.collect.measures import PARTS
from counterpoise.web.collect.standing import Standing
from counterpoise.web.drawings import draw_once
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Column, Row, Table, Value
from counterpoise.web.workplace import get_workspace, now

_PEOPLE = ("rep", "team")


class WindowForm(forms.Form):
    """The window, what it is split by, and which part is shown. Nothing chosen is the quarter."""

    start = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    due = forms.CharField(
        label=_("Only what is due in"),
        help_text=_("A month (2026-11), a quarter (2026-Q4) or a year (2026); empty: all deals."),
        required=False,
        max_length=10,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )
    by = forms.ChoiceField(label=_("Split by"), required=False)

    def __init__(self, *given: Any, choices: tuple[str, ...], **named: Any) -> None:
        super().__init__(*given, **named)
        by = self.fields["by"]
        assert isinstance(by, forms.ChoiceField)
        names = {"": gettext("the whole company"), **PARTS}
        by.choices = [(each, names[each]) for each in choices]
        by.required = "" not in choices  # else nothing chosen would be the whole company

    def clean_due(self) -> Period | None:
        written = self.cleaned_data["due"].strip()
        try:
            return Period.parse(written) if written else None
        except UnknownPeriod:
            raise forms.ValidationError(
                gettext("Write a month (2026-11), a quarter (2026-Q4) or a year (2026).")
            ) from None


def list_splits(visitor: Visitor) -> tuple[str, ...]:
    """Figures of single people and teams are for those whose reach they can be in; `""` is the
    whole."""
    hidden = {"everyone": set(), "teams": set(), "own": {"team"}, "nobody": set(_PEOPLE)}
    return tuple(each for each in ("", *SPLITS) if each not in hidden[visitor.reach])


def list_choices(visitor: Visitor) -> tuple[str, ...]:
    """Splits whose figures a visitor may see: those of the company and of what is nobody's own are
    for whoever may read its data."""
    splits = list_splits(visitor)
    if visitor.may("read_data"):
        return splits
    return tuple(each for each in splits if each in _PEOPLE)


@require_safe
@standings.needs_judged("collect:measures", "collect:people", "collect:overview")
def show_waterfall(request: HttpRequest, standing: Standing, examined: Examined) -> HttpResponse:
    visitor = access.get_visitor(request)
    choices = list_choices(visitor)
    if not choices:
        raise Http404
    form = WindowForm(_fill(request, examined.as_of, choices[0]), choices=choices)
    context: dict[str, Any] = {"form": form, "may_read": visitor.may("read_data")}
    if not form.is_valid():
        return render_page(request, "collect/waterfall.html", context, form=form)
    try:
        asked = _ask(standing, examined.as_of, form.cleaned_data)
        found = waterfalls.measure_waterfall(asked)
    except (InvalidWindow, NothingYet, MissingRate) as error:
        form.add_error(None, get_eyes(request).explain(error))
        return render_page(request, "collect/waterfall.html", context, form=form)
    by, teams = asked.window.by, standings.find_teams(standing)
    parts = [each for each in found.parts if standings.sees_part(visitor, by, each.label, teams)]
    label = request.GET.get("is", parts[0].label if parts and asked.window.by else "")
    part = next((each for each in parts if each.label == label), None)
    if part is None and parts:
        raise Http404
    context |= {
        "window": asked.window,
        "last": asked.window.end - timedelta(days=1),
        "part": part,
        "is_empty": part is not None and not (part.lines or part.start_deals or part.end_deals),
        "label": name_part(label or "(none)") if asked.window.by else "",
        "currency": part.currency if part else "",
        "chart": _draw(request, part) if part else None,
        "has_currencies": len(found.currencies) > 1 and not asked.window.by,
    }
    tables = [_build_parts(parts, found, request)]
    if part is not None:
        tables.append(_build_lines(part, _link(asked, label) if visitor.reach != "nobody" else ""))
    return render_page(request, "collect/waterfall.html", context, tables, form=form)


@require_safe
@standings.needs_judged("collect:waterfall", "collect:people")
def show_movements(
    request: HttpRequest, standing: Standing, examined: Examined, kind: str
) -> HttpResponse:
    """The movements of a kind that are in the visitor's reach."""
    visitor = access.get_visitor(request)
    form = WindowForm(_fill(request, examined.as_of, ""), choices=list_splits(visitor))
    if kind not in KINDS or visitor.reach == "nobody" or not form.is_valid():
        raise Http404
    label = request.GET.get("is", "")
    try:
        asked = _ask(standing, examined.as_of, form.cleaned_data)
    except (InvalidWindow, NothingYet):
        raise Http404 from None
    found = waterfalls.list_moves(asked, kind, label, visitor)
    context = {
        "kind": kind,
        "window": asked.window,
        "last": asked.window.end - timedelta(days=1),
        "part": name_part(label or "(none)") if asked.window.by else "",
        "is_limited": visitor.reach != "everyone",
        "total": found.total,
        "most": MOST_MOVES,
        "back": reverse("collect:waterfall") + _write_query(asked, label),
    }
    return render_page(request, "collect/movements.html", context, [_build_moves(found)])


def _fill(request: HttpRequest, as_of: date, by: str) -> dict[str, str]:
    """What was asked; where nothing was, the quarter of the last day and what is due in it.

    by: what it is split by where nothing is said of that.
    """
    by = request.GET.get("by", by)
    if any(name in request.GET for name in ("start", "last")):
        return {"by": by} | {name: request.GET.get(name, "") for name in ("start", "last", "due")}
    quarter = bucket_of("quarter", as_of)
    due = request.GET.get("due", str(quarter))
    return {"start": str(quarter.start), "last": str(as_of), "due": due, "by": by}


def _ask(standing: Standing, as_of: date, chosen: dict[str, Any]) -> Asked:
    end = chosen["last"] + timedelta(days=1)
    window = Window(chosen["start"], end, chosen["by"], chosen["due"])
    build = CurrentBuild(standing.build.id, get_workspace().build_folder(standing.build.id))
    return waterfalls.ask(build, window, today=max(as_of, now().date()))


def _draw(request: HttpRequest, part: Waterfall) -> Any:
    reader = Reader(get_eyes(request).reader.language, part.currency)
    return draw_once(charts.draw_waterfall, reader, part)


def _build_lines(part: Waterfall, link: str) -> Table:
    """The chart as figures; a movement leads to the deals that made it."""

    def end(title: str, money: Any, deals: int) -> Row:
        return Row({"movement": title, "money": money, "n": None, "deals": deals})

    moved = [
        Row(
            {
                "movement": name_code("movement", line.kind),
                "money": line.money,
                "n": line.n,
                "deals": line.deals,
            },
            {"n": link.format(kind=line.kind)} if link else {},
        )
        for line in part.lines
        if line.n
    ]
    return Table(
        name="lines",
        caption=_("From the start to the end, to the cent"),
        columns=(
            Column("movement", _("Movement")),
            Column("money", _("Amount"), "money"),
            Column("n", _("Movements"), "number"),
            Column("deals", _("Deals"), "number"),
        ),
        rows=(
            end(gettext("Open at the start"), part.start, part.start_deals),
            *moved,
            end(gettext("Open at the end"), part.end, part.end_deals),
        ),
        empty="",
        currency=part.currency,
    )


def _build_parts(parts: list[Waterfall], found: Waterfalls, request: HttpRequest) -> Table:
    """Each part as a line, or each currency where the whole is asked for."""
    by = found.window.by
    shown = parts if by else found.currencies
    asked = request.GET.copy()
    asked["by"] = by

    def link(label: str) -> dict[str, str]:
        asked["is"] = label
        return {"part": "?" + asked.urlencode()} if by else {}

    columns = ["start", "created", "moved", "won", "lost", "end"]
    titles = [_("At the start"), _("Created"), _("Moved"), _("Won"), _("Lost"), _("At the end")]
    return Table(
        name="parts",
        caption=PARTS[by] if by else _("In the currencies of the deals"),
        columns=(
            Column("part", PARTS[by] if by else _("Currency")),
            *(
                Column(key, title, "money" if by else "number", places=0 if by else 2)
                for key, title in zip(columns, titles, strict=True)
            ),
        ),
        rows=tuple(_build_part(each, by, link(each.label)) for each in shown),
        empty=_("No part is in your reach."),
        currency=parts[0].currency if parts and by else "",
        sort="-end",
    )


def _build_part(each: Waterfall, by: str, links: dict[str, str]) -> Row:
    money = {line.kind: line.money for line in each.lines}
    cells: dict[str, Value] = {
        "part": name_part(each.label or "(none)") if by else each.currency or name_part("(none)"),
        "start": each.start,
        "created": money.pop("created"),
        "won": money.pop("won"),
        "lost": money.pop("lost"),
        "end": each.end,
    }
    return Row({**cells, "moved": sum(money.values())}, links)


def _build_moves(found: Moves) -> Table:
    return Table(
        name="movements",
        caption=_("Movements, the largest first"),
        columns=(
            Column("deal", _("Deal")),
            Column("name", _("Name")),
            Column("rep", _("Rep"), has_choices=True),
            Column("team", _("Team"), has_choices=True),
            Column("at", _("When"), "moment"),
            Column("money", _("Amount"), "number", places=2),
            Column("currency", _("Currency")),
        ),
        rows=tuple(
            Row(
                {
                    "deal": each.deal,
                    "name": each.name,
                    "rep": each.rep,
                    "team": each.team,
                    "at": each.at,
                    "money": each.money,
                    "currency": each.currency,
                }
            )
            for each in found.rows
        ),
        empty=_("No movement that you may see is behind this line."),
    )


def _link(asked: Asked, label: str) -> str:
    """Where the movements of a kind are; `{kind}` stands for it."""
    address = reverse("collect:movements", args=["created"]).replace("created", "{kind}")
    query = _write_query(asked, label)
    return address + query.replace("{", "{{").replace("}", "}}")


def _write_query(asked: Asked, label: str) -> str:
    window = asked.window
    chosen = {
        "start": str(window.start),
        "last": str(window.end - timedelta(days=1)),
        "due": str(window.due or ""),
        "by": window.by,
    }
    return "?" + urlencode(chosen | ({"is": label} if window.by else {}))

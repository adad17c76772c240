"""Where the data stands, what was loaded, and what could not be read; and the way in for files."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from counterpoise.actions import uploads as uploading
from counterpoise.actions.loads import list_loaded_files
from counterpoise.actions.uploads import NothingSent
from counterpoise.connectors.documents.names import name_code
from counterpoise.connectors.files.refusals import UnreadableFile
from counterpoise.domain.values.document import from_document
from counterpoise.domain.values.text import Text
from counterpoise.store import jobs, loads, uploads
from counterpoise.store.loads import Load
from counterpoise.store.uploads import QuotaReached
from counterpoise.web import access
from counterpoise.web.background.work import ask_for
from counterpoise.web.collect import standing as standings
from counterpoise.web.collect.jobs import OTHER, TITLES
from counterpoise.web.collect.receiving import (
    STATUS,
    find_refusal,
    get_limits,
    list_received,
)
from counterpoise.web.collect.standing import Standing
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Column, Row, Table
from counterpoise.web.workplace import get_workspace, now

KINDS_SHOWN = frozenset({"propose", "collect", "examine", "sample", "refresh", "match"})
MOST_QUARANTINED = 20_000
NEWEST = 5
COUNTS = ("received", "new", "updated", "unchanged", "quarantined")
COUNT_COLUMNS = (
    Column("received", _("Rows received"), "number"),
    Column("new", _("New"), "number"),
    Column("updated", _("Updated"), "number"),
    Column("unchanged", _("Unchanged"), "number"),
    Column("quarantined", _("Quarantined"), "number"),
)


@require_safe
def show_overview(request: HttpRequest) -> HttpResponse:
    return _render_overview(request)


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Take files in; a worker then reads them and proposes what their columns mean."""
    received = list_received(request, "files")
    if (refusal := find_refusal(request)) is not None:
        return _render_overview(request, get_eyes(request).explain(refusal), STATUS[type(refusal)])
    visitor = access.get_visitor(request)
    try:
        kept = uploading.receive(
            get_workspace(), received, sender=visitor.id, limits=get_limits(), now=now()
        )
    except (NothingSent, UnreadableFile) as error:
        return _render_overview(request, get_eyes(request).explain(error), 422)
    except QuotaReached as error:
        return _render_overview(request, get_eyes(request).explain(error), STATUS[QuotaReached])
    job = ask_for("propose", {"upload": kept.id}, key=f"propose-{kept.id}", visitor=visitor)
    messages.success(
        request,
        gettext("The files have arrived. Next, you confirm what their columns mean."),
    )
    return redirect("work:job", job.id)


@require_safe
def list_loads(request: HttpRequest) -> HttpResponse:
    table = _describe_loads(loads.list_loads(), _("Every load, the newest first"))
    return render_page(request, "collect/loads.html", {}, [table])


@require_safe
def show_load(request: HttpRequest, load_id: str) -> HttpResponse:
    load = loads.find_load(load_id)
    if load is None:
        raise Http404
    sent = uploads.find_by_batch(load.id)
    notes = sent.outcome.get("notes", ()) if sent is not None and sent.outcome else ()
    context = {
        "load": load,
        "sent": sent,
        "notes": tuple(from_document(Text, each) for each in notes),
    }
    return render_page(
        request, "collect/load.html", context, [_describe_counts(load), _describe_files(load)]
    )


@require_safe
def show_quarantine(request: HttpRequest) -> HttpResponse:
    """Rows of anyone may be in it, so it is for those who see everyone."""
    standings.get_all_seeing(request)
    standing = standings.find_standing()
    found = standings.get_quarantined(standing) if standing else ()
    table = Table(
        name="quarantine",
        caption=_("Rows that could not be read"),
        columns=(
            Column("file", _("File"), has_choices=True),
            Column("row", _("Row"), "number"),
            Column("column", _("Column")),
            Column("value", _("Value")),
            Column("reason", _("Reason")),
        ),
        rows=tuple(
            Row(
                {
                    "file": each.file,
                    "row": each.row,
                    "column": each.column,
                    "value": each.value,
                    "reason": each.reason,
                }
            )
            for each in found[:MOST_QUARANTINED]
        ),
        empty=_("Every row that was received could be read."),
    )
    context = {"found": len(found), "most": MOST_QUARANTINED}
    return render_page(request, "collect/quarantine.html", context, [table])


def _render_overview(request: HttpRequest, refusal: str = "", status: int = 200) -> HttpResponse:
    visitor = access.get_visitor(request)
    if not (visitor.may("read_data") or visitor.may("read_people_records")):
        raise Http404
    standing = standings.find_standing() if visitor.may("read_data") else None
    tables = []
    context: dict[str, Any] = {
        "standing": standing,
        "refusal": refusal,
        "limits": get_limits(),
        "sees_everyone": visitor.reach == "everyone",
        "is_own": visitor.reach == "own",
        "may_load": visitor.may("load_data"),
        "may_read": visitor.may("read_data"),
        "sees_people": visitor.may("read_people_records"),
        "findings": _count_findings(standing),
    }
    if visitor.may("load_data"):
        going = [each for each in jobs.list_going() if each.kind in KINDS_SHOWN]
        busy = {each.arguments.get("upload") for each in going}
        context["going"] = [(each, TITLES.get(each.kind, OTHER)) for each in going]
        context["waiting"] = [each for each in uploads.list_open() if each.id not in busy]
    if standing is not None:
        newest = loads.list_loads(NEWEST)
        context["newest"] = newest[0] if newest else None
        context["quarantined"] = len(standings.get_quarantined(standing))
        tables = [
            _describe_tables(standing),
            _describe_loads(newest, _("The newest loads")),
        ]
    return render_page(request, "collect/overview.html", context, tables, status=status)


def _count_findings(standing: Standing | None) -> int:
    """Those of the whole company; the same again by rep is on the fix lists."""
    examined = standing.examined if standing else None
    return sum(not each.rep for each in examined.health.findings) if examined else 0


def _describe_tables(standing: Standing) -> Table:
    rows = standing.build.manifest.get("rows", {})
    return Table(
        name="tables",
        caption=_("Rows by table"),
        columns=(Column("table", _("Table")), Column("rows", _("Rows"), "number")),
        rows=tuple(
            Row({"table": name_code("table", table), "rows": count})
            for table, count in rows.items()
            if count
        ),
        empty=_("The build holds no row."),
    )


def _describe_loads(found: tuple[Load, ...], caption: Any) -> Table:
    return Table(
        name="loads",
        caption=caption,
        columns=(
            Column("load", _("Load")),
            Column("at", _("Loaded on"), "moment"),
            Column("source", _("Source"), has_choices=True),
            Column("files", _("Files"), "number"),
            *COUNT_COLUMNS,
        ),
        rows=tuple(
            Row(
                {
                    "load": each.id,
                    "at": each.accepted_at,
                    "source": each.source,
                    "files": len(each.files),
                    **{what: each.total(what) for what in COUNTS},
                },
                {"load": reverse("collect:load", args=[each.id])},
            )
            for each in found
        ),
        empty=_("Nothing was collected yet."),
    )


def _describe_counts(load: Load) -> Table:
    return Table(
        name="counts",
        caption=_("What became of the rows, by table"),
        columns=(Column("table", _("Table")), *COUNT_COLUMNS),
        rows=tuple(
            Row({"table": name_code("table", table), **counts})
            for table, counts in load.counts.items()
        ),
        empty=_("No row was taken."),
    )


def _describe_files(load: Load) -> Table:
    return Table(
        name="files",
        caption=_("Files of the load"),
        columns=(
            Column("file", _("File")),
            Column("table", _("Table"), has_choices=True),
            Column("rows", _("Rows"), "number"),
            Column("mapped", _("Columns taken")),
            Column("unmapped", _("Columns left out")),
            Column("hash", _("SHA-256 of the content")),
        ),
        rows=tuple(
            Row(
                {
                    "file": each.name,
                    "table": name_code("table", each.mapping.table) if each.mapping.table else None,
                    "rows": each.rows,
                    "mapped": ", ".join(
                        f"{c.column} → {c.attribute}" for c in each.mapping.columns
                    ),
                    "unmapped": ", ".join(each.mapping.unmapped),
                    "hash": each.content_hash,
                }
            )
            for each in list_loaded_files(get_workspace(), load.id)
        ),
        empty=_("No file was kept."),
    )

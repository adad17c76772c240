"""Who is who: how many customers there are, and the pairs that wait for a person's word.

Records of one customer may be several people's, so all of it is for visitors who see everyone.
"""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterpoise.actions import customers
from counterpoise.actions.customers import WAITING, Doubt, InvalidDecision, NeverMatched
from counterpoise.connectors.documents.identity_chart import draw_costs
from counterpoise.domain.collect.identity_models import (
    KINDS,
    Kind,
    UnknownCustomer,
    name_customer,
)
from counterpoise.domain.collect.identity_report import KindReport
from counterpoise.domain.collect.identity_survivors import Candidate
from counterpoise.store import identity as stored
from counterpoise.store.identity import KeptRun, Said, VerdictChanged, Word
from counterpoise.warehouse.queries import customers as queries
from counterpoise.warehouse.queries.customers import FIELDS
from counterpoise.web.background.work import ask_for, make_key
from counterpoise.web.collect import identity_words as words
from counterpoise.web.collect import standing as standings
from counterpoise.web.drawings import draw_once
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Column, Row, Table, Value
from counterpoise.web.workplace import get_workspace, now

KIND_COLUMNS = (
    Column("kind", _("Kind")),
    Column("records", _("Records"), "number"),
    Column("customers", _("Customers"), "number"),
    Column("review", _("To review"), "number"),
    Column("compared", _("Compared in the last run"), "number"),
    Column("created", _("Made"), "number"),
    Column("joined", _("Joined"), "number"),
    Column("split", _("Split"), "number"),
    Column("retired", _("Retired"), "number"),
)
CURVE_COLUMNS = (
    Column("threshold", _("Join from"), "share"),
    Column("joined", _("Pairs joined"), "number"),
    Column("reviewed", _("Pairs to review"), "number"),
    Column("cost", _("Expected cost"), "number"),
)
BLOCK_COLUMNS = (
    Column("block", _("Records are compared where they have alike")),
    Column("pairs", _("Pairs"), "number"),
    Column("new", _("Pairs that no row above gave"), "number"),
    Column("crowded", _("Records left out as too many share it"), "number"),
)
CUSTOMER_COLUMNS = (
    Column("customer", _("Customer")),
    Column("kind", _("Kind"), has_choices=True),
    Column("records", _("Records"), "number"),
)
DOUBT_COLUMNS = (
    Column("one", _("One record")),
    Column("other", _("The other")),
    Column("likelihood", _("Likelihood"), "share"),
    Column("reasons", _("What speaks for and against")),
)


CAPTIONS = {
    "new": _("Pairs in doubt, the likeliest first"),
    "later": _("Pairs that were put off, the likeliest first"),
}


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(choices=[(each, each) for each in words.VERDICTS])
    reason = forms.CharField(
        label=_("Why"), max_length=customers.LONGEST, required=False, strip=True
    )
    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


@require_safe
def show_overview(request: HttpRequest) -> HttpResponse:
    visitor = standings.get_all_seeing(request)
    run = stored.find_newest_run()
    eyes = get_eyes(request)
    parts = [
        {
            "name": words.KINDS[each.kind],
            "report": each,
            "curve": f"curve_{each.kind}",
            "blocks": f"blocks_{each.kind}",
            "chart": draw_once(draw_costs, eyes.reader, each.curve, each.thresholds.automatic)
            if any(point.cost for point in each.curve)
            else None,
        }
        for each in (run.report.kinds if run else ())
        if each.records
    ]
    context = {
        "run": run,
        "parts": parts,
        "may_decide": visitor.may("load_data"),
        "has_data": standings.find_standing() is not None,
        "key": make_key(),
    }
    return render_page(request, "collect/identity.html", context, _list_tables(run))


@require_POST
def match(request: HttpRequest) -> HttpResponse:
    """Match the records; a second click finds the first one's job."""
    visitor = standings.get_all_seeing(request)
    if standings.find_standing() is None:
        raise Http404
    arguments = {"link": reverse("collect:identity"), "is_full": "full" in request.POST}
    key = f"match-{request.POST.get('key', '')}"
    return redirect("work:job", ask_for("match", arguments, key=key, visitor=visitor).id)


@require_safe
def list_doubts(request: HttpRequest, kind: str) -> HttpResponse:
    """`?waiting=later` lists what somebody put off; without it, what nobody said anything of."""
    standings.get_all_seeing(request)
    wanted, waiting = read_kind(kind), request.GET.get("waiting", "new")
    if waiting not in WAITING:
        raise Http404
    try:
        run = customers.get_run(wanted)
        found = customers.list_doubts(get_workspace(), wanted, waiting)
    except NeverMatched:
        return redirect("collect:identity")
    records = {record for each in found for record in (each.one, each.other)}
    build = get_workspace().build_folder(run.build)
    values = queries.read_candidates(build, wanted, records)
    table = Table(
        name="doubts",
        caption=CAPTIONS[waiting],
        columns=DOUBT_COLUMNS,
        rows=tuple(
            Row(
                {
                    "one": title(values[each.one], wanted),
                    "other": title(values[each.other], wanted),
                    "likelihood": each.likelihood,
                    "reasons": words.say_reasons(each.reasons),
                },
                {"one": _link(wanted, each.one, each.other)},
            )
            for each in found
        ),
        empty=_("No pair was put off.") if waiting == "later" else _("No pair is in doubt."),
    )
    tabs = [(each, words.WAITING[each], each == waiting) for each in WAITING]
    context = {"kind": wanted, "name": words.KINDS[wanted], "tabs": tabs}
    return render_page(request, "collect/identity_doubts.html", context, [table])


@require_http_methods(["GET", "HEAD", "POST"])
def show_doubt(request: HttpRequest, kind: str) -> HttpResponse:
    """`?one=&other=` name the two records; a POST says what they are."""
    visitor = standings.get_all_seeing(request)
    wanted = read_kind(kind)
    one, other = request.GET.get("one", ""), request.GET.get("other", "")
    doubt = _get_doubt(wanted, one, other)
    may_decide = visitor.may("load_data")
    form = VerdictForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not may_decide:
            raise Http404
        if form.is_valid():
            given = form.cleaned_data
            said = Said(cast("Word", given["verdict"]), given["reason"], given["edition"])
            try:
                customers.review(doubt, said, author_id=visitor.id, now=now())
            except (VerdictChanged, InvalidDecision) as error:
                form.add_error(None, get_eyes(request).explain(error))
                doubt = _get_doubt(wanted, one, other)
            else:
                messages.success(request, gettext("It is kept, and binds the next run."))
                return redirect("collect:doubts", wanted)
    return render_page(
        request, "collect/identity_doubt.html", _describe(doubt, may_decide=may_decide), form=form
    )


def read_kind(kind: str) -> Kind:
    """Raises Http404 for what is no kind of records."""
    if kind not in KINDS:
        raise Http404
    return kind


def title(record: Candidate, kind: Kind) -> str:
    """What a record is called on a page: its name, and something to tell it by."""
    values = record.values
    named = [values["name"]] if kind == "account" else [values["first_name"], values["last_name"]]
    known = [values["domain"] if kind == "account" else values["email"]]
    return " ".join(filter(None, named)) + "".join(f" · {each}" for each in known if each)


def _get_doubt(kind: Kind, one: str, other: str) -> Doubt:
    try:
        return customers.get_doubt(get_workspace(), kind, one, other)
    except (NeverMatched, UnknownCustomer):
        raise Http404 from None


def _describe(doubt: Doubt, *, may_decide: bool) -> dict[str, object]:
    first, second = doubt.records
    return {
        "doubt": doubt,
        "kind": doubt.kind,
        "name": words.KINDS[doubt.kind],
        "records": [
            (words.name_record(doubt.kind, each.record), customer)
            for each, customer in zip(doubt.records, doubt.customers, strict=True)
        ],
        "values": [
            (words.FIELDS[field], first.values[field], second.values[field])
            for field in FIELDS[doubt.kind]
        ],
        "reasons": [
            (words.FIELDS[each.field], words.LEVELS[each.level], each.weight)
            for each in doubt.pair.reasons
        ],
        "verdict": words.VERDICTS[doubt.verdict.word] if doubt.verdict else "",
        "edition": doubt.verdict.edition if doubt.verdict else 0,
        "may_decide": may_decide,
        "choices": list(words.VERDICTS.items()),
    }


def _link(kind: Kind, one: str, other: str) -> str:
    return f"{reverse('collect:doubt', args=[kind])}?{urlencode({'one': one, 'other': other})}"


def _list_tables(run: KeptRun | None) -> list[Table]:
    if run is None:
        return []
    tables = [
        Table(
            name="kinds",
            caption=_("Records and customers, by kind"),
            columns=KIND_COLUMNS,
            rows=tuple(_describe_kind(each) for each in run.report.kinds),
            empty=_("Nothing was matched."),
        ),
        Table(
            name="customers",
            caption=_("Customers with several records, the largest first"),
            columns=CUSTOMER_COLUMNS,
            rows=tuple(_list_customers(run)),
            empty=_("Every customer has one record."),
        ),
    ]
    for each in run.report.kinds:
        tables += [_draw_curve(each), _list_blocks(each)]
    return tables


def _describe_kind(report: KindReport) -> Row:
    cells: dict[str, Value] = {
        "kind": str(words.KINDS[report.kind]),
        "records": report.records,
        "customers": report.customers,
        "review": report.to_review,
        "compared": report.compared,
        "created": report.created,
        "joined": report.joined,
        "split": report.split,
        "retired": report.retired,
    }
    return Row(cells, {"review": reverse("collect:doubts", args=[report.kind])})


def _list_customers(run: KeptRun) -> list[Row]:
    rows = []
    for kind in (each.kind for each in run.report.kinds):
        for number, count in queries.list_sizes(get_workspace().identity / run.id / kind):
            name = name_customer(kind, number)
            cells: dict[str, Value] = {
                "customer": name,
                "kind": str(words.KINDS[kind]),
                "records": count,
            }
            rows.append(Row(cells, {"customer": reverse("collect:customer", args=[name])}))
    return rows


def _draw_curve(report: KindReport) -> Table:
    return Table(
        name=f"curve-{report.kind}",
        caption=_("What joining from each likelihood on would cost"),
        columns=CURVE_COLUMNS,
        rows=tuple(
            Row(
                {
                    "threshold": each.threshold,
                    "joined": each.joined,
                    "reviewed": each.reviewed,
                    "cost": each.cost,
                }
            )
            for each in report.curve
        ),
        empty=_("No pair was compared."),
    )


def _list_blocks(report: KindReport) -> Table:
    return Table(
        name=f"blocks-{report.kind}",
        caption=_("How many pairs each block gave, in the last full run"),
        columns=BLOCK_COLUMNS,
        rows=tuple(
            Row(
                {
                    "block": words.name_block(each.block),
                    "pairs": each.pairs,
                    "new": each.new_pairs,
                    "crowded": each.crowded,
                }
            )
            for each in report.blocks
        ),
        empty=_("No pair was compared."),
    )

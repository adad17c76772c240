"""One customer: its records, where each value came from, its history; merge, undo, verify."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from counterpoise.actions import customers, lead_accounts
from counterpoise.actions.customers import Customer, InvalidDecision, NeverMatched, WantedMerge
from counterpoise.actions.enriched_values import enrich_customer
from counterpoise.domain.collect.identity_merges import RefusedMerge, RefusedUndo
from counterpoise.domain.collect.identity_models import UnknownCustomer, name_customer
from counterpoise.domain.collect.identity_survivors import Survivor
from counterpoise.domain.values.rights import Visitor
from counterpoise.warehouse.queries.customers import FIELDS
from counterpoise.web.collect import identity_words as words
from counterpoise.web.collect import standing as standings
from counterpoise.web.collect.enriched_values import describe_laid, name_field
from counterpoise.web.collect.identity import read_kind, title
from counterpoise.web.collect.lead_accounts import describe_leads
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Column, Row, Table, Value
from counterpoise.web.workplace import get_workspace, now

VALUE_COLUMNS = (
    Column("field", _("Field")),
    Column("value", _("Value")),
    Column("ground", _("Why this one")),
    Column("record", _("From record")),
    Column("others", _("Other values")),
)
RECORD_COLUMNS = (
    Column("record", _("Record")),
    Column("name", _("Name")),
    Column("updated", _("Last changed"), "moment"),
)
HELD_COLUMNS = (
    Column("one", _("One record")),
    Column("other", _("The other")),
    Column("likelihood", _("Likelihood"), "share"),
    Column("reasons", _("What speaks for and against")),
)
HISTORY_COLUMNS = (
    Column("customer", _("Customer")),
    Column("happening", _("What happened")),
    Column("other", _("The other")),
    Column("run", _("Run")),
)
REFUSALS = (InvalidDecision, RefusedMerge, RefusedUndo, UnknownCustomer)
PICK = "pick."


class MergeForm(forms.Form):
    other = forms.CharField(label=_("Customer that goes on in this one"), max_length=32)
    reason = forms.CharField(label=_("Why"), max_length=customers.LONGEST)


class ValueForm(forms.Form):
    field = forms.CharField(max_length=64)
    value = forms.CharField(label=_("Value"), max_length=customers.LONGEST)


@require_safe
def show_customer(request: HttpRequest, customer: str) -> HttpResponse:
    """`?with=` names another one to see beside it, before a merge."""
    visitor = standings.get_all_seeing(request)
    found = _get_customer(customer)
    return _render(request, visitor, found, other=request.GET.get("with", ""))


@require_POST
def merge(request: HttpRequest, customer: str) -> HttpResponse:
    visitor = standings.get_all_seeing(request)
    found = _get_customer(customer)
    form = MergeForm(request.POST)
    other = request.POST.get("other", "")
    if not form.is_valid():
        return _refuse(request, visitor, found, gettext("Say with whom, and why."), other)
    chosen = {
        name.removeprefix(PICK): str(value)
        for name, value in request.POST.items()
        if name.startswith(PICK) and value
    }
    wish = WantedMerge(customer, other, form.cleaned_data["reason"], chosen)

    def act() -> None:
        customers.merge(get_workspace(), wish, author_id=visitor.id, now=now())

    done = gettext("They are one customer now. It can be undone on this page.")
    return _act(request, visitor, found, act, done)


@require_POST
def undo(request: HttpRequest, kind: str, merge_id: int) -> HttpResponse:
    visitor = standings.get_all_seeing(request)
    wanted = read_kind(kind)
    found = _get_customer(request.POST.get("customer", ""))

    def act() -> None:
        customers.undo_merge(get_workspace(), wanted, merge_id, author_id=visitor.id, now=now())

    return _act(request, visitor, found, act, gettext("The merge is undone."))


@require_POST
def verify(request: HttpRequest, customer: str) -> HttpResponse:
    visitor = standings.get_all_seeing(request)
    found = _get_customer(customer)
    form = ValueForm(request.POST)
    if not form.is_valid():
        return _refuse(request, visitor, found, gettext("Say which field, and its value."))
    given = form.cleaned_data

    def act() -> None:
        customers.verify_value(
            get_workspace(), customer, given["field"], given["value"],
            author_id=visitor.id, now=now(),
        )  # fmt: skip

    return _act(request, visitor, found, act, gettext("The value is verified and stands."))


def _act(
    request: HttpRequest,
    visitor: Visitor,
    found: Customer,
    act: Callable[[], None],
    done: str,
) -> HttpResponse:
    try:
        act()
    except REFUSALS as error:
        return _refuse(request, visitor, found, get_eyes(request).explain(error))
    messages.success(request, done)
    return redirect("collect:customer", found.id)


def _refuse(
    request: HttpRequest, visitor: Visitor, found: Customer, why: str, other: str = ""
) -> HttpResponse:
    return _render(request, visitor, found, other=other, refusal=why)


def _get_customer(customer: str) -> Customer:
    try:
        return customers.get_customer(get_workspace(), customer)
    except (NeverMatched, UnknownCustomer):
        raise Http404 from None


def _render(
    request: HttpRequest, visitor: Visitor, found: Customer, *, other: str = "", refusal: str = ""
) -> HttpResponse:
    eyes = get_eyes(request)
    context = {
        "customer": found,
        "kind": found.kind,
        "name": words.KINDS[found.kind],
        "called": title(found.records[0], found.kind) if found.records else "",
        "merges": [
            (kept, [eyes.reader.say(each) for each in obstacles])
            for kept, obstacles in found.merges
        ],
        "fields": [(field, words.FIELDS[field]) for field in FIELDS[found.kind]],
        "other": other,
        "picks": _list_picks(found, other) if other else [],
        "may_decide": visitor.may("load_data"),
        "refusal": refusal,
    }
    enriched = enrich_customer(get_workspace(), found, now=now())
    tables = [
        _list_values(found, enriched.values),
        _list_records(found),
        _list_held(found),
        _list_history(found),
    ]
    if enriched.laid:
        tables.append(describe_laid(enriched.laid))
    if leads := lead_accounts.list_for_customer(get_workspace(), found):
        caption = (
            _("Leads of this account") if found.kind == "account" else _("Accounts of its leads")
        )
        tables.append(describe_leads(leads, "leads", caption))
    status = 422 if refusal else 200
    return render_page(request, "collect/customer.html", context, tables, status=status)


def _list_picks(found: Customer, other: str) -> list[tuple[str, object, list[tuple[str, str]]]]:
    """For each field on which the two disagree, the values to pick from, with their records."""
    try:
        theirs = customers.get_customer(get_workspace(), other)
    except (NeverMatched, UnknownCustomer):
        return []
    if theirs.kind != found.kind:
        return []
    picks: list[tuple[str, object, list[tuple[str, str]]]] = []
    for field in FIELDS[found.kind]:
        values = {
            each.value: each.record
            for side in (found, theirs)
            for each in side.survivors
            if each.field == field and each.record
        }
        if len(values) > 1:
            choices = [(record, value) for value, record in values.items()]
            picks.append((field, words.FIELDS[field], choices))
    return picks


def _list_values(found: Customer, values: tuple[Survivor, ...]) -> Table:
    return Table(
        name="values",
        caption=_("The customer's values, and where each came from"),
        columns=VALUE_COLUMNS,
        rows=tuple(
            Row(
                {
                    "field": name_field(each.field),
                    "value": each.value,
                    "ground": str(words.GROUNDS[each.ground]),
                    "record": words.name_record(found.kind, each.record) if each.record else "",
                    "others": " · ".join(each.others),
                }
            )
            for each in values
        ),
        empty=_("No record of this customer is left."),
    )


def _list_records(found: Customer) -> Table:
    return Table(
        name="records",
        caption=_("Records of this customer"),
        columns=RECORD_COLUMNS,
        rows=tuple(
            Row(
                {
                    "record": words.name_record(found.kind, each.record),
                    "name": title(each, found.kind),
                    "updated": each.updated_at,
                }
            )
            for each in found.records
        ),
        empty=_("No record of this customer is left."),
    )


def _list_held(found: Customer) -> Table:
    known: list[dict[str, Value]] = [
        {
            "one": words.name_record(found.kind, one),
            "other": words.name_record(found.kind, other),
            "likelihood": None,
            "reasons": gettext("its source says that the lead became this contact"),
        }
        for one, other in found.known
    ]
    alike: list[dict[str, Value]] = [
        {
            "one": words.name_record(found.kind, each.one),
            "other": words.name_record(found.kind, each.other),
            "likelihood": each.likelihood,
            "reasons": words.say_reasons(each.reasons),
        }
        for each in found.pairs
    ]
    return Table(
        name="held",
        caption=_("What holds the records together"),
        columns=HELD_COLUMNS,
        rows=tuple(Row(each) for each in (*known, *alike)),
        empty=_("No two of its records were found alike."),
    )


def _list_history(found: Customer) -> Table:
    return Table(
        name="history",
        caption=_("What runs of the matcher did"),
        columns=HISTORY_COLUMNS,
        rows=tuple(
            Row(
                {
                    "customer": name_customer(found.kind, each.entity),
                    "happening": str(words.HAPPENINGS[each.happening]),
                    "other": name_customer(found.kind, each.other) if each.other else "",
                    "run": each.run,
                }
            )
            for each in found.happened
        ),
        empty=_("Nothing has happened since it was made."),
    )

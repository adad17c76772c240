"""Leads and the accounts that they belong to: the list by standing, and one lead to judge.

A lead and an account may be two people's, so all of it is for visitors who see everyone.
"""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from counterpoise.actions import lead_accounts as actions
from counterpoise.actions.customers import InvalidDecision, NeverMatched, get_run
from counterpoise.actions.lead_accounts import PlacedLead
from counterpoise.domain.collect.identity_models import UnknownCustomer
from counterpoise.domain.collect.lead_accounts import STANDINGS
from counterpoise.store.identity import Said, VerdictChanged, Word
from counterpoise.warehouse.queries import customers as queries
from counterpoise.web.collect import identity_words as words
from counterpoise.web.collect import standing as standings
from counterpoise.web.collect.identity import VerdictForm, title
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.tables import Column, Row, Table
from counterpoise.web.workplace import get_workspace, now

COLUMNS = (
    Column("lead", _("Lead")),
    Column("company", _("Company")),
    Column("account", _("Account")),
    Column("ground", _("On what ground"), has_choices=True),
    Column("likelihood", _("Likelihood"), "share"),
)


@require_safe
def list_leads(request: HttpRequest) -> HttpResponse:
    """`?standing=` is placed, doubtful or unknown; without it, doubtful."""
    standings.get_all_seeing(request)
    standing = request.GET.get("standing", "doubtful")
    if standing not in STANDINGS:
        raise Http404
    try:
        found = actions.list_placed(get_workspace(), standing)
        counts = actions.count_placed(get_workspace())
    except NeverMatched:
        return redirect("collect:identity")
    tabs = [
        (each, words.STANDINGS[each], counts.get(each, 0), each == standing) for each in STANDINGS
    ]
    caption = words.STANDING_CAPTIONS[standing]
    table = describe_leads(found, "leads", caption)
    return render_page(request, "collect/lead_accounts.html", {"tabs": tabs}, [table])


@require_http_methods(["GET", "HEAD", "POST"])
def show_lead(request: HttpRequest) -> HttpResponse:
    """`?lead=` names it; a POST says whether it belongs to the account that it names."""
    visitor = standings.get_all_seeing(request)
    lead = request.GET.get("lead", "")
    found = _get(lead)
    may_decide = visitor.may("load_data")
    form = VerdictForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not may_decide:
            raise Http404
        if form.is_valid():
            given = form.cleaned_data
            said = Said(cast("Word", given["verdict"]), given["reason"], given["edition"])
            account = request.POST.get("account", "")
            try:
                actions.judge(get_workspace(), lead, account, said, author_id=visitor.id, now=now())
            except (VerdictChanged, InvalidDecision) as error:
                form.add_error(None, get_eyes(request).explain(error))
                found = _get(lead)
            else:
                messages.success(request, gettext("It is kept, and holds from now on."))
                return redirect(link_to(lead))
    return render_page(
        request, "collect/lead_account.html", _describe(found, may_decide=may_decide), form=form
    )


def link_to(lead: str) -> str:
    return f"{reverse('collect:lead-account')}?{urlencode({'lead': lead})}"


def describe_leads(found: tuple[PlacedLead, ...], name: str, caption: words.Words) -> Table:
    return Table(
        name=name,
        caption=caption,
        columns=COLUMNS,
        rows=tuple(
            Row(
                {
                    "lead": title(each.lead, "lead"),
                    "company": each.lead.values["company_name"],
                    "account": _name_accounts(each),
                    "ground": _say_ground(each),
                    "likelihood": _find_likelihood(each),
                },
                {"lead": link_to(each.lead.record), **_link_account(each)},
            )
            for each in found
        ),
        empty=_("No lead is here."),
    )


def _name_accounts(placed: PlacedLead) -> str:
    chosen = placed.placement.chosen
    options = placed.placement.options if chosen is None else (chosen,)
    return " · ".join(placed.name_account(each) for each in options)


def _link_account(placed: PlacedLead) -> dict[str, str]:
    if placed.placement.chosen is None:
        return {}
    name = placed.name_account(placed.placement.chosen)
    return {"account": reverse("collect:customer", args=[name])}


def _say_ground(placed: PlacedLead) -> str:
    ground = placed.placement.ground
    return str(
        words.STANDINGS[placed.placement.standing] if ground is None else words.LEAD_GROUNDS[ground]
    )


def _find_likelihood(placed: PlacedLead) -> float | None:
    """None for what is said and not guessed."""
    chosen = placed.placement.chosen
    is_said = placed.placement.ground in ("verified", "converted")
    return None if chosen is None or is_said else chosen.likelihood


def _get(lead: str) -> PlacedLead:
    try:
        return actions.get_placed(get_workspace(), lead)
    except (NeverMatched, UnknownCustomer):
        raise Http404 from None


def _describe(found: PlacedLead, *, may_decide: bool) -> dict[str, object]:
    placement = found.placement
    listed = {record for each in placement.options for record in each.accounts} | set(
        found.verdicts
    )
    build = get_workspace().build_folder(get_run().build)
    accounts = queries.read_candidates(build, "account", listed)
    options = [
        {
            "customer": found.name_account(each),
            "is_chosen": each == placement.chosen,
            "account": each.accounts[0],
            "records": [
                (title(accounts[record], "account"), accounts[record].values["country"])
                for record in each.accounts
            ],
            "grounds": [words.LEAD_GROUNDS[ground] for ground in each.grounds],
            "likelihood": each.likelihood,
            "edition": _find_edition(found, each.accounts[0]),
        }
        for each in placement.options
    ]
    put_away = [
        (title(accounts[record], "account"), record, verdict)
        for record, verdict in found.verdicts.items()
        if verdict.word == "different" and record in accounts
    ]
    return {
        "found": found,
        "called": title(found.lead, "lead"),
        "values": [
            (words.FIELDS[field], found.lead.values[field]) for field in queries.FIELDS["lead"]
        ],
        "standing": words.STANDINGS[placement.standing],
        "ground": words.LEAD_GROUNDS[placement.ground] if placement.ground else "",
        "options": options,
        "put_away": put_away,
        "may_decide": may_decide,
    }


def _find_edition(found: PlacedLead, record: str) -> int:
    return found.verdicts[record].edition if record in found.verdicts else 0

"""People and access: who has an account, who is invited, what each may do, and leaving."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterpoise.actions import people as actions
from counterpoise.actions.people import NoPerson, PersonChanged, RefusedChange
from counterpoise.domain.values.rights import RIGHTS, RIGHTS_OF, ROLES
from counterpoise.store import invitations, passwords, people
from counterpoise.store.people import Person
from counterpoise.web import access
from counterpoise.web.pages import render_page
from counterpoise.web.people import forms, tables
from counterpoise.web.people.words import RIGHT_WORDS, ROLE_WORDS
from counterpoise.web.reading import get_eyes
from counterpoise.web.workplace import now


@require_safe
def list_people(request: HttpRequest) -> HttpResponse:
    shown = [
        tables.build_people(people.list_people()),
        tables.build_invitations(invitations.list_open(now())),
    ]
    roles = [
        (ROLE_WORDS[role], [RIGHT_WORDS[right] for right in RIGHTS if right in RIGHTS_OF[role]])
        for role in ROLES
    ]
    return render_page(request, "people/list.html", {"roles": roles}, shown)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """The link is on the answer of this request and nowhere else."""
    form = forms.Invite(request.POST or None, initial={"role": "viewer"})
    if form.is_valid():
        facts = form.read_invited()
        try:
            secret = actions.invite(access.get_visitor(request), facts, now())
        except RefusedChange as error:
            form.add_error(None, get_eyes(request).reader.say(error.why))
        else:
            link = request.build_absolute_uri(reverse("invitation", args=[secret]))
            lasts = invitations.LASTS.days
            context = {"link": link, "name": facts.name or facts.username, "days": lasts}
            return render_page(request, "people/invited.html", context)
    return render_page(request, "people/invite.html", {}, form=form)


@require_safe
def show_invitation(request: HttpRequest, invitation_id: int) -> HttpResponse:
    found = [each for each in invitations.list_open(now()) if each.id == invitation_id]
    if not found:
        raise Http404
    context = {"invitation": found[0], "role": ROLE_WORDS[found[0].facts.role]}
    return render_page(request, "people/invitation.html", context)


@require_POST
def withdraw(request: HttpRequest, invitation_id: int) -> HttpResponse:
    try:
        actions.withdraw(invitation_id, now())
    except NoPerson:
        raise Http404 from None
    messages.success(request, _("The invitation is withdrawn; its link leads nowhere now."))
    return redirect("people:list")


@require_safe
def show_person(request: HttpRequest, person_id: int) -> HttpResponse:
    person = _get_person(person_id)
    return _render_person(request, person, forms.Change(initial=forms.describe(person)))


@require_POST
def change(request: HttpRequest, person_id: int) -> HttpResponse:
    person = _get_person(person_id)
    form = forms.Change(request.POST)
    if not form.is_valid():
        return _render_person(request, person, form)
    facts = form.read_facts(person.username)
    edition = form.cleaned_data["edition"]
    try:
        actions.change(access.get_visitor(request), person_id, facts, edition, now())
    except PersonChanged as error:
        return _show_conflict(request, error.theirs)
    except RefusedChange as error:
        form.add_error(None, get_eyes(request).reader.say(error.why))
        return _render_person(request, person, form)
    messages.success(request, _("Changed. It holds from the person's next click on."))
    return redirect("people:person", person_id)


@require_POST
def deactivate(request: HttpRequest, person_id: int) -> HttpResponse:
    person, form = _get_person(person_id), forms.Edition(request.POST)
    edition = form.cleaned_data["edition"] if form.is_valid() else ""
    try:
        ended = actions.deactivate(access.get_visitor(request), person_id, edition, now())
    except PersonChanged as error:
        return _show_conflict(request, error.theirs)
    except RefusedChange as error:
        form.add_error(None, get_eyes(request).reader.say(error.why))
        refused = forms.Change(initial=forms.describe(person))
        return _render_person(request, person, refused, refusals=form.non_field_errors())
    said = ngettext(
        "The account is deactivated; %(n)d session ended with it.",
        "The account is deactivated; %(n)d sessions ended with it.",
        ended.sessions,
    )
    messages.success(request, said % {"n": ended.sessions})
    return redirect("people:person", person_id)


@require_POST
def activate(request: HttpRequest, person_id: int) -> HttpResponse:
    person, form = _get_person(person_id), forms.Edition(request.POST)
    edition = form.cleaned_data["edition"] if form.is_valid() else ""
    try:
        actions.activate(person.id, edition, now())
    except PersonChanged as error:
        return _show_conflict(request, error.theirs)
    messages.success(request, _("The account is in use again. Tokens of before stay revoked."))
    return redirect("people:person", person_id)


@never_cache
@require_POST
def make_password_link(request: HttpRequest, person_id: int) -> HttpResponse:
    """For someone who forgot the password; the link is on this answer and nowhere else."""
    person = _get_person(person_id)
    secret = passwords.make_link(person.id, now())
    if secret is None:
        raise Http404
    path = reverse("new-password", args=[person.id, secret])
    context = {"person": person, "link": request.build_absolute_uri(path)}
    return render_page(request, "people/password_link.html", context)


def _get_person(person_id: int) -> Person:
    person = people.find_person(person_id)
    if person is None:
        raise Http404
    return person


def _render_person(
    request: HttpRequest, person: Person, form: forms.Change, **more: Any
) -> HttpResponse:
    visitor = access.get_visitor(request)
    context = {
        "person": person,
        "role": ROLE_WORDS[person.role],
        "rights": [RIGHT_WORDS[right] for right in RIGHTS if right in RIGHTS_OF[person.role]],
        "is_self": person.id == visitor.id,
        "theirs": None,
        "refusals": (),
        **more,
    }
    status = 409 if context["theirs"] else 422 if context["refusals"] else 200
    return render_page(request, "people/person.html", context, form=form, status=status)


def _show_conflict(request: HttpRequest, theirs: Person) -> HttpResponse:
    """What holds now beside what was asked for; sending again replaces it knowingly."""
    kept = request.POST.copy()
    kept["edition"] = theirs.edition
    is_change = "role" in kept
    form = forms.Change(kept) if is_change else forms.Change(initial=forms.describe(theirs))
    return _render_person(request, theirs, form, theirs=theirs, theirs_role=ROLE_WORDS[theirs.role])

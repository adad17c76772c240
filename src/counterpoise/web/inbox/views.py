"""The inbox of whoever is signed in, and adding a comment."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from counterpoise.actions import comments
from counterpoise.actions.comments import HiddenSubject, InvalidComment, Said
from counterpoise.domain.values.rights import Visitor
from counterpoise.store import inbox
from counterpoise.web import access
from counterpoise.web.inbox import forms, subjects
from counterpoise.web.inbox.words import TITLES
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.workplace import now


@require_safe
def list_items(request: HttpRequest) -> HttpResponse:
    visitor = access.get_visitor(request)
    start = _read_start(request.GET.get("start", ""))
    items = inbox.list_items(visitor.id, start=start, limit=inbox.PAGE + 1)
    context = {
        "items": [(each, TITLES.get(each.kind, TITLES["work"])) for each in items[: inbox.PAGE]],
        "unread": inbox.count_unread(visitor.id),
        "newer": max(0, start - inbox.PAGE) if start else None,
        "older": start + inbox.PAGE if len(items) > inbox.PAGE else None,
    }
    return render_page(request, "inbox/list.html", context)


@require_POST
def open_item(request: HttpRequest, item_id: int) -> HttpResponse:
    """Mark an item as read and go where it leads."""
    visitor = access.get_visitor(request)
    item = inbox.find_item(visitor.id, item_id)
    if item is None:
        raise Http404
    inbox.mark_read(visitor.id, item.id, at=now())
    way, hash_sign, place = item.link.partition("#")
    return redirect(subjects.find_way_back(way, item.about) + hash_sign + place)


@require_POST
def read_item(request: HttpRequest, item_id: int) -> HttpResponse:
    visitor = access.get_visitor(request)
    if inbox.find_item(visitor.id, item_id) is None:
        raise Http404
    inbox.mark_read(visitor.id, item_id, at=now())
    return redirect("inbox:list")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    inbox.mark_read(access.get_visitor(request).id, at=now())
    messages.success(request, _("Everything is marked as read."))
    return redirect("inbox:list")


@require_POST
def add_comment(request: HttpRequest) -> HttpResponse:
    """A refused comment is shown with its thread on a page of its own, with its text kept."""
    visitor = access.get_visitor(request)
    subject = request.POST.get("subject", "")
    if not comments.may_see_subject(visitor, subject):
        raise Http404
    form = forms.NewComment(request.POST)
    way_back = subjects.find_way_back(request.POST.get("next", ""), subject)
    if form.is_valid():
        try:
            said = comments.add_comment(
                visitor, subject, form.cleaned_data["text"], link=way_back, at=now()
            )
        except HiddenSubject:
            raise Http404 from None
        except InvalidComment as error:
            form.add_error("text", get_eyes(request).reader.say(error.why))
        else:
            messages.success(request, _say_done(visitor, said))
            return redirect(f"{way_back}#comment-{said.comment.id}")
    context = {
        "way_back": way_back,
        "comments": comments.list_comments(visitor, subject),
        "may_comment": True,
    }
    return render_page(request, "inbox/refused.html", context, form=form)


def _say_done(visitor: Visitor, said: Said) -> str:
    """Only who chooses among people anyway reads which of the names are people."""
    if "@" not in said.comment.text:
        return _("Your comment is added.")
    if not visitor.may("assign_actions"):
        return _("Your comment is added. Whoever you named and may see it is told.")
    if not said.told:
        return _("Your comment is added. None of the names is of someone who may see this.")
    return _("Your comment is added. Told: {names}.").format(names=", ".join(said.told))


def _read_start(written: str) -> int:
    is_number = written.isascii() and written.isdigit() and len(written) < 7
    return int(written) if is_number else 0

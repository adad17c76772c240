"""Template tags for every page: the comments on a thing, and how much waits in the inbox."""

from typing import Any

from django import template
from django.template import Context

from counterpoise.actions import comments
from counterpoise.actions.comments import HiddenSubject
from counterpoise.store import inbox
from counterpoise.web import access
from counterpoise.web.inbox.forms import NewComment

register = template.Library()


@register.inclusion_tag("inbox/comments.html", takes_context=True)
def show_comments(context: Context, subject: str) -> dict[str, Any]:
    """What was said about a subject such as "plan:2026-Q4", and the form to say more.

    Who may not see the subject sees nothing.
    """
    request = context["request"]
    visitor = access.get_visitor(request)
    try:
        said = comments.list_comments(visitor, subject)
    except HiddenSubject:
        return {"is_hidden": True}
    return {
        "eyes": context["eyes"],
        "comments": said,
        "may_comment": visitor.may("comment"),
        "form": NewComment(initial={"subject": subject, "next": request.get_full_path()}),
    }


@register.inclusion_tag("inbox/unread.html", takes_context=True)
def show_unread(context: Context) -> dict[str, Any]:
    """A link to the inbox, with how much is unread; one query."""
    if not (visitor := context.get("visitor")):
        return {"unread": 0}
    unread = inbox.count_unread(visitor.id)
    return {"unread": unread, "shown": context["eyes"].reader.number(unread)}

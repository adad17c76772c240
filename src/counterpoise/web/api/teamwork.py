"""What people say to each other, and what waits for whoever asks."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import comments
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import inbox
from counterpoise.store.comments import Comment
from counterpoise.store.inbox import Item
from counterpoise.web import access
from counterpoise.web.api import paging
from counterpoise.web.api.forms import Name, Sent, Words
from counterpoise.web.api.problems import NOT_FOUND, Problem
from counterpoise.web.inbox import subjects
from counterpoise.web.workplace import now

router = Router(tags=["teamwork"])
MOST_LISTED = 1000


class ItemAnswer(Schema):
    """kind: mention, action, sign or work. about: what it is about. link: a page."""

    id: int
    kind: str
    about: str
    sender: str
    text: str
    link: str
    made_at: datetime
    read_at: datetime | None


class Items(Schema):
    items: list[ItemAnswer]
    next: str | None


class Unread(Schema):
    """unread: how many items are not marked as read."""

    unread: int


class CommentAnswer(Schema):
    """author: a user name."""

    id: int
    subject: str
    text: str
    author: str
    name: str
    made_at: datetime


class Comments(Schema):
    items: list[CommentAnswer]
    next: str | None


class CommentsWanted(paging.Page):
    subject: Name = Field(
        description="What they are about: action:PERIOD:ID, plan:PERIOD, override:ID, version:ID or"
        " job:ID."
    )


class NewComment(Sent):
    """subject: as in the list of comments. @name in the text tells that person, who may see it."""

    subject: Name
    text: Words


@router.get("/comments", response=Comments, summary="List what was said about a thing")
def list_comments(request: HttpRequest, wanted: Query[CommentsWanted]) -> dict[str, Any]:
    """In the order of writing; of the newest 500."""
    said = comments.list_comments(access.get_visitor(request), wanted.subject)
    scope = f"comments:{wanted.subject}"
    shown, following = paging.cut_page(said, _order_comments, wanted, scope)
    return paging.answer_page([to_plain(each) for each in shown], following)


@router.post("/comments", response={201: CommentAnswer}, summary="Say something about a thing")
def add_comment(request: HttpRequest, new: NewComment) -> Status[Any]:
    link = subjects.find_link(new.subject)
    visitor = access.get_visitor(request)
    said = comments.add_comment(visitor, new.subject, new.text, link=link, at=now())
    return Status(201, to_plain(said.comment))


@router.get("/inbox", response=Items, summary="List what waits for the token's owner")
def list_inbox(request: HttpRequest, page: Query[paging.Page]) -> dict[str, Any]:
    """Newest first, of the newest 1,000."""
    items = inbox.list_items(access.get_visitor(request).id, limit=MOST_LISTED)
    shown, following = paging.cut_page(items, _order, page, "inbox")
    return paging.answer_page([to_plain(each) for each in shown], following)


@router.post("/inbox/read", response=Unread, summary="Mark everything as read")
def read_all(request: HttpRequest) -> dict[str, Any]:
    person = access.get_visitor(request).id
    inbox.mark_read(person, at=now())
    return {"unread": inbox.count_unread(person)}


@router.post("/inbox/{int:item_id}/read", response=ItemAnswer, summary="Mark an item as read")
def read_item(request: HttpRequest, item_id: int) -> dict[str, Any]:
    person = access.get_visitor(request).id
    if inbox.find_item(person, item_id) is None:
        raise Problem(404, NOT_FOUND)
    inbox.mark_read(person, item_id, at=now())
    answer: dict[str, Any] = to_plain(inbox.find_item(person, item_id))
    return answer


def _order_comments(comment: Comment) -> paging.Key:
    return (comment.id,)


def _order(item: Item) -> paging.Key:
    return (-item.id,)

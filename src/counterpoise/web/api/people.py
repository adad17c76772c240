"""People: who asks, who has an account, and the trail of what everybody changed."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from counterpoise.domain.values.plain import to_plain
from counterpoise.store import audit, people
from counterpoise.store.people import Person
from counterpoise.web import access
from counterpoise.web.api import paging
from counterpoise.web.api.problems import NOT_FOUND, Problem

router = Router(tags=["people"])


class Me(Schema):
    """rights: those of the role, narrowed to the token's. reach: whose records are seen."""

    username: str
    role: str
    rights: list[str]
    reach: str
    teams: list[str]
    rep: str


class PersonAnswer(Schema):
    id: int
    username: str
    name: str
    email: str
    role: str
    teams: list[str]
    rep: str
    is_active: bool
    last_seen_at: datetime | None


class People(Schema):
    items: list[PersonAnswer]
    next: str | None


class EntryAnswer(Schema):
    """hash is over the entry and the hash before, so that nothing can be taken out unseen."""

    number: int
    at: datetime
    actor: str
    origin: str
    request: str
    verb: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    previous_hash: str
    hash: str


class Entries(Schema):
    items: list[EntryAnswer]
    next: str | None


@router.get("/me", response=Me, summary="Get whose token this is and what it may do")
def show_me(request: HttpRequest) -> dict[str, Any]:
    visitor = access.get_visitor(request)
    return {
        "username": visitor.name,
        "role": visitor.role,
        "rights": sorted(visitor.rights),
        "reach": visitor.reach,
        "teams": sorted(visitor.teams),
        "rep": visitor.rep,
    }


@router.get("/people", response=People, summary="List the accounts, by user name")
def list_people(request: HttpRequest, page: Query[paging.Page]) -> dict[str, Any]:
    shown, following = paging.cut_page(people.list_people(), _order, page, "people")
    return paging.answer_page([to_plain(each) for each in shown], following)


@router.get("/audit", response=Entries, summary="List who changed what, newest first")
def list_audit(request: HttpRequest, page: Query[paging.Page]) -> dict[str, Any]:
    after = paging.read_cursor(page, "audit")
    before = int(after[0]) if after else None
    entries = audit.list_entries(before=before, limit=page.limit + 1)
    shown = entries[: page.limit]
    more = len(entries) > page.limit
    following = paging.write_cursor((shown[-1].number,), "audit") if more else None
    return paging.answer_page([to_plain(each) for each in shown], following)


@router.get("/audit/{int:number}", response=EntryAnswer, summary="Get an entry of the trail")
def show_entry(request: HttpRequest, number: int) -> dict[str, Any]:
    entry = audit.find_entry(number)
    if entry is None:
        raise Problem(404, NOT_FOUND)
    answer: dict[str, Any] = to_plain(entry)
    return answer


def _order(person: Person) -> paging.Key:
    return person.username, person.id

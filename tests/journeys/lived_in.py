"""A workspace in which people have worked: every kind of page has something real to show."""

import re
from html import unescape
from urllib.parse import urljoin

from django.urls import Resolver404, resolve

from journeys.application import PERIOD
from people import sign_in, sign_in_by_form
from web.uploading import FormReader, file_of, propose, work_off

CELL = "/demand/2026-Q4/cell{}?measure=won_revenue&month=2026-11&region=Gulf"
PLACE = {
    "amount": "250000.00",
    "reason": "large_deal",
    "comment": "The ministry buys for 40 seats.",
}


def live_in(workspace):
    """Overrides, two runs, a scenario, a frozen plan, comments, files that wait; the last job."""
    omar = sign_in(get_account("omar"))
    send(omar, CELL.format("/override"), **PLACE, seen=PLACE["amount"], replaces="")
    send(omar, "/cycle/run", page="/cycle/", period=PERIOD)
    wish = {"name": "High demand", "demand": "high", "note": "", "edition": 0}
    made = send(omar, f"/reconcile/{PERIOD}/scenarios/make", **wish)
    do_all(workspace)
    send(omar, f"{made.url}solve", page=made.url)
    do_all(workspace)
    send(omar, f"/reconcile/{PERIOD}/versions/freeze", page=f"/reconcile/{PERIOD}/versions/")
    note = {"kind": "decision", "text": "We hire two.", "owner": "Layla", "expires_on": ""}
    send(omar, f"/reconcile/{PERIOD}/versions/notes", **note)
    said = {"subject": f"plan:{PERIOD}", "text": "@amina look at this", "next": "/cycle/"}
    send(omar, "/comments/", **said)
    (job,) = do_all(workspace)
    propose(omar, workspace, file_of())
    amina = sign_in_by_form(get_account("amina"))
    new = {"username": "adam", "name": "Adam Noor", "email": "", "role": "viewer", "teams": ""}
    send(amina, "/people/invite/", status=200, **new, rep="")
    return job


def get_account(username):
    from counterpoise.store import people

    account = people.find_account(username)
    assert account is not None, username
    return account


def send(reader, path, *, page="", status=302, **fields):
    """Send a form; page: where it stands, if it has hidden fields of its own."""
    hidden = read_form(reader.get(page)) if page else {}
    answer = reader.post(path, {**hidden, **fields})
    assert answer.status_code == status, f"{path}: {answer.status_code} {answer.content[:2000]}"
    return answer


def read_form(page):
    reader = FormReader()
    reader.feed(page.content.decode())
    return reader.answers


def do_all(workspace):
    done = work_off(workspace)
    assert [each.failure for each in done if each.failure] == []
    return done


def find_pages(reader, *more):
    """Every kind of page that links lead to from the first one: an address for each url's name."""
    found, waiting, seen = {}, ["/cycle/", "/account/", *more], set()
    while waiting:
        path = waiting.pop(0).partition("#")[0]
        name = name_page(path)
        if name is None or name in found or path in seen:
            continue
        seen.add(path)
        answer = reader.get(path)
        if answer.status_code == 302:
            waiting.append(answer.url)
        is_page = answer.status_code == 200 and b"<main" in getattr(answer, "content", b"")
        if is_page:
            found[name] = path
            waiting += list_links(answer, path)
    return found


def name_page(path):
    try:
        return resolve(path.partition("?")[0]).view_name
    except Resolver404:
        return None


def list_links(answer, path):
    html = answer.content.decode()
    return [urljoin(path, unescape(each)) for each in re.findall(r'<a [^>]*href="([^"]+)"', html)]

"""What is somebody else's shows nowhere: in no page, file, order, search, count or API answer."""

import html
import io
import random
import re
import zipfile
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote, unquote_plus, urljoin, urlsplit

import pytest

from addresses import list_addresses
from counterpoise.actions.answers import answer_cycle
from counterpoise.domain.execute.actions import propose_actions
from counterpoise.domain.execute.evidence import Evidence
from counterpoise.domain.rulebook.toml import load_defaults
from counterpoise.domain.tables.dictionary import get_tables
from counterpoise.domain.values.document import to_document
from counterpoise.store import action_states, comments, inbox, jobs, overrides, runs
from counterpoise.web import wsgi  # noqa: F401 -- threads remember here as they do in the server
from kept_forecast import GULF_IN_OCTOBER, PERIOD, build_small_cycle
from many_at_once import run_at_once
from people import PEOPLE, make_person, sign_in
from programs import make_program
from two_teams import FIELD, NAME, NOW, PART, TEAM, collect_two_teams

TALK = "zq7talk9xw"
RUN = "2026-Q4-small"
LINK = re.compile(r'(?:href|hx-get|src|action)="([^"]*)"')
SECTION = re.compile(r'<section[^>]* id="([a-z][a-z-]*)"')
LEAVING = {"/sign-out/", "/account/sessions/end/"}
HIDDEN_WORD = FIELD[:-3]
"""Finds the marked rows, and is not the whole mark where a page says what was looked for."""


class Crawler:
    """Reads whatever a visitor can ask for, and notes where a mark is seen."""

    def __init__(self, client, marks, language="en"):
        self.client, self.marks, self.language = client, marks, language
        self.waiting, self.known = deque(), set()
        self.read, self.shown, self.leaks, self.faults = 0, 0, [], []

    def add(self, address):
        if address not in self.known and not address.startswith("/static/"):
            self.known.add(address)
            self.waiting.append(address)

    def crawl(self, most):
        while self.waiting and self.read < most:
            self.ask(self.waiting.popleft())

    def ask(self, address):
        if urlsplit(address).path in LEAVING:
            return
        answer = self.client.get(address, headers={"accept-language": self.language})
        self.read += 1
        self.shown += answer.status_code == 200
        if answer.status_code >= 500:
            self.faults.append((address, answer.status_code))
        found = _read(answer)
        self.leaks += [
            (address, mark)
            for mark in self.marks
            if mark in found and mark not in unquote_plus(address)
        ]
        if "text/html" in answer.headers.get("Content-Type", "") and answer.status_code == 200:
            self.look_for_more(address, found)

    def look_for_more(self, address, page):
        for link in LINK.findall(page):
            whole = urljoin(f"http://localhost{address}", html.unescape(link))
            parts = urlsplit(whole)
            if parts.netloc == "localhost":
                self.add(parts.path + (f"?{parts.query}" if parts.query else ""))
        if "?" in address:
            return
        for table in SECTION.findall(page):
            for asked in (f"q={HIDDEN_WORD}", "q=east", "export=csv", "export=xlsx", "page=2"):
                self.add(f"{address}?{table}.{asked}")


def _read(answer):
    """The body and the headers as text; a workbook is unpacked."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            body = b"\n".join(packed.read(name) for name in packed.namelist())
    return body.decode("utf-8", "replace") + repr(dict(answer.headers))


@pytest.fixture
def company(workspace_like):
    """Both teams' data, a plan, and what people of the West and of operations said and did."""
    from counterpoise.store import ledger

    workspace_like(collect_two_teams)
    keep_small_cycle(ledger.get_current_build().id)
    rows = {
        "rep": make_person("rep", teams=["East"]),
        "leader": make_person("leader"),
        "operations": make_person("operations"),
        "west": make_person("rep", username="adam", name=NAME, rep=NAME, teams=[TEAM]),
    }
    west, at = rows["west"].pk, datetime(2026, 10, 1, tzinfo=UTC)
    standing = action_states.find_standing(PERIOD, "A1")
    kept = action_states.Standing(
        state="dropped",
        owner=action_states.find_worker(west),
        reason=TALK,
        edition=standing.edition,
    )
    action_states.keep_standing(PERIOD, "A1", kept, verb="moved", at=at)
    for subject in (f"action:{PERIOD}:A1", f"plan:{PERIOD}", "override:1"):
        comments.add_comment(subject, f"{TALK} @huda", author_id=west, at=at)
    inbox.tell(west, "mention", f"plan:{PERIOD}", "/cycle/", TALK, at)
    jobs.keep_job("cycle", {"period": PERIOD, "said": TALK}, key="k", asked_by=west, at=at)
    draft = overrides.Draft(PERIOD, GULF_IN_OCTOBER, 7000, 6000, "large_deal", TALK)
    overrides.make(draft, author_id=west, role="leader", at=at)
    given = {"owner": rows["rep"].pk, "edition": 0}
    for repair in list_repairs():
        done = sign_in(rows["operations"]).post(f"/execute/{PERIOD}/assign/{repair}", given)
        assert done.status_code == 302
    return rows


def keep_small_cycle(build):
    """A run with a forecast to override, kept as a cycle is; it proposes to mend what was found."""
    from counterpoise.actions import kept

    small, health = build_small_cycle(), kept.find_examined(build).health
    found = Evidence(small.period, small.as_of, small.currency, health, None, None, None, None)
    repairs = propose_actions(found, load_defaults())
    cycle = replace(small, build=build, health=health, actions=(*small.actions, *repairs))
    names = tuple(f"{PERIOD}-{plan.scenario}" for plan in cycle.plans)
    document = answer_cycle(cycle, names)
    whole = to_document(cycle)
    runs.save_run(runs.Run(RUN, PERIOD, cycle.as_of, build, NOW, document, whole))


def list_repairs():
    """Ids of the actions that come from findings."""
    from counterpoise.actions import kept

    return [each.id for each in kept.find_cycle(RUN).actions if each.id.startswith("repair:")]


def list_seeds():
    """Every address, with examples that are there: of measures, findings, jobs, actions."""
    from counterpoise.actions import kept
    from counterpoise.store import ledger

    examined = kept.find_examined(ledger.get_current_build().id)
    seeds = [path for name, path in list_addresses() if not name.startswith("api:")]
    names = sorted({each.name for each in examined.measures})
    seeds += [f"/collect/measures/{name}/" for name in names]
    asked = ["", "?by=team", "?by=rep", f"?by=rep&is={quote(NAME)}", f"?by=team&is={quote(TEAM)}"]
    asked += ["?by=rep&is=Huda+Salem", f"?by=stage&is={PART}+stage+1", f"?by=region&is={PART}"]
    seeds += [f"/collect/measures/{name}/rows/{each}" for name in names for each in asked]
    found = {(each.table, each.attribute, each.rule) for each in examined.health.findings}
    for each in sorted(found):
        path = f"/collect/health/{'/'.join(each)}/"
        seeds += [path, f"{path}?rep={quote(NAME)}", f"{path}?rep=Huda+Salem"]
    seeds += [f"/work/{each.id}/" for each in jobs.list_jobs()]
    seeds += [
        f"/execute/{PERIOD}/action/{each}" for each in ("A1", "A2", "A3", "A4", *list_repairs())
    ]
    return seeds


def list_api_seeds():
    about = [f"action:{PERIOD}:A1", f"plan:{PERIOD}", "override:1"]
    about += [f"job:{each.id}" for each in jobs.list_jobs()]
    paths = [path for name, path in list_addresses() if name.startswith("api:")]
    actions = ["A1", *list_repairs()]
    return [
        *paths,
        *(f"/api/v1/comments?subject={quote(each)}" for each in about),
        *(f"/api/v1/execute/{PERIOD}/actions/{each}" for each in actions),
        f"/api/v1/cycles/{RUN}",
    ]


def crawl(person, marks, most, language="en"):
    browser = sign_in(person)
    browser.raise_request_exception = False
    crawler = Crawler(browser, marks, language)
    for seed in list_seeds():
        crawler.add(seed)
    crawler.crawl(most)
    return crawler


def ask_by_chance(crawler, until):
    """Sorts by fields that a table does not show, filters, pages and files, in any mixture."""
    dice = random.Random(3)
    paths = sorted({urlsplit(each).path for each in crawler.known})
    fields = [each.name for table in get_tables() for each in table.attributes]
    while crawler.read < until:
        asked = [
            f"{table}.{key}={value}"
            for table in ("records", "people", "fixes", "actions", "items", "parts")
            for key, value in (
                ("sort", dice.choice(["", "-"]) + dice.choice(fields)),
                ("q", dice.choice(["", "west", HIDDEN_WORD, "zq7"])),
                ("page", dice.choice(["1", "2", "3"])),
                (dice.choice(fields), dice.choice(["", "west", "1"])),
                ("export", dice.choice(["", "", "csv", "xlsx"])),
            )
        ]
        crawler.ask(f"{dice.choice(paths)}?{'&'.join(asked)}")


@pytest.mark.case("WEB-03")
@pytest.mark.parametrize(
    ("whose", "marks", "most", "shown"),
    [
        pytest.param("rep", (FIELD, PART, NAME, TEAM, TALK), 320, 50, id="a rep"),
        pytest.param("leader", (FIELD,), 200, 50, id="a leader, who may know teams and figures"),
    ],
)
def test_nothing_of_the_west_is_seen_from_the_east(company, whose, marks, most, shown):
    crawler = crawl(company[whose], marks, most)
    assert crawler.leaks == []
    assert crawler.faults == []
    assert crawler.read == most
    assert crawler.shown >= shown


@pytest.mark.case("WEB-03")
def test_who_may_see_everything_meets_every_mark(company):
    """Otherwise the crawl above would pass over nothing."""
    browser = sign_in(company["operations"])
    crawler = Crawler(browser, (FIELD, PART, NAME, TEAM, TALK))
    for path in (
        "/collect/measures/people/",
        "/collect/measures/won_deals/rows/",
        f"/execute/{PERIOD}/action/A1",
        "/collect/measures/won_deals/rows/?records.export=xlsx",
    ):
        crawler.ask(path)
    assert {mark for _, mark in crawler.leaks} == {FIELD, PART, NAME, TEAM, TALK}


@pytest.mark.case("WEB-03")
def test_what_is_to_be_mended_is_told_by_a_row_of_the_west_to_who_sees_everyone(company):
    """Otherwise the actions that come of it could quote nothing from there."""
    browser = sign_in(company["operations"])
    assert FIELD in browser.get("/collect/health/").content.decode()
    assert len(list_repairs()) == 4
    for repair in list_repairs():
        path = "/".join(repair.removeprefix("repair:").replace(":", "/").split("."))
        assert FIELD in browser.get(f"/collect/health/{path}/").content.decode()


@pytest.mark.case("WEB-03")
@pytest.mark.parametrize("whose", ["rep", "leader", "viewer", "marketing"])
def test_an_action_quotes_no_row_of_somebody_else(company, whose):
    """Whoever works on what came of a finding reads of it without an example."""
    person = company.get(whose) or make_person(whose)
    browser, program = sign_in(person), make_program(person)
    crawler = Crawler(browser, (FIELD,))
    for repair in list_repairs():
        answer = browser.get(f"/execute/{PERIOD}/action/{repair}")
        assert (answer.status_code, "rows of" in answer.content.decode()) == (200, True)
        crawler.ask(f"/execute/{PERIOD}/action/{repair}")
        told = program.get(f"/execute/{PERIOD}/actions/{repair}")
        assert (told.status_code, FIELD in _read(told)) == (200, False)
    for path in (f"/execute/{PERIOD}/", f"/execute/{PERIOD}/?actions.export=csv", "/inbox/"):
        crawler.ask(path)
        crawler.ask(path.replace("csv", "xlsx"))
    assert crawler.leaks == []
    assert crawler.shown == crawler.read


@pytest.mark.case("WEB-03")
@pytest.mark.parametrize("whose", ["rep", "leader"])
def test_the_api_tells_the_east_nothing_of_the_west(company, whose):
    marks = (FIELD, TALK) if whose == "rep" else (FIELD,)
    program = make_program(company[whose])
    leaks = []
    for path in list_api_seeds():
        answer = program.get(path.removeprefix("/api/v1"))
        leaks += [(path, mark) for mark in marks if mark in _read(answer)]
        assert answer.status_code < 500, path
    assert leaks == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.case("WEB-03")
def test_nothing_is_seen_in_5000_answers(company):
    for language in ("en", "ar"):
        marks = (FIELD, PART, NAME, TEAM, TALK)
        crawler = crawl(company["rep"], marks, most=2000, language=language)
        ask_by_chance(crawler, until=2500)
        assert crawler.leaks == []
        assert crawler.faults == []
        assert crawler.read >= 2500


@pytest.fixture
def crowd(company):
    """Eight people; each has something in the inbox that is for nobody else."""
    roles = ("rep", "leader", "finance", "executive", "viewer", "marketing", "operations", "rep")
    people = []
    for number, role in enumerate(roles):
        name = f"person{number}"
        facts = {**PEOPLE[role], "username": name, "name": f"Only {name}"}
        facts |= {"rep": "Huda Salem" if number == 0 else NAME} if role == "rep" else {}
        person = make_person(role, **facts)
        inbox.tell(
            person.pk, "mention", f"plan:{PERIOD}", "/cycle/", f"secret-{number}-{role}", NOW
        )
        people.append((number, role, person))
    return people


@pytest.mark.case("CON-11")
@pytest.mark.parametrize(
    "rounds",
    [
        pytest.param(12, id="some"),
        pytest.param(2500, id="full", marks=[pytest.mark.soak, pytest.mark.timeout(7200)]),
    ],
)
def test_threads_that_serve_at_once_never_mix_up_people(crowd, rounds):
    mixed = []

    def visit(number, role, person):
        language = ("en", "ar")[number % 2]
        browser = sign_in(person, accept_language=language)
        mine, others = f"secret-{number}-", [f"secret-{n}-" for n in range(8) if n != number]
        for turn in range(rounds):
            for path in (
                "/inbox/",
                "/account/",
                "/collect/measures/people/",
                f"/execute/{PERIOD}/?actions.page={turn % 2 + 1}",
            ):
                page = browser.get(path)
                content = page.content.decode()
                wrong = [each for each in others if each in content]
                if page.status_code == 200 and f'lang="{language}"' not in content:
                    wrong.append("another's language")
                if path == "/inbox/" and mine not in content:
                    wrong.append("not their own")
                if role == "rep" and "people" in path:
                    wrong += ["another's figures"] * ((NAME in content) != (number != 0))
                if wrong:
                    mixed.append((number, path, page.status_code, wrong))

    run_at_once(*(lambda each=each: visit(*each) for each in crowd))
    assert mixed == []

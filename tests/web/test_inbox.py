"""Comments and the inbox: who reads, who is told, and text that stays text."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from counterpoise.actions import comments as speaking
from counterpoise.actions.comments import clean_text, find_mentions
from counterpoise.domain.values.text import text
from counterpoise.store import action_states, audit, comments, inbox, jobs, people
from counterpoise.store import rules as stored
from counterpoise.web.inbox.subjects import find_link, find_way_back
from kept_forecast import PERIOD, keep_build, keep_run
from people import make_everyone, make_person, sign_in
from reporting_company import build_cycle
from shown_pages import field_of, text_of
from web.browsing import browsing, list_payloads

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
A1 = f"action:{PERIOD}:A1"
PLAN = f"plan:{PERIOD}"
AT_A1 = f"/execute/{PERIOD}/action/A1"


@pytest.fixture
def ran(workspace):
    keep_build()
    keep_run(build_cycle())


@pytest.fixture
def team(ran):
    return make_everyone()


@pytest.fixture
def browsers(team):
    return {role: sign_in(person) for role, person in team.items()}


@pytest.fixture
def huda_owns(browsers, team):
    sent = {"edition": 0, "owner": team["rep"].pk}
    assert browsers["operations"].post(f"/execute/{PERIOD}/assign/A1", sent).status_code == 302
    inbox.mark_read(team["rep"].pk, at=NOON)


def say(browser, words, subject=A1, back=AT_A1):
    return browser.post("/comments/", {"subject": subject, "text": words, "next": back})


def said(subject=A1):
    return [(each.author, each.text) for each in comments.list_comments(subject)]


def entries():
    """What the trail says of comments and the inbox."""
    return [each for each in audit.list_entries() if not each.verb.startswith("data.")]


def told(person):
    return [item.kind for item in inbox.list_items(person.pk) if item.read_at is None]


def test_a_comment_stands_on_the_page_under_its_authors_name(browsers):
    done = say(browsers["finance"], "Is this\r\nin the budget?")
    (kept,) = comments.list_comments(A1)
    assert done.url == f"{AT_A1}#comment-{kept.id}"
    page = browsers["viewer"].get(AT_A1)
    assert "Farid Aziz" in text_of(page)
    assert said() == [("farid", "Is this\nin the budget?")]
    (entry,) = entries()
    assert (entry.verb, entry.subject, entry.after["text"]) == (
        "comment.added", A1, "Is this\nin the budget?",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "why"),
    [
        pytest.param(" \r\n ", "Write something", id="nothing"),
        pytest.param("x" * 5001, "5,001 characters; 5,000 fit", id="a letter too many"),
    ],
)
def test_a_refused_comment_is_kept_in_the_form_and_nowhere_else(browsers, words, why):
    page = say(browsers["finance"], words)
    assert (page.status_code, why in text_of(page)) == (422, True)
    assert field_of(page, "text").strip() == words.strip()
    assert (said(), entries()) == ([], [])


def test_line_ends_of_the_browser_do_not_count_twice(browsers):
    assert say(browsers["finance"], "x\r\n" * 2500).status_code == 302


@pytest.mark.parametrize("role", ["viewer"])
def test_who_may_not_comment_reads_and_has_no_form(browsers, role):
    say(browsers["finance"], "Is this in the budget?")
    page = browsers[role].get(AT_A1)
    assert "Is this in the budget?" in text_of(page)
    assert field_of(page, "text") is None
    assert say(browsers[role], "Me too").status_code == 404
    assert len(said()) == 1


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(A1, id="an action that is not theirs"),
        pytest.param(PLAN, id="a plan"),
        pytest.param("override:1", id="an override"),
        pytest.param("version:1", id="a version"),
        pytest.param(f"action:{PERIOD}:none", id="an action that there is not"),
        pytest.param("person:1", id="a kind that there is not"),
        pytest.param("action", id="no subject"),
        pytest.param("", id="nothing"),
        pytest.param("job:" + "f" * 300, id="far too long"),
    ],
)
def test_what_a_rep_may_not_see_is_hidden_like_what_is_missing(browsers, subject):
    assert say(browsers["rep"], "Hello", subject).status_code == 404
    assert comments.list_comments(subject) == ()


def test_the_owner_of_an_action_speaks_about_it(browsers, huda_owns):
    assert say(browsers["rep"], "I begin tomorrow.").status_code == 302
    assert said() == [("huda", "I begin tomorrow.")]


def test_who_reads_the_plan_speaks_about_it_and_the_page_shows_it(browsers):
    assert say(browsers["marketing"], "Good.", PLAN, "/measure/").status_code == 302
    assert say(browsers["marketing"], "Good.", "plan:2031-Q1").status_code == 404
    assert said(PLAN) == [("mona", "Good.")]


@pytest.mark.parametrize("subject", ["override:1", "version:1", "override:x", "version:²"])
def test_an_override_or_version_that_there_is_not(browsers, subject):
    assert say(browsers["operations"], "Hello", subject).status_code == 404


def test_work_is_for_whoever_asked_and_operations(browsers, team):
    asked_by = team["marketing"].pk
    job, _ = jobs.keep_job("cycle", {}, key="k", asked_by=asked_by, at=NOON)
    subject = f"job:{job.id}"
    assert say(browsers["marketing"], "Why so long?", subject, "/").status_code == 302
    assert say(browsers["operations"], "It waits.", subject, "/").status_code == 302
    assert say(browsers["finance"], "Hello", subject, "/").status_code == 404
    assert say(browsers["operations"], "Hello", "job:none", "/").status_code == 404


def test_comments_of_what_is_hidden_are_not_told_to_programs_either(team):
    visitor = people.get_visitor(team["rep"])
    with pytest.raises(speaking.HiddenSubject):
        speaking.list_comments(visitor, A1)
    with pytest.raises(speaking.HiddenSubject):
        speaking.add_comment(visitor, A1, "Hello", link="/", at=NOON)


def test_who_is_mentioned_and_may_see_it_is_told(browsers, team):
    page = browsers["operations"].post(
        "/comments/",
        {"subject": A1, "text": "@farid, @layla and @huda: please look. @omar", "next": AT_A1},
        follow=True,
    )
    assert told(team["finance"]) == told(team["leader"]) == ["mention"]
    assert told(team["rep"]) == [], "the action is not hers"
    assert told(team["operations"]) == [], "nobody is told what they said themselves"
    assert "Told: farid, layla." in text_of(page)
    (item,) = inbox.list_items(team["finance"].pk)
    (kept,) = comments.list_comments(A1)
    assert (item.sender, item.link) == ("omar", f"{AT_A1}#comment-{kept.id}")


def test_mentions_say_nothing_of_who_there_is(browsers, team, huda_owns):
    """A rep who tries names learns nothing from the answer, whoever they name."""
    make_person("viewer", username="gone", is_active=False)
    answers = set()
    for name in ("vera", "nobody-at-all", "gone"):
        done = browsers["rep"].post(
            "/comments/", {"subject": A1, "text": f"@{name}", "next": AT_A1}, follow=True
        )
        answers.add(text_of(done).count("Whoever you named and may see it is told"))
    assert answers == {1}
    assert told(team["viewer"]) == ["mention"]


def test_who_names_nobody_real_is_told_so_if_they_know_the_names_anyway(browsers):
    done = browsers["leader"].post(
        "/comments/", {"subject": A1, "text": "@omarr", "next": AT_A1}, follow=True
    )
    assert "None of the names is of someone" in text_of(done)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        pytest.param("@huda", ("huda",), id="alone"),
        pytest.param("Ask @huda.", ("huda.", "huda"), id="before a full stop"),
        pytest.param("@a.noor, look", ("a.noor",), id="with a full stop within"),
        pytest.param("(@huda) @huda", ("huda",), id="twice is once"),
        pytest.param("huda@example.com", (), id="an address is no mention"),
        pytest.param("@ huda", (), id="a lonely sign"),
        pytest.param("@...", ("...",), id="signs only"),
        pytest.param("@ليلى", ("ليلى",), id="in Arabic"),
        pytest.param(" ".join(f"@p{n}" for n in range(30)), tuple(f"p{n}" for n in range(20)),
                     id="of many the first twenty"),
    ],
)  # fmt: skip
def test_mentions(written, names):
    assert find_mentions(written) == names


@pytest.mark.case("WEB-18")
@given(
    st.text(
        alphabet=st.sampled_from("a \r\n\t\x00\x1b[31m\u2028\u2029\x85\x0b\x7f\x9b"), max_size=40
    )
)
def test_what_is_kept_forges_no_line_and_no_colour(written):
    clean = clean_text(written)
    assert not set(clean) & set("\r\x00\x1b\u2028\u2029\x85\x0b\x7f\x9b")
    assert clean_text(clean) == clean


@pytest.mark.case("WEB-18")
def test_a_comment_that_looks_like_log_lines_is_one_entry_and_no_line(browsers, caplog):
    forged = "fine\r\n2026-10-01 INFO signed by emad\u2028\x1b[31mroot"
    with caplog.at_level("DEBUG"):
        say(browsers["finance"], forged)
    assert "signed by emad" not in "".join(
        each.getMessage() for each in caplog.records if not each.name.startswith("django.db")
    )
    (entry,) = entries()
    assert entry.after["text"] == "fine\n2026-10-01 INFO signed by emad\n[31mroot"


def test_the_inbox_of_someone_for_whom_nothing_waits(browsers):
    page = browsers["viewer"].get("/inbox/")
    assert "Nothing waits for you" in text_of(page)
    assert "unread" not in text_of(page)


def test_what_waits_is_counted_on_every_page_until_it_is_read(browsers, team, huda_owns):
    say(browsers["operations"], "@huda please begin.")
    assert "1 unread" in text_of(browsers["rep"].get(AT_A1))
    page = browsers["rep"].get("/inbox/")
    assert "You were mentioned" in text_of(page)
    assert "@huda please begin." in text_of(page)
    item = inbox.list_items(team["rep"].pk)[0]
    opened = browsers["rep"].post(f"/inbox/{item.id}/open")
    assert opened.url == item.link
    assert inbox.count_unread(team["rep"].pk) == 0
    assert "1 unread" not in text_of(browsers["rep"].get(AT_A1))


def test_what_the_product_says_is_read_in_the_readers_language(browsers, team):
    sent = {"edition": 0, "owner": team["finance"].pk}
    browsers["operations"].post(f"/execute/{PERIOD}/assign/A4", sent)
    team["finance"].language = "ar"
    team["finance"].save()
    page = text_of(sign_in(team["finance"]).get("/inbox/"))
    assert "املؤوا مسار الصفقات" in page


def test_one_item_or_all_are_marked_as_read(browsers, team):
    person = team["finance"].pk
    for number in range(3):
        inbox.tell(person, "work", f"job:{number}", "/", text("Done."), NOON)
    first = inbox.list_items(person)[-1]
    browsers["finance"].post(f"/inbox/{first.id}/read")
    assert inbox.count_unread(person) == 2
    assert inbox.mark_read(person, first.id, at=NOON) == 0, "once read, it is read"
    browsers["finance"].post("/inbox/read")
    assert inbox.count_unread(person) == 0
    assert entries() == []


@pytest.mark.parametrize("verb", ["open", "read"])
def test_another_persons_item_is_not_there(browsers, team, verb):
    inbox.tell(team["finance"].pk, "work", "job:1", "/", "Done.", NOON)
    (item,) = inbox.list_items(team["finance"].pk)
    assert browsers["operations"].post(f"/inbox/{item.id}/{verb}").status_code == 404
    assert inbox.count_unread(team["finance"].pk) == 1


def test_a_long_inbox_is_read_in_pages_with_as_many_questions_as_a_short_one(browsers, team):
    person = team["viewer"].pk
    inbox.tell(person, "work", "job:0", "/", "Number 0", NOON)
    browsers["viewer"].get("/inbox/")
    with CaptureQueriesContext(connection) as few:
        browsers["viewer"].get("/inbox/")
    for number in range(1, 120):
        inbox.tell(
            person, "other", f"job:{number}", "/", f"Number {number}", NOON + timedelta(number)
        )
    with CaptureQueriesContext(connection) as many:
        newest = browsers["viewer"].get("/inbox/")
    assert len(many) == len(few) <= 30
    assert ("Number 119" in text_of(newest), "Older" in text_of(newest)) == (True, True)
    oldest = text_of(browsers["viewer"].get("/inbox/?start=100"))
    assert ("Number 0" in oldest, "Newer" in oldest, "Older" in oldest) == (True, True, False)
    assert browsers["viewer"].get("/inbox/?start=nonsense").status_code == 200


@pytest.mark.parametrize(
    ("wanted", "way"),
    [
        pytest.param("/measure/?periods.page=2", "/measure/?periods.page=2", id="a page of ours"),
        pytest.param("https://evil.example/", AT_A1, id="another host"),
        pytest.param("//evil.example/", AT_A1, id="another host, without a scheme"),
        pytest.param("/\\evil.example/", AT_A1, id="another host, for some browsers"),
        pytest.param("javascript:alert(1)", AT_A1, id="a script"),
        pytest.param("", AT_A1, id="nothing"),
    ],
)
def test_the_way_back_stays_in_the_house(wanted, way):
    assert find_way_back(wanted, A1) == way


@pytest.mark.parametrize(
    ("subject", "link"),
    [
        pytest.param(A1, AT_A1, id="an action"),
        pytest.param("override:1", "/demand/overrides/1/", id="an override"),
        pytest.param("job:abc", "/work/abc/", id="work"),
        pytest.param("person:1", "/inbox/", id="what has no page"),
        pytest.param("action:x", "/inbox/", id="what cannot have one"),
    ],
)
def test_where_a_thing_lies(subject, link):
    assert find_link(subject) == link


@pytest.mark.case("WEB-09")
def test_three_hundred_attacks_in_text_stay_text_in_a_browser(browsers, team):
    payloads = list_payloads()
    assert len(payloads) == 300
    person = team["finance"]
    for each in payloads:
        comments.add_comment(A1, each, author_id=person.pk, at=NOON)
        inbox.tell(person.pk, "mention", A1, AT_A1, each, NOON)
    dropped = action_states.find_standing(PERIOD, "A1")
    reasoned = type(dropped)("dropped", reason=payloads[0])
    action_states.keep_standing(PERIOD, "A1", reasoned, verb="moved", at=NOON)
    rules = [
        stored.Rule("stage.kind", each[:200], each, each[:100], NOON.date(), each)
        for each in payloads
    ]
    stored.append_rules(rules, at=NOON)
    session = browsers["finance"].cookies["sessionid"].value
    paths = [
        AT_A1,
        *(f"/inbox/?start={start}" for start in range(0, 300, 50)),
        *(f"/rulebook/?rules.q=alert&rules.page={page}" for page in range(1, 11)),
        "/rulebook/difference/?start=2026-09-01&end=2026-10-02",
    ]
    with browsing(session) as page:
        dialogs, requests = [], []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: requests.append(request.url))
        for path in paths:
            assert page.goto(path).status == 200
            assert page.evaluate("window.violations") == []
            assert (
                page.evaluate(
                    "[...document.querySelectorAll('[href], [src], [action]')].filter(each =>"
                    " /^\\s*(javascript|data):/i.test(each.getAttribute('href') ||"
                    " each.getAttribute('src') || each.getAttribute('action'))).length"
                )
                == 0
            )
            if path == AT_A1:
                shown = page.evaluate(
                    "[...document.querySelectorAll('.comment p:last-child')]"
                    ".map(each => each.textContent)"
                )
                assert shown == payloads
    assert dialogs == []
    assert [url for url in requests if not url.startswith("http://127.0.0.1")] == []

"""Actions: who sees, gives and moves them, and two people who change the same one."""

from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterpoise.domain.execute.tracking import NotTheirs, Standing
from counterpoise.store import action_states, audit, inbox, people
from kept_forecast import PERIOD, keep_build, keep_run
from people import make_everyone, make_person, sign_in
from reporting_company import build_cycle
from shown_pages import field_of, rows_of, text_of

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
LIST = f"/execute/{PERIOD}/"
A1 = f"{LIST}action/A1"
READERS = (
    "administrator", "operations", "leader", "finance", "marketing", "executive", "viewer",
)  # fmt: skip


@pytest.fixture
def ran(workspace):
    keep_build()
    keep_run(build_cycle())


@pytest.fixture
def team(ran):
    everyone = make_everyone()
    everyone["rep"].teams = ["East"]
    everyone["rep"].save()
    return everyone


@pytest.fixture
def browsers(team):
    return {role: sign_in(person) for role, person in team.items()}


def post(browser, verb, action="A1", edition=0, **sent):
    return browser.post(f"{LIST}{verb}/{action}", {"edition": edition, **sent})


def stands(action="A1"):
    found = action_states.find_standing(PERIOD, action)
    return found.state, found.owner and found.owner.login, found.due_on, found.edition


UNTOUCHED = ("open", None, None, 0)


def verbs():
    entries = audit.list_entries()
    return [each.verb for each in entries if each.subject.startswith("action:")]


@pytest.mark.parametrize("role", READERS)
def test_whoever_reads_the_plan_sees_all_actions(browsers, role):
    page = browsers[role].get(LIST)
    assert page.status_code == 200
    assert len(rows_of(page, "actions")) == 4
    assert browsers[role].get(A1).status_code == 200


def test_the_step_opens_with_the_newest_period(browsers):
    assert browsers["viewer"].get("/execute/").url == LIST


def test_before_the_first_run_the_page_says_what_to_do(workspace):
    page = sign_in(make_person("viewer")).get("/execute/")
    assert "No cycle was run yet" in text_of(page)


def test_a_rep_without_actions_reads_so(browsers):
    page = browsers["rep"].get("/execute/")
    assert (page.status_code, "No action is yours" in text_of(page)) == (200, True)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(LIST, id="the list"),
        pytest.param(A1, id="an action"),
        pytest.param(f"{LIST}action/none", id="one that there is not"),
        pytest.param("/execute/2031-Q1/", id="a period that was never run"),
    ],
)
def test_what_is_not_a_reps_is_hidden_like_what_is_missing(browsers, path):
    assert browsers["rep"].get(path).status_code == 404


def test_a_rep_sees_the_action_that_is_theirs_and_no_other(browsers, team):
    post(browsers["leader"], "assign", owner=team["rep"].pk)
    page = browsers["rep"].get("/execute/", follow=True)
    assert len(rows_of(page, "actions")) == 1
    assert browsers["rep"].get(A1).status_code == 200
    assert browsers["rep"].get(f"{LIST}action/A2").status_code == 404


def test_giving_an_action_tells_its_owner_and_the_trail(browsers, team):
    done = post(browsers["leader"], "assign", owner=team["rep"].pk)
    assert done.url == A1
    assert stands() == ("open", "huda", None, 1)
    (item,) = inbox.list_items(team["rep"].pk)
    assert (item.kind, item.sender, item.link) == ("action", "layla", A1)
    assert "hiring for" in str(item.text)
    assert verbs() == ["action.assigned"]
    history = rows_of(browsers["leader"].get(A1), "history")
    assert [row[1:] for row in history] == [["layla", "Owner", "–", "huda"]]


def test_who_takes_an_action_is_not_told_what_they_know(browsers, team):
    post(browsers["leader"], "assign", owner=team["leader"].pk)
    assert (stands()[1], inbox.count_unread(team["leader"].pk)) == ("layla", 0)


@pytest.mark.parametrize("role", ["rep", "finance", "marketing", "executive", "viewer"])
def test_who_may_not_give_actions_finds_nothing_there(browsers, team, role):
    assert post(browsers[role], "assign", owner=team["rep"].pk).status_code == 404
    assert post(browsers[role], "due", due_on="2026-12-01").status_code == 404
    assert (stands(), verbs()) == (UNTOUCHED, [])


def test_a_leader_gives_nothing_to_a_rep_of_another_team(browsers):
    adam = make_person("rep", username="adam", name="Adam Noor", teams=["West"])
    page = browsers["leader"].get(A1)
    assert "Adam Noor" not in page.content.decode()
    assert post(browsers["leader"], "assign", owner=adam.pk).status_code == 422
    assert stands() == UNTOUCHED
    assert post(browsers["operations"], "assign", owner=adam.pk).status_code == 302
    assert post(browsers["leader"], "assign", edition=1, owner=adam.pk).status_code == 404


def test_an_account_that_is_gone_is_given_nothing(browsers, team):
    from counterpoise.actions import tracking

    visitor = people.get_visitor(team["operations"])
    found = tracking.find_tracked(visitor, PERIOD, "A1")
    with pytest.raises(NotTheirs, match="Choose one of the list"):
        tracking.assign(visitor, found, 999_999, edition=0, link=A1, at=NOON)


def test_the_owner_moves_an_action_to_its_end(browsers, team):
    post(browsers["leader"], "assign", owner=team["rep"].pk)
    post(browsers["rep"], "state", edition=1, state="in_progress")
    post(browsers["rep"], "state", edition=2, state="done")
    assert stands() == ("done", "huda", None, 3)
    assert verbs() == ["action.moved", "action.moved", "action.assigned"]


@pytest.mark.parametrize("role", ["rep", "leader", "finance", "marketing", "executive", "viewer"])
def test_who_has_nothing_to_do_with_an_action_does_not_move_it(browsers, role):
    assert post(browsers[role], "state", state="done").status_code == 404
    assert stands() == UNTOUCHED


@pytest.mark.parametrize(
    ("verb", "sent", "why"),
    [
        pytest.param("state", {"state": "dropped"}, "Say why", id="dropped without a reason"),
        pytest.param("state", {"state": "asleep"}, "not one of the available", id="no state"),
        pytest.param("assign", {"owner": "999999"}, "not one of the available", id="nobody"),
        pytest.param("assign", {"owner": ""}, "required", id="no owner"),
        pytest.param("due", {"due_on": "tomorrow"}, "valid date", id="no day"),
        pytest.param("state", {"state": "done", "edition": "x"}, "whole number", id="no edition"),
    ],
)
def test_a_refused_change_leaves_nothing(browsers, verb, sent, why):
    page = post(browsers["operations"], verb, **sent)
    assert (page.status_code, why in text_of(page)) == (422, True)
    assert (stands(), verbs()) == (UNTOUCHED, [])


def test_the_due_day_is_set_and_taken_back(browsers):
    post(browsers["operations"], "due", due_on="2027-01-31")
    assert stands()[2] == date(2027, 1, 31)
    assert "the cycle proposed" in text_of(browsers["operations"].get(A1))
    post(browsers["operations"], "due", edition=1, due_on="")
    assert stands() == ("open", None, None, 2)


@pytest.mark.case("WEB-15")
def test_who_saves_second_sees_both_and_keeps_what_they_wrote(browsers):
    post(browsers["operations"], "state", state="in_progress")
    page = post(browsers["administrator"], "state", state="dropped", reason="The tender is off.")
    assert page.status_code == 409
    assert "In progress" in text_of(page)
    assert "You wantedDropped" in text_of(page)
    assert field_of(page, "reason") == "The tender is off."
    assert field_of(page, "edition") == "1"
    assert stands() == ("in_progress", None, None, 1)
    post(browsers["administrator"], "state", edition=1, state="dropped", reason="Off.")
    assert stands()[0] == "dropped"
    assert "Off." in text_of(browsers["viewer"].get(A1))


@pytest.mark.case("WEB-15")
@pytest.mark.parametrize("sent", [{"owner": "1"}, {"due_on": "2026-12-24"}], ids=["owner", "day"])
def test_other_changes_conflict_too(browsers, team, sent):
    post(browsers["operations"], "state", state="in_progress")
    verb = "assign" if "owner" in sent else "due"
    sent = {"owner": team["rep"].pk} if verb == "assign" else sent
    page = post(browsers["administrator"], verb, **sent)
    assert page.status_code == 409
    assert stands() == ("in_progress", None, None, 1)


@pytest.mark.case("WEB-15")
@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(order=st.permutations(["a reads", "b reads", "a saves", "b saves"]))
def test_whatever_the_order_no_change_is_lost(workspace, order):
    """Whoever saves on what they did not see is refused; every save that was taken counts."""
    action = "".join(order)
    start = action_states.find_standing(PERIOD, action).edition
    seen, saved = {}, 0
    for who, _, step in (each.partition(" ") for each in order):
        if step == "reads":
            seen[who] = action_states.find_standing(PERIOD, action)
            continue
        now = action_states.find_standing(PERIOD, action)
        wanted = seen.get(who, Standing(edition=start))
        try:
            action_states.keep_standing(PERIOD, action, wanted, verb="moved", at=NOON)
        except action_states.EditionChanged:
            was_taken = False
        else:
            was_taken = True
        assert was_taken == (wanted.edition == now.edition)
        saved += was_taken
    assert action_states.find_standing(PERIOD, action).edition == start + saved


@pytest.mark.case("WEB-15")
def test_of_people_who_save_at_once_each_edition_is_one_persons(workspace_on_each_store):
    threads, rounds = 4, 25
    ready, won = Barrier(threads), []

    def save():
        ready.wait()
        for _ in range(rounds):
            standing = action_states.find_standing(PERIOD, "A1")
            try:
                kept = action_states.keep_standing(PERIOD, "A1", standing, verb="moved", at=NOON)
                won.append(kept.edition)
            except action_states.EditionChanged:
                pass
        connections.close_all()

    working = [Thread(target=save) for _ in range(threads)]
    for each in working:
        each.start()
    for each in working:
        each.join()
    assert sorted(won) == list(range(1, len(won) + 1))
    assert len(won) >= rounds
    assert action_states.find_standing(PERIOD, "A1").edition == len(won)
    assert len(verbs()) == len(won)
    assert audit.check_chain().broken_at is None


def test_an_action_that_is_no_longer_proposed_stays_where_somebody_took_it_up(browsers):
    post(browsers["operations"], "state", action="A2", state="in_progress")
    cycle = build_cycle()
    keep_run(run="2026-Q4-old", is_whole=False)
    assert len(rows_of(browsers["viewer"].get(LIST), "actions")) == 4
    keep_run(replace(cycle, actions=cycle.actions[:1]), run="2026-Q4-newest")
    rows = rows_of(browsers["viewer"].get(LIST), "actions")
    assert [row[1] for row in rows] == ["Open", "In progress, no longer proposed"]
    assert "no longer proposes it" in text_of(browsers["viewer"].get(f"{LIST}action/A2"))


def test_a_run_that_proposes_nothing_leaves_nothing_to_do(browsers):
    keep_run(replace(build_cycle(), actions=()), run="2026-Q4-newest")
    assert "There is no action here" in text_of(browsers["viewer"].get(LIST))


@pytest.mark.parametrize("path", [LIST, A1], ids=["the list", "an action"])
def test_pages_ask_the_store_the_same_number_of_times(browsers, path):
    from django.db import connection

    browsers["operations"].get(path)
    with CaptureQueriesContext(connection) as few:
        browsers["operations"].get(path)
    for action in ("A2", "A3", "A4"):
        post(browsers["operations"], "state", action=action, state="in_progress")
    browsers["operations"].get(path)  # which takes what was said of the changes out of the session
    with CaptureQueriesContext(connection) as many:
        browsers["operations"].get(path)
    assert len(many) == len(few) <= 30


def test_the_list_goes_out_as_a_file(browsers):
    page = browsers["viewer"].get(f"{LIST}?actions.export=csv")
    assert page.headers["Content-Type"].startswith("text/csv")

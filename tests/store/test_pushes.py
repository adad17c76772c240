"""What there is to push: tables that people send, and actions, with the decision that causes it."""

from datetime import UTC, date, datetime
from random import Random

import pytest

from counterpoise.actions import connections, outbox, pushes, rules, tracking, writers
from counterpoise.actions.collect import collect
from counterpoise.actions.pushes import Proposal
from counterpoise.connectors.sources.port import SourceRefused, Written
from counterpoise.domain.collect.mapping_toml import read_mapping
from counterpoise.domain.execute.push_table import UnreadableTable
from counterpoise.domain.execute.pushes import Known
from counterpoise.domain.rulebook.rulebook import InvalidRule, MissingRule, Rule
from counterpoise.store import action_states, inbox, people
from counterpoise.store import outbox as stored
from counterpoise.store import outbox_lines as lines
from counterpoise.store import rules as stored_rules
from counterpoise.store.action_states import EditionChanged
from counterpoise.store.outbox import Wanted
from counterpoise.store.outbox_claims import Taker
from delivering import NOON, Clock, Outbox, connect, make, wish
from kept_forecast import PERIOD, keep_build, keep_run
from people import make_person
from reporting_company import build_cycle

DEALS = """id,owner,stage,amount,created
7,R1,open,100,2026-01-05
8,R2,,200,2026-01-06
"""
LATER = """id,owner,stage,amount,created
7,R1,won,100,2026-01-05
7,R1,paid,100,2026-01-05
"""
MAPPING = """
[[file]]
name = "Deal.csv"
table = "opportunity"
source = "crm"
[file.columns]
id = "source_id"
owner = "owner_id"
stage = "stage"
"""
TABLE = b"object,source_id,field,value\nDeal,7,stage,lost\nDeal,8,stage,won\nDeal,9,stage,won\n"
SHAPE = "Task what=Subject state=Status owner=OwnerId"
"""A field that the connection's files do not have is never read."""


def say(key, value, subject="crm"):
    stored_rules.append_rules((Rule(key, subject, value, "", date(2026, 1, 1), "test"),), at=NOON)


def load(workspace, folder, content, at):
    folder.mkdir()
    (folder / "Deal.csv").write_text(content, "utf-8")
    return collect(workspace, [folder], mapping=None, now=at)


@pytest.fixture
def ran(workspace):
    keep_build()
    keep_run(build_cycle())
    return workspace


def change_action(action="A1", state="in_progress", edition=0, at=NOON):
    visitor = people.get_visitor(make_or_find("operations"))
    found = tracking.find_tracked(visitor, PERIOD, action)
    return tracking.move(found, state, "over" if state == "dropped" else "", edition=edition, at=at)


def make_or_find(role):
    from counterpoise.store.models import User

    return User.objects.filter(role=role).first() or make_person(role)


def list_pushes(*states):
    return stored.list_pushes(Wanted("crm", states))


def test_a_change_of_an_action_is_proposed_with_it(ran):
    say("push.action", SHAPE)
    say("push.word", "Busy", "crm/in_progress")
    change_action()
    (push,) = list_pushes()
    assert (push.state, push.object, push.source_id) == ("proposed", "Task", "")
    assert (push.record, push.cause) == (f"action:{PERIOD}:A1",) * 2
    assert (push.fields["Status"], "OwnerId" in push.fields) == ("Busy", False)


def test_what_goes_out_at_once_needs_no_release(ran):
    say("push.action", SHAPE)
    say("push.release", "at once")
    change_action()
    assert [each.state for each in list_pushes()] == ["waiting"]


def test_a_change_that_was_not_kept_is_not_pushed(ran):
    say("push.action", SHAPE)
    change_action()
    with pytest.raises(EditionChanged):
        change_action(state="done", edition=0)
    assert [each.fields["Status"] for each in list_pushes()] == ["in_progress"]


def test_where_the_rulebook_names_no_system_nothing_is_pushed(ran):
    change_action()
    assert stored.list_pushes(Wanted()) == ()


def test_a_rule_that_cannot_be_read_stops_no_action_and_is_told(ran):
    say("push.action", "nonsense")
    change_action()
    assert action_states.find_standing(PERIOD, "A1").state == "in_progress"
    assert "nonsense" in str(inbox.list_items(make_or_find("operations").pk)[0].text)
    assert list_pushes() == ()


def test_such_a_rule_is_refused_where_it_is_recorded(workspace):
    with pytest.raises(InvalidRule, match="nonsense"):
        rules.change_rule(
            Rule("push.action", "crm", "nonsense", "", date(2026, 1, 1), "x"), replaces=0, at=NOON
        )
    rule = Rule("push.action", "crm", SHAPE, "", date(2026, 1, 1), "x")
    assert rules.change_rule(rule, replaces=0, at=NOON).rule.value == SHAPE


def test_actions_that_somebody_has_taken_up_are_a_source(ran):
    change_action()
    say("push.action", SHAPE)
    (wanted,) = pushes.list_wishes("actions", "crm", today=date(2026, 10, 1))
    assert wanted.name == f"action:{PERIOD}:A1"


def test_before_the_first_run_no_action_is_taken_up(workspace):
    say("push.action", SHAPE)
    assert pushes.list_wishes("actions", "crm", today=date(2026, 10, 1)) == ()


def test_where_actions_do_not_go_asking_for_them_is_refused(ran):
    with pytest.raises(MissingRule):
        pushes.list_wishes("actions", "crm", today=date(2026, 10, 1))


def test_a_source_that_there_is_not_is_refused(workspace):
    with pytest.raises(pushes.UnknownSource, match="Choose one of: actions"):
        pushes.list_wishes("quotas", "crm", today=date(2026, 10, 1))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"\xff\xfe\x00", "no CSV file in UTF-8", id="no text"),
        pytest.param(b'a,"b\nc', "no CSV file in UTF-8", id="an open quote"),
        pytest.param(b"x" * (5 << 20) + b"x", "larger than 5 MB", id="too large"),
        pytest.param(b"", "begins with", id="nothing"),
    ],
)
def test_a_file_that_is_no_table_is_refused(content, why):
    with pytest.raises(UnreadableTable) as refused:
        pushes.read_table(content, "deals.csv")
    assert why in str(refused.value.args[0])


def test_a_table_of_a_spreadsheet_with_a_mark_at_its_begin_is_read():
    wishes = pushes.read_table(b"\xef\xbb\xbf" + TABLE, "deals.csv")
    assert [(each.name, each.cause) for each in wishes] == [
        (f"Deal:{number}", "file:deals.csv") for number in (7, 8, 9)
    ]


@pytest.fixture
def read_twice(workspace, tmp_path):
    """Two deals of a CRM as a refresh landed them, and one of them again later."""
    for number, content in enumerate((DEALS, LATER)):
        folder = tmp_path / f"refresh-{number}"
        folder.mkdir()
        (folder / "Deal.csv").write_text(content, "utf-8")
        at = datetime(2026, 9, 1 + number, tzinfo=UTC)
        done = collect(workspace, [folder], mapping=read_mapping(MAPPING, "mapping"), now=at)
        assert done.batch
    return workspace


def test_the_difference_is_to_what_was_read_last(read_twice):
    proposal = Proposal("crm", pushes.read_table(TABLE, "deals.csv"))
    shown = pushes.preview(read_twice, proposal)
    assert [(each.standing, each.is_read) for each in shown] == [
        ({"stage": "paid"}, True),
        ({"stage": None}, True),
        ({"stage": None}, False),
    ]
    found = pushes.propose(read_twice, proposal, at=NOON)
    assert [each.push.expected for each in found] == [each.standing for each in shown]
    assert {each.state for each in list_pushes()} == {"proposed"}


def test_another_systems_reading_says_nothing(read_twice):
    read = pushes.read_last(read_twice, "another", [wish(7, stage="x")])
    assert read == {}
    assert pushes.read_last(read_twice, "crm", [make("a", stage="x")]) == {}


def test_a_field_that_was_not_read_is_not_known(read_twice):
    read = pushes.read_last(read_twice, "crm", [wish(7, stage="x", note="y"), wish(8, note="z")])
    assert read == {"Deal:7": {"stage": Known("paid", datetime(2026, 9, 2, tzinfo=UTC))}}


class Taking:
    knows_keys = True

    def write(self, writes):
        return tuple(Written(each.key, "done") for each in writes)


def test_what_is_due_is_delivered_for_every_connection(workspace, monkeypatch):
    connect(monkeypatch, Taking)
    connect(monkeypatch, Taking, "erp")
    connections.add_connection("files", "folder", {"place": "/srv/exports"}, now=NOON)
    clock = Clock()
    for name in ("crm", "erp"):
        Outbox(connection=name).ask(wish(1, stage="won"))
    assert writers.list_connections() == ("crm", "erp")
    done = writers.deliver_due(Taker("worker"), clock, Random(1))
    assert [each.push.connection for each in done] == ["crm", "erp"]
    assert writers.deliver_due(Taker("worker"), clock, Random(1)) == ()


def refuse(name):
    raise SourceRefused("the password is wrong")


@pytest.mark.parametrize(
    ("opener", "why"),
    [
        pytest.param(writers.open_writer, "no connection called crm", id="it is not connected"),
        pytest.param(refuse, "password is wrong", id="it lets nobody in"),
    ],
)
def test_a_connection_that_cannot_be_opened_is_paused_and_told_once(workspace, opener, why):
    omar = make_person("operations")
    box = Outbox()
    box.ask(wish(1, stage="won"))
    for _ in range(2):
        assert writers.deliver_due(Taker("worker"), box.clock, Random(1), opener) == ()
    line = lines.find_line("crm")
    assert (line.is_paused, why in str(line.why)) == (True, True)
    assert len(inbox.list_items(omar.pk)) == 1
    assert box.count() == {"waiting": 1}
    outbox.resume("crm", at=NOON)

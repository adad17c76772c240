"""Deliveries are kept before they are answered, and landed once, whatever comes between."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from counterpoise.actions import arrivals, hooks
from counterpoise.actions.hooks import InvalidHook, NothingDelivered, Wish
from counterpoise.domain.collect.deliveries import Places, UnreadableBody
from counterpoise.domain.collect.mapping_toml import InvalidMapping
from counterpoise.domain.collect.signatures import (
    Agreement,
    InvalidAgreement,
    OutOfTime,
    Sent,
    Unsigned,
    sign,
)
from counterpoise.domain.tables.mapping import Mapping
from counterpoise.store import audit, ledger
from counterpoise.store import deliveries as kept
from counterpoise.store import hooks as stored
from counterpoise.store.hooks import HookChanged, HookNameTaken, UnknownHook
from hooks import NOW, STANDARD, deliver, lead, open_hook, read_leads, say_meaning, write

MINUTE = timedelta(minutes=1)


@pytest.fixture
def marketing(workspace):
    """A hook with a mapping, and its secret."""
    _, secret = open_hook()
    deliver(secret, "first", lead("1"))
    say_meaning()
    arrivals.land_all(workspace, now=NOW)
    return secret


def land(workspace, now=NOW + MINUTE):
    return arrivals.land_all(workspace, now=now)


def states():
    return kept.count_states(stored.get_hook("marketing").id)


def test_from_the_event_to_the_table(workspace_on_each_store):
    workspace = workspace_on_each_store
    hook, secret = open_hook()
    assert deliver(secret, "d1", lead("7", company_name="شركة النور")).is_new
    assert not deliver(secret, "d1", lead("7", company_name="شركة النور")).is_new
    assert arrivals.land_all(workspace, now=NOW) == ()
    proposed = say_meaning()
    assert [(each.table, each.source) for each in proposed.mapping.files] == [("lead", "marketing")]
    (landed,) = arrivals.land_all(workspace, now=NOW)
    assert (landed.hook, landed.deliveries) == ("marketing", 1)
    assert read_leads(workspace)["7"]["company_name"] == "شركة النور"
    (row,) = kept.list_deliveries(hook.id, 10)
    assert (row.state, row.batch) == ("landed", landed.batch)
    assert arrivals.land_all(workspace, now=NOW) == ()
    assert len(ledger.list_batches()) == 1


@pytest.mark.case("API-11")
def test_what_comes_again_does_nothing_again(workspace, marketing):
    body = write(lead("2"))
    headers = sign(marketing, "again", NOW, body)
    first = arrivals.receive("marketing", Sent(headers, body), now=NOW)
    land(workspace)
    second = arrivals.receive("marketing", Sent(headers, body), now=NOW + MINUTE)
    assert (first.is_new, second.is_new) == (True, False)
    assert land(workspace) == ()
    assert states() == {"landed": 2}


@pytest.mark.case("API-12")
def test_late_and_repeated_events_end_in_what_the_source_has(workspace_on_each_store):
    workspace = workspace_on_each_store
    _, secret = open_hook()
    deliver(secret, "a3", lead("1", 3, status="Qualified"))
    say_meaning()
    land(workspace)
    deliver(secret, "a1", lead("1", 1, status="New", company_name="Noor"))
    deliver(secret, "a1 again", lead("1", 1, status="New", company_name="Noor"))
    land(workspace)
    deliver(secret, "a2", lead("1", 2, status="Open", company_name="Noor Trading"))
    hook = stored.get_hook("marketing")
    hooks.confirm(hook, hooks.propose(hook).mapping, edition=hook.edition, now=NOW)
    land(workspace)
    row = read_leads(workspace)["1"]
    assert row["status"] == "Qualified"


@pytest.mark.case("API-12")
def test_what_an_event_is_silent_on_stays(workspace, marketing):
    deliver(marketing, "b1", lead("5", 1, status="New"))
    say_meaning()
    land(workspace)
    deliver(marketing, "b2", lead("5", 2, email=..., created_at=..., status="Open"))
    land(workspace)
    row = read_leads(workspace)["5"]
    assert (row["status"], row["email"]) == ("Open", "5@client.example")


def test_a_state_that_comes_again_is_news(workspace, marketing):
    """Its file has the bytes of an earlier one, which the ledger knows."""
    for number, status in enumerate(["New", "Open", "New"]):
        deliver(marketing, f"c{number}", lead("6", number, status=status))
        say_meaning()
        land(workspace)
    assert read_leads(workspace)["6"]["status"] == "New"


def test_without_versions_what_arrived_last_holds(workspace):
    _, secret = open_hook(places=Places("data", "data_type"))
    deliver(secret, "1", lead("1", 9, status="New"))
    deliver(secret, "2", lead("1", 1, status="Open"))
    say_meaning()
    land(workspace)
    assert read_leads(workspace)["1"]["status"] == "Open"


@pytest.mark.parametrize(
    ("record", "why"),
    [
        pytest.param(lead(""), "nothing tells which it is", id="no key"),
        pytest.param(lead("8", "newest"), "is no version", id="a version in words"),
        pytest.param(lead("8", ...), "is no version", id="no version"),
        pytest.param("a text", "is no object", id="no record"),
    ],
)
def test_a_delivery_that_is_unfit_says_why_and_waits(workspace, marketing, record, why):
    deliver(marketing, "unfit", lead("9"), record)
    (done,) = land(workspace)
    assert done.batch == ""
    row = kept.list_deliveries(stored.get_hook("marketing").id, 1)[0]
    assert (row.state, row.batch) == ("unfit", "")
    assert why in str(row.why)
    assert "9" not in read_leads(workspace)


def test_what_no_mapping_takes_is_kept_and_said(workspace, marketing):
    deliver(marketing, "mixed", lead("3"), {**lead("4"), "data_type": "visit"})
    (done,) = land(workspace)
    hook = stored.get_hook("marketing")
    row = kept.list_deliveries(hook.id, 1)[0]
    assert (row.state, row.batch) == ("untaken", done.batch)
    assert "visit" in str(row.why)
    assert set(read_leads(workspace)) == {"1", "3"}


def test_a_new_meaning_reads_everything_anew(workspace, marketing):
    deliver(marketing, "more", lead("3", phone="+971 50 123"), {**lead("4"), "data_type": "visit"})
    land(workspace)
    assert read_leads(workspace)["3"]["phone"] is None
    hook = stored.get_hook("marketing")
    proposed = hooks.propose(hook)
    assert [each.file for each in proposed.mapping.files] == ["lead", "visit"]
    lead_file, visit = proposed.mapping.files
    assert "phone" in {each.attribute for each in lead_file.columns}
    meaning = Mapping((lead_file, replace(visit, table="", columns=())))
    hooks.confirm(hook, meaning, edition=hook.edition, now=NOW)
    assert states() == {"kept": 2}
    land(workspace)
    assert read_leads(workspace)["3"]["phone"] == "+971 50 123"
    assert states() == {"landed": 2}


def test_one_delivery_can_be_landed_again(workspace, marketing):
    hook = stored.get_hook("marketing")
    (row,) = kept.list_deliveries(hook.id, 5)
    assert hooks.replay(hook, row.id, now=NOW) == 1
    (done,) = land(workspace)
    assert kept.find_delivery(hook.id, row.id).batch == done.batch
    assert hooks.replay(hook, row.id + 1_000, now=NOW) == 0
    assert kept.find_delivery(hook.id, row.id + 1_000) is None


def test_a_date_of_two_readings_stops_the_hook_until_somebody_decides(workspace):
    _, secret = open_hook()
    deliver(secret, "d", lead("1", created_at="03/04/2026"))
    say_meaning()
    assert land(workspace) == ()
    hook = stored.get_hook("marketing")
    assert "created_at" in str(hook.stuck)
    assert kept.find_oldest_waiting() == {}
    (file,) = hook.mapping.files
    columns = tuple(
        replace(each, date_order="dmy") if each.attribute == "created_at" else each
        for each in file.columns
    )
    hooks.confirm(hook, Mapping((replace(file, columns=columns),)), edition=hook.edition, now=NOW)
    land(workspace)
    assert str(read_leads(workspace)["1"]["created_at"].date()) == "2026-04-03"


def test_a_load_that_meets_another_meaning_is_not_published(workspace, marketing, monkeypatch):
    """Somebody confirms while the files are written: what was read by the old meaning is void."""
    deliver(marketing, "late", lead("2"))
    writing = arrivals.write_rows

    def confirm_meanwhile(*stated):
        hook = stored.get_hook("marketing")
        hooks.confirm(hook, hook.mapping, edition=hook.edition, now=NOW)
        return writing(*stated)

    monkeypatch.setattr(arrivals, "write_rows", confirm_meanwhile)
    with pytest.raises(HookChanged, match="Nothing was saved"):
        land(workspace)
    monkeypatch.undo()
    assert set(read_leads(workspace)) == {"1"}
    land(workspace)
    assert set(read_leads(workspace)) == {"1", "2"}


@pytest.mark.case("API-10")
def test_old_and_new_secret_hold_while_they_are_exchanged(workspace):
    _, old = open_hook()
    new = hooks.rotate("marketing", kept_for=timedelta(hours=1), now=NOW)
    for secret, at in [(old, NOW), (new, NOW), (old, NOW + 59 * MINUTE)]:
        assert deliver(secret, f"{secret} {at}", lead("1"), now=at).is_new
    with pytest.raises(Unsigned):
        deliver(old, "late", lead("1"), now=NOW + 60 * MINUTE)


@pytest.mark.case("API-10")
def test_a_hook_that_is_removed_or_never_was_takes_nothing(workspace):
    _, secret = open_hook()
    hooks.remove("marketing", now=NOW)
    for name in ("marketing", "nobody"):
        with pytest.raises(Unsigned):
            deliver(secret, "d", lead("1"), name=name)
    no_secret = arrivals.NO_SECRET
    with pytest.raises(Unsigned):
        deliver(no_secret, "d", lead("1"), name="nobody")


def test_what_a_removed_hook_accepted_is_still_landed(workspace, marketing):
    deliver(marketing, "last", lead("2"))
    hooks.remove("marketing", now=NOW)
    land(workspace)
    assert set(read_leads(workspace)) == {"1", "2"}
    assert stored.list_hooks() == ()


def test_refusals_are_counted_and_not_kept(workspace):
    hook, secret = open_hook(requests_a_minute=1)
    deliver(secret, "d", lead("1"))
    receipt = deliver(secret, "e", lead("2"))
    assert not receipt.allowance.is_kept
    for _ in range(2):
        with pytest.raises(Unsigned):
            arrivals.receive("marketing", Sent({}, b"{}"), now=NOW)
    with pytest.raises(OutOfTime):
        arrivals.receive(
            "marketing", Sent(sign(secret, "f", NOW, b"{}"), b"{}"), now=NOW + 6 * MINUTE
        )
    with pytest.raises(UnreadableBody):
        arrivals.receive("marketing", Sent(sign(secret, "g", NOW, b"{"), b"{"), now=NOW)
    counted = {each.reason: each.count for each in stored.list_refusals(hook.id)}
    assert counted == {"too many": 1, "unsigned": 2, "out of time": 1, "unreadable": 1}
    assert kept.count_states(hook.id) == {"kept": 1}


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        pytest.param({"name": "Marketing Forms"}, "small letters", id="a name with spaces"),
        pytest.param({"name": "-"}, "small letters", id="a hyphen alone"),
        pytest.param({"source": "سوق"}, "small letters", id="a source in Arabic letters"),
        pytest.param({"requests_a_minute": 0}, "Write 1 to", id="no request a minute"),
        pytest.param({"places": Places("a\nb")}, "parted by dots", id="a place of two lines"),
    ],
)
def test_a_hook_that_cannot_be_is_refused_with_advice(workspace, changed, advice):
    wish = {"name": "marketing", "agreement": STANDARD, **changed}
    with pytest.raises(InvalidHook, match=advice):
        hooks.make(Wish(**wish), by=None, now=NOW)


def test_a_name_is_taken_once_and_for_good(workspace):
    open_hook()
    hooks.remove("marketing", now=NOW)
    with pytest.raises(HookNameTaken, match="Take another"):
        open_hook()


def test_a_sender_may_bring_a_secret_of_its_own(workspace):
    _, secret = open_hook(agreement=Agreement("mautic"), secret="the sender's own secret")
    assert secret == "the sender's own secret"
    with pytest.raises(InvalidAgreement, match="Copy it whole"):
        hooks.rotate("marketing", secret="short", now=NOW)
    assert len(hooks.rotate("marketing", now=NOW)) == 44


def test_no_secret_is_in_the_trail_or_in_the_clear(workspace):
    from counterpoise.store.models import Hook

    _, secret = open_hook()
    new = hooks.rotate("marketing", now=NOW)
    hooks.remove("marketing", now=NOW)
    entries = audit.list_entries()
    assert [each.verb for each in entries[:3]] == ["hook.removed", "hook.rotated", "hook.made"]
    row = Hook.objects.get()
    said = f"{entries}{row.secret}{row.previous_secret}"
    assert not any(each.removeprefix("whsec_") in said for each in (secret, new))


def test_nothing_can_be_proposed_before_something_came(workspace):
    hook, secret = open_hook()
    with pytest.raises(NothingDelivered, match="send one event"):
        hooks.propose(hook)
    deliver(secret, "unfit", "a text")
    with pytest.raises(NothingDelivered):
        hooks.propose(hook)


def test_a_meaning_needs_a_key_and_one_way_of_writing(workspace):
    _, secret = open_hook()
    deliver(secret, "d", lead("1"), {**lead("2"), "data_type": "lead_changed"})
    hook = stored.get_hook("marketing")
    one, other = hooks.propose(hook).mapping.files
    keyless = tuple(each for each in one.columns if each.attribute != "source_id")
    with pytest.raises(InvalidMapping, match="tells records apart"):
        hooks.confirm(hook, Mapping((replace(one, columns=keyless),)), edition=1, now=NOW)
    ways = tuple(replace(each, date_order="mdy") for each in other.columns)
    with pytest.raises(InvalidMapping, match="in two ways"):
        hooks.confirm(hook, Mapping((one, replace(other, columns=ways))), edition=1, now=NOW)
    with pytest.raises(HookChanged):
        hooks.confirm(hook, Mapping((one, other)), edition=7, now=NOW)
    with pytest.raises(UnknownHook):
        stored.get_hook("nobody")
    with pytest.raises(UnknownHook):
        hooks.remove("nobody", now=NOW)


def test_kinds_of_one_table_come_together(workspace):
    """Created and changed are two kinds of one lead, and the later version holds."""
    _, secret = open_hook()
    changed = {**lead("1", 2, status="Open"), "data_type": "lead_changed"}
    deliver(secret, "2", changed)
    deliver(secret, "1", lead("1", 1, status="New"))
    say_meaning()
    land(workspace)
    assert read_leads(workspace)["1"]["status"] == "Open"
    known = kept.load_known(stored.get_hook("marketing").id, [("lead", "1"), ("lead", "2")])
    assert known["lead", "1"]["status"].version == Decimal(2)
    assert ("lead", "2") not in known


def test_many_wait_their_turn(workspace, marketing, monkeypatch):
    for number in range(5):
        deliver(marketing, f"n{number}", lead(f"n{number}"))
    monkeypatch.setattr(arrivals, "AT_ONCE", 2)
    monkeypatch.setattr(kept, "AT_ONCE", 2)
    done = land(workspace)
    assert [each.deliveries for each in done] == [2, 2, 1]
    hook = stored.get_hook("marketing")
    newest = kept.list_newest(hook.id, most=50, most_bytes=1)
    assert [each.known_as for each in newest] == ["n4"]

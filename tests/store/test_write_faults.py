"""Whichever statement of an action the store refuses, all of the action is undone."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection

from counterpoise.actions import (
    access_tokens,
    comments,
    notes,
    overrides,
    rules,
    scenarios,
    signing,
    tracking,
)
from counterpoise.actions import people as staff
from counterpoise.domain.rulebook.rulebook import Rule
from counterpoise.domain.tables.scenario import Change
from counterpoise.store import audit, jobs, ledger, people
from counterpoise.store import scenarios as stored_scenarios
from counterpoise.store import uploads as stored_uploads
from counterpoise.store.notes import NewNote
from counterpoise.store.people import Facts, Preferences
from counterpoise.store.uploads import KeptFile
from frozen_plans import NOW, PERIOD, freeze, keep_planned, promote, save_plan
from kept_forecast import GULF_IN_OCTOBER
from people import PASSWORD, make_everyone
from reporting_company import build_cycle
from web.test_access import hash_store

LATER = NOW + timedelta(hours=1)
ADAM = Facts("adam", "Adam Noor", "adam@example.com", "leader", ("West",))
MOST_STATEMENTS = 200


class Company:
    """A planned period with everybody in it, and what each of them can do."""

    def __init__(self, workspace):
        keep_planned(workspace)
        self.workspace, self.rows = workspace, make_everyone()
        self.visitors = {role: people.get_visitor(row) for role, row in self.rows.items()}
        self.leader, self.omar = self.visitors["leader"], self.visitors["operations"]

    def override(self, amount=7000, replaces=None):
        wish = overrides.Wish(
            PERIOD, GULF_IN_OCTOBER, Decimal(amount), "large_deal", "The ministry.", replaces
        )
        return overrides.make_override(wish, self.leader, now=NOW)

    def track(self):
        return tracking.find_tracked(self.omar, PERIOD, "A1")

    def wish(self, note):
        fewer = (Change("pool.attrition_rate", "Delivery", "0"),)
        return scenarios.Wish("Fewer leave", "base", fewer, note)

    def make_scenario(self):
        return scenarios.make_scenario(PERIOD, self.wish("Ask people."), self.omar, now=NOW)

    def edition(self, role):
        return people.find_person(self.rows[role].pk).edition

    def send_upload(self):
        held = (KeptFile("deals.csv", "0.csv", 300),)
        most = stored_uploads.Sent(100, 1 << 30)
        stored_uploads.keep_upload("u1", self.omar.id, held, most=most, since=NOW, at=NOW)


def make_override(company):
    return company.override


def replace_override(company):
    first = company.override()
    return lambda: company.override(8000, replaces=first.id)


def withdraw_override(company):
    made = company.override()
    return lambda: overrides.withdraw_override(PERIOD, made.id, company.leader, now=LATER)


def comment(company):
    return lambda: comments.add_comment(
        company.omar, f"plan:{PERIOD}", "@layla @huda look", link="/cycle/", at=NOW
    )


def assign(company):
    tracked, rep = company.track(), company.rows["rep"].pk
    return lambda: tracking.assign(company.omar, tracked, rep, edition=0, link="/x/", at=NOW)


def move(company):
    tracked = company.track()
    return lambda: tracking.move(tracked, "in_progress", "", edition=0, at=NOW)


def change_rule(company):
    rule = Rule("action.limit", "", "12", "", date(2026, 10, 1), "Sales board, September")
    return lambda: rules.change_rule(rule, replaces=0, at=NOW)


def import_rules(company):
    written = company.workspace.root / "rules.toml"
    entry = (
        '[[rule]]\nkey = "{}"\nvalue = {}\neffective_from = 2026-01-01\n'
        'source = "The sales board"\n'
    )
    written.write_text(entry.format("action.limit", 7) + entry.format("action.horizon_days", 20))
    return lambda: rules.import_rules(written, at=NOW)


def make_scenario(company):
    return company.make_scenario


def change_scenario(company):
    made = company.make_scenario()
    wish = company.wish("Ask them twice.")
    return lambda: scenarios.change_scenario(made, wish, edition=1, now=LATER)


def put_scenario_away(company):
    made = company.make_scenario()
    return lambda: stored_scenarios.archive(made, edition=1, at=LATER)


def choose_scenario(company):
    promote(company.rows["operations"], "one before")
    plan = save_plan(build_cycle().plans[1])
    other = promote(company.rows["operations"], "the next", plan)
    stored_scenarios.step_back(PERIOD, at=NOW)
    other = stored_scenarios.get_scenario(PERIOD, other.id)
    return lambda: scenarios.promote(other, edition=other.edition, now=LATER)


def freeze_plan(company):
    make_signers_but_emad()
    return lambda: freeze(company.workspace, company.rows["operations"])


def make_signers_but_emad():
    """Emad is there already, among everybody."""
    from people import make_person

    make_person("executive", username="eman", name="Eman Saleh")


def sign_plan(company):
    make_signers_but_emad()
    freeze(company.workspace, company.rows["operations"])
    seen = signing.look_at(company.workspace, PERIOD, 1)
    shown = seen.frozen.version.version_hash
    emad = company.visitors["executive"]
    return lambda: signing.sign_plan(company.workspace, seen, shown, "Yes.", emad, now=LATER)


def add_note(company):
    note = NewNote("decision", "We hire in Riyadh.", "Layla")
    return lambda: notes.add_note(PERIOD, note, company.omar, now=NOW)


def withdraw_note(company):
    kept = notes.add_note(PERIOD, NewNote("minute", "All were there."), company.omar, now=NOW)
    return lambda: notes.withdraw_note(PERIOD, kept.id, now=LATER)


def invite(company):
    return lambda: staff.invite(company.visitors["administrator"], ADAM, NOW)


def accept_invitation(company):
    from counterpoise.store import invitations

    secret = staff.invite(company.visitors["administrator"], ADAM, NOW)
    found = invitations.find_by_secret(secret, NOW)
    return lambda: staff.accept(found.id, "", PASSWORD, LATER)


def change_person(company):
    facts = Facts("huda", "Huda Salem", "", "leader", ("West",))
    admin, huda = company.visitors["administrator"], company.rows["rep"].pk
    edition = company.edition("rep")
    return lambda: staff.change(admin, huda, facts, edition, LATER)


def close_account(company):
    huda = company.visitors["rep"]
    access_tokens.make_token(huda, "a program", ["comment"], timedelta(days=9), NOW)
    admin, edition = company.visitors["administrator"], company.edition("rep")
    return lambda: staff.deactivate(admin, huda.id, edition, LATER)


def keep_preferences(company):
    wanted = Preferences("Omar Nasser", "ar", "dark", shows_hijri=True, mirrors_charts=False)
    return lambda: people.keep_preferences(company.omar.id, wanted, LATER)


def make_token(company):
    days = timedelta(days=30)
    return lambda: access_tokens.make_token(company.omar, "nightly", ["read_plan"], days, NOW)


def revoke_token(company):
    make_token(company)()
    from counterpoise.store import tokens

    (token,) = tokens.list_tokens(company.omar.id)
    return lambda: access_tokens.revoke_token(company.omar, token.id, LATER)


def send_upload(company):
    return company.send_upload


def decide_upload(company):
    company.send_upload()
    return lambda: stored_uploads.move_on("u1", "proposed", after=["waiting"], at=LATER)


def ask_for_work(company):
    from counterpoise.web.background.work import ask_for

    return lambda: ask_for("cycle", {"period": PERIOD}, key="a click", visitor=company.omar)


def end_work(company):
    job, _ = jobs.keep_job("cycle", {}, key="a click", asked_by=None, at=NOW)
    attempt = jobs.take_job(job.id, at=NOW)
    return lambda: jobs.end_job(job.id, attempt, "done", result={}, at=LATER)


def accept_load(company):
    batch = ledger.AcceptedBatch(
        "batch-new", "files", {}, (ledger.LandedContent("a.csv", "1" * 64, "2" * 64),)
    )
    return lambda: ledger.accept(batch, build="b-new", manifest={}, at=LATER)


WRITES = (
    make_override, replace_override, withdraw_override, comment, assign, move, change_rule,
    import_rules, make_scenario, change_scenario, put_scenario_away, choose_scenario, freeze_plan,
    sign_plan, add_note, withdraw_note, invite, accept_invitation, change_person, close_account,
    keep_preferences, make_token, revoke_token, send_upload, decide_upload, ask_for_work, end_work,
    accept_load,
)  # fmt: skip


class Refusing:
    """Refuses the n-th statement, and counts them."""

    def __init__(self, number):
        self.number, self.seen = number, 0

    def __call__(self, run, sql, *arguments):
        self.seen += 1
        if self.seen == self.number:
            raise OperationalError("the disk is full")
        return run(sql, *arguments)


def fail_one_by_one(act):
    """The statements whose failure left something behind; the action itself works in the end."""
    before, halves = hash_store(), []
    for number in range(1, MOST_STATEMENTS):
        refusing = Refusing(number)
        try:
            with connection.execute_wrapper(refusing):
                act()
        except OperationalError:
            assert not connection.in_atomic_block, "no transaction stays open"
            if hash_store() != before:
                halves.append(number)
                break
        else:
            assert refusing.seen < number, f"the failure of statement {number} was passed over"
            assert hash_store() != before, "the action does something"
            return number - 1, halves
    return MOST_STATEMENTS, halves


@pytest.mark.case("FLT-13")
@pytest.mark.parametrize("write", WRITES, ids=lambda each: each.__name__.replace("_", " "))
def test_an_action_is_whole_or_not_at_all(workspace_on_each_store, write):
    act = write(Company(workspace_on_each_store))
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("pragma synchronous = off")  # no power fails here, and it is quicker
    statements, halves = fail_one_by_one(act)
    assert halves == []
    assert 2 <= statements < MOST_STATEMENTS
    assert audit.check_chain().broken_at is None

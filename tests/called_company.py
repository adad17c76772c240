"""Facts of a company whose quarters were called: two teams, four reps, won deals and open ones.

Each finished quarter brings Huda 1000, Adam 2000, Nour 3000 and Sami 1000, all won in its last
week but 100 of Huda's, won in its first. In 2026-Q4 Huda has won 250 so far, and each has an open
deal that is due.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

from counterpoise.domain.tables.forecast import Expectation
from written_builds import at, write_build

D = Decimal
NOW = datetime(2026, 10, 20, 9, tzinfo=UTC)
PERIOD = "2026-Q4"
FINISHED = ("2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3")
LAST_MONTHS = {"Q1": "03", "Q2": "06", "Q3": "09", "Q4": "12"}
TEAMS = {"T1": "East", "T2": "West"}
REPS = {"Huda Salem": "T1", "Nour Aziz": "T1", "Adam Noor": "T2", "Sami Haddad": "T2"}
BROUGHT = {"Huda Salem": 1000, "Adam Noor": 2000, "Nour Aziz": 3000, "Sami Haddad": 1000}
DUE = {
    "Huda Salem": ("COMMIT", 400),
    "Adam Noor": ("Best Case", 500),
    "Nour Aziz": ("pipeline", 600),
    "Sami Haddad": (None, 700),
}


def lead_of(period):
    """A day well before the calls of a quarter are counted."""
    return f"{period[:4]}-{LAST_MONTHS[period[5:]]}-01"


def write_company(folder, *more, changes=(), above=None):
    """more: further opportunities. above: the id of the team above, by the id of each; of a team
    that nobody sells in the id is its name."""
    above = above or {}
    uppermost = sorted({*above, *above.values()} - {*TEAMS})
    return write_build(
        folder,
        team=[
            {"source_id": key, "name": TEAMS.get(key, key), "parent_id": above.get(key)}
            for key in (*TEAMS, *uppermost)
        ],
        rep=[
            {"source_id": name, "name": name, "team_id": team, "left_on": None}
            for name, team in REPS.items()
        ],
        target=[
            {"source_id": f"t{n}", "rep_id": name, "amount": D(1500),
             "period_start": at("2026-10-01").date(), "period_end": at("2027-01-01").date()}
            for n, name in enumerate(REPS)
        ],
        opportunity=[*_list_won(), *_list_open(), *more],
        opportunity_change=list(changes),
    )  # fmt: skip


def deal(key, owner, amount, **other):
    return {
        "source_id": key,
        "owner_id": owner,
        "stage": "Proposal",
        "status": "open",
        "amount": D(amount),
        "created_at": at("2025-01-10"),
    } | other


def win(key, owner, amount, day):
    return deal(key, owner, amount, stage="Won", status="won", closed_at=at(f"{day} 12:00"))


def _list_won():
    for period in FINISHED:
        month = LAST_MONTHS[period[5:]]
        for name, amount in BROUGHT.items():
            late = amount - 100 if name == "Huda Salem" else amount
            yield win(f"{period} {name}", name, late, f"{period[:4]}-{month}-26")
        first = f"{period[:4]}-{int(month) - 2:02}-03"
        yield win(f"{period} early", "Huda Salem", 100, first)
    yield win("now", "Huda Salem", 250, "2026-10-12")


def _list_open():
    for name, (word, amount) in DUE.items():
        day = at("2026-11-20").date()
        yield deal(f"open {name}", name, amount, expected_close_on=day, forecast_category=word)


CALLED = {
    "huda": ("rep", "Huda Salem", (1400, 1600, 1500, 1400, 1600)),
    "adam": ("rep", "Adam Noor", (2000, 2100, 1900, 2000, 2100)),
    "nour": ("rep", "Nour Aziz", (2600, 2800, 2700, 2600, 2800)),
    "sami": ("rep", "Sami Haddad", (1000, 1100)),
    "layla": ("team", "East", (4000, 4200, 3900, 4000, 4100)),
    "walid": ("team", "West", (3300, 3200, 3400, 3300, 3200)),
}
"""What each called, a month before the end of each finished quarter."""


def write_calls():
    """The record as a table of calls made elsewhere."""
    yield "period,made_on,person,scope,name,commit,best_case,pipeline,comment"
    for login, (scope, name, amounts) in CALLED.items():
        for period, amount in zip(FINISHED, amounts, strict=False):
            yield f"{period},{lead_of(period)},{login},{scope},{name},{amount},{amount * 2},,"


def settle(workspace, _folder, above=None):
    """A workspace with the company, its people, its record, and a forecast of the quarter."""
    from counterpoise.actions.call_loads import load_calls
    from kept_forecast import keep_build, keep_run
    from people import make_person

    keep_build()
    write_company(workspace.build_folder("b1"), above=above)
    make_person("operations")
    make_person("executive")
    make_person("viewer")
    make_person("leader")
    make_person("leader", username="walid", name="Walid Saad", teams=["West"])
    make_person("rep")
    for login, name in (("adam", "Adam Noor"), ("nour", "Nour Aziz"), ("sami", "Sami Haddad")):
        make_person("rep", username=login, name=name, rep=name)
    keep_run()
    load_calls(workspace, "\n".join(write_calls()).encode(), "record.csv", now=NOW)


ABOVE = {"T1": "Gulf", "T2": "Gulf", "Gulf": "World", "Far": "World"}


def settle_levels(workspace, _folder):
    """East and West are part of Gulf, which Mona leads and called; that is part of World."""
    from counterpoise.actions.call_loads import load_calls
    from people import make_person

    settle(workspace, _folder, above=ABOVE)
    make_person("leader", username="mona", name="Mona Khalil", teams=["Gulf"])
    loaded = [next(write_calls())]
    loaded += [f"{each},{lead_of(each)},mona,team,Gulf,7000,9000,," for each in FINISHED]
    load_calls(workspace, "\n".join(loaded).encode(), "above.csv", now=NOW)


def use_currency(code, on=date(1970, 1, 1)):
    from counterpoise.domain.rulebook.rulebook import Rule
    from counterpoise.store.rules import append_rules

    append_rules([Rule("company.currency", "", code, "", on, "test")], at=NOW)


EXPECTED = (
    Expectation("rep", "Huda Salem", D(0), D(900), D(600), D(1200), 30, ("East",)),
    Expectation("rep", "Nour Aziz", D(0), D(500), None, None, 3, ("East",)),
    Expectation("team", "East", D(0), D(1400), D(1000), D(1900), 33),
    Expectation("", "", D(0), D(1400), D(1000), D(1900), 33),
)
"""What a forecast may say of East: of Nour too few deals are closed."""


def visit(login):
    from counterpoise.store import people

    return people.get_visitor(people.find_account(login))

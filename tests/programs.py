"""Programs that call the API in somebody's name, and a kept cycle for them to ask about."""

import json
from datetime import UTC, date, datetime, timedelta

from django.test import Client

NOW = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
PERIOD = "2026-Q4"
ROOT = "/api/v1"


class Program:
    """Sends requests with a token and reads the answers."""

    def __init__(self, secret, **extra):
        self.secret = secret
        self.client = Client(SERVER_NAME="localhost", raise_request_exception=False, **extra)

    def get(self, path, **headers):
        return self.send("GET", path, **headers)

    def post(self, path, body=None, **headers):
        return self.send("POST", path, body, **headers)

    def send(self, method, path, body=None, **headers):
        sent = body if isinstance(body, str | bytes) or body is None else json.dumps(body)
        headers = {"authorization": f"Bearer {self.secret}", **headers}
        return self.client.generic(
            method,
            ROOT + path,
            data=sent or "",
            content_type="" if sent is None else headers.pop("content_type", "application/json"),
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )


def make_program(person, scopes=None, *, days=30):
    """A program of this person; scopes narrow what it may do."""
    from counterpoise.domain.values.rights import RIGHTS
    from counterpoise.store import tokens

    at = datetime.now(UTC)
    wanted = RIGHTS if scopes is None else scopes
    secret = tokens.make_token(person.pk, "a program", tuple(wanted), at + timedelta(days=days), at)
    return Program(secret)


def keep_build(build="b1"):
    """A build that nobody collected, so that runs have one to name."""
    from counterpoise.store import ledger

    batch = ledger.AcceptedBatch(id=f"batch-{build}", source="files", counts={}, files=())
    ledger.accept(batch, build=build, manifest={}, at=NOW)
    return build


DEALS = """opportunity_id,owner_id,stage,amount,create_date,close_date
A-1,R1,Won,1200.50,2026-01-05,2026-02-11
A-2,R2,Lost,800,2026-01-09,2026-03-01
A-3,R1,Engaging,450,2026-02-20,
A-4,R2,Won,much,2026-02-21,2026-03-30
A-5,R2,Won,900,2026-02-22,2026-04-30
"""
REPS = """rep_id,name,team
R1,Huda Salem,East
R2,Adam Noor,West
"""


def collect_deals(workspace, folder):
    """Five deals of two reps in two teams, one of which cannot be read; judged."""
    from counterpoise.actions import kept
    from counterpoise.actions.collect import collect

    folder.mkdir()
    (folder / "deals.csv").write_text(DEALS, "utf-8")
    (folder / "reps.csv").write_text(REPS, "utf-8")
    done = collect(workspace, [folder], now=NOW)
    kept.examine_build(workspace, now=NOW)
    return done.build


def keep_cycle(build="b1", *, ran_at=NOW, run=f"{PERIOD}-aaaaaaaa", period=PERIOD, cycle=None):
    """The invented company's cycle, as if it had been run."""
    from counterpoise.actions.answers import answer_cycle
    from counterpoise.domain.values.document import to_document
    from counterpoise.store import runs
    from reporting_company import build_cycle

    cycle = cycle or build_cycle()
    names = tuple(f"{PERIOD}-{plan.scenario}" for plan in cycle.plans)
    runs.save_run(
        runs.Run(
            id=run,
            period=period,
            as_of=date(2026, 9, 30),
            build=build,
            ran_at=ran_at,
            document=answer_cycle(cycle, names),
            whole=to_document(cycle),
        )
    )
    return run

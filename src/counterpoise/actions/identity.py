"""Finds which accounts, contacts and leads are one customer, in the build that readers see now.

Customers keep their ids from run to run, and what people said of two records binds every run. A run
whose build is like the one before compares only what arrived.
"""

import uuid
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from counterpoise.actions import examinations, rules
from counterpoise.actions.identity_said import gather_said, read_said
from counterpoise.actions.lead_accounts import read_said_of_leads
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.collect.identity_costs import choose_thresholds, draw_curve, load_costs
from counterpoise.domain.collect.identity_models import KINDS, Kind, SaidOfPairs
from counterpoise.domain.collect.identity_report import IdentityReport, KindReport
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.values.text import Text, text
from counterpoise.store import identity as stored
from counterpoise.store.identity import KeptRun
from counterpoise.warehouse.identity import run as runs
from counterpoise.warehouse.identity.across import write_lead_accounts
from counterpoise.warehouse.identity.persons import write_people
from counterpoise.warehouse.identity.run import Compared

WAIT_SECONDS = 5.0
KEPT_RUNS = 2
"""Runs whose files are kept whole: the one that readers see, and the one that some still read."""
Tell = Callable[[float, Text], None]


class MatcherBusy(RuntimeError):
    """Another run is matching already."""


def match(
    workspace: Workspace,
    *,
    is_full: bool = False,
    tell: Tell = lambda share, doing: None,
    now: datetime,
) -> KeptRun:
    """is_full: compare all records and learn from them again, whatever arrived.

    Raises NoBuild before the first load, and MatcherBusy.
    """
    lock = FileLock(workspace.warehouse / ".matcher.lock", timeout=WAIT_SECONDS)
    try:
        lock.acquire()
    except Timeout:
        raise MatcherBusy(
            text("Another run is matching already. Wait until it is done, then look at its result.")
        ) from None
    try:
        return _match(workspace, tell, is_full=is_full, now=now)
    finally:
        lock.release()


def _match(workspace: Workspace, tell: Tell, *, is_full: bool, now: datetime) -> KeptRun:
    build = examinations.get_build(workspace)
    before = stored.find_newest_run()
    run_id = uuid.uuid4().hex[:12]
    folder = workspace.identity / run_id
    rulebook = rules.load_rulebook()
    reports = []
    for place, kind in enumerate(KINDS):
        tell(place / len(KINDS), _DOING[kind])
        earlier = workspace.identity / before.id / kind if before else None
        if kind == "person":
            records, became = write_people(build.folder, folder, workspace.scratch)
            compared = Compared(records, records, is_full=True, blocks=(), learned=())
            said = gather_said(became)
        else:
            learned = None if is_full else earlier
            compared = runs.compare(build.folder, kind, folder / kind, learned, workspace.scratch)
            said = read_said(kind)
        known = before.report.find(kind) if before else None
        reports.append(
            _assign(folder / kind, kind, (compared, said), (earlier, known), rulebook, now.date())
        )
    thresholds = choose_thresholds(load_costs(rulebook, now.date(), "lead"))
    said_of_leads = read_said_of_leads()
    write_lead_accounts(build.folder, folder, thresholds, said_of_leads, workspace.scratch)
    kept = stored.keep_run(run_id, build.id, IdentityReport(tuple(reports)), at=now)
    recorded = [each for each, _ in stored.list_run_ids()]
    runs.sweep_runs(workspace.identity, recorded[:KEPT_RUNS], recorded)
    return kept


def _assign(
    folder: Path,
    kind: Kind,
    found: tuple[Compared, SaidOfPairs],
    before: tuple[Path | None, KindReport | None],
    rulebook: Rulebook,
    on: date,
) -> KindReport:
    earlier, known = before
    compared, said = found
    costs = load_costs(rulebook, on, kind)
    thresholds = choose_thresholds(costs)
    done = runs.assign(
        folder,
        earlier,
        thresholds,
        known.following if known else 1,
        said,
        is_person=kind == "person",
    )
    return KindReport(
        kind=kind,
        records=compared.records,
        customers=done.customers,
        compared=compared.compared,
        is_full=compared.is_full,
        to_review=done.to_review,
        created=done.created,
        joined=done.joined,
        split=done.split,
        retired=done.retired,
        thresholds=thresholds,
        costs=costs,
        curve=draw_curve(done.counted, costs),
        blocks=compared.blocks if compared.is_full or known is None else known.blocks,
        learned=compared.learned if compared.is_full or known is None else known.learned,
        following=done.following,
    )


_DOING: dict[Kind, Text] = {
    "account": text("Matching accounts"),
    "contact": text("Matching contacts"),
    "lead": text("Matching leads"),
    "person": text("Matching leads with contacts"),
}

"""Long work by its kind: what a worker does for a job, and how it says how far it is.

The same kinds are asked for by pages and by the API. Each is safe to do again: what a killed
attempt left behind changes nothing, and a second attempt comes to the same result.

A job has a process of its own, which starts sooner where it loads what its kind needs and nothing
else: so every kind imports for itself.
"""
# ruff: noqa: PLC0415

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.values.document import to_document
from counterpoise.domain.values.text import Text, text
from counterpoise.store import jobs
from counterpoise.store.audit import Actor, acting

Arguments = Mapping[str, Any]
Result = dict[str, Any]
Tell = Callable[[float, Text], None]
"""Says how much is done, 0 to 1, and what is being done now."""
SAMPLE_PERIOD = "2026-Q4"
SAMPLE_AS_OF = date(2026, 9, 30)


class UnknownWork(LookupError):
    """A kind of work that nobody can do."""


def run_cycle(workspace: Workspace, arguments: Arguments, tell: Tell, now: datetime) -> Result:
    """arguments: period, and as_of (ISO 8601) or nothing."""
    from counterpoise.actions import cycles

    written = arguments.get("as_of")
    as_of = date.fromisoformat(written) if written else None
    tell(0.05, text("Running the six steps"))
    done = cycles.run_cycle(workspace, arguments["period"], as_of=as_of, now=now)
    return {"run": done.run, "period": arguments["period"]}


def load_sample(workspace: Workspace, arguments: Arguments, tell: Tell, now: datetime) -> Result:
    """The sample company from its export to a cycle. arguments: scale, or nothing for 1."""
    from counterpoise.actions import cycles, kept, rules, samples
    from counterpoise.actions.collect import collect

    out = workspace.root / "sample"
    tell(0.05, text("Writing the sample company's files"))
    samples.write_sample(out, scale=float(arguments.get("scale", 1)), seed=7)
    rules.import_rules(out / "rulebook.toml", at=now)
    tell(0.2, text("Collecting"))
    collect(workspace, [out / "export"], now=now)
    tell(0.4, text("Judging the data"))
    kept.examine_build(workspace, now=now)
    tell(0.5, text("Running the six steps"))
    done = cycles.run_cycle(workspace, SAMPLE_PERIOD, as_of=SAMPLE_AS_OF, now=now)
    return {"run": done.run, "period": SAMPLE_PERIOD}


def propose_mapping(
    workspace: Workspace, arguments: Arguments, tell: Tell, now: datetime
) -> Result:
    """Read an upload and propose what its columns mean. arguments: upload."""
    from counterpoise.actions import uploads

    tell(0.1, text("Reading the files"))
    done = uploads.propose_upload(workspace, arguments["upload"], now=now)
    return {"upload": done.id}


def collect_upload(workspace: Workspace, arguments: Arguments, tell: Tell, now: datetime) -> Result:
    """Collect a confirmed upload. arguments: upload, and person: whose inbox hears of it."""
    from counterpoise.actions import uploads

    return uploads.collect_upload(
        workspace, arguments["upload"], person=arguments.get("person"), tell=tell, now=now
    )


def land_deliveries(
    workspace: Workspace, arguments: Arguments, tell: Tell, now: datetime
) -> Result:
    """Land what was delivered to hooks. No arguments."""
    from counterpoise.actions import arrivals

    tell(0.1, text("Landing what was delivered"))
    done = arrivals.land_all(workspace, now=now)
    return {"deliveries": sum(each.deliveries for each in done), "hooks": len(done)}


def examine(workspace: Workspace, arguments: Arguments, tell: Tell, now: datetime) -> Result:
    """Judge and measure the current build. No arguments."""
    from counterpoise.actions import kept

    tell(0.1, text("Judging the data"))
    return {"score": kept.examine_build(workspace, now=now).health.score}


def solve_scenario(workspace: Workspace, arguments: Arguments, tell: Tell, now: datetime) -> Result:
    """arguments: period, scenario (its id), and link: the page where the result is seen."""
    from counterpoise.actions import scenarios

    tell(0.1, text("Reading the data"))
    done = scenarios.solve_scenario(
        workspace,
        arguments["period"],
        arguments["scenario"],
        say=lambda: tell(0.4, text("Finding the best plan")),
        now=now,
    )
    return {"plan": done.plan, "is_kept": done.is_kept, "link": arguments.get("link", "")}


def freeze_plan(workspace: Workspace, arguments: Arguments, tell: Tell, now: datetime) -> Result:
    """Compute the period's plan once more and freeze it. arguments: period, person (an id)."""
    from counterpoise.actions import freezing, signers

    tell(0.1, text("Computing the plan once more"))
    frozen = freezing.freeze_plan(
        workspace,
        arguments["period"],
        arguments["person"],
        say=lambda: tell(0.9, text("Keeping the version")),
        now=now,
    )
    return {"version": frozen.name, "link": signers.link_to(frozen)}


def verify_version(workspace: Workspace, arguments: Arguments, tell: Tell, now: datetime) -> Result:
    """Compute a version again; whatever is not the same is a failure. arguments: version, link."""
    from counterpoise.actions import verification

    tell(0.1, text("Computing the version once more"))
    verification.check(verification.verify(workspace, arguments["version"]))
    return {"version": arguments["version"], "link": arguments["link"], "is_verified": True}


def send_fix_lists(workspace: Workspace, arguments: Arguments, tell: Tell, now: datetime) -> Result:
    """The week's letters to reps; whoever had theirs gets none. No arguments."""
    from counterpoise.actions import fix_lists

    assert not arguments
    tell(0.1, text("Sending the fix lists"))
    done = fix_lists.send_fix_lists(workspace, now=now)
    return {"sent": len(done.sent), "refused": list(done.refused)}


def enrich_companies(
    workspace: Workspace, arguments: Arguments, tell: Tell, now: datetime
) -> Result:
    """Ask a provider about companies. arguments: provider, limit, and link: where one sees it."""
    from counterpoise.actions import enrichment

    said = text("Asking about companies")
    done = enrichment.enrich(
        workspace,
        arguments["provider"],
        limit=arguments["limit"],
        say=lambda share: tell(share, said),
        now=now,
    )
    return {
        "asked": done.asked,
        "known": done.known,
        "conflicts": done.conflicts,
        "link": arguments.get("link", ""),
    }


def match_records(workspace: Workspace, arguments: Arguments, tell: Tell, now: datetime) -> Result:
    """Find which records are one customer. arguments: is_full, and link: where one sees it."""
    from counterpoise.actions import identity

    run = identity.match(workspace, is_full=bool(arguments.get("is_full")), tell=tell, now=now)
    return {"matched": run.id, "link": arguments.get("link", "")}


def refresh(workspace: Workspace, arguments: Arguments, tell: Tell, now: datetime) -> Result:
    """Read what a connection's source has new. arguments: those of refresh_connection."""
    from counterpoise.actions import refreshing

    return refreshing.refresh_connection(workspace, arguments, tell, now)


def alert(workspace: Workspace, arguments: Arguments, tell: Tell, now: datetime) -> Result:
    """Tell people of refreshes that fail or are late. arguments: those of tell_people."""
    from counterpoise.actions import refreshing

    return refreshing.tell_people(workspace, arguments, tell, now)


WORK: dict[str, Callable[[Workspace, Arguments, Tell, datetime], Result]] = {
    "propose": propose_mapping,
    "collect": collect_upload,
    "deliveries": land_deliveries,
    "examine": examine,
    "enrich": enrich_companies,
    "cycle": run_cycle,
    "sample": load_sample,
    "scenario": solve_scenario,
    "freeze": freeze_plan,
    "verify": verify_version,
    "fix-lists": send_fix_lists,
    "refresh": refresh,
    "alert": alert,
    "match": match_records,
}


def do_work(workspace: Workspace, job_id: str, attempt: int, *, now: datetime) -> None:
    """Do what the job asks for, as the person who asked, and keep the result if still wanted."""
    job = jobs.get_job(job_id)
    if job.kind not in WORK:
        raise UnknownWork(f"No work is called {job.kind!r}. There are: {', '.join(WORK)}.")

    def tell(share: float, doing: Text) -> None:
        jobs.report_progress(job_id, attempt, share, to_document(doing))

    with acting(Actor(job.asked_by_login or "system", "worker", job_id)):
        result = WORK[job.kind](workspace, job.arguments, tell, now)
        jobs.end_job(job_id, attempt, "done", result=result, at=now)

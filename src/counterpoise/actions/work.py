"""Long work by its kind: what a worker does for a job, and how it says how far it is.

The same kinds are asked for by pages and by the API. Each is safe to do again: what a killed
attempt left behind changes nothing, and a second attempt comes to the same result.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from counterpoise.actions import cycles, kept, rules, samples
from counterpoise.actions.collect import collect
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
    written = arguments.get("as_of")
    as_of = date.fromisoformat(written) if written else None
    tell(0.05, text("Running the six steps"))
    done = cycles.run_cycle(workspace, arguments["period"], as_of=as_of, now=now)
    return {"run": done.run, "period": arguments["period"]}


def load_sample(workspace: Workspace, arguments: Arguments, tell: Tell, now: datetime) -> Result:
    """The sample company from its export to a cycle. arguments: scale, or nothing for 1."""
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


WORK: dict[str, Callable[[Workspace, Arguments, Tell, datetime], Result]] = {
    "cycle": run_cycle,
    "sample": load_sample,
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

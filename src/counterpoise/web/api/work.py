"""Jobs: long work that was asked for, how far it is, and stopping it."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from counterpoise.domain.values.document import read_sentence
from counterpoise.domain.values.plain import to_plain
from counterpoise.domain.values.rights import Right, Visitor
from counterpoise.store import jobs
from counterpoise.store.jobs import Job
from counterpoise.web import access
from counterpoise.web.api import paging
from counterpoise.web.api.forms import JobAnswer
from counterpoise.web.api.problems import NOT_FOUND, Problem
from counterpoise.web.workplace import now

router = Router(tags=["jobs"])
MOST_LISTED = 1000
RIGHT_OF: dict[str, Right] = {
    "cycle": "run_cycle",
    "sample": "run_cycle",
    "collect": "load_data",
    "propose": "load_data",
    "examine": "load_data",
    "enrich": "load_data",
    "scenario": "edit_scenarios",
    "freeze": "freeze_plan",
    "verify": "read_audit",
}
"""The right to set each kind of work going, which is also the right to stop it."""


class Jobs(Schema):
    items: list[JobAnswer]
    next: str | None


@router.get("/jobs", response=Jobs, summary="List jobs, newest first")
def list_jobs(request: HttpRequest, page: Query[paging.Page]) -> dict[str, Any]:
    """One's own; whoever loads data sees everybody's. The newest 1,000 are listed."""
    visitor = access.get_visitor(request)
    seen = [each for each in jobs.list_jobs(MOST_LISTED) if _sees(visitor, each)]
    shown, following = paging.cut_page(seen, _order, page, "jobs")
    return paging.answer_page([answer_job(each) for each in shown], following)


@router.get("/jobs/{job_id}", response=JobAnswer, summary="Get a job")
def show_job(request: HttpRequest, job_id: str) -> dict[str, Any]:
    return answer_job(_get_job(request, job_id))


@router.post("/jobs/{job_id}/stop", response=JobAnswer, summary="Ask a job to stop")
def stop_job(request: HttpRequest, job_id: str) -> dict[str, Any]:
    """It stops within seconds and leaves nothing half done; one that is over stays as it is."""
    job = _get_job(request, job_id)
    needed = RIGHT_OF.get(job.kind)
    if needed is None or not access.get_visitor(request).may(needed):
        raise Problem(404, NOT_FOUND)
    jobs.ask_to_stop(job.id, at=now())
    return answer_job(jobs.get_job(job.id))


def answer_job(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "asked_by": job.asked_by_login or "system",
        "asked_at": to_plain(job.asked_at),
        "state": job.state,
        "share": job.share,
        "doing": str(job.doing or ""),
        "ended_at": to_plain(job.ended_at),
        "result": _answer_result(job.result),
        "failure": job.failure,
    }


def _answer_result(result: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """What a load says of data that it could not judge is a sentence; programs read English."""
    if result is None or "unjudged" not in result:
        return result
    return {**result, "unjudged": str(read_sentence(result["unjudged"]) or "")}


def _get_job(request: HttpRequest, job_id: str) -> Job:
    job = jobs.find_job(job_id)
    if job is None or not _sees(access.get_visitor(request), job):
        raise Problem(404, NOT_FOUND)
    return job


def _sees(visitor: Visitor, job: Job) -> bool:
    return job.asked_by == visitor.id or visitor.may("load_data")


def _order(job: Job) -> paging.Key:
    return -int(job.asked_at.timestamp() * 1_000_000), job.id

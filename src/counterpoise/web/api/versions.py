"""Versions of a period's plan: freezing one, where it stands, verifying it, and its meeting pack.

Signing needs the person, who has signed in a moment ago, so it is not done by token.
"""

from datetime import UTC, datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from ninja import Query, Router, Schema, Status

from counterpoise.actions import packs, signing
from counterpoise.actions.signing import Seen
from counterpoise.domain.reconcile.signing import State
from counterpoise.domain.values.plain import to_plain
from counterpoise.store.versions import FrozenVersion
from counterpoise.web import access
from counterpoise.web.api import files, runs
from counterpoise.web.api.forms import JobAnswer
from counterpoise.web.api.problems import Problem
from counterpoise.web.api.work import answer_job
from counterpoise.web.background.work import ask_for, make_key
from counterpoise.web.workplace import get_workspace

router = Router(tags=["reconcile"])
ALL = "/reconcile/{period}/versions"
ONE = ALL + "/{int:number}"


class SignatureAnswer(Schema):
    signer: str
    name: str
    role: str
    place: int
    comment: str
    signed_at: datetime


class VersionAnswer(Schema):
    """state: frozen, part signed, signed or void. version_hash: what people sign."""

    number: int
    period: str
    state: str
    plan: str
    run: str
    inputs_hash: str
    content_hash: str
    version_hash: str
    required_roles: list[str]
    frozen_by: str
    frozen_at: datetime
    signatures: list[SignatureAnswer]


class Versions(Schema):
    versions: list[VersionAnswer]


class SeenAnswer(VersionAnswer):
    """still_to_sign: roles, in their turn. is_newest: no later version has taken its place.

    voided_by: what changed since and voids the signatures. changed_beside: what changed and does
    not.
    """

    is_newest: bool
    next_to_sign: str | None
    still_to_sign: list[str]
    voided_by: list[str]
    changed_beside: list[str]


class PackWanted(files.LanguageWanted):
    ending: Literal["html", "pdf"] = "pdf"


@router.get(ALL, response=Versions, summary="List frozen versions, newest first")
def list_versions(request: HttpRequest, period: str) -> dict[str, Any]:
    """With their signatures. Signing needs the person, so it is not done by token."""
    listed = signing.name_states(get_workspace(), runs.read_period(period))
    return {"versions": [_answer_version(*each) for each in listed]}


@router.post(ALL, response={202: JobAnswer}, summary="Freeze the plan of a period")
def freeze_plan(request: HttpRequest, period: str) -> Status[Any]:
    """The promoted scenario's plan, or else the base plan of the newest run. It is computed once
    more; the `result` of the job names the version when it is done."""
    visitor = access.get_visitor(request)
    arguments = {"period": runs.check_run(period), "person": visitor.id}
    job = ask_for("freeze", arguments, key=make_key(), visitor=visitor)
    return Status(202, answer_job(job))


@router.get(ONE, response=SeenAnswer, summary="Get a frozen version as it stands now")
def show_version(request: HttpRequest, period: str, number: int) -> dict[str, Any]:
    seen = _look_at(period, number)
    return {
        **_answer_version(seen.frozen, seen.state),
        "is_newest": seen.standing.newest == seen.frozen.version.number,
        "next_to_sign": next(iter(seen.still_to_sign), None),
        "still_to_sign": list(seen.still_to_sign),
        "voided_by": to_plain(seen.standing.changes),
        "changed_beside": to_plain(seen.others),
    }


@router.post(ONE + "/verify", response={202: JobAnswer}, summary="Compute a version once more")
def verify_version(request: HttpRequest, period: str, number: int) -> Status[Any]:
    """From all that it was made from. The job fails where anything comes out otherwise."""
    frozen = _look_at(period, number).frozen
    arguments = {
        "period": frozen.version.period,
        "version": frozen.name,
        "link": reverse("signoff:version", args=[frozen.version.period, number]),
    }
    visitor = access.get_visitor(request)
    return Status(202, answer_job(ask_for("verify", arguments, key=make_key(), visitor=visitor)))


@router.get(
    ONE + "/pack",
    response=bytes,
    summary="Get the meeting pack of a version",
    openapi_extra=files.describe("html", "pdf"),
)
def send_pack(
    request: HttpRequest, period: str, number: int, wanted: Query[PackWanted]
) -> HttpResponseBase:
    """As a file: a page or a print. Its moments are in UTC."""
    seen = _look_at(period, number)
    pack = packs.build_pack(seen, UTC)
    if pack is None:
        raise Problem(
            404,
            f"The run or the plan of version {number} cannot be read any more, so there is no pack"
            " of it. Freeze a new version.",
        )
    path = packs.find_document(get_workspace(), pack, wanted.language, wanted.ending)
    return files.send(path, seen.frozen.name, wanted.language)


def _look_at(period: str, number: int) -> Seen:
    return signing.look_at(get_workspace(), runs.read_period(period), number)


def _answer_version(frozen: FrozenVersion, state: State) -> dict[str, Any]:
    signatures = [
        {
            **to_plain(each.signature),
            "name": each.name,
            "place": each.place,
            "comment": each.comment,
        }
        for each in frozen.signed
    ]
    return {
        **to_plain(frozen.version),
        "state": state,
        "plan": frozen.plan,
        "run": frozen.run,
        "required_roles": list(frozen.required_roles),
        "signatures": signatures,
    }

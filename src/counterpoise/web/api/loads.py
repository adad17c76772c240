"""Loads: what was accepted, and sending files, which are read, confirmed and then collected."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from counterpoise.actions import uploads
from counterpoise.domain.collect import mapping_toml
from counterpoise.domain.values.plain import to_plain
from counterpoise.store import loads
from counterpoise.store import uploads as stored
from counterpoise.store.loads import Load
from counterpoise.store.uploads import Upload
from counterpoise.web import access
from counterpoise.web.api import paging
from counterpoise.web.api.bodies import MULTIPART
from counterpoise.web.api.forms import JobAnswer, Sent
from counterpoise.web.api.problems import NOT_FOUND, Problem
from counterpoise.web.api.work import answer_job
from counterpoise.web.background.work import ask_for, make_key
from counterpoise.web.collect import receiving
from counterpoise.web.workplace import get_workspace, now

router = Router(tags=["loads"])
FILES = {
    "requestBody": {
        "required": True,
        "content": {
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {
                            "type": "array",
                            "minItems": 1,
                            "items": {"type": "string", "format": "binary"},
                            "description": "CSV, Excel, Parquet, or any of them as zip or gz.",
                        }
                    },
                }
            }
        },
    }
}


class LoadAnswer(Schema):
    """counts: by table, rows received, new, updated, unchanged and quarantined."""

    id: str
    accepted_at: datetime
    source: str
    counts: dict[str, dict[str, int]]
    files: list[str]
    build: str


class Loads(Schema):
    items: list[LoadAnswer]
    next: str | None


class SentFile(Schema):
    name: str
    size: int


class UploadAnswer(Schema):
    """state: waiting to be read, proposed, confirmed, collected, refused or discarded.

    mapping: what the columns are taken for, as TOML; empty until the files were read.
    outcome: what collecting came to; null until then.
    """

    id: str
    sent_by: str
    sent_at: datetime
    files: list[SentFile]
    state: str
    mapping: str
    outcome: dict[str, Any] | None


class Received(Schema):
    """job: reads the files and proposes what their columns mean."""

    upload: UploadAnswer
    job: JobAnswer


class Confirmation(Sent):
    """mapping: TOML as in the upload's own; empty takes what was proposed."""

    mapping: str = Field("", max_length=150_000)


@router.get("/loads", response=Loads, summary="List what was loaded, newest first")
def list_loads(request: HttpRequest, page: Query[paging.Page]) -> dict[str, Any]:
    shown, following = paging.cut_page(loads.list_loads(), _order, page, "loads")
    return paging.answer_page([to_plain(each) for each in shown], following)


@router.get("/loads/{load_id}", response=LoadAnswer, summary="Get a load")
def show_load(request: HttpRequest, load_id: str) -> dict[str, Any]:
    if (load := loads.find_load(load_id)) is None:
        raise Problem(404, NOT_FOUND)
    answer: dict[str, Any] = to_plain(load)
    return answer


@router.post("/uploads", response={202: Received}, summary="Send files", openapi_extra=FILES)
def upload_files(request: HttpRequest) -> Status[Any]:
    """In the field `files`. Wait for the job, look at the upload's mapping, then confirm it."""
    sent = receiving.list_received(request, "files")
    if (refusal := receiving.find_refusal(request)) is not None:
        raise refusal
    visitor = access.get_visitor(request)
    kept = uploads.receive(
        get_workspace(), sent, sender=visitor.id, limits=receiving.get_limits(), now=now()
    )
    job = ask_for("propose", {"upload": kept.id}, key=f"propose-{kept.id}", visitor=visitor)
    return Status(202, {"upload": _answer_upload(kept), "job": answer_job(job)})


@router.get("/uploads/{upload_id}", response=UploadAnswer, summary="Get an upload")
def show_upload(request: HttpRequest, upload_id: str) -> dict[str, Any]:
    return _answer_upload(stored.get_upload(upload_id))


@router.post("/uploads/{upload_id}/confirm", response={202: JobAnswer}, summary="Collect an upload")
def confirm_upload(request: HttpRequest, upload_id: str, sent: Confirmation) -> Status[Any]:
    """Its job loads the files and judges the data; `result` then says what became of the rows."""
    visitor = access.get_visitor(request)
    upload = stored.get_upload(upload_id)
    if upload.proposal is None:
        raise Problem(
            409, f"The upload is {upload.state}, so there is no mapping to confirm. Look at it."
        )
    proposed = uploads.get_proposed(upload).mapping
    stated = mapping_toml.read_mapping(sent.mapping, "mapping") if sent.mapping else proposed
    uploads.confirm(upload.id, stated, now=now())
    arguments = {"upload": upload.id, "person": visitor.id}
    job = ask_for("collect", arguments, key=make_key(), visitor=visitor)
    return Status(202, answer_job(job))


@router.post("/uploads/{upload_id}/discard", response=UploadAnswer, summary="Throw an upload away")
def discard_upload(request: HttpRequest, upload_id: str) -> dict[str, Any]:
    uploads.discard(get_workspace(), stored.get_upload(upload_id).id, now=now())
    return _answer_upload(stored.get_upload(upload_id))


def _answer_upload(upload: Upload) -> dict[str, Any]:
    proposed = uploads.get_proposed(upload).mapping if upload.proposal is not None else None
    return {
        "id": upload.id,
        "sent_by": upload.sender_name,
        "sent_at": to_plain(upload.sent_at),
        "files": [{"name": each.name, "size": each.size} for each in upload.files],
        "state": upload.state,
        "mapping": mapping_toml.write_mapping(proposed) if proposed else "",
        "outcome": upload.outcome,
    }


def _order(load: Load) -> paging.Key:
    return -int(load.accepted_at.timestamp() * 1_000_000), load.id

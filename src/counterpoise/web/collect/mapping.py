"""What the columns of uploaded files mean: proposed, confirmed by a person, or thrown away."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from counterpoise.actions import uploads as uploading
from counterpoise.actions.collect import NothingToCollect
from counterpoise.actions.uploads import UploadDecided
from counterpoise.domain.collect.mapping_toml import InvalidMapping
from counterpoise.store import uploads
from counterpoise.store.uploads import Upload
from counterpoise.web import access
from counterpoise.web.background.work import ask_for, make_key
from counterpoise.web.collect.forms import MappingForm
from counterpoise.web.pages import render_page
from counterpoise.web.reading import get_eyes
from counterpoise.web.workplace import get_workspace, now


@require_safe
def show_mapping(request: HttpRequest, upload_id: str) -> HttpResponse:
    upload = _get_upload(upload_id)
    if upload.proposal is None or not uploading.is_undecided(upload):
        return render_page(request, "collect/upload.html", {"upload": upload})
    return _render_form(request, upload, MappingForm(uploading.get_proposed(upload)))


@require_POST
def confirm(request: HttpRequest, upload_id: str) -> HttpResponse:
    """Load what was confirmed; with the button `again` only show another table's attributes."""
    upload = _get_upload(upload_id)
    if upload.proposal is None:
        raise Http404
    proposed = uploading.get_proposed(upload)
    form = MappingForm(proposed, request.POST)
    if "again" in request.POST or form.is_another_table:
        return _render_form(request, upload, MappingForm(proposed, draft=request.POST))
    if not form.is_valid():
        return _render_form(request, upload, form)
    visitor = access.get_visitor(request)
    try:
        with transaction.atomic():
            uploading.confirm(upload.id, form.read_mapping(), now=now())
            job = ask_for(
                "collect",
                {"upload": upload.id, "person": visitor.id},
                key=request.POST.get("key", "") or make_key(),
                visitor=visitor,
            )
    except (InvalidMapping, NothingToCollect) as error:
        form.add_error(None, get_eyes(request).explain(error))
        return _render_form(request, upload, form)
    except UploadDecided as error:
        return _render_decided(request, upload_id, error)
    messages.success(request, gettext("Confirmed. The files are being loaded now."))
    return redirect("work:job", job.id)


@require_POST
def discard(request: HttpRequest, upload_id: str) -> HttpResponse:
    upload = _get_upload(upload_id)
    try:
        uploading.discard(get_workspace(), upload.id, now=now())
    except UploadDecided as error:
        return _render_decided(request, upload_id, error)
    messages.success(request, gettext("The files were thrown away. The data is as it was."))
    return redirect("collect:overview")


def _get_upload(upload_id: str) -> Upload:
    upload = uploads.find_upload(upload_id)
    if upload is None:
        raise Http404
    return upload


def _render_form(request: HttpRequest, upload: Upload, form: MappingForm) -> HttpResponse:
    context = {
        "upload": upload,
        "sections": form.list_sections(),
        "notes": uploading.get_proposed(upload).notes,
        "key": make_key(),
    }
    return render_page(request, "collect/mapping.html", context, form=form)


def _render_decided(request: HttpRequest, upload_id: str, error: UploadDecided) -> HttpResponse:
    context = {"upload": _get_upload(upload_id), "conflict": get_eyes(request).explain(error)}
    return render_page(request, "collect/upload.html", context, status=409)

"""How far long work is, what came of it, and the way to stop it."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from counterpoise.domain.values.document import read_sentence
from counterpoise.store import jobs
from counterpoise.store.jobs import Job
from counterpoise.web import access
from counterpoise.web.links import get_page_language
from counterpoise.web.pages import render_page
from counterpoise.web.workplace import now

TITLES: dict[str, str | Promise] = {
    "propose": _("Reading the uploaded files"),
    "collect": _("Loading the data"),
    "deliveries": _("Landing what was delivered to hooks"),
    "examine": _("Judging the data"),
    "enrich": _("Asking about companies"),
    "cycle": _("Running the cycle"),
    "sample": _("Loading the sample company"),
    "scenario": _("Solving the scenario"),
    "freeze": _("Freezing the plan"),
    "verify": _("Verifying the version"),
    "fix-lists": _("Sending the fix lists"),
    "fix-list": _("Sending a fix list"),
    "match": _("Matching the records"),
    "refresh": _("Refreshing a connected system"),
    "alert": _("Sending messages"),
}
OTHER = _("Work in the background")


@dataclass(frozen=True, slots=True)
class Next:
    """Where one goes from here."""

    title: str | Promise
    link: str


@require_safe
def show_job(request: HttpRequest, job_id: str) -> HttpResponse:
    job = _get_visible(request, job_id)
    if job.state == "done" and job.kind == "propose":
        link = reverse("collect:mapping", args=[job.arguments["upload"]])
        is_fragment = bool(request.headers.get("HX-Request"))
        return HttpResponseClientRedirect(link) if is_fragment else redirect(link)
    context = {
        "job": job,
        "title": TITLES.get(job.kind, OTHER),
        "unjudged": read_sentence((job.result or {}).get("unjudged")),
        "percent": round(100 * job.share),
        "links": tuple(_list_next(job)),
    }
    return render_page(request, "collect/job.html", context)


@require_POST
def stop_job(request: HttpRequest, job_id: str) -> HttpResponse:
    job = _get_visible(request, job_id)
    if jobs.ask_to_stop(job.id, at=now()):
        messages.success(request, gettext("It is being stopped. Nothing half-done is kept."))
    else:
        messages.info(request, gettext("It is over already, so there is nothing to stop."))
    return redirect("work:job", job.id)


def _get_visible(request: HttpRequest, job_id: str) -> Job:
    """One's own work; whoever loads data sees everybody's. Raises Http404."""
    visitor = access.get_visitor(request)
    job = jobs.find_job(job_id)
    if job is None or not (job.asked_by == visitor.id or visitor.may("load_data")):
        raise Http404
    return job


def _list_next(job: Job) -> list[Next]:
    """Links by what the result holds, and where to go after a failure."""
    if job.state in {"failed", "stopped"}:
        upload = job.arguments.get("upload")
        if job.kind == "collect" and upload:
            return [Next(_("Look at the columns again"), reverse("collect:mapping", args=[upload]))]
        if job.kind in {"freeze", "verify"}:
            period = job.arguments["period"]
            return [Next(_("Back to the versions"), reverse("signoff:overview", args=[period]))]
        if job.kind == "refresh":
            link = reverse("collect:connection", args=[job.arguments["connection"]])
            return [Next(_("Back to the connection"), link)]
        return [Next(_("Back to the data"), reverse("collect:overview"))]
    if job.state != "done" or job.result is None:
        return []
    found = []
    if batch := job.result.get("batch"):
        found.append(Next(_("Open the load"), reverse("collect:load", args=[batch])))
    if run := job.result.get("run"):
        report = reverse("cycle:report", args=[run, get_page_language()])
        found.append(Next(_("Open the report"), report))
    link = str(job.result.get("link", ""))
    if link.startswith("/") and not link.startswith("//"):
        found.append(Next(_("Open the result"), link))
    if job.kind in {"collect", "examine", "sample"}:
        found.append(Next(_("Look at the health of the data"), reverse("collect:health")))
        found.append(Next(_("Look at the measures"), reverse("collect:measures")))
    return found

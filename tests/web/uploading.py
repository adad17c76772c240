"""What tests of uploads send, and how a worker would do what was asked for."""

from html.parser import HTMLParser

from django.core.files.uploadedfile import SimpleUploadedFile

DEALS = """id,Deal Name,Owner,Stage,Amount,Currency,Create Date,Close Date
D-1,Alpha,Layla,Proposal,1000.50,USD,2026-01-05,
D-2,Beta,Tom,Closed Won,2000,USD,2026-01-10,2026-03-01
D-3,Gamma,Tom,Closed Lost,300,USD,2026-02-01,2026-03-15
"""
MIXED = DEALS.replace("300,USD", "300,EUR")
MB = 1 << 20
ROOMY = {"file": 4 * MB, "day": 20 * MB, "uploads_a_day": 100, "reserve": 0}


def file_of(content=DEALS, name="deals.csv"):
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def send(browser, *files):
    return browser.post("/collect/upload/", {"files": list(files or [file_of()])})


def work_off(workspace):
    """Do what waits, as a worker would; returns the jobs as they ended."""
    from counterpoise.actions import work
    from counterpoise.domain.values.text import explain
    from counterpoise.store import jobs
    from counterpoise.web.workplace import now

    done = []
    for job in jobs.list_going():
        attempt = jobs.take_job(job.id, at=now())
        try:
            work.do_work(workspace, job.id, attempt, now=now())
        except Exception as error:
            jobs.end_job(job.id, attempt, "failed", failure=explain(error), at=now())
        done.append(jobs.get_job(job.id))
    return done


def find_only_upload():
    from counterpoise.store import uploads
    from counterpoise.store.models import Upload

    return uploads.get_upload(Upload.objects.get().id)


def list_on_disk(workspace):
    return sorted(path.name for path in workspace.uploads.rglob("*") if path.is_file())


def count_uploads():
    from counterpoise.store.models import Upload

    return Upload.objects.count()


def propose(browser, workspace, *files):
    """Send files and have them read; the upload and the page of what they mean."""
    assert send(browser, *files).status_code == 302
    (job,) = work_off(workspace)
    assert (job.state, job.failure) == ("done", "")
    upload = find_only_upload()
    return upload, browser.get(f"/collect/uploads/{upload.id}/")


def read_answers(page):
    """The form of the mapping page as a browser without scripts would send it back."""
    reader = FormReader()
    reader.feed(page.content.decode())
    return {
        name: value
        for name, value in reader.answers.items()
        if name.startswith(("table-", "shown-", "to-", "way-"))
    }


def list_choices(page, name):
    reader = FormReader()
    reader.feed(page.content.decode())
    return reader.choices[name]


class FormReader(HTMLParser):
    """answers: by name of a field. choices: what a select offers."""

    def __init__(self):
        super().__init__()
        self.answers, self.choices, self._select = {}, {}, ""

    def handle_starttag(self, tag, attrs):
        held = dict(attrs)
        if tag == "input" and held.get("type") == "hidden":
            self.answers[held["name"]] = held.get("value", "")
        elif tag == "select":
            self._select = held["name"]
            self.choices[self._select] = []
        elif tag == "option":
            if not self.choices[self._select] or "selected" in held:
                self.answers[self._select] = held.get("value", "")
            self.choices[self._select].append(held.get("value", ""))

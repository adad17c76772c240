"""Once a week each rep gets a letter with what could be mended in their own rows.

A letter is claimed in the store before it is sent, for one person and week. One that the server
refused is tried again with the next run; one of which nobody knows whether it left, because the
machine stopped in between, is not sent again: no letter comes twice.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from counterpoise.actions import evidence, kept
from counterpoise.actions.kept import Examined
from counterpoise.actions.workspaces import Workspace
from counterpoise.connectors.documents.fix_letter import write_letter
from counterpoise.connectors.documents.reader import Language
from counterpoise.connectors.letters import outgoing
from counterpoise.connectors.letters.outgoing import Letter, NotSent, Postbox
from counterpoise.domain.tables.health import Finding
from counterpoise.domain.values.text import explain
from counterpoise.store import jobs, ledger, people
from counterpoise.store.people import Person

KIND = "fix-list"
PAGE = "/collect/health/fix-lists/"
_MOST_TRIES = 100


@dataclass(frozen=True, slots=True)
class Sending:
    """Of one run, by user name. known: who had the week's letter before. clean: who has nothing to
    mend. refused: to whom no letter could be sent. Who has no address or no rows is in none."""

    week: str
    sent: tuple[str, ...]
    known: tuple[str, ...]
    clean: tuple[str, ...]
    refused: tuple[str, ...]


def name_week(day: date) -> str:
    """ISO 8601, such as 2026-W05: the letters of a week are those of its Monday to its Sunday."""
    year, week, _day = day.isocalendar()
    return f"{year}-W{week:02}"


def send_fix_lists(
    workspace: Workspace, *, now: datetime, environment: Mapping[str, str] | None = None
) -> Sending:
    """Raises NoBuild before the first load, NoPostbox where no mail server is named; the data is
    judged first where it was not."""
    postbox = outgoing.read_postbox(os.environ if environment is None else environment)
    build = ledger.get_current_build()
    examined = kept.find_examined(build.id) or kept.examine_build(workspace, now=now)
    counts = evidence.count_fixes(evidence.stand_on(workspace, build.id, examined))
    week = name_week(now.date())
    ended: dict[str, list[str]] = {"sent": [], "known": [], "clean": [], "refused": []}
    for person in people.list_people():
        if person.is_active and person.email and person.rep:
            findings = _list_findings(examined, counts, person.rep)
            outcome = _send_once(person, findings, week, postbox, now) if findings else "clean"
            ended[outcome].append(person.username)
    return Sending(week, **{name: tuple(names) for name, names in ended.items()})


def _list_findings(
    examined: Examined, counts: Mapping[tuple[str, str, str], Mapping[str, int]], rep: str
) -> list[Finding]:
    return [
        replace(each, rep=rep, rows=rows)
        for each in examined.health.findings
        if not each.rep
        and (rows := counts.get((each.table, each.attribute, each.rule), {}).get(rep))
    ]


def _send_once(
    person: Person, findings: list[Finding], week: str, postbox: Postbox, now: datetime
) -> str:
    key = f"{KIND}:{person.id}:{week}"
    attempt = _claim(key, {"person": person.id, "week": week}, now)
    if attempt is None:
        return "known"
    job_id, number = attempt
    language: Language = "ar" if people.get_preferences(person.id).language == "ar" else "en"
    link = postbox.address and postbox.address + PAGE
    subject, body = write_letter(person.name, findings, language, link)
    try:
        outgoing.send_letter(postbox, Letter(person.email, subject, body, key.replace(":", ".")))
    except NotSent as error:
        jobs.end_job(job_id, number, "failed", failure=explain(error), at=now)
        return "refused"
    jobs.end_job(job_id, number, "done", result={"findings": len(findings)}, at=now)
    return "sent"


def _claim(key: str, arguments: Mapping[str, object], now: datetime) -> tuple[str, int] | None:
    """A try that nobody else has; None where the letter was sent, or may have been."""
    for number in range(1, _MOST_TRIES):
        job, is_new = jobs.keep_job(KIND, arguments, key=f"{key}:{number}", asked_by=None, at=now)
        if is_new:
            attempt = jobs.take_job(job.id, at=now)
            return None if attempt is None else (job.id, attempt)
        if job.state != "failed" or job.attempt != 1:
            return None
    return None

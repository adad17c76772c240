"""Comments on the things of the product, and telling who is mentioned in them.

A subject is `kind:what`: action:2026-Q4:fill:pipeline, plan:2026-Q4, override:12, version:3,
job:9f…. Who may see the thing may read what is said about it, and nobody else is told of it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from counterpoise.actions import tracking
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import Text, text
from counterpoise.store import comments, inbox, jobs
from counterpoise.store.comments import Comment

LENGTH = 5000
MENTIONS = 20
"""How many people one comment can call."""
EXCERPT = 200
_SUBJECT_LENGTH = 200
_MENTION = re.compile(r"(?<![\w@.+-])@([\w.@+-]{1,150})")
_LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class InvalidComment(ValueError):
    """A comment without a word, or longer than fits. `why` says so, for any language."""

    def __init__(self, why: Text) -> None:
        super().__init__(why)
        self.why = why


class HiddenSubject(LookupError):
    """Nothing that this visitor may see is called so."""


@dataclass(frozen=True, slots=True)
class Said:
    """told: the logins of those whose inbox now says that they were mentioned."""

    comment: Comment
    told: tuple[str, ...]


def may_see_subject(visitor: Visitor, subject: str) -> bool:
    """The one place that decides whose comments are for whose eyes."""
    kind, _, what = subject.partition(":")
    look = _LOOKS.get(kind)
    return look is not None and len(subject) <= _SUBJECT_LENGTH and look(visitor, what)


def list_comments(visitor: Visitor, subject: str) -> tuple[Comment, ...]:
    """Raises HiddenSubject."""
    _check_subject(visitor, subject)
    return comments.list_comments(subject)


def add_comment(visitor: Visitor, subject: str, written: str, *, link: str, at: datetime) -> Said:
    """Keep what was said and tell those who are mentioned and may see it. link: the thing's page.

    A mention of anybody else stays text, whether there is such a person or not. Raises
    HiddenSubject and InvalidComment, and then nothing is kept.
    """
    _check_subject(visitor, subject)
    clean = clean_text(written)
    if not clean:
        raise InvalidComment(text("The comment is empty. Write something."))
    if len(clean) > LENGTH:
        raise InvalidComment(
            text(
                "The comment has {n} characters; {limit} fit. Make it shorter or split it.",
                n=len(clean),
                limit=LENGTH,
            )
        )
    with transaction.atomic():
        kept = comments.add_comment(subject, clean, author_id=visitor.id, at=at)
        called = comments.list_mentioned(find_mentions(clean))
        told = [each for each in called if each.id != visitor.id and may_see_subject(each, subject)]
        for each in told:
            place = f"{link}#comment-{kept.id}"
            inbox.tell(each.id, "mention", subject, place, clean[:EXCERPT], at)
    return Said(kept, tuple(each.name for each in told))


def clean_text(written: str) -> str:
    """One kind of line end, and no control characters: they are no text and could forge lines."""
    lines = _LINE_ENDS.sub("\n", written)
    return _CONTROLS.sub("", lines).strip()


def find_mentions(written: str) -> tuple[str, ...]:
    """Names after an @, in order. A full stop behind a name may be the sentence's or the name's."""
    found: dict[str, None] = {}
    for name in _MENTION.findall(written)[:MENTIONS]:
        found[name] = None
        if stripped := name.rstrip(".@+-"):
            found[stripped] = None
    return tuple(found)


def _check_subject(visitor: Visitor, subject: str) -> None:
    if not may_see_subject(visitor, subject):
        raise HiddenSubject("There is nothing of this name to speak about. Look at the address.")


def _may_see_action(visitor: Visitor, what: str) -> bool:
    period, _, action = what.partition(":")
    return tracking.find_tracked(visitor, period, action) is not None


def _may_see_plan(visitor: Visitor, period: str) -> bool:
    return visitor.may("read_plan") and comments.has_plan(period)


def _may_see_override(visitor: Visitor, what: str) -> bool:
    return visitor.may("read_plan") and comments.has_override(_read_number(what))


def _may_see_version(visitor: Visitor, what: str) -> bool:
    return visitor.may("read_plan") and comments.has_version(_read_number(what))


def _may_see_job(visitor: Visitor, job_id: str) -> bool:
    job = jobs.find_job(job_id)
    is_operations = visitor.role in ("operations", "administrator")
    return job is not None and (is_operations or job.asked_by == visitor.id)


def _read_number(written: str) -> int:
    """A row's number; 0, which no row has, for anything else."""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 18 else 0


_LOOKS: dict[str, Callable[[Visitor, str], bool]] = {
    "action": _may_see_action,
    "plan": _may_see_plan,
    "override": _may_see_override,
    "version": _may_see_version,
    "job": _may_see_job,
}
"""Kinds of subjects, and how to tell whether one is there and for the visitor's eyes."""

"""Runs of the matcher, and what people said of two records.

A verdict has an edition: whoever gives one says which one they saw, and when that is no longer the
current one nothing is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from django.db import IntegrityError, transaction

from counterpoise.domain.collect.identity_report import IdentityReport
from counterpoise.domain.values.document import from_document, to_document
from counterpoise.domain.values.text import text
from counterpoise.store import audit
from counterpoise.store.models import IdentityRun, IdentityVerdict

Word = Literal["same", "different", "later"]


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says of two records. edition: of what they saw said before, 0 for nothing."""

    word: Word
    reason: str
    edition: int


class VerdictChanged(RuntimeError):
    """Someone else said something of the two records meanwhile; nothing was written."""


@dataclass(frozen=True, slots=True)
class KeptRun:
    id: str
    build: str
    made_at: datetime
    report: IdentityReport


@dataclass(frozen=True, slots=True)
class Verdict:
    """edition: 0 where nobody has said anything yet."""

    one: str
    other: str
    word: Word
    reason: str
    author: str
    made_at: datetime
    edition: int


def keep_run(run_id: str, build: str, report: IdentityReport, *, at: datetime) -> KeptRun:
    with transaction.atomic():
        IdentityRun.objects.create(id=run_id, build=build, made_at=at, report=to_document(report))
        counts = {each.kind: [each.records, each.customers] for each in report.kinds}
        after = {"run": run_id, "counts": counts}
        audit.record("identity.matched", f"build:{build}", after=after, at=at)
    return KeptRun(run_id, build, at, report)


def find_newest_run() -> KeptRun | None:
    """The run that readers see; None before the first."""
    row = IdentityRun.objects.first()
    if row is None:
        return None
    return KeptRun(row.pk, row.build, row.made_at, from_document(IdentityReport, row.report))


def list_run_ids() -> tuple[tuple[str, datetime], ...]:
    """Every run with its time, the newest first."""
    return tuple(IdentityRun.objects.values_list("id", "made_at"))


def list_verdicts(kind: str) -> tuple[Verdict, ...]:
    rows = IdentityVerdict.objects.filter(kind=kind).select_related("author")
    return tuple(map(_read, rows))


def find_verdict(kind: str, one: str, other: str) -> Verdict | None:
    rows = IdentityVerdict.objects.select_related("author")
    row = rows.filter(kind=kind, one=one, other=other).first()
    return None if row is None else _read(row)


def give_verdict(
    kind: str,
    pair: tuple[str, str],
    said: Said,
    *,
    author_id: int | None,
    at: datetime,
) -> Verdict:
    """Raises VerdictChanged."""
    one, other, edition = min(pair), max(pair), said.edition
    row = {
        "verdict": said.word, "reason": said.reason, "author_id": author_id, "made_at": at,
    }  # fmt: skip
    before = find_verdict(kind, one, other)
    key = {"kind": kind, "one": one, "other": other}
    try:
        with transaction.atomic():
            if edition == 0:
                IdentityVerdict.objects.create(**key, **row)
            else:
                rows = IdentityVerdict.objects.filter(**key, edition=edition)
                if not rows.update(edition=edition + 1, **row):
                    raise _say_changed()
            after = _read(IdentityVerdict.objects.select_related("author").get(**key))
            audit.record(
                f"identity.{said.word}",
                f"{kind}:{one}",
                before=None if before is None else _describe(before),
                after=_describe(after),
                at=at,
            )
    except IntegrityError:
        raise _say_changed() from None
    return after


def _say_changed() -> VerdictChanged:
    return VerdictChanged(
        text(
            "Someone else said something of these two records meanwhile. Nothing was saved. Look"
            " at it, then say what you think."
        )
    )


def _describe(verdict: Verdict) -> Mapping[str, Any]:
    return {"other": verdict.other, "verdict": verdict.word, "reason": verdict.reason}


def _read(row: IdentityVerdict) -> Verdict:
    author = row.author.shown_name if row.author else ""
    return Verdict(
        row.one, row.other, cast("Word", row.verdict), row.reason, author, row.made_at, row.edition
    )

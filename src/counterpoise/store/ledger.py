"""The import ledger: which content was accepted, and which build of the warehouse is current."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from counterpoise.domain.tables.health import HealthPart
from counterpoise.domain.values.document import from_document
from counterpoise.domain.values.text import text
from counterpoise.store import audit
from counterpoise.store.models import Batch, Build, Examination, LandedFile

_PARTS = tuple[HealthPart, ...]


class NoBuild(LookupError):
    """Nothing was collected yet."""


@dataclass(frozen=True, slots=True)
class LandedContent:
    name: str
    content_hash: str
    mapping_hash: str


@dataclass(frozen=True, slots=True)
class AcceptedBatch:
    """counts: what became of the rows of each table, as `collect` reports them."""

    id: str
    source: str
    counts: Mapping[str, Any]
    files: tuple[LandedContent, ...]


@dataclass(frozen=True, slots=True)
class PublishedBuild:
    """manifest: row counts, sums, file hashes and code version, as the warehouse wrote it."""

    id: str
    published_at: datetime
    batch: str
    manifest: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BuildScore:
    """What was kept of how healthy a build was. parts: none of a build judged before there were."""

    build: str
    published_at: datetime
    as_of: date
    score: int
    rows: int
    parts: tuple[HealthPart, ...]


def find_landed(content: Sequence[LandedContent]) -> tuple[LandedContent, ...]:
    """Those of the given contents that an earlier batch has already accepted."""
    known = set(
        LandedFile.objects.filter(
            content_hash__in=[each.content_hash for each in content]
        ).values_list("content_hash", "mapping_hash")
    )
    return tuple(each for each in content if (each.content_hash, each.mapping_hash) in known)


def accept(batch: AcceptedBatch, *, build: str, manifest: Mapping[str, Any], at: datetime) -> None:
    """Accept a batch and make its build the current one: both or neither."""
    with transaction.atomic():
        row = Batch.objects.create(
            id=batch.id, accepted_at=at, source=batch.source, counts=dict(batch.counts)
        )
        LandedFile.objects.bulk_create(
            LandedFile(
                batch=row,
                name=each.name,
                content_hash=each.content_hash,
                mapping_hash=each.mapping_hash,
            )
            for each in batch.files
        )
        Build.objects.create(id=build, published_at=at, batch=row, manifest=dict(manifest))
        files = [each.name for each in batch.files]
        audit.record(
            "data.loaded", f"batch:{batch.id}", after={"build": build, "files": files}, at=at
        )


def list_batches() -> tuple[str, ...]:
    """Ids of the accepted batches, oldest first."""
    return tuple(Batch.objects.order_by("builds__number").values_list("id", flat=True))


def list_builds() -> tuple[str, ...]:
    """Ids of all published builds, oldest first."""
    return tuple(Build.objects.order_by("number").values_list("id", flat=True))


def count_quarantined() -> dict[str, int]:
    """Rows of each table that went to quarantine, over all loads."""
    counted: Counter[str] = Counter()
    for (counts,) in Batch.objects.values_list("counts"):
        counted.update({table: each["quarantined"] for table, each in counts.items()})
    return dict(counted)


def find_current_build() -> PublishedBuild | None:
    row = Build.objects.order_by("-number").first()
    if row is None:
        return None
    return PublishedBuild(row.id, row.published_at, row.batch_id or "", row.manifest)


def get_current_build() -> PublishedBuild:
    if (found := find_current_build()) is None:
        raise NoBuild(
            text(
                "Nothing was collected yet. Run `counterpoise collect PATH` first.",
            )
        )
    return found


def keep_examination(build: str, as_of: date, document: Mapping[str, Any], *, at: datetime) -> None:
    """Keep what a build was found to be; the first examination stays."""
    Examination.objects.get_or_create(
        build_id=build,
        defaults={"as_of": as_of, "examined_at": at, "document": dict(document)},
    )


def find_examined_at(build: str) -> datetime | None:
    rows = Examination.objects.filter(build_id=build).values_list("examined_at", flat=True)
    return rows.first()


def load_examination(build: str) -> Mapping[str, Any]:
    document: Mapping[str, Any] = Examination.objects.get(build_id=build).document
    return document


def list_scores(most: int) -> tuple[BuildScore, ...]:
    """Of the newest builds that were examined, oldest first."""
    health = "document__health__"
    rows = Examination.objects.order_by("-build__number")[:most].values_list(
        "build_id",
        "build__published_at",
        "as_of",
        f"{health}score",
        f"{health}rows",
        "document__parts",
    )
    return tuple(
        BuildScore(build, at, as_of, score, looked_at, from_document(_PARTS, parts or []))
        for build, at, as_of, score, looked_at, parts in reversed(rows)
    )

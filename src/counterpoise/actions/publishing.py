"""Publishes a load: batch and build are written aside, named, and accepted in one transaction.

Publishing a batch again from the landing comes to the same build, row for row.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from counterpoise import __version__
from counterpoise.actions.rules import load_rulebook
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.collect.folding import fold
from counterpoise.domain.rulebook.rulebook import InvalidRule, Rulebook
from counterpoise.domain.tables.mapping import FileMapping
from counterpoise.domain.tables.received import Quarantined
from counterpoise.domain.values.text import Text, text
from counterpoise.store import ledger
from counterpoise.store.ledger import AcceptedBatch, LandedContent
from counterpoise.warehouse.landing.batches import Batch, read_batch, write_batch
from counterpoise.warehouse.landing.disk import ASIDE, publish, sweep
from counterpoise.warehouse.landing.reading import Landed
from counterpoise.warehouse.marts.build import Built, Load
from counterpoise.warehouse.marts.publication import Description
from counterpoise.warehouse.marts.write import write_build
from counterpoise.warehouse.staging.load import stage_files
from counterpoise.warehouse.staging.stage import Rules, Staged
from counterpoise.warehouse.staging.stages import Kind, StageKinds

KINDS: tuple[Kind, ...] = ("open", "won", "lost")


class LostRows(RuntimeError):
    """Rows that would end nowhere, or twice; the load is not published."""


class ForeignWarehouse(RuntimeError):
    """A store that does not know what lies in the warehouse."""


@dataclass(frozen=True, slots=True)
class File:
    """A landed file with what its columns mean."""

    landed: Landed
    mapping: FileMapping

    @property
    def name(self) -> str:
        return self.landed.received.name

    @property
    def received(self) -> int:
        return self.landed.rows + len(self.landed.rejects)

    @property
    def content(self) -> LandedContent:
        return LandedContent(
            self.name, self.landed.received.content_hash, hash_mapping(self.mapping)
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """received = new + updated + unchanged + quarantined."""

    received: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.received + other.received,
            self.new + other.new,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.quarantined + other.quarantined,
        )


@dataclass(frozen=True, slots=True)
class Published:
    batch: str
    build: str
    tables: Mapping[str, Counts]
    notes: tuple[Text, ...]


def hash_mapping(mapping: FileMapping) -> str:
    """Of what the mapping does, not of how sure it was."""
    columns = sorted(
        (each.column, each.attribute, each.date_order or "", each.decimal_mark or "")
        for each in mapping.columns
    )
    written = json.dumps([mapping.table, mapping.source, columns])
    return hashlib.sha256(written.encode()).hexdigest()


def find_fresh(files: Sequence[File]) -> tuple[File, ...]:
    """Files whose content no earlier batch holds under this mapping; the same twice counts once."""
    known = {
        (each.content_hash, each.mapping_hash)
        for each in ledger.find_landed([each.content for each in files])
    }
    fresh = []
    for each in files:
        mark = (each.content.content_hash, each.content.mapping_hash)
        if mark not in known:
            known.add(mark)
            fresh.append(each)
    return tuple(fresh)


def count_received(files: Sequence[File]) -> dict[str, Counts]:
    return _sum((each.mapping.table, Counts(received=each.received)) for each in files)


def count_unchanged(files: Sequence[File]) -> dict[str, Counts]:
    return _sum(
        (each.mapping.table, Counts(received=each.received, unchanged=each.received))
        for each in files
    )


Settle = Callable[[Published | None], None]
"""Moves what else belongs to a load, such as a cursor, in the transaction that accepts it; None
stands for a load in which nothing was new."""


def settle_nothing(published: Published | None) -> None:
    """Of a load that belongs to nothing else."""


def publish_load(
    workspace: Workspace,
    files: Sequence[File],
    fresh: Sequence[File],
    desk: Path,
    *,
    now: datetime,
    settle: Settle = settle_nothing,
) -> Published:
    """Publish what is fresh of the files; the others are counted as unchanged.

    Raises Ambiguous, BrokenBuild; whatever is raised, readers keep the build they had.
    """
    name = _name_load(workspace, fresh, now)
    rules = _read_rules(load_rulebook(), now.date())
    aside = workspace.landing / (name + ASIDE)
    aside.mkdir()
    held = tuple(_move(each, aside / f"{place}.parquet") for place, each in enumerate(fresh, 1))
    batch = Batch(
        id=name,
        received_at=now,
        zone=rules.zone[0],
        code_version=__version__,
        stage_kinds=rules.stages.kinds,
        files=tuple((each.landed, each.mapping) for each in held),
    )
    staged = stage_files([each for each in batch.files if each[1].table], rules, desk)
    write_batch(aside, batch, _list_quarantined(held, staged))
    current = ledger.find_current_build()
    build = f"b{name}"
    built, manifest = _write(
        workspace.build_folder(current.id) if current else None,
        batch,
        staged,
        workspace.builds / (build + ASIDE),
        desk,
    )
    tables = _count(files, held, staged, built)
    publish(aside, workspace.landing / name)
    publish(workspace.builds / (build + ASIDE), workspace.build_folder(build))
    accepted = AcceptedBatch(
        id=name,
        source=held[0].mapping.source,
        counts={table: _plain(counts) for table, counts in tables.items()},
        files=tuple(each.content for each in held),
    )
    notes = tuple(note for each in staged for note in each.notes)
    published = Published(name, build, tables, notes)
    with transaction.atomic():
        ledger.accept(accepted, build=build, manifest=manifest, at=now)
        settle(published)
    return published


def rebuild(workspace: Workspace, out: Path) -> Path:
    """Build the marts again from all accepted batches, below `out`; returns the last build.

    The result has the rows of the current build. Nothing of the workspace is changed.
    """
    previous: Path | None = None
    for name in ledger.list_batches():
        batch = read_batch(workspace.landing / name)
        desk = out / f"{name}.desk"
        rules = _rules_of(batch)
        staged = stage_files([each for each in batch.files if each[1].table], rules, desk)
        folder = out / name
        _write(previous, batch, staged, folder, desk)
        shutil.rmtree(desk)
        previous = folder
    if previous is None:
        raise ledger.NoBuild(
            text(
                "Nothing was collected yet, so there is nothing to build again.",
            )
        )
    return previous


def sweep_leftovers(workspace: Workspace) -> None:
    """Remove what a crash left behind. Only the holder of the writer's lock may call this.

    Raises ForeignWarehouse where the store does not know several finished batches: then it is not
    the store of this warehouse, and deleting what it does not know would lose what was received.
    """
    shutil.rmtree(workspace.scratch / "load", ignore_errors=True)
    batches = set(ledger.list_batches())
    finished = {each.name for each in workspace.landing.iterdir() if each.suffix != ASIDE}
    if len(finished - batches) > 1:
        raise ForeignWarehouse(
            text(
                "{landing} holds {count} batches that the store does not know."
                " COUNTERPOISE_STORE may name another company's store, or the store was"
                " lost: name the right one, or restore it from a backup. Nothing was"
                " changed.",
                landing=str(workspace.landing),
                count=len(finished - batches),
            )
        )
    sweep(workspace.landing, batches)
    sweep(workspace.builds, ledger.list_builds())


def _name_load(workspace: Workspace, fresh: Sequence[File], now: datetime) -> str:
    """By time and content, so that ids sort by load and the same load has the same id."""
    marks = sorted((each.content.content_hash, each.content.mapping_hash) for each in fresh)
    mark = hashlib.sha256(json.dumps(marks).encode()).hexdigest()[:8]
    name = f"{now.astimezone(UTC):%Y%m%dT%H%M%S}-{mark}"
    return name if not (workspace.landing / name).exists() else f"{name}-again"


def _read_rules(rulebook: Rulebook, on: date) -> Rules:
    zone = rulebook.get_text("company.time_zone", on)
    kinds = {
        stage: rulebook.get_text("stage.kind", on, stage)
        for stage in rulebook.subjects("stage.kind", on)
    }
    for stage, kind in kinds.items():
        if kind not in KINDS:
            raise InvalidRule(
                text(
                    "stage.kind of {stage} is '{kind}'. Write {listed} into the rulebook.",
                    stage=stage,
                    kind=kind,
                    listed=", ".join(KINDS),
                )
            )
    return _build_rules(zone, {fold(stage): kind for stage, kind in kinds.items()})


def _rules_of(batch: Batch) -> Rules:
    return _build_rules(batch.zone, batch.stage_kinds)


def _build_rules(zone: str, kinds: Mapping[str, str]) -> Rules:
    try:
        clock = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidRule(
            text(
                "company.time_zone is '{zone}', which is no time zone. Write one such as"
                " Asia/Dubai.",
                zone=zone,
            )
        ) from None
    return Rules((zone, clock), StageKinds(cast("Mapping[str, Kind]", kinds)))


def _move(file: File, target: Path) -> File:
    file.landed.path.rename(target)
    return replace(file, landed=replace(file.landed, path=target))


def _list_quarantined(files: Sequence[File], staged: Sequence[Staged]) -> Iterator[Quarantined]:
    by_file = iter(staged)
    for file in files:
        cells = next(by_file).quarantined if file.mapping.table else ()
        rejects = (
            Quarantined(file.name, each.row, "", each.raw, each.reason)
            for each in file.landed.rejects
        )
        yield from sorted((*rejects, *cells), key=lambda each: each.row)


def _write(
    previous: Path | None, batch: Batch, staged: Sequence[Staged], out: Path, scratch: Path
) -> tuple[Built, dict[str, Any]]:
    load = Load(batch.id, batch.received_at, batch.zone, tuple(staged))
    described = Description(
        build=out.name.removesuffix(ASIDE),
        batch=batch.id,
        previous=previous.name if previous else "",
        received_at=batch.received_at,
        code_version=__version__,
        zone=batch.zone,
    )
    return write_build(previous, load, described, out, scratch)


def _count(
    files: Sequence[File], fresh: Sequence[File], staged: Sequence[Staged], built: Built
) -> dict[str, Counts]:
    """Raises LostRows where rows in are not rows out."""
    taken = {each.content for each in fresh}
    counts = count_unchanged([each for each in files if each.content not in taken])
    results = iter(zip(staged, built.merged, strict=True))
    for file in fresh:
        rejected = len(file.landed.rejects)
        if not file.mapping.table:
            counts.setdefault("", Counts())
            continue
        done, merged = next(results)
        count = Counts(
            received=file.received,
            new=merged.new,
            updated=merged.updated,
            unchanged=merged.unchanged + done.repeated,
            quarantined=rejected + len(done.quarantined),
        )
        _check_count(file, count)
        counts[file.mapping.table] = counts.get(file.mapping.table, Counts()) + count
    return {table: count for table, count in counts.items() if table}


def _check_count(file: File, count: Counts) -> None:
    ended = count.new + count.updated + count.unchanged + count.quarantined
    if ended != count.received:
        raise LostRows(
            text(
                "{name} brought {received} rows and {ended} would have arrived. Nothing was"
                " published; please report this with the file.",
                name=file.name,
                received=count.received,
                ended=ended,
            )
        )


def _sum(counted: Iterable[tuple[str, Counts]]) -> dict[str, Counts]:
    total: dict[str, Counts] = {}
    for table, counts in counted:
        if table:
            total[table] = total.get(table, Counts()) + counts
    return total


def _plain(counts: Counts) -> dict[str, int]:
    return asdict(counts)

"""One run of the matcher over one kind of records: files in a folder, and counts of what is in it.

A folder of a run holds, by kind: features, pairs and model, members with their lasting ids, and
what happened to customers since the run before.
"""

import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from counterpoise.domain.collect.identity_costs import Thresholds
from counterpoise.domain.collect.identity_models import MODELS, Kind, SaidOfPairs
from counterpoise.domain.collect.identity_report import Block
from counterpoise.warehouse.engine import literal, open_connection
from counterpoise.warehouse.identity.arrivals import count_arrivals, match_arrivals
from counterpoise.warehouse.identity.components import cluster_records
from counterpoise.warehouse.identity.lasting import EVENTS_FILE, MEMBERS_FILE, write_entities
from counterpoise.warehouse.identity.matching import MEMORY_LIMIT, PAIRS_FILE, match_records
from counterpoise.warehouse.identity.persons import ACROSS
from counterpoise.warehouse.identity.records import FEATURES_FILE, write_records

MOST_ARRIVALS = 0.2
"""A larger share of new and changed records is worth learning from again."""
_STEPS = 100
"""Likelihoods are counted to the hundredth."""


@dataclass(frozen=True, slots=True)
class Compared:
    """blocks, learned: empty where only arrivals were compared."""

    records: int
    compared: int
    is_full: bool
    blocks: tuple[Block, ...]
    learned: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assigned:
    """counted: likelihoods, to the hundredth, and how many pairs have each."""

    customers: int
    created: int
    joined: int
    split: int
    retired: int
    to_review: int
    counted: tuple[tuple[float, int], ...]
    following: int


def compare(build: Path, kind: Kind, folder: Path, before: Path | None, scratch: Path) -> Compared:
    """Write features and pairs of a build. before: the folder of the run to go on from, or None to
    compare everything."""
    folder.mkdir(parents=True)
    scratch.mkdir(parents=True, exist_ok=True)
    features, model = folder / FEATURES_FILE, MODELS[kind]
    records = write_records(build, kind, features, scratch)
    if before is not None and (before / PAIRS_FILE).is_file():
        arrived, _ = count_arrivals(features, before / FEATURES_FILE)
        if arrived <= MOST_ARRIVALS * records:
            match_arrivals(features, model, (before / FEATURES_FILE, before), folder, scratch)
            return Compared(records, arrived, is_full=False, blocks=(), learned=())
    done = match_records(features, model, folder, scratch)
    return Compared(records, records, is_full=True, blocks=done.blocks, learned=done.learned)


def assign(
    folder: Path,
    before: Path | None,
    thresholds: Thresholds,
    following: int,
    said: SaidOfPairs,
    *,
    is_person: bool = False,
) -> Assigned:
    """Write members and events. said: binds.

    is_person: only a contact with a lead is to review here; two of a kind are among their own.
    """
    members = None if before is None else before / MEMBERS_FILE
    decided = {tuple(sorted(pair)) for pair in (*said.same, *said.apart)}
    connection = open_connection(memory_limit=MEMORY_LIMIT)
    try:
        cluster_records(
            connection, folder / FEATURES_FILE, folder / PAIRS_FILE, thresholds.automatic,
            same=said.same, apart=said.apart,
        )  # fmt: skip
        known = members if members is not None and members.is_file() else None
        made = write_entities(connection, folder, known, following)
        pairs = literal(str(folder / PAIRS_FILE))
        counted = connection.execute(
            f"SELECT floor(probability * {_STEPS}) / {_STEPS} AS p, count(*) FROM"
            f" read_parquet({pairs}) GROUP BY 1 ORDER BY 1"
        ).fetchall()
        doubtful = connection.execute(
            f"SELECT p.one, p.other FROM read_parquet({pairs}) AS p"
            " JOIN members AS a ON a.record = p.one JOIN members AS b ON b.record = p.other"
            f" WHERE probability >= {thresholds.review} AND a.cluster <> b.cluster"
            f" AND {ACROSS if is_person else 'true'}"
        ).fetchall()
        ((customers,),) = connection.execute(
            "SELECT count(DISTINCT cluster) FROM members"
        ).fetchall()
    finally:
        connection.close()
    happened = Counter(each.happening for each in made.events)
    return Assigned(
        customers=int(customers),
        created=happened["created"],
        joined=happened["joined"],
        split=happened["split"],
        retired=happened["retired"],
        to_review=sum(tuple(pair) not in decided for pair in doubtful),
        counted=tuple((float(p), int(pairs)) for p, pairs in counted),
        following=made.following,
    )


def sweep_runs(runs: Path, kept: Iterable[str], recorded: Iterable[str]) -> None:
    """Remove what only newer runs are asked for: all but the events of a recorded run, and all of a
    run that was never recorded."""
    whole, known = set(kept), set(recorded)
    for folder in runs.iterdir() if runs.is_dir() else ():
        if folder.name in whole:
            continue
        if folder.name not in known:
            shutil.rmtree(folder)
            continue
        for file in folder.rglob("*"):
            if file.is_file() and file.name != EVENTS_FILE:
                file.unlink()

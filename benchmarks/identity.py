"""One customer is one customer: how well and how fast records that are one are found.

    .venv/bin/python benchmarks/identity.py [CONTACTS]

Sets with known matches are judged by pairs of records that end up in one cluster, at the threshold
where a false and a missed match cost the same, once with this project's normalisers and once with
small letters only. Beside them stands the example that Splink's documentation gives for the set,
run here on the same file, at whatever threshold is best for it. Then contacts are generated,
clustered, and 10,000 new ones matched against them without a full run.
"""

import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from identity_documented import judge_documented
from identity_many import write_contacts
from identity_sets import DATA, SETS, KnownSet, write_set

from counterpoise.domain.collect.identity_models import MODELS
from counterpoise.warehouse.engine import open_connection
from counterpoise.warehouse.identity.arrivals import match_arrivals
from counterpoise.warehouse.identity.components import cluster_records
from counterpoise.warehouse.identity.lasting import MEMBERS_FILE, write_entities
from counterpoise.warehouse.identity.matching import MEMORY_LIMIT, PAIRS_FILE, match_records

THRESHOLD = 0.5
"""Where a false and a missed match cost the same, as they do in F1."""
LEAST_F1 = {"FEBRL": 0.98, "ORGS": 0.90}
MOST_SECONDS, MOST_GIB, MOST_SECONDS_NEW = 180.0, 6.0, 20.0
AUTOMATIC = 0.95
ARRIVALS = 10_000


@dataclass(frozen=True, slots=True)
class Judged:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def judge(known: KnownSet, folder: Path, *, normalised: bool) -> Judged:
    features = folder / f"{known.key}-{normalised}.parquet"
    truth = write_set(known, features, normalised=normalised)
    match_records(features, known.model, folder, folder)
    return judge_pairs(truth, features, folder / PAIRS_FILE, THRESHOLD)


def judge_pairs(truth: dict[str, str], features: Path, pairs: Path, threshold: float) -> Judged:
    connection = open_connection(memory_limit=MEMORY_LIMIT)
    cluster_records(connection, features, pairs, threshold)
    connection.register("truth", pa.table({"record": list(truth), "truth": list(truth.values())}))
    counts = "SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM (SELECT count(*) AS n FROM"
    ((found,),) = connection.execute(f"{counts} members GROUP BY cluster)").fetchall()
    ((true,),) = connection.execute(f"{counts} truth GROUP BY truth)").fetchall()
    ((both,),) = connection.execute(
        f"{counts} members JOIN truth USING (record) GROUP BY cluster, truth)"
    ).fetchall()
    connection.close()
    return Judged(both / found if found else 0.0, both / true if true else 0.0)


def print_sets(folder: Path) -> bool:
    is_reached = True
    print(f"{'set':24}{'normalised':>12}{'plain':>9}{'documented':>12}{'to reach':>10}")
    for known in SETS:
        ours = judge(known, folder, normalised=True)
        plain = judge(known, folder, normalised=False)
        documented = judge_documented(known.key)
        least = LEAST_F1.get(known.key, documented or 0.0)
        is_reached &= ours.f1 >= least
        shown = f"{documented:.4f}" if documented else "none"
        print(f"{known.name:24}{ours.f1:12.4f}{plain.f1:9.4f}{shown:>12}{least:10.4f}"
              f"   precision {ours.precision:.4f}, recall {ours.recall:.4f}")  # fmt: skip
    return is_reached


def print_speed(contacts: int, folder: Path) -> bool:
    model = MODELS["contact"]
    begun = time.perf_counter()
    truth = write_contacts(contacts, 0, folder / "features.parquet")
    prepared = time.perf_counter()
    done = match_records(folder / "features.parquet", model, folder, folder)
    first = folder / "first"
    first.mkdir()
    assign(folder / "features.parquet", folder / PAIRS_FILE, first, None, 1)
    clustered = time.perf_counter()
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    for each in done.blocks:
        print(f"    {each.block:28}{each.pairs:12,} pairs{each.new_pairs:12,} new"
              f"{each.crowded:10,} records in crowded blocks")  # fmt: skip
    judged = judge_pairs(truth, folder / "features.parquet", folder / PAIRS_FILE, AUTOMATIC)
    print(f"{contacts:,} contacts: normalised in {prepared - begun:.1f} s, matched and clustered in"
          f" {clustered - prepared:.1f} s, {used:.2f} GiB at most; F1 {judged.f1:.4f},"
          f" precision {judged.precision:.4f}")  # fmt: skip
    write_contacts(contacts, ARRIVALS, folder / "now.parquet")
    start = time.perf_counter()
    arrived = match_arrivals(
        folder / "now.parquet", model, (folder / "features.parquet", folder), folder / "now", folder
    )
    matched = time.perf_counter() - start
    (folder / "second").mkdir()
    events = assign(
        folder / "now.parquet", folder / "now" / PAIRS_FILE, folder / "second",
        first / MEMBERS_FILE, contacts + 1,
    )  # fmt: skip
    took = time.perf_counter() - start
    print(f"{arrived.arrived:,} new ones matched in {matched:.1f} s, with clusters and ids in"
          f" {took:.1f} s; {events:,} events")  # fmt: skip
    return clustered - begun <= MOST_SECONDS and used <= MOST_GIB and took <= MOST_SECONDS_NEW


def assign(features: Path, pairs: Path, out: Path, before: Path | None, following: int) -> int:
    connection = open_connection(memory_limit=MEMORY_LIMIT)
    cluster_records(connection, features, pairs, AUTOMATIC)
    made = write_entities(connection, out, before, following)
    connection.close()
    return len(made.events)


def main() -> int:
    contacts = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        is_fast = print_speed(contacts, Path(folder))
        is_good = True
        if DATA.is_dir():
            is_good = print_sets(Path(folder))
        else:
            print(f"No sets with known matches at {DATA}: skipped.")
    return 0 if is_fast and is_good else 1


if __name__ == "__main__":
    sys.exit(main())

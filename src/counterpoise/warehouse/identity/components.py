"""Clusters of records that likely pairs hang together, looser ones taken apart."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from counterpoise.domain.collect.identity_clusters import CERTAIN, Edge, split_cluster
from counterpoise.warehouse.engine import literal

Pair = tuple[str, str]
_ALWAYS_TIGHT = 2
"""A cluster of so few records cannot be taken apart, unless people said so."""
_PAIRS = pa.schema([("one", pa.string()), ("other", pa.string())])


def cluster_records(
    connection: duckdb.DuckDBPyConnection,
    features: Path,
    pairs: Path,
    threshold: float,
    *,
    same: Iterable[Pair] = (),
    apart: Iterable[Pair] = (),
) -> None:
    """Make the table `members(record, cluster)`, a cluster named after its first record.

    same, apart: pairs of which a person said that they are, or are not, one. Those apart are never
    in one cluster, whatever hangs between them.
    """
    connection.execute(
        "CREATE OR REPLACE TABLE nodes AS SELECT record, row_number() OVER (ORDER BY record) - 1"
        f" AS n FROM read_parquet({literal(str(features))})"
    )
    _register_pairs(connection, "same_pairs", same)
    _register_pairs(connection, "apart_pairs", apart)
    connection.execute(
        f"""CREATE OR REPLACE TABLE edges AS
        SELECT one.n AS one, other.n AS other, max(likelihood) AS likelihood FROM (
            SELECT one, other, probability AS likelihood FROM read_parquet({literal(str(pairs))})
            UNION ALL SELECT one, other, {CERTAIN} FROM same_pairs
        ) AS e JOIN nodes AS one ON one.record = e.one JOIN nodes AS other ON other.record = e.other
        GROUP BY ALL"""
    )
    labels = _split_loose(connection, _connect(connection, threshold), threshold)
    connection.register("labels", pa.table({"n": np.arange(len(labels)), "cluster": labels}))
    connection.execute(
        "CREATE OR REPLACE TABLE members AS SELECT record, min(record) OVER (PARTITION BY"
        " labels.cluster) AS cluster FROM nodes JOIN labels USING (n)"
    )
    connection.unregister("labels")


def _connect(connection: duckdb.DuckDBPyConnection, threshold: float) -> Any:
    """For each record, by number, the number of its cluster."""
    (count,) = connection.execute("SELECT count(*) FROM nodes").fetchall()[0]
    query = f"SELECT one, other FROM edges WHERE likelihood >= {threshold}"
    edges = connection.execute(query).fetchnumpy()
    ones = np.ones(len(edges["one"]), dtype=np.int8)
    graph = coo_matrix((ones, (edges["one"], edges["other"])), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def _split_loose(connection: duckdb.DuckDBPyConnection, labels: Any, threshold: float) -> Any:
    """The same, with clusters taken apart that are loose or hold what people put apart."""
    apart = _number_apart(connection, labels)
    sizes = np.bincount(labels) if len(labels) else labels
    doubtful = sizes > _ALWAYS_TIGHT
    doubtful[sorted(apart)] = True
    members: dict[int, list[int]] = defaultdict(list)
    for record in np.flatnonzero(doubtful[labels]).tolist():
        members[int(labels[record])].append(record)
    edges: dict[int, list[Edge]] = defaultdict(list)
    found = connection.execute("SELECT one, other, likelihood FROM edges").fetchnumpy()
    inside = labels[found["one"]] == labels[found["other"]]
    inside &= doubtful[labels[found["one"]]]
    listed = (found[name][inside].tolist() for name in ("one", "other", "likelihood"))
    for one, other, likelihood in zip(*listed, strict=True):
        edges[int(labels[one])].append(Edge(one, other, likelihood))
    split, following = labels.copy(), len(sizes)
    for cluster, records in members.items():
        parts = split_cluster(records, edges[cluster], apart.get(cluster, ()), threshold=threshold)
        for part in parts[1:]:
            split[list(part)] = following
            following += 1
    return split


def _number_apart(
    connection: duckdb.DuckDBPyConnection, labels: Any
) -> dict[int, list[tuple[int, int]]]:
    """Pairs that are to stay apart and are in one cluster, by cluster."""
    rows = connection.execute(
        "SELECT one.n, other.n FROM apart_pairs AS p JOIN nodes AS one ON one.record = p.one"
        " JOIN nodes AS other ON other.record = p.other ORDER BY ALL"
    ).fetchall()
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for one, other in rows:
        if labels[one] == labels[other]:
            found[int(labels[one])].append((one, other))
    return found


def _register_pairs(
    connection: duckdb.DuckDBPyConnection, name: str, pairs: Iterable[Pair]
) -> None:
    rows = sorted({(min(pair), max(pair)) for pair in pairs})
    columns = {"one": [row[0] for row in rows], "other": [row[1] for row in rows]}
    connection.register(name, pa.table(columns, schema=_PAIRS))

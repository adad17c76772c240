"""Records that are one are found, again and again the same, and new ones without a full run."""

import importlib
import json
import random
from collections import Counter
from itertools import combinations
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from counterpoise.domain.collect.identity_models import MODELS
from counterpoise.warehouse.engine import open_connection
from counterpoise.warehouse.identity.arrivals import count_arrivals, match_arrivals
from counterpoise.warehouse.identity.blocks import MOST_IN_BLOCK
from counterpoise.warehouse.identity.components import cluster_records
from counterpoise.warehouse.identity.lasting import EVENTS_FILE, MEMBERS_FILE, write_entities
from counterpoise.warehouse.identity.matching import match_records
from counterpoise.warehouse.identity.normalising import write_features
from counterpoise.warehouse.identity.records import FOLDS, write_records
from identity_people import make_people
from written_builds import write_build

MODEL = MODELS["contact"]


def write(rows, file):
    """Features of contacts."""
    columns = ("record", "name", "email", "phone", "company", "domain", "country")
    connection = duckdb.connect()
    table = pa.table({each: pa.array([row[each] for row in rows], pa.string()) for each in columns})
    connection.register("raw", table)
    write_features(connection, "raw", FOLDS["contact"], file)
    return file


def read(file):
    return [tuple(row.values()) for row in pq.read_table(file).to_pylist()]


def cluster(features, pairs, threshold=0.9, **said):
    connection = open_connection()
    cluster_records(connection, features, pairs, threshold, **said)
    found = {}
    for record, name in connection.execute("SELECT record, cluster FROM members").fetchall():
        found.setdefault(name, set()).add(record)
    return found


@pytest.fixture(scope="module")
def people():
    return make_people(150)


@pytest.fixture(scope="module")
def matched(people, tmp_path_factory):
    folder = tmp_path_factory.mktemp("matched")
    features = write(people[0], folder / "features.parquet")
    done = match_records(features, MODEL, folder, folder)
    return folder, features, done


def test_people_who_are_there_twice_are_found(people, matched):
    folder, features, done = matched
    truth = people[1]
    found = {
        pair
        for records in cluster(features, folder / "pairs.parquet").values()
        for pair in combinations(sorted(records), 2)
    }
    true = {pair for pair in combinations(sorted(truth), 2) if truth[pair[0]] == truth[pair[1]]}
    assert done.records == len(truth)
    assert sorted(found - true) == []
    assert len(found & true) / len(true) > 0.97


def test_every_block_says_how_many_pairs_it_gave(matched):
    _, _, done = matched
    measured = {each.block: each for each in done.blocks}
    assert list(measured) == [" + ".join(block) for block in MODEL.blocks]
    assert measured["email"].pairs == measured["email"].new_pairs > 0
    assert all(each.new_pairs <= each.pairs for each in done.blocks)


def test_the_order_of_rows_does_not_matter(people, matched, tmp_path):
    folder, _, _ = matched
    rows = list(people[0])
    random.Random(3).shuffle(rows)
    match_records(write(rows, tmp_path / "f.parquet"), MODEL, tmp_path, tmp_path)
    ours, theirs = (
        {row[:2]: row[2] for row in read(each / "pairs.parquet")} for each in (folder, tmp_path)
    )
    assert ours.keys() == theirs.keys()
    assert max(abs(ours[pair] - theirs[pair]) for pair in ours) < 1e-6


def test_records_that_arrive_are_compared_as_in_a_full_run(people, matched, tmp_path):
    folder, features, _ = matched
    early = [row for number, row in enumerate(people[0]) if number % 10]
    known = write(early, tmp_path / "known.parquet")
    match_records(known, MODEL, tmp_path / "before", tmp_path)
    assert count_arrivals(features, known) == (len(people[0]) - len(early), len(people[0]))
    done = match_arrivals(
        features, MODEL, (known, tmp_path / "before"), tmp_path / "after", tmp_path
    )
    assert (done.arrived, done.gone) == (len(people[0]) - len(early), 0)
    ours = cluster(features, folder / "pairs.parquet")
    assert cluster(features, tmp_path / "after" / "pairs.parquet") == ours


def test_a_record_that_is_gone_takes_its_pairs_with_it(people, matched, tmp_path):
    folder, features, _ = matched
    twice = next(record for record in people[1] if record.endswith("-1"))
    rows = [row for row in people[0] if row["record"] != twice]
    now = write(rows, tmp_path / "now.parquet")
    done = match_arrivals(now, MODEL, (features, folder), tmp_path / "after", tmp_path)
    assert (done.arrived, done.gone) == (0, 1)
    left = read(tmp_path / "after" / "pairs.parquet")
    assert left == [row for row in read(folder / "pairs.parquet") if twice not in row[:2]]


def test_a_block_that_very_many_share_is_left_out(tmp_path):
    crowd = MOST_IN_BLOCK + 1
    rows = [
        {"record": f"crm|{n}", "name": f"Name{n} Of{n}", "email": None, "phone": "+97141234567",
         "company": None, "domain": None, "country": None} for n in range(crowd)
    ]  # fmt: skip
    done = match_records(write(rows, tmp_path / "f.parquet"), MODEL, tmp_path, tmp_path)
    phone = next(each for each in done.blocks if each.block == "phone")
    assert (phone.pairs, phone.crowded, done.pairs) == (0, crowd, 0)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_so_few_records_are_no_trouble(count, tmp_path):
    rows = [{**make_people(1)[0][0], "record": f"crm|{n}"} for n in range(count)]
    features = write(rows, tmp_path / "f.parquet")
    done = match_records(features, MODEL, tmp_path, tmp_path)
    assert (done.records, done.learned) == (count, ())
    assert len(cluster(features, tmp_path / "pairs.parquet", 0.5)) == min(count, 1)


def test_what_people_said_binds(matched, people):
    folder, features, _ = matched
    truth = people[1]
    one = next(record for record in truth if record.endswith("-1"))
    first = one.replace("-1", "-0")
    stranger = next(record for record in truth if truth[record] not in {truth[one]})
    said = {"same": [(stranger, one)], "apart": [(one, first)]}
    found = cluster(features, folder / "pairs.parquet", **said)
    (ours,) = (records for records in found.values() if one in records)
    assert stranger in ours
    assert first not in ours


def test_ids_last_from_run_to_run(matched, tmp_path):
    folder, features, _ = matched
    connection = open_connection()
    before, following = None, 1
    for number in range(2):
        out = tmp_path / str(number)
        out.mkdir()
        cluster_records(connection, features, folder / "pairs.parquet", 0.9)
        made = write_entities(connection, out, before, following)
        before, following = out / MEMBERS_FILE, made.following
    assert read(tmp_path / "0" / MEMBERS_FILE) == read(tmp_path / "1" / MEMBERS_FILE)
    assert {row[0] for row in read(tmp_path / "0" / EVENTS_FILE)} == {"created"}
    assert read(tmp_path / "1" / EVENTS_FILE) == []
    cluster_records(connection, features, folder / "pairs.parquet", 1.1)
    last = tmp_path / "2"
    last.mkdir()
    write_entities(connection, last, before, following)
    assert Counter(row[0] for row in read(last / EVENTS_FILE)).keys() == {"split"}
    assert {row[1] for row in read(last / EVENTS_FILE)} & set(range(following)) == set()


def test_records_of_a_build(tmp_path):
    build = tmp_path / "build"
    write_build(
        build,
        account=[{"source_id": "A1", "name": "Acme L.L.C.", "domain": "www.acme.com",
                  "city": "Dubai", "country": "UAE"}],
        contact=[{"source_id": "C1", "account_id": "A1", "first_name": "Dr. Sara",
                  "last_name": "Al-Harbi", "email": "Sara@Acme.com", "phone": "050 123 4567"}],
        lead=[{"source_id": "L1", "first_name": "سارة", "last_name": "الحربي",
               "email": "info@acme.com", "company_name": "Acme", "country": "الإمارات"}],
    )  # fmt: skip
    found = {}
    for kind in ("account", "contact", "lead"):
        file = tmp_path / f"{kind}.parquet"
        assert write_records(build, kind, file, tmp_path) == 1
        (found[kind],) = pq.read_table(file).to_pylist()
    assert found["account"] == {
        "record": "files|A1", "name": "acme", "name_sound": "akm", "domain": "acme.com",
        "city": "dubai", "country": "AE",
    }  # fmt: skip
    person = {"company": "acme", "company_sound": "akm", "domain": "acme.com", "country": "AE"}
    assert found["contact"] == person | {
        "record": "files|C1", "name": "sara harbi", "name_sound": "hrb sr",
        "email": "sara@acme.com", "phone": "+971501234567", "phone_tail": "1234567",
    }  # fmt: skip
    assert found["lead"] == person | {
        "record": "files|L1", "name": "ساره الحربي", "name_sound": "hrb sr", "email": None,
        "phone": None, "phone_tail": None,
    }  # fmt: skip


def test_the_model_is_kept_so_that_it_can_be_read(matched):
    model = json.loads((matched[0] / "model.json").read_text())
    levels = [
        level
        for comparison in model["comparisons"]
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level")
    ]
    assert all(0 < level["m_probability"] <= 1 for level in levels)
    assert all(0 < level["u_probability"] <= 1 for level in levels)


BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.parametrize(
    ("name", "at_least"),
    [
        ("FAKE", 0.90),
        pytest.param("ORGS", 0.90, marks=pytest.mark.soak),
        pytest.param("FEBRL", 0.98, marks=pytest.mark.soak),
    ],
)
def test_known_matches_are_found(name, at_least, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    benchmark = importlib.import_module("identity")
    if not benchmark.DATA.is_dir():
        pytest.skip(f"no sets of records with known matches at {benchmark.DATA}")
    known = next(each for each in benchmark.SETS if each.key == name)
    ours = benchmark.judge(known, tmp_path, normalised=True)
    plain = benchmark.judge(known, tmp_path, normalised=False)
    assert ours.f1 >= at_least
    assert ours.f1 >= plain.f1

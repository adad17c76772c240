"""The forecast on Maven's CRM data, week by week, against the bars that the benchmark prints."""

import importlib.util
from pathlib import Path

import pytest

from counterpoise.domain.demand.forecast import evaluate
from counterpoise.domain.rulebook.toml import load_defaults

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "maven_demand.py"


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location("maven_demand", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rows(benchmark):
    if not benchmark.FOLDER.is_dir():
        pytest.skip(f"no Maven data at {benchmark.FOLDER}")
    deals = benchmark.read_maven(benchmark.FOLDER)
    found, _ = evaluate(deals, benchmark.list_origins(), rulebook=load_defaults())
    return found


def test_every_bar_is_reached(benchmark, rows):
    assert [miss for row in rows for miss in benchmark.find_misses(row)] == []


def test_the_stage_weighted_pipeline_is_far_behind(rows):
    wmape = {row.method: row.wmape for row in rows if row.horizon_days == 30}
    assert wmape["counterpoise"] < wmape["stage-weighted pipeline"] / 10


def test_it_beats_each_of_its_legs_at_every_horizon(rows):
    for days in (30, 60, 90):
        wmape = {row.method: row.wmape for row in rows if row.horizon_days == days}
        assert wmape["counterpoise"] < wmape["pipeline survival"]
        assert wmape["counterpoise"] < wmape["time series alone"]

"""However often a source fails and whenever we are killed, the warehouse ends the same."""

import shutil

import pytest

from counterpoise.actions.workspaces import init_workspace
from journeys.faulty_refreshes import draw_faults, read_warehouse, refresh_days

DAYS, SEED = 3, 11


@pytest.fixture
def make_workspace(tmp_path, migrated_store, settings_of):
    def make():
        folder = tmp_path / f"workspace-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        shutil.copy(migrated_store, folder / "store.sqlite3")
        return settings_of(init_workspace(folder))

    return make


@pytest.fixture(scope="module")
def faultless():
    """Kept between the runs of one session: what the days come to when nothing goes wrong."""
    return {}


@pytest.fixture
def run(make_workspace, faultless):
    def refresh(faults=None, seed=SEED):
        workspace = make_workspace()
        happened = refresh_days(workspace, DAYS, seed, faults)
        return read_warehouse(), happened

    faultless.setdefault("warehouse", None)
    if faultless["warehouse"] is None:
        faultless["warehouse"], _ = refresh()
    return refresh


@pytest.mark.case("IMP-23")
@pytest.mark.parametrize("seed", range(4))
def test_a_source_that_fails_leaves_the_warehouse_of_a_faultless_run(run, faultless, seed):
    warehouse, (failed, killed) = run(draw_faults(seed))
    assert failed + killed > 0
    assert warehouse == faultless["warehouse"]


@pytest.mark.soak
@pytest.mark.case("IMP-23")
@pytest.mark.parametrize("seed", range(4, 504))
def test_five_hundred_runs_with_faults_end_as_a_faultless_one(run, faultless, seed):
    warehouse, _ = run(draw_faults(seed))
    assert warehouse == faultless["warehouse"]

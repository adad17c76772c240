"""The sample company, small, from its export to a plan: made once, and copied for each test."""

import shutil
from datetime import UTC, date, datetime

import pytest

PERIOD = "2026-Q4"
AS_OF = date(2026, 9, 30)
NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)


@pytest.fixture(scope="session")
def planned_template(tmp_path_factory):
    from counterpoise.actions import cycles, rules, samples, workspaces
    from counterpoise.actions.collect import collect

    folder = tmp_path_factory.mktemp("planned") / "workspace"
    workspace = workspaces.init_workspace(folder, "Zaytara")
    out = folder / "sample"
    samples.write_sample(out, scale=0.1, seed=7)
    rules.import_rules(out / "rulebook.toml", at=NOW)
    collect(workspace, [out / "export"], now=NOW)
    cycles.run_cycle(workspace, PERIOD, as_of=AS_OF, now=NOW)
    close_store()
    return folder


@pytest.fixture(scope="session")
def frozen_template(tmp_path_factory, planned_template):
    """The same, with the plan frozen by Omar of operations."""
    from counterpoise.actions import freezing, workspaces
    from people import make_person

    folder = tmp_path_factory.mktemp("frozen") / "workspace"
    shutil.copytree(planned_template, folder)
    workspace = workspaces.open_workspace(folder)
    freezing.freeze_plan(workspace, PERIOD, make_person("operations").id, now=NOW)
    close_store()
    return folder


def close_store():
    """What lies in the write-ahead log goes into the file, which is then copied."""
    from django.db import connections

    connections["default"].close()


@pytest.fixture
def planned(tmp_path, planned_template, settings_of):
    """A workspace with a plan for 2026-Q4 that can be frozen."""
    from counterpoise.actions import workspaces

    folder = tmp_path / "workspace"
    shutil.copytree(planned_template, folder)
    return settings_of(workspaces.open_workspace(folder))


@pytest.fixture
def signable(tmp_path, frozen_template, settings_of):
    """A workspace with a frozen plan."""
    from counterpoise.actions import workspaces

    folder = tmp_path / "workspace"
    shutil.copytree(frozen_template, folder)
    return settings_of(workspaces.open_workspace(folder))

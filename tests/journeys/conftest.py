"""The sample company, small, from its export to a plan: made once, and copied for each test."""

import os
import shutil
import uuid
from datetime import UTC, date, datetime

import pytest

from journeys import application, stories

PERIOD = "2026-Q4"
AS_OF = date(2026, 9, 30)
NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
HUDA = "Tala Zureikat"
"""Whose rows the account of the rep is for, as the sample's files spell the name."""


@pytest.fixture(scope="session")
def planned_template(tmp_path_factory):
    return plan_sample(tmp_path_factory.mktemp("planned") / "workspace")


def plan_sample(folder):
    """A workspace with a plan, in the store that the environment names."""
    from counterpoise.actions import cycles, rules, samples, workspaces
    from counterpoise.actions.collect import collect

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


@pytest.fixture(scope="session")
def staffed_template(tmp_path_factory, planned_template):
    """The planned workspace on SQLite, and everybody of the company with an account."""
    from counterpoise.actions import workspaces

    folder = tmp_path_factory.mktemp("staffed") / "workspace"
    shutil.copytree(planned_template, folder)
    make_staff(workspaces.open_workspace(folder))
    close_store()
    return folder


@pytest.fixture(scope="session")
def staffed_database(postgresql, tmp_path_factory):
    """The same on PostgreSQL: the name of a database to copy, and the folder that goes with it."""
    from counterpoise.actions import workspaces

    postgresql.psql("create database staffed")
    os.environ["COUNTERPOISE_STORE"] = postgresql.get_uri(database="staffed")
    try:
        folder = plan_sample(tmp_path_factory.mktemp("staffed") / "workspace")
        make_staff(workspaces.open_workspace(folder))
        close_store()
    finally:
        del os.environ["COUNTERPOISE_STORE"]
    return "staffed", folder


def make_staff(workspace):
    """One account for every role, and those whom stories need besides; the data is judged."""
    from counterpoise.actions import kept
    from people import PEOPLE, make_person

    for role in PEOPLE.keys() - {"rep", "leader"}:
        make_person(role)
    make_person("leader", teams=["Gulf Growth"])
    make_person("leader", username="tariq", name="Tariq Adel", teams=["Gulf Enterprise"])
    make_person("executive", username="eman", name="Eman Saleh")
    make_person("rep", rep=HUDA)
    kept.examine_build(workspace, now=NOW)


@pytest.fixture
def staffed(tmp_path, staffed_template, settings_of):
    """A planned workspace on SQLite with everybody in it."""
    from counterpoise.actions import workspaces

    folder = tmp_path / "workspace"
    shutil.copytree(staffed_template, folder)
    return settings_of(workspaces.open_workspace(folder))


@pytest.fixture
def staffed_on_postgresql(tmp_path, postgresql, staffed_database, settings_of, monkeypatch):
    from counterpoise.actions import workspaces

    database, template = staffed_database
    name = f"story_{uuid.uuid4().hex}"
    postgresql.psql(f"create database {name} template {database}")
    monkeypatch.setenv("COUNTERPOISE_STORE", postgresql.get_uri(database=name))
    folder = tmp_path / "workspace"
    shutil.copytree(template, folder)
    yield settings_of(workspaces.open_workspace(folder))
    close_store()


@pytest.fixture(scope="module")
def chromium():
    with stories.chromium() as browser:
        yield browser


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def staffed_on_each_store(request):
    names = {"SQLite": "staffed", "PostgreSQL": "staffed_on_postgresql"}
    return request.getfixturevalue(names[request.param])


@pytest.fixture
def open_office(chromium):
    """Opens the application of a workspace, and closes it and every browser after the story."""
    opened = []

    def open_(workspace):
        office = stories.Office(application.start(workspace), chromium)
        opened.append(office)
        return office

    yield open_
    for office in opened:
        office.close()
        office.application.stop()
    assert [problem for office in opened for problem in office.list_problems()] == []


@pytest.fixture
def office(open_office, staffed):
    return open_office(staffed)


@pytest.fixture
def office_on_each_store(open_office, staffed_on_each_store):
    return open_office(staffed_on_each_store)

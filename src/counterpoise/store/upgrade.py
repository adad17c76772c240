"""Brings the tables of the store to the version of the code: all steps, or none of them."""

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

_LOCK = 7_331_001
"""A number of ours, by which PostgreSQL knows who else is upgrading this store."""


def upgrade_store() -> None:
    """One transaction holds every step and the note that it was made, so whoever is killed in
    between leaves the tables as they were, and of two at once the second finds nothing to do.

    Django alone notes a step after its transaction where a table has indexes: killed there, every
    later upgrade would stop at a table that exists already.
    """
    if not _is_behind():
        return
    with connection.constraint_checks_disabled(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
                # a row whose references are checked at the end keeps its table from being altered
                cursor.execute("set constraints all immediate")
        call_command("migrate", verbosity=0, interactive=False)


def _is_behind() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))

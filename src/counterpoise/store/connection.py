"""Starts Django for the store, and says which database the store is.

`start` comes before anything imports `store.models`: the command line and the web server call it
first, then import what they need.
"""

import os
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db import connections

from counterpoise.store.settings import find_database


def start() -> None:
    """Make the store's models usable in this process; a second call does nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counterpoise.store.settings")
    if not apps.ready:
        django.setup()


def connect(workspace: Path) -> None:
    """Use the store of `workspace` from now on, and the keys that lie in it."""
    settings.WORKSPACE = workspace.absolute()
    wanted = find_database(workspace)
    current = connections.databases["default"]
    if all(current.get(key) == value for key, value in wanted.items()):
        return
    connections["default"].close()
    del connections["default"]
    connections.databases["default"] = connections.configure_settings({"default": wanted})[
        "default"
    ]


def describe(workspace: Path) -> str:
    """The store as a reader may see it: a file's path, or the server and name of a database."""
    database = find_database(workspace)
    if database["ENGINE"].endswith("sqlite3"):
        return str(database["NAME"])
    return f"postgresql://{database['HOST']}/{database['NAME']}"

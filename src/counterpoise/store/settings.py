"""Django settings of the store alone; the web application adds its own on top.

COUNTERPOISE_STORE is a database URL, `sqlite:////path/store.sqlite3` or `postgresql://…`; without
it the store is a file in the workspace that COUNTERPOISE_WORKSPACE names, else in the current
folder.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# The log of writes grows while somebody reads; its file is cut to 64 MB once they have read.
_SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        " PRAGMA journal_size_limit=67108864;"
    ),
}

# A thread keeps its connection for a minute of requests. On SQLite that spares more than opening:
# whoever closes the last one writes all of the log of writes back and removes it. A PostgreSQL that
# was away meanwhile is asked whether it is there before each request, and connected to anew.
_KEPT = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


class UnknownDatabase(ValueError):
    """A database URL of a kind that the store cannot live in."""


def read_database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        name = unquote(parts.path[1:]) if parts.path.startswith("//") else unquote(parts.path)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name,
            "OPTIONS": dict(_SQLITE_OPTIONS),
            **_KEPT,
        }
    if parts.scheme in {"postgresql", "postgres"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or dict(parse_qsl(parts.query)).get("host", ""),
            "PORT": str(parts.port or ""),
            **_KEPT,
        }
    raise UnknownDatabase(
        f"COUNTERPOISE_STORE names a {parts.scheme!r} database. Use sqlite:////path or"
        " postgresql://user@host/name."
    )


def find_database(workspace: Path) -> dict[str, Any]:
    """The database that the environment names, else the file in the workspace."""
    url = os.environ.get("COUNTERPOISE_STORE")
    return read_database(url or f"sqlite:///{workspace / 'store.sqlite3'}")


WORKSPACE = Path(os.environ.get("COUNTERPOISE_WORKSPACE", ".")).absolute()
DATABASES = {"default": find_database(WORKSPACE)}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "counterpoise.store",
]
AUTH_USER_MODEL = "store.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = "unused: the store alone signs nothing"  # noqa: S105 -- web settings read a real one
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ar", "العربية")]
LOCALE_PATHS = [Path(__file__).parent.parent / "locale"]

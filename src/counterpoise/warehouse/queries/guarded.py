"""An engine over one build: it reads its folder and nothing else, and is stopped in time.

Opening an engine and looking into the files takes longer than most questions, so a process keeps
the engines of the builds that it was last asked about; each question gets a connection of its own.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import duckdb

from counterpoise.domain.values.text import text
from counterpoise.warehouse.engine import create_views, literal, open_connection

LIMIT_SECONDS = 5.0
MOST_KEPT = 2
"""Readers of the build before the newest one are few, and those of older ones fewer."""
_ONE_AT_A_TIME = threading.Lock()


class SlowQuestion(RuntimeError):
    """A question that the engine did not answer in time."""


@contextmanager
def open_guarded(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads the build, opens nothing else, and is stopped when time is up."""
    with _ONE_AT_A_TIME:  # two first questions would open two engines, each with its own memory
        connection = _keep_engine(folder.absolute()).cursor()
    timer = threading.Timer(LIMIT_SECONDS, connection.interrupt)
    timer.start()
    try:
        yield connection
    except duckdb.InterruptException:
        raise SlowQuestion(
            text(
                "This took longer than {limit_seconds} seconds and was stopped. Narrow it down:"
                " pick one part, or fewer words.",
                limit_seconds=f"{LIMIT_SECONDS:g}",
            )
        ) from None
    finally:
        timer.cancel()
        connection.close()


@lru_cache(maxsize=MOST_KEPT)
def _keep_engine(folder: Path) -> duckdb.DuckDBPyConnection:
    engine = open_connection()
    engine.execute("SET GLOBAL TimeZone = 'UTC'")  # every connection to it, not this one alone
    engine.execute(f"SET allowed_directories = [{literal(str(folder))}]")
    engine.execute("SET enable_external_access = false")
    engine.execute("SET lock_configuration = true")
    create_views(engine, folder)
    return engine

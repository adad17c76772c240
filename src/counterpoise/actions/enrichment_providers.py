"""Opens the providers that are kept, by their kind."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from counterpoise.actions.workspaces import Workspace
from counterpoise.connectors.enrichment.api import ApiProvider, InvalidTemplate, Template
from counterpoise.connectors.enrichment.page import PORTS, PageProvider
from counterpoise.connectors.enrichment.provider import Provider
from counterpoise.connectors.enrichment.tables import Columns, FileProvider, TableProvider
from counterpoise.connectors.sources.http import Patience, open_session
from counterpoise.connectors.sources.reach import OutOfReach, Reach, read_reach
from counterpoise.domain.collect.enrichment import AUTHORITIES, FIELDS
from counterpoise.domain.values.text import text
from counterpoise.store.enrichment import ProviderFacts

FOLDER = "providers"
"""Of the workspace: where files and SQLite databases of providers lie."""
NEEDED: Mapping[str, tuple[str, ...]] = {
    "file": ("file", "key", "by", "fields"),
    "table": ("url", "table", "key", "by", "fields"),
    "api": ("url", "fields"),
    "page": (),
}
"""Settings of each kind. fields: such as `employees=Staff; city=Town`, a column or a path each."""
_CRAWL = Patience(tries=2, to_connect=5, between_bytes=10, until_answer=15, longest_wait=10)


class InvalidProvider(ValueError):
    """A provider that cannot be asked as it is described."""


def check_settings(facts: ProviderFacts) -> None:
    if facts.kind not in NEEDED or facts.authority not in AUTHORITIES[1:] or facts.cost < 0:
        raise InvalidProvider(
            text(
                "A provider has one of the kinds {kinds}, one of the authorities {authorities},"
                " and a cost of 0 or more.",
                kinds=", ".join(NEEDED),
                authorities=", ".join(AUTHORITIES[1:]),
            )
        )
    missing = [each for each in NEEDED[facts.kind] if not facts.settings.get(each)]
    if missing:
        raise InvalidProvider(
            text(
                "A provider of the kind {kind} needs {setting}.",
                kind=facts.kind,
                setting=missing[0],
            )
        )
    if facts.kind != "page":
        read_fields(facts.settings["fields"])
    if facts.settings.get("by", "domain") not in ("domain", "name"):
        raise InvalidProvider(text("A company is looked up by its domain or its name."))


def read_fields(written: str) -> dict[str, str]:
    """Raises InvalidProvider."""
    pairs = [each.partition("=") for each in written.split(";") if each.strip()]
    fields = {name.strip(): place.strip() for name, _, place in pairs}
    if not fields or not all(fields.values()) or set(fields) - set(FIELDS):
        raise InvalidProvider(
            text(
                "{written} does not say where fields are found. Write FIELD=COLUMN; …, with fields"
                " out of {fields}.",
                written=written,
                fields=", ".join(FIELDS),
            )
        )
    return fields


def open_provider(workspace: Workspace, facts: ProviderFacts, secret: str) -> Provider:
    """Raises InvalidProvider."""
    return _OPENERS[facts.kind](workspace, facts.settings, secret)


def _open_file(workspace: Workspace, settings: Mapping[str, str], secret: str) -> Provider:
    return FileProvider(_find(workspace, settings["file"]), _read_columns(settings))


def _open_table(workspace: Workspace, settings: Mapping[str, str], secret: str) -> Provider:
    try:
        url = sa.make_url(settings["url"])
        options = {}
        if url.get_backend_name() == "sqlite":
            url = url.set(database=str(_find(workspace, url.database or "")))
        else:
            hosts = _read_reach().resolve(url.host or "", url.port or 5432)
            options = {"hostaddr": hosts[0]} if url.drivername == "postgresql+psycopg" else {}
            url = url.set(password=secret or None)
        engine = sa.create_engine(
            url, poolclass=sa.pool.NullPool, connect_args=options, hide_parameters=True
        )
    except (ArgumentError, NoSuchModuleError, ImportError, OutOfReach, OSError) as error:
        raise InvalidProvider(
            text("The database of this provider cannot be opened from here.")
        ) from error
    return TableProvider(engine, settings["table"], _read_columns(settings))


def _open_api(workspace: Workspace, settings: Mapping[str, str], secret: str) -> Provider:
    headers = {settings.get("header", "Authorization"): secret} if secret else {}
    try:
        template = Template(settings["url"], read_fields(settings["fields"]), headers)
    except InvalidTemplate as error:
        raise InvalidProvider(*error.args) from error
    return ApiProvider(open_session(_read_reach()), template)


def _open_page(workspace: Workspace, settings: Mapping[str, str], secret: str) -> Provider:
    """Domains come from records that anybody may have written, so no network of the company's own
    is opened here, whatever COUNTERPOISE_REACH says."""
    return PageProvider(open_session(Reach(ports=PORTS), patience=_CRAWL))


_OPENERS: dict[str, Callable[[Workspace, Mapping[str, str], str], Provider]] = {
    "file": _open_file,
    "table": _open_table,
    "api": _open_api,
    "page": _open_page,
}


def _read_columns(settings: Mapping[str, str]) -> Columns:
    return Columns(settings["key"], settings["by"], read_fields(settings["fields"]))


def _find(workspace: Workspace, name: str) -> Path:
    folder = Path(os.path.realpath(workspace.root / FOLDER))
    path = Path(os.path.realpath(folder / name))
    if not path.is_relative_to(folder) or not path.is_file():
        raise InvalidProvider(
            text("There is no file {name} in the workspace's folder providers.", name=name)
        )
    return path


def _read_reach() -> Reach:
    return read_reach(os.environ.get("COUNTERPOISE_REACH", ""))

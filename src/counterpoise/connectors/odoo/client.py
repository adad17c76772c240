"""Asks an Odoo server, over either of the two ways in which it speaks to programs."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import requests

from counterpoise.connectors.sources.asking import Question, ask_json
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable
from counterpoise.domain.values.text import text

TOLD = frozenset({400, 401, 403, 404, 422})
"""Statuses of JSON-2 that come with Odoo's own words."""
_MISTAKES = ("odoo.exceptions.", "builtins.KeyError", "builtins.AttributeError", "werkzeug.")
"""Errors that stay however often one asks: no right, no such record, no such model."""


_ANSWERS: Mapping[str, Any] = {
    "search_read": list,
    "search_count": int,
    "fields_get": Mapping,
    "context_get": Mapping,
}


class Way(Protocol):
    def ask(self, model: str, method: str, ids: Sequence[int] | None, named: Any) -> Any: ...


class Client:
    """Names of records are in `language`, moments in UTC, and what was archived is there."""

    def __init__(self, way: Way, language: str) -> None:
        self._way = way
        self._context = {"lang": language, "tz": "UTC", "active_test": False}

    def call(self, model: str, method: str, ids: Sequence[int] | None = None, **named: Any) -> Any:
        """Raises SourceRefused and SourceUnreachable."""
        said = self._way.ask(model, method, ids, {**named, "context": self._context})
        if not isinstance(said, _ANSWERS.get(method, object)) or (
            method == "search_read" and not all(isinstance(e, dict) and "id" in e for e in said)
        ):
            raise SourceRefused(_name_stranger(f"{model}.{method}"))
        return said

    def enter(self) -> None:
        """Raises SourceRefused where the key does not hold."""
        self.call("res.users", "context_get")


class JsonRpc:
    """Odoo 18 and older. access: database, login, and key or password."""

    def __init__(self, session: requests.Session, url: str, access: tuple[str, str, str]) -> None:
        self._session, self._url, self._access = session, f"{url}/jsonrpc", access
        self._user = 0

    def ask(self, model: str, method: str, ids: Sequence[int] | None, named: Any) -> Any:
        database, login, key = self._access
        if not self._user:
            self._user = self._send("common", "authenticate", [database, login, key, {}])
            if not self._user:
                raise SourceRefused(
                    text(
                        "Odoo does not let {login} in. Check the user's name, its key and the"
                        " database.",
                        login=login,
                    )
                )
        arguments = [] if ids is None else [list(ids)]
        return self._send(
            "object",
            "execute_kw",
            [database, self._user, key, model, method, arguments, dict(named)],
        )

    def _send(self, service: str, method: str, arguments: Sequence[Any]) -> Any:
        """What is refused comes with status 200 here."""
        body = {
            "jsonrpc": "2.0",
            "method": "call",
            "id": 1,
            "params": {"service": service, "method": method, "args": list(arguments)},
        }
        _, said = ask_json(self._session, Question(self._url, "POST", body=body))
        if isinstance(said, Mapping) and isinstance(said.get("error"), Mapping):
            error = said["error"]
            data = error.get("data")
            raise _tell(data if isinstance(data, Mapping) else error)
        if not isinstance(said, Mapping) or "result" not in said:
            raise SourceRefused(_name_stranger(self._url))
        return said["result"]


class Json2:
    """Odoo 19 and newer."""

    def __init__(self, session: requests.Session, url: str, database: str, key: str) -> None:
        self._session, self._url = session, f"{url}/json/2"
        self._headers = {"Authorization": f"bearer {key}", "X-Odoo-Database": database}

    def ask(self, model: str, method: str, ids: Sequence[int] | None, named: Any) -> Any:
        body = dict(named) if ids is None else {"ids": list(ids), **named}
        url = f"{self._url}/{model}/{method}"
        answer, said = ask_json(
            self._session,
            Question(url, "POST", body=body, headers=self._headers, accepts=TOLD),
        )
        if answer.status in TOLD:
            if not isinstance(said, Mapping):
                raise SourceRefused(_name_stranger(url))
            raise _tell(said)
        return said


def _tell(error: Mapping[str, Any]) -> Exception:
    kind, words = str(error.get("name", "")), str(error.get("message", ""))[:500]
    if kind.startswith(_MISTAKES):
        return SourceRefused(text("Odoo refuses: {said}", said=words))
    return SourceUnreachable(
        text("Odoo failed at the question: {said}. Try again later.", said=words)
    )


def _name_stranger(url: str) -> Any:
    return text("{url} does not answer as Odoo does. Check the address.", url=url)

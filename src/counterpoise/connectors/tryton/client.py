"""Asks a Tryton server over JSON-RPC, in a session that is opened again when it has ended."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import requests

from counterpoise.connectors.sources.asking import Question, ask_json
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable
from counterpoise.domain.values.text import text

REFUSED = 401
_SAYING = {"UserError", "UserWarning", "LoginException", "RateLimitException"}
"""Errors that Tryton tells the user; any other is one of its own making."""


class Changed(RuntimeError):
    """Somebody wrote the record between our reading and our writing."""


class Client:
    """url: of the database's own address for programs. One thread uses it."""

    def __init__(self, session: requests.Session, url: str, login: str, password: str) -> None:
        self._session, self._url = session, url
        self._login, self._password = login, password
        self._ticket = ""
        self._context: dict[str, Any] = {}
        self._methods: frozenset[str] = frozenset()

    def call(
        self, model: str, method: str, *arguments: Any, context: Mapping[str, Any] | None = None
    ) -> Any:
        """Raises SourceRefused, SourceUnreachable, and Changed where `_timestamp` is asked for."""
        if not self._ticket:
            self._enter()
        name = f"model.{model}.{method}"
        return self._ask(name, [*arguments, {**self._context, **(context or {})}])

    def knows(self, model: str, method: str = "search_read") -> bool:
        """Whether the server has the module that brings it."""
        if not self._methods:
            if not self._ticket:
                self._enter()
            self._methods = frozenset(self._ask("system.listMethods", []))
        return f"model.{model}.{method}" in self._methods

    def _enter(self) -> None:
        """The user's own surroundings say which company's records are meant."""
        parameters = [self._login, {"password": self._password}]
        status, said = self._send("common.db.login", parameters, {})
        entered = said.get("result") if isinstance(said, Mapping) else None
        if status == REFUSED or not entered:
            raise SourceRefused(
                text(
                    "Tryton does not let {login} in. Check the user's name and password, and that"
                    " nothing more than a password is asked for.",
                    login=self._login,
                )
            )
        held = f"{self._login}:{entered[0]}:{entered[1]}".encode()
        self._ticket = b64encode(held).decode()
        self._context = dict(self._ask("model.res.user.get_preferences", [True, {}]))

    def _ask(self, method: str, parameters: Sequence[Any]) -> Any:
        status, said = self._send(method, parameters, self._show_ticket())
        if status == REFUSED:
            self._enter()
            status, said = self._send(method, parameters, self._show_ticket())
        if not isinstance(said, Mapping) or ("result" in said) == ("error" in said):
            raise SourceRefused(
                text(
                    "{url} does not answer as Tryton does. Check the address and the database.",
                    url=self._url,
                )
            )
        if "error" in said:
            raise _tell(said["error"])
        return said["result"]

    def _send(
        self, method: str, parameters: Sequence[Any], headers: Mapping[str, str]
    ) -> tuple[int, Any]:
        body = {"id": 1, "method": method, "params": list(parameters)}
        answer, said = ask_json(
            self._session,
            Question(self._url, "POST", body=body, headers=headers, accepts=frozenset({REFUSED})),
        )
        return answer.status, said

    def _show_ticket(self) -> dict[str, str]:
        return {"Authorization": f"Session {self._ticket}"}


def _tell(error: Any) -> Exception:
    """What the server says is meant for its user, who set up the connection."""
    kind, told = (*error, "", "")[:2] if isinstance(error, list) else (str(error), "")
    if kind == "ConcurrencyException":
        return Changed(text("somebody changed the record in Tryton meanwhile"))
    words = [told] if isinstance(told, str) else [str(each) for each in told or () if each]
    if kind in _SAYING:
        return SourceRefused(text("Tryton refuses: {said}", said=" ".join(words)[:500]))
    return SourceUnreachable(
        text("Tryton failed at the question: {said}. Try again later.", said=str(kind)[:500])
    )

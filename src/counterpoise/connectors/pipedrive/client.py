"""Asks Pipedrive: lets itself in by a token, pages by cursor, and waits before a limit is met."""

import base64
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from counterpoise.connectors.sources.asking import Answer, Question, ask_json, quote
from counterpoise.connectors.sources.paging import Pages
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable
from counterpoise.connectors.sources.tokens import Door, Session, show_bearer
from counterpoise.domain.values.text import text

OAUTH = "https://oauth.pipedrive.com"
PAGE = 500
LONGEST_PAUSE_SECONDS = 10.0
_FORBIDDEN, _GONE, _TOO_MANY = 403, 404, 429


@dataclass(frozen=True, slots=True)
class Login:
    """address: the company's, such as https://acme.pipedrive.com. api_token: of a person; or
    empty, and an OAuth app with its refresh token."""

    address: str
    api_token: str = ""
    client_id: str = ""
    client_secret: str = ""
    refresh_token: str = ""
    oauth: str = OAUTH
    keep: Callable[[str], None] = lambda token: None


class NotSeen(SourceRefused):
    """Something that this person or app may not see."""


class Client:
    def __init__(self, session: Session, login: Login) -> None:
        self._session, self._login = session, login
        self._refresh_token = login.refresh_token
        self._door = Door(
            session,
            "Pipedrive",
            lambda: login.address.rstrip("/"),
            token=login.api_token,
            renew=self._renew if login.refresh_token else None,
            show=show_bearer if login.refresh_token else _show_key,
        )

    def get(self, path: str, **parameters: str) -> Any:
        return self._ask(Question(path, parameters=parameters))[1]

    def list_all(self, path: str, **parameters: str) -> Iterator[list[dict[str, Any]]]:
        """Pages by cursor, as all of v2 and the newer parts of v1 have them."""
        pages, cursor = Pages(path), ""
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = self.get(path, limit=str(PAGE), **parameters, **more)
            yield page["data"] or []
            cursor = str((page.get("additional_data") or {}).get("next_cursor") or "")
            if not cursor:
                return
            pages.go_to(cursor)

    def list_by_place(self, path: str, **parameters: str) -> Iterator[list[dict[str, Any]]]:
        """Pages by number, as the older parts of v1 have them."""
        pages, start = Pages(path), 0
        while True:
            page = self.get(path, start=str(start), limit=str(PAGE), **parameters)
            yield page["data"] or []
            paging = (page.get("additional_data") or {}).get("pagination") or {}
            if not paging.get("more_items_in_collection"):
                return
            start = int(paging["next_start"])
            pages.go_to(start)

    def try_send(self, method: str, path: str, body: object) -> tuple[int, Any]:
        """The status beside the answer, for what Pipedrive refuses to take."""
        answer, said = self._ask(Question(path, method, body=body, accepts=frozenset({400, 422})))
        return answer.status, said

    def find(self, path: str) -> Mapping[str, Any] | None:
        answer, said = self._ask(Question(path, accepts=frozenset({_GONE})))
        return None if answer.status == _GONE else said["data"]

    def _ask(self, question: Question) -> tuple[Answer, Any]:
        stated = Question(
            question.url,
            question.method,
            question.parameters,
            question.body,
            accepts=question.accepts | {_FORBIDDEN, _TOO_MANY},
        )
        answer, said = self._door.ask_json(stated)
        if answer.status == _FORBIDDEN:
            raise NotSeen(
                text(
                    "Pipedrive refuses: {said}. Give the connected user or app the right to it.",
                    said=quote(answer.content),
                )
            )
        if answer.status == _TOO_MANY:
            raise SourceUnreachable(
                text(
                    "Pipedrive answers no more for now, for its tokens of this day are used up or"
                    " others ask at the same time: {said}. The next refresh tries again.",
                    said=quote(answer.content),
                )
            )
        _pause(answer)
        return answer, said

    def _renew(self) -> str:
        known = f"{self._login.client_id}:{self._login.client_secret}".encode()
        answer, said = ask_json(
            self._session,
            Question(
                f"{self._login.oauth.rstrip('/')}/oauth/token",
                "POST",
                form={"grant_type": "refresh_token", "refresh_token": self._refresh_token},
                headers={"Authorization": f"Basic {base64.b64encode(known).decode()}"},
                accepts=frozenset({400, 401, 403}),
            ),
        )
        if answer.status != 200:
            raise SourceRefused(
                text(
                    "Pipedrive does not let us in: {said}. Install the app in Pipedrive again, and"
                    " connect it anew.",
                    said=quote(answer.content),
                )
            )
        exchanged = str(said.get("refresh_token") or "")
        if exchanged and exchanged != self._refresh_token:
            self._refresh_token = exchanged
            self._login.keep(exchanged)
        return str(said["access_token"])


def _show_key(token: str) -> Mapping[str, str]:
    return {"x-api-token": token}


def _pause(answer: Answer) -> None:
    """Pipedrive says with each answer how many are left of the short window that it counts in."""
    if answer.headers.get("x-ratelimit-remaining") == "0":
        seconds = float(answer.headers.get("x-ratelimit-reset", "2"))
        time.sleep(min(max(seconds, 0.0), LONGEST_PAUSE_SECONDS))

"""Asks HubSpot: lets itself in by a token, pages through lists, searches at the pace allowed."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from counterpoise.connectors.sources.asking import Answer, Question, ask_json, quote
from counterpoise.connectors.sources.paging import Pages
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable
from counterpoise.connectors.sources.tokens import Door, Session
from counterpoise.domain.values.text import text

ADDRESS = "https://api.hubapi.com"
PAGE, SEARCH_PAGE, BATCH, HISTORY_BATCH = 100, 200, 100, 50
"""What HubSpot gives or takes at most in one call."""
SEARCHES_A_SECOND = 4
_FORBIDDEN, _TOO_MANY = 403, 429


@dataclass(frozen=True, slots=True)
class Login:
    """token: of a private app; or empty, and an OAuth app with its refresh token.

    pause_seconds: between two searches, of which HubSpot takes few.
    """

    token: str = ""
    client_id: str = ""
    client_secret: str = ""
    refresh_token: str = ""
    address: str = ADDRESS
    keep: Callable[[str], None] = lambda token: None
    pause_seconds: float = 1 / SEARCHES_A_SECOND


class NotSeen(SourceRefused):
    """Something that this access has no scope for."""


class Client:
    def __init__(self, session: Session, login: Login) -> None:
        self._session, self._login = session, login
        self._refresh_token = login.refresh_token
        self._searched_at = float("-inf")
        self._door = Door(
            session,
            "HubSpot",
            lambda: login.address.rstrip("/"),
            token=login.token,
            renew=self._renew if login.refresh_token else None,
        )

    def get(self, path: str, **parameters: str) -> Any:
        return self._ask(Question(path, parameters=parameters))[1]

    def post(self, path: str, body: object) -> Any:
        return self._ask(Question(path, "POST", body=body))[1]

    def try_post(self, path: str, body: object) -> tuple[int, Any]:
        """The status beside the answer, for calls that HubSpot refuses whole for one record."""
        answer, said = self._ask(Question(path, "POST", body=body, accepts=frozenset({400, 409})))
        return answer.status, said

    def list_all(self, path: str, **parameters: str) -> Iterator[list[dict[str, Any]]]:
        """Pages of a list; unlike a search it knows no limit of 10,000."""
        pages, after = Pages(path), ""
        while True:
            more = {"after": after} if after else {}
            page = self.get(path, limit=str(PAGE), **parameters, **more)
            yield page["results"]
            after = str(page.get("paging", {}).get("next", {}).get("after", ""))
            if not after:
                return
            pages.go_to(after)

    def search(
        self, kind: str, filters: Sequence[Mapping[str, str]], properties: Sequence[str]
    ) -> Iterator[list[dict[str, Any]]]:
        """Pages in order of id, each behind the last id of the one before: a search ends after
        10,000 results, and so each page is a search of its own."""
        last = ""
        while True:
            behind = {"propertyName": "hs_object_id", "operator": "GT", "value": last}
            found = self._search(
                kind,
                {
                    "filterGroups": [{"filters": [*filters, *([behind] if last else [])]}],
                    "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
                    "properties": list(properties),
                    "limit": SEARCH_PAGE,
                },
            )["results"]
            yield found
            if len(found) < SEARCH_PAGE:
                return
            last = str(found[-1]["id"])

    def count(self, kind: str) -> int:
        return int(self._search(kind, {"filterGroups": [], "limit": 1})["total"])

    def _search(self, kind: str, body: object) -> Any:
        time.sleep(max(0.0, self._searched_at + self._login.pause_seconds - time.monotonic()))
        self._searched_at = time.monotonic()
        return self.post(f"/crm/v3/objects/{kind}/search", body)

    def _ask(self, question: Question) -> tuple[Answer, Any]:
        accepts = question.accepts | {_FORBIDDEN, _TOO_MANY}
        stated = Question(
            question.url, question.method, question.parameters, question.body, accepts=accepts
        )
        answer, said = self._door.ask_json(stated)
        if answer.status == _FORBIDDEN:
            raise NotSeen(
                text(
                    "HubSpot refuses: {said}. Give the connected app the scope for it.",
                    said=quote(answer.content),
                )
            )
        if answer.status == _TOO_MANY:
            raise _explain_limit(answer, said)
        return answer, said

    def _renew(self) -> str:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._login.client_id,
            "client_secret": self._login.client_secret,
            "refresh_token": self._refresh_token,
        }
        answer, said = ask_json(
            self._session,
            Question(
                f"{self._login.address.rstrip('/')}/oauth/v1/token",
                "POST",
                form=form,
                accepts=frozenset({400, 401, 403}),
            ),
        )
        if answer.status != 200:
            raise SourceRefused(
                text(
                    "HubSpot does not let us in: {said}. Install the app in HubSpot again, and"
                    " connect it anew.",
                    said=quote(answer.content),
                )
            )
        exchanged = str(said.get("refresh_token") or "")
        if exchanged and exchanged != self._refresh_token:
            self._refresh_token = exchanged
            self._login.keep(exchanged)
        return str(said["access_token"])


def _explain_limit(answer: Answer, said: Any) -> SourceUnreachable:
    if isinstance(said, dict) and said.get("policyName") == "DAILY":
        return SourceUnreachable(
            text(
                "The company has used up its requests to HubSpot for today. The first refresh after"
                " midnight of the company's time goes on."
            )
        )
    return SourceUnreachable(
        text(
            "HubSpot has too many questions to answer, time after time: {said}. The next refresh"
            " tries again.",
            said=quote(answer.content),
        )
    )

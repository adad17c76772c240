"""Asks Salesforce: lets itself in by OAuth, pages through answers, waits where it is told to."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from counterpoise.connectors.sources.asking import Answer, Question, ask_json, quote
from counterpoise.connectors.sources.paging import Pages
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable
from counterpoise.connectors.sources.tokens import Door, Session
from counterpoise.domain.values.text import text

VERSION = "v62.0"
MOST_IN_A_CALL = 25
LONGEST_URL = 12_000
"""Salesforce takes addresses of up to 16 KB, headers included."""
_LIMIT = "REQUEST_LIMIT_EXCEEDED"
_BAD, _FORBIDDEN = 400, 403
_ESCAPED = {code: quote_plus(chr(code)) for code in range(128)}


@dataclass(frozen=True, slots=True)
class Login:
    """url: where one signs in, such as https://acme.my.salesforce.com.

    Without a refresh token the app's own user comes in (client credentials flow). keep: stores the
    refresh token that takes the place of the one used, where Salesforce exchanges them.
    """

    url: str
    client_id: str
    client_secret: str
    refresh_token: str = ""
    version: str = VERSION
    keep: Callable[[str], None] = lambda token: None


class Client:
    """Paths are those below /services/data/<version>, or whole ones as Salesforce gives them."""

    def __init__(self, session: Session, login: Login) -> None:
        self._session, self._login = session, login
        self._refresh_token = login.refresh_token
        self._instance = ""
        self._door = Door(session, "Salesforce", lambda: self._instance, renew=self._sign_in)

    def get(self, path: str, **parameters: str) -> Any:
        return self._ask(Question(self._place(path), parameters=parameters))

    def post(self, path: str, body: object) -> Any:
        return self._ask(Question(self._place(path), "POST", body=body))

    def patch(self, path: str, body: object) -> Any:
        return self._ask(Question(self._place(path), "PATCH", body=body))

    def delete(self, path: str) -> None:
        self._door.ask(Question(self._place(path), "DELETE", accepts=frozenset({404})))

    def get_bytes(self, path: str, **parameters: str) -> Answer:
        question = Question(
            self._place(path), parameters=parameters, headers={"Accept": "text/csv"}
        )
        return self._door.ask(question)

    def query(self, soql: str, *, is_all: bool = False) -> Iterator[list[dict[str, Any]]]:
        """Pages of up to 2,000 records. is_all: the removed and the archived too."""
        pages = Pages(soql.partition(" FROM ")[2].partition(" ")[0])
        page = self.get("queryAll" if is_all else "query", q=soql)
        yield page["records"]
        while not page["done"]:
            pages.go_to(page["nextRecordsUrl"])
            page = self.get(page["nextRecordsUrl"])
            yield page["records"]

    def query_many(self, queries: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
        """The pages of several queries, 25 of which go in one call."""
        for start in range(0, len(queries), MOST_IN_A_CALL):
            asked = [
                {"method": "GET", "url": f"{self._login.version}/query?q={_escape(each)}"}
                for each in queries[start : start + MOST_IN_A_CALL]
            ]
            for each in self.post("composite/batch", {"batchRequests": asked})["results"]:
                page = each["result"]
                if each["statusCode"] >= _BAD:
                    raise _explain(json.dumps(page, ensure_ascii=False))
                yield page["records"]
                while not page["done"]:
                    page = self.get(page["nextRecordsUrl"])
                    yield page["records"]

    def count(self, soql: str, *, is_all: bool = False) -> int:
        """soql: one that selects COUNT()."""
        return int(self.get("queryAll" if is_all else "query", q=soql)["totalSize"])

    def _place(self, path: str) -> str:
        return path if path.startswith("/") else f"/services/data/{self._login.version}/{path}"

    def _ask(self, question: Question) -> Any:
        stated = Question(
            question.url,
            question.method,
            question.parameters,
            question.body,
            accepts=frozenset({_FORBIDDEN}),
        )
        answer, said = self._door.ask_json(stated)
        if answer.status == _FORBIDDEN:
            raise _explain(quote(answer.content))
        return said

    def _sign_in(self) -> str:
        flow = (
            {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
            if self._refresh_token
            else {"grant_type": "client_credentials"}
        )
        form = {
            **flow,
            "client_id": self._login.client_id,
            "client_secret": self._login.client_secret,
        }
        answer, said = ask_json(
            self._session,
            Question(
                f"{self._login.url.rstrip('/')}/services/oauth2/token",
                "POST",
                form=form,
                accepts=frozenset({400, 401, 403}),
            ),
        )
        if answer.status != 200 or not isinstance(said, dict):
            raise SourceRefused(
                text(
                    "Salesforce does not let us in: {said}. Check the connected app, its user and"
                    " its secret, and connect again.",
                    said=quote(answer.content),
                )
            )
        exchanged = str(said.get("refresh_token") or "")
        if exchanged and exchanged != self._refresh_token:
            self._refresh_token = exchanged
            self._login.keep(exchanged)
        self._instance = str(said["instance_url"]).rstrip("/")
        return str(said["access_token"])


def _escape(soql: str) -> str:
    """As quote_plus does, which takes its time for the thousands of ids of a query."""
    return soql.translate(_ESCAPED) if soql.isascii() else quote_plus(soql)


def _explain(said: str) -> SourceRefused | SourceUnreachable:
    if _LIMIT in said:
        return SourceUnreachable(
            text(
                "The company has used up its requests to Salesforce for 24 hours: {said}. The next"
                " refresh tries again.",
                said=said,
            )
        )
    return SourceRefused(
        text(
            "Salesforce refuses: {said}. Give the connected user the right to it.",
            said=said,
        )
    )

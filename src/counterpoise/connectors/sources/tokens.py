"""Asks an API that lets in by a token: one that is refused is renewed once, and no more."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import requests

from counterpoise.connectors.sources.asking import Answer, Question, ask, ask_json, quote
from counterpoise.connectors.sources.port import SourceRefused
from counterpoise.domain.values.text import text

REFUSED = 401
Session = requests.Session


def show_bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


class Door:
    """renew: gets a token anew; None where a person gave one that does not end by itself.

    address: asked for once there is a token, for some systems say only then where they are. show:
    the headers that a token is shown in.
    """

    def __init__(
        self,
        session: Session,
        system: str,
        address: Callable[[], str],
        *,
        token: str = "",
        renew: Callable[[], str] | None = None,
        show: Callable[[str], Mapping[str, str]] = show_bearer,
    ) -> None:
        self._session, self._system, self._address = session, system, address
        self._token, self._renew, self._show = token, renew, show

    def ask(self, question: Question) -> Answer:
        return self._enter(question, lambda it: (ask(self._session, it), None))[0]

    def ask_json(self, question: Question) -> tuple[Answer, Any]:
        return self._enter(question, lambda it: ask_json(self._session, it))

    def _enter(
        self, question: Question, send: Callable[[Question], tuple[Answer, Any]]
    ) -> tuple[Answer, Any]:
        """The question's url is a path; Raises SourceRefused where a new token is refused too."""
        if not self._token and self._renew is not None:
            self._token = self._renew()
        found = send(self._address_to(question))
        if found[0].status == REFUSED and self._renew is not None:
            self._token = self._renew()
            found = send(self._address_to(question))
        if found[0].status == REFUSED:
            raise SourceRefused(
                text(
                    "{system} no longer lets us in: {said}. Nothing of this reading was kept."
                    " Connect {system} again, with an access that holds.",
                    system=self._system,
                    said=quote(found[0].content),
                )
            )
        return found

    def _address_to(self, question: Question) -> Question:
        return replace(
            question,
            url=self._address() + question.url,
            headers={**question.headers, **self._show(self._token)},
            accepts=question.accepts | {REFUSED},
        )

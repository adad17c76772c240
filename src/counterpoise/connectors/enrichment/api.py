"""An HTTP API as a provider: an address with places for the company, and paths into its JSON."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import requests

from counterpoise.connectors.enrichment.provider import Found, Subject
from counterpoise.connectors.sources.asking import Limits, Question, ask_json
from counterpoise.domain.values.text import text

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_WHOLE = re.compile(r"(?:[^.\[\]]+|\[\d+\])(?:\.[^.\[\]]+|\[\d+\])*")
_LIMITS = Limits(most_bytes=1024 * 1024, seconds=60)


class InvalidTemplate(ValueError):
    """An address or a path that cannot be followed."""


@dataclass(frozen=True, slots=True)
class Template:
    """url: with {domain}, {name} or {country}. paths: such as `company.staff[0].count`, by field.

    headers: sent along, the key among them.
    """

    url: str
    paths: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        places = set(re.findall(r"\{(\w*)\}", self.url))
        host = self.url.partition("://")[2].partition("/")[0]
        if not places or not places <= {"domain", "name", "country"} or "{" in host:
            raise InvalidTemplate(
                text(
                    "{url} names no company. Write an address with {{domain}}, {{name}} or"
                    " {{country}} behind the host.",
                    url=self.url,
                )
            )
        for path in self.paths.values():
            if not _WHOLE.fullmatch(path):
                raise InvalidTemplate(
                    text(
                        "{path} is no path. Write names with dots, and places of lists as [0].",
                        path=path,
                    )
                )


class ApiProvider:
    def __init__(self, session: requests.Session, template: Template) -> None:
        self._session, self._template = session, template

    def ask(self, subject: Subject) -> Found | None:
        places = {each: getattr(subject, each) for each in ("domain", "name", "country")}
        if any(f"{{{name}}}" in self._template.url and not value for name, value in places.items()):
            return None
        url = self._template.url.format(**{k: quote(v, safe="") for k, v in places.items()})
        answer, said = ask_json(
            self._session,
            Question(url, headers=self._template.headers, accepts=frozenset({404})),
            _LIMITS,
        )
        if answer.status == 404:
            return None
        fields = {
            name: value
            for name, path in self._template.paths.items()
            if (value := find(said, path)) is not None
        }
        methods = {each: self._template.paths[each] for each in fields}
        return Found(fields, methods, url.partition("?")[0])


def find(said: Any, path: str) -> str | None:
    """The value at the end of a path, as text; None where there is none, or no single one."""
    for name, number in _STEP.findall(path):
        if name and isinstance(said, Mapping):
            said = said.get(name)
        elif number and isinstance(said, list) and int(number) < len(said):
            said = said[int(number)]
        else:
            return None
    if isinstance(said, str):
        return said.strip() or None
    is_number = isinstance(said, int | Decimal) and not isinstance(said, bool)
    return str(said) if is_number else None

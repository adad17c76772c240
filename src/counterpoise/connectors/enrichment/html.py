"""What a web page says of the company it belongs to: its head, its data for search engines, and the
numbers and addresses that it links to. Nothing of it is run, and nothing beside it is fetched."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

_ORGANISATIONS = re.compile(r"(Organization|Corporation|LocalBusiness|Company)$")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_LONGEST = 500
_DEEPEST = 20


@dataclass(slots=True)
class PageFacts:
    """fields: by field of an account; method: how each was found. links: what it leads to."""

    fields: dict[str, str] = field(default_factory=dict)
    method: dict[str, str] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)

    def add(self, name: str, value: Any, method: str) -> None:
        """The first word counts: what is said for search engines is read before what is linked."""
        if not isinstance(value, str | int):
            return
        written = " ".join(str(value).split())[:_LONGEST]
        if written and name not in self.fields:
            self.fields[name], self.method[name] = written, method


def read_page(written: str) -> PageFacts:
    parser = _Parser()
    parser.feed(written)
    parser.close()
    facts = PageFacts(links=parser.links)
    for said in parser.data:
        for each in _list_organisations(said):
            _read_organisation(facts, each)
    for name in ("description", "og:description"):
        facts.add("description", parser.meta.get(name), f"meta {name}")
    for link in parser.links:
        scheme, _, rest = link.partition(":")
        known = unquote(rest.partition("?")[0]).strip()
        if scheme.lower() == "tel":
            facts.add("phone", known, "tel link")
        if scheme.lower() == "mailto" and _EMAIL.fullmatch(known):
            facts.add("email", known, "mailto link")
    facts.add("description", parser.title, "title")
    return facts


def _list_organisations(said: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    if isinstance(said, list):
        for each in said:
            yield from _list_organisations(each, depth + 1)
    if not isinstance(said, Mapping) or depth > _DEEPEST:
        return
    kinds = said.get("@type")
    named = kinds if isinstance(kinds, list) else [kinds]
    if any(isinstance(each, str) and _ORGANISATIONS.search(each) for each in named):
        yield said
    yield from _list_organisations(said.get("@graph", []), depth + 1)


def _read_organisation(facts: PageFacts, said: Mapping[str, Any]) -> None:
    method = "schema.org"
    facts.add("description", said.get("description"), method)
    facts.add("phone", said.get("telephone"), method)
    email = said.get("email")
    if isinstance(email, str) and _EMAIL.fullmatch(email.removeprefix("mailto:")):
        facts.add("email", email.removeprefix("mailto:"), method)
    founded = re.match(r"\d{4}", str(said.get("foundingDate", "")))
    facts.add("founded_year", founded[0] if founded else None, method)
    staff = said.get("numberOfEmployees")
    facts.add("employees", staff.get("value") if isinstance(staff, Mapping) else staff, method)
    places = said.get("address")
    place = places[0] if isinstance(places, list) and places else places
    if isinstance(place, Mapping):
        facts.add("city", place.get("addressLocality"), method)
        country = place.get("addressCountry")
        named = country.get("name") if isinstance(country, Mapping) else country
        facts.add("country", named, method)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.meta: dict[str, str] = {}
        self.links: list[str] = []
        self.data: list[Any] = []
        self._inside = ""
        self._held: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "meta":
            self.meta.setdefault(
                (said.get("name") or said.get("property") or "").lower(), said.get("content", "")
            )
        if tag == "a" and said.get("href"):
            self.links.append(said["href"].strip())
        if tag == "title" or (tag == "script" and said.get("type") == "application/ld+json"):
            self._inside, self._held = tag, []

    def handle_data(self, data: str) -> None:
        if self._inside:
            self._held.append(data)

    def handle_endtag(self, tag: str) -> None:
        if not self._inside or tag != self._inside:
            return
        held, self._inside = "".join(self._held), ""
        if tag == "title":
            self.title = self.title or held
            return
        try:
            self.data.append(json.loads(held))
        except (ValueError, RecursionError):
            return  # a page whose data is broken says it in other places too

"""The company's own web page as a provider: a few pages of it, and only where it lets us.

Each address is judged before it is connected to, the one of a redirect too; only the web's own
ports; only pages of the company's own domain; what robots.txt closes stays closed.
"""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import requests

from counterpoise.connectors.enrichment.html import PageFacts, read_page
from counterpoise.connectors.enrichment.provider import Found, Subject
from counterpoise.connectors.sources.asking import Answer, Limits, Question, ask
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable
from counterpoise.domain.values.text import text

AGENT = "Counterpoise"
PORTS = frozenset({80, 443})
_MOVED = frozenset({301, 302, 303, 307, 308})
_NOT_THERE = frozenset({401, 403, 404, 410, 429, 451})
_TELLING = ("about", "contact", "company", "impressum", "imprint", "من-نحن", "اتصل")


@dataclass(frozen=True, slots=True)
class Caps:
    """Of one company: pages, bytes and seconds of a page, and redirects on the way to it."""

    pages: int = 3
    most_bytes: int = 2 * 1024 * 1024
    seconds: float = 20.0
    redirects: int = 5


class PageProvider:
    """session: opened with the reach that holds for the open web, and PORTS. schemes: tried in
    turn."""

    def __init__(
        self,
        session: requests.Session,
        caps: Caps | None = None,
        schemes: tuple[str, ...] = ("https", "http"),
    ) -> None:
        self._session, self._caps, self._schemes = session, caps or Caps(), schemes
        self._rules: dict[str, RobotFileParser | None] = {}

    def ask(self, subject: Subject) -> Found | None:
        domain = subject.domain.strip().lower().rstrip("/")
        if not domain or "/" in domain or "@" in domain:
            return None
        self._rules.clear()
        start, answer = self._open(domain)
        if answer is None:
            return None
        facts = _read(answer)
        self._add_pages(start, facts)
        if not facts.fields:
            return None
        return Found(facts.fields, facts.method, start)

    def _open(self, domain: str) -> tuple[str, Answer | None]:
        """The first page, over the first scheme that answers."""
        for place, scheme in enumerate(self._schemes):
            try:
                return self._follow(f"{scheme}://{domain}/", domain)
            except SourceUnreachable:
                if place == len(self._schemes) - 1:
                    raise
        raise AssertionError("there is a scheme")

    def _add_pages(self, start: str, facts: PageFacts) -> None:
        host = urlsplit(start).netloc
        wanted = [urljoin(start, each) for each in facts.links if _is_telling(each)]
        pages = [each for each in dict.fromkeys(wanted) if _is_own(each, host)]
        for each in pages[: self._caps.pages - 1]:
            try:
                _, answer = self._follow(each, host)
            except (SourceRefused, SourceUnreachable):
                continue  # the first page was there; the others are a gain
            if answer is not None:
                more = _read(answer)
                for name, value in more.fields.items():
                    facts.add(name, value, more.method[name])

    def _follow(self, url: str, host: str) -> tuple[str, Answer | None]:
        """A page behind its redirects, each judged like the first; None: it is not for us."""
        for _ in range(self._caps.redirects + 1):
            if not _is_own(url, host):
                raise SourceRefused(
                    text(
                        "{domain} leads to {url}, which is no page of its own. It was not opened.",
                        domain=host,
                        url=url[:300],
                    )
                )
            if not self._is_open(url):
                return url, None
            answer = self._get(url, _MOVED | _NOT_THERE)
            if answer.status not in _MOVED:
                return url, None if answer.status in _NOT_THERE else answer
            url = urljoin(url, answer.headers.get("location", ""))
        raise SourceRefused(text("{domain} sends us on and on. It was left.", domain=host))

    def _is_open(self, url: str) -> bool:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._rules:
            self._rules[site] = self._read_rules(site)
        rules = self._rules[site]
        return rules is not None and rules.can_fetch(AGENT, url)

    def _read_rules(self, site: str) -> RobotFileParser | None:
        """None: closed as a whole."""
        answer = self._get(f"{site}/robots.txt", _MOVED | _NOT_THERE)
        if answer.status in (401, 403):
            return None
        rules = RobotFileParser()
        said = answer.content if answer.status == 200 else b""
        rules.parse(said.decode("utf-8", "replace").splitlines())
        return rules

    def _get(self, url: str, accepts: frozenset[int]) -> Answer:
        headers = {"User-Agent": AGENT, "Accept": "text/html, text/plain;q=0.5"}
        limits = Limits(self._caps.most_bytes, self._caps.seconds)
        return ask(self._session, Question(url, headers=headers, accepts=accepts), limits)


def _read(answer: Answer) -> PageFacts:
    """Whatever calls itself no page has no facts: a picture, a file."""
    if answer.media_type not in ("text/html", "application/xhtml+xml"):
        return PageFacts()
    _, _, stated = answer.headers.get("content-type", "").lower().partition("charset=")
    try:
        return read_page(answer.content.decode(stated.strip("\"' ;") or "utf-8", "replace"))
    except LookupError:
        return read_page(answer.content.decode("utf-8", "replace"))


def _is_telling(link: str) -> bool:
    return any(each in link.lower() for each in _TELLING)


def _is_own(url: str, host: str) -> bool:
    """On the web, and of the same domain, with or without www. before it."""
    parts = urlsplit(url)
    own = (urlsplit(f"//{host}").hostname or "").removeprefix("www.")
    there = (parts.hostname or "").removeprefix("www.")
    return parts.scheme in ("http", "https") and there == own and "@" not in parts.netloc

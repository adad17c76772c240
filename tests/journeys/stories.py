"""What people do before their screens: each has a browser of their own and does one thing after
another, in the words of the page.

Words are given in English and looked for in the language of whoever reads.
"""

import os
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.utils import translation

from chromium import CHROMIUM, FLAGS
from counterpoise.store import overrides
from journeys.application import DESK, PERIOD
from people import PASSWORD

WATCH = """document.addEventListener('securitypolicyviolation', event =>
  console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI));"""
"""A breach of the content policy is an error on the console too."""
PATIENCE_MS = 60_000
WORK_MS = 180_000
GULF = f"/demand/{PERIOD}/cell?measure=won_revenue&month=2026-11&region=Gulf"
HARBOUR = f"/demand/{PERIOD}/cell?measure=won_revenue&month=2026-12&product=Harbour+Suite"
VERSION = f"/reconcile/{PERIOD}/versions/1/"
NOT_FOUND, CONFLICT, AWAY = 404, 409, 503


@contextmanager
def chromium():
    """A browser without anybody in it.

    Playwright has an event loop in this thread while it runs, so Django would refuse the store to
    the test itself: it is told that nothing is asked for from within that loop.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium here; `make browser` installs one")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"
    try:
        with playwright.sync_playwright() as started:
            browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            yield browser
            browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Office:
    """The running application and everybody who sits before it."""

    application: object
    browser: object
    screens: list = field(default_factory=list)

    @property
    def workspace(self):
        return self.application.workspace

    def seat(self, language="en", viewport=DESK, **options):
        """A browser in which nobody is signed in yet."""
        context = self.browser.new_context(
            base_url=self.application.address,
            viewport=viewport,
            locale=language,
            accept_downloads=True,
            **options,
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(WATCH)
        screen = Screen(context.new_page(), language, self.application.address)
        context.on("console", screen.note_console)
        context.on("weberror", lambda found: screen.problems.append(str(found.error)))
        self.screens.append(screen)
        return screen

    def sign_in(self, username, language="en", **options):
        """A browser in which this person has signed in through the page."""
        screen = self.seat(language, **options)
        screen.go("/sign-in/")
        screen.sign_in(username)
        return screen

    def close(self):
        for each in self.screens:
            each.page.context.close()

    def list_problems(self):
        return [problem for each in self.screens for problem in each.problems]


@dataclass
class Screen:
    """One person's browser. foreseen: the statuses that the story expects beside 200."""

    page: object
    language: str
    address: str
    foreseen: set = field(default_factory=set)
    problems: list = field(default_factory=list)

    def note_console(self, message):
        if message.type not in {"error", "warning"}:
            return
        status = re.search(r"responded with a status of (\d+)", message.text)
        if status is None or int(status[1]) not in self.foreseen:
            self.problems.append(f"{message.text} ({message.location.get('url')})")

    def word(self, english):
        """As it stands on this person's pages."""
        with translation.override(self.language):
            return translation.gettext(english)

    def go(self, path, status=200):
        """Type an address; the page has to answer with this status."""
        self.foreseen |= {status} - {200}
        answer = self.page.goto(path)
        assert answer.status == status, f"{path}: {answer.status}"

    def follow(self, english, within="main"):
        link = self.page.locator(within).get_by_role("link", name=self.word(english), exact=True)
        link.first.click()
        self.page.wait_for_load_state()

    def press(self, english, status=200):
        """Press a button that sends a form, and see the page that comes of it."""
        self.foreseen |= {status} - {200}
        button = self.page.get_by_role("button", name=self.word(english), exact=True).first
        with self.page.expect_navigation() as sent:
            button.click()
        assert sent.value.status == status, f"{english}: {sent.value.status} {self.page.url}"

    def write(self, **fields):
        """Fill in fields by their names in the form."""
        for name, value in fields.items():
            self.find_field(name).fill(str(value))

    def choose(self, **fields):
        for name, value in fields.items():
            self.find_field(name).select_option(str(value))

    def find_field(self, name):
        return self.page.locator(f"main [name='{name}']:visible").first

    def sign_in(self, username, password=PASSWORD):
        self.write(login=username, password=password)
        self.press("Sign in")

    def wait_for_work(self):
        """Watch the progress until the work is over, and see that it went well."""
        self.page.locator("#job .state.good, #job .state.bad").wait_for(timeout=WORK_MS)
        assert self.page.locator("#job .notice.bad").all_inner_texts() == []
        assert self.page.locator("#job .state").inner_text() == self.word("Done")

    def sees(self, english):
        """Whether the words stand on the page, whatever is around them."""
        return re.sub(r"\s+", " ", self.word(english)) in self.read()

    def read(self, within="main"):
        return re.sub(r"\s+", " ", self.page.locator(within).first.inner_text())

    def list_rows(self, table):
        """The rows of a table, each a list of what stands in its cells."""
        rows = self.page.locator(f"section#{table} tbody tr").all()
        return [[cell.strip() for cell in row.locator("th, td").all_inner_texts()] for row in rows]

    def download(self, link):
        """The bytes of the file behind a link."""
        with self.page.expect_download() as done:
            link.click()
        return done.value.path().read_bytes()


def write_override(screen, link, amount, comment):
    """Fill in the form of a figure and look at what it does; nothing is saved yet."""
    screen.go(link)
    screen.write(amount=amount, comment=comment)
    screen.choose(reason="large_deal")
    screen.press("Show what it does")
    assert screen.page.locator("#preview").is_visible()


def read_current():
    """Of every override that holds: whose it is and its amount."""
    return sorted((each.author, int(each.amount)) for each in overrides.list_current(PERIOD))


def run_again(office):
    omar = office.sign_in("omar")
    omar.go(f"/cycle/?period={PERIOD}")
    omar.press("Run the cycle")
    omar.wait_for_work()
    return omar


def freeze(omar):
    omar.go(f"/reconcile/{PERIOD}/versions/")
    omar.press("Freeze the plan")
    omar.wait_for_work()
    omar.follow("Open the result")


def sign(screen):
    """As somebody who signed in this morning, and is asked who they are once more."""
    let_time_pass()
    screen.go(VERSION)
    screen.follow("Confirm that it is you")
    screen.write(password=PASSWORD)
    screen.press("Confirm")
    screen.press("Sign this version")


def let_time_pass():
    """Every sign-in so far was an hour ago."""
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    for row in Session.objects.all():
        session = SessionStore(row.session_key)
        methods = session.get("account_authentication_methods", [])
        session["account_authentication_methods"] = [
            {**each, "at": each["at"] - 3600} for each in methods
        ]
        session.save()


def read_code(secret, step=0):
    """As the authenticator app shows it; each code is taken once, so the next one is of step 1."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))

"""A real browser before a real server, and what it notices of an attack."""

from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.db import connections

from chromium import CHROMIUM, FLAGS

WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', event =>
  window.violations.push(event.violatedDirective + ' ' + event.blockedURI));
"""
WRAPPINGS = ("{}", '">{}', "'>{}", "</p></bdi></textarea>{}", "x\n\n{}\n")
"""Ways to break out of what stands around a text."""


def list_payloads():
    written = Path(__file__).with_name("payloads.txt").read_text("utf-8").splitlines()
    return [wrapping.replace("{}", each) for each in written for wrapping in WRAPPINGS]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        """Says nothing."""


@contextmanager
def serving():
    """The application on a port of this machine, for as long as the block lasts."""
    from counterpoise.web.wsgi import application

    server = make_server("127.0.0.1", 0, application, handler_class=_Quiet)

    def serve():
        server.serve_forever(poll_interval=0.05)
        connections.close_all()

    working = Thread(target=serve)
    working.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        working.join()
        server.server_close()


@contextmanager
def browsing(session):
    """A page of a browser whose cookie is the session's; ask the store for nothing meanwhile."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium here; `make browser` installs one")
    with serving() as address, playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(base_url=address)
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        context.add_init_script(WATCH)
        yield context.new_page()
        browser.close()

"""What each process of the server runs: the application, the code of its pages loaded ahead.

That code takes seconds to load. Were it left to the first request, somebody would wait for it in
every process; were it loaded before the process listens, one that is told to end meanwhile would
not hear it. A request that comes early waits for what is left.
"""

import threading

from django.urls import get_resolver

from counterpoise.web.wsgi import application

__all__ = ["application"]


def load_pages() -> None:
    assert get_resolver().url_patterns


threading.Thread(target=load_pages, daemon=True).start()

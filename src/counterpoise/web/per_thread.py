"""Keeps what Django remembers for each request in plain thread locals, without a lock.

Django asks for the active language at every word that it translates, and for the script's prefix
and the address table at every link: hundreds of times a page. It keeps them in asgiref's Local,
which serves threads and asynchronous tasks alike and takes one lock for all threads each time it is
read. Under the GIL that makes a convoy: a thread that loses its turn with the lock in hand stops
every other one, the lock passes to a thread that is not running, and from then on the threads hand
over at every word instead of every 5 ms.

The application answers by WSGI, every request in one thread from begin to end, and has no
asynchronous code, so a thread local means the same. Should it ever have some, this module goes.
"""

import threading

from django.urls import base as addresses
from django.utils import timezone
from django.utils.translation import trans_real as languages


def remember_by_thread() -> None:
    """Call it before the first request: what was remembered until then is forgotten."""
    for module, name in (
        (languages, "_active"),
        (addresses, "_prefixes"),
        (addresses, "_urlconfs"),
        (timezone, "_active"),
    ):
        assert hasattr(module, name), f"{module.__name__} has no {name} any more: look what it does"
        setattr(module, name, threading.local())

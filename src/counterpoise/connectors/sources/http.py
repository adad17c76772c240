"""How every connector asks over HTTP: patiently, within limits, and only where it may."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection
from urllib3.util.retry import Retry

from counterpoise.connectors.sources.reach import Reach

AGAIN = (429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a source may take. All in seconds but tries, which count what follows the first.

    between_bytes: until the next byte of an answer. until_answer: until the head of it is there,
    however slowly its bytes drip. longest_wait: for Retry-After as for our own back-off.
    """

    tries: int = 5
    to_connect: float = 10.0
    between_bytes: float = 60.0
    until_answer: float = 180.0
    longest_wait: int = 120
    backoff: float = 0.5
    jitter: float = 0.5


def open_session(
    reach: Reach, *, retry_writes: bool = False, patience: Patience | None = None
) -> requests.Session:
    """A session that waits as it is told to, at most five times, and follows no redirect by itself.

    With retry_writes also POST and PATCH are tried again: only for calls that do nothing twice.
    One thread uses it.
    """
    patience = patience or Patience()
    session = requests.Session()
    session.trust_env = False  # no proxy and no password of the machine's own surroundings
    session.max_redirects = 5
    adapter = _Guarded(reach, patience, _plan_retries(patience, retry_writes=retry_writes))
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _plan_retries(patience: Patience, *, retry_writes: bool) -> Retry:
    methods = {
        "GET",
        "HEAD",
        "OPTIONS",
        *(("POST", "PATCH", "PUT", "DELETE") if retry_writes else ()),
    }
    return Retry(
        total=patience.tries,
        connect=patience.tries,
        read=patience.tries,
        status=patience.tries,
        redirect=0,
        allowed_methods=methods,
        status_forcelist=AGAIN,
        backoff_factor=patience.backoff,
        backoff_jitter=patience.jitter,
        backoff_max=patience.longest_wait,
        retry_after_max=patience.longest_wait,
        respect_retry_after_header=True,
        raise_on_status=False,
    )


class _Guarded(HTTPAdapter):
    def __init__(self, reach: Reach, patience: Patience, retries: Retry) -> None:
        self._reach = reach
        self._patience = patience
        super().__init__(max_retries=retries)

    def init_poolmanager(self, *stated: Any, **named: Any) -> None:
        super().init_poolmanager(*stated, **named)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = _make_pools(self._reach, self._patience.until_answer)

    def send(self, request: requests.PreparedRequest, *stated: Any, **named: Any) -> Any:
        if named.get("timeout") is None:
            named["timeout"] = (self._patience.to_connect, self._patience.between_bytes)
        return super().send(request, *stated, **named)


def _make_pools(reach: Reach, until_answer: float) -> dict[str, type[HTTPConnectionPool]]:
    def connect(connection: HTTPConnection) -> socket.socket:
        host, port = connection.host, connection.port
        try:
            addresses = reach.resolve(host, port)
        except socket.gaierror as error:
            raise NameResolutionError(host, connection, error) from error
        try:
            return create_connection(
                (addresses[0], port),
                connection.timeout,
                connection.source_address,
                connection.socket_options,
            )
        except OSError as error:
            raise NewConnectionError(connection, f"{host} did not answer: {error}") from error

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self)

        def getresponse(self) -> HTTPResponse:  # type: ignore[override]
            with _cut_after(self.sock, until_answer):
                return super().getresponse()

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self)

        def getresponse(self) -> HTTPResponse:  # type: ignore[override]
            with _cut_after(self.sock, until_answer):
                return super().getresponse()

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


@contextmanager
def _cut_after(connected: socket.socket, seconds: float) -> Iterator[None]:
    """The time-out of a socket starts anew with each byte, so it stops no head that drips."""
    late = threading.Event()
    timer = threading.Timer(seconds, _cut, [connected, late])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
    if late.is_set():  # what came until then looks whole, and is not
        raise TimeoutError("the head of the answer did not come in time")


def _cut(connected: socket.socket, late: threading.Event) -> None:
    late.set()
    with suppress(OSError):  # it may have ended by itself
        connected.shutdown(socket.SHUT_RDWR)

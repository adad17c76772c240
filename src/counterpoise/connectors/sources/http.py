"""How every connector asks over HTTP: patiently, within limits, and only where it may."""

import socket
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection
from urllib3.util.retry import Retry

from counterpoise.connectors.sources.reach import Reach

TRIES = 5
TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and between two bytes of an answer."""
LONGEST_WAIT = 120
AGAIN = (429, 500, 502, 503, 504)


def open_session(reach: Reach, *, retry_writes: bool = False) -> requests.Session:
    """A session that waits as it is told to, at most five times, and follows no redirect by itself.

    With retry_writes also POST and PATCH are tried again: only for calls that do nothing twice.
    """
    session = requests.Session()
    session.trust_env = False  # no proxy and no password of the machine's own surroundings
    session.max_redirects = 5
    adapter = _Guarded(reach, _plan_retries(retry_writes=retry_writes))
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _plan_retries(*, retry_writes: bool) -> Retry:
    methods = {
        "GET",
        "HEAD",
        "OPTIONS",
        *(("POST", "PATCH", "PUT", "DELETE") if retry_writes else ()),
    }
    return Retry(
        total=TRIES,
        connect=TRIES,
        read=TRIES,
        status=TRIES,
        redirect=0,
        allowed_methods=methods,
        status_forcelist=AGAIN,
        backoff_factor=0.5,
        backoff_jitter=0.5,
        backoff_max=LONGEST_WAIT,
        retry_after_max=LONGEST_WAIT,
        respect_retry_after_header=True,
        raise_on_status=False,
    )


class _Guarded(HTTPAdapter):
    def __init__(self, reach: Reach, retries: Retry) -> None:
        self._reach = reach
        super().__init__(max_retries=retries)

    def init_poolmanager(self, *stated: Any, **named: Any) -> None:
        super().init_poolmanager(*stated, **named)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = _make_pools(self._reach)

    def send(self, request: requests.PreparedRequest, *stated: Any, **named: Any) -> Any:
        if named.get("timeout") is None:
            named["timeout"] = TIMEOUT
        return super().send(request, *stated, **named)


def _make_pools(reach: Reach) -> dict[str, type[HTTPConnectionPool]]:
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

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}

"""Makes a stand-in answer as on a bad day: too many requests, errors, answers that break off."""

import socket
from random import Random

from werkzeug import Response


class BadDays:
    """In front of a stand-in's application; share: of the answers that fail. failed: how many."""

    def __init__(self, application, seed, share=0.2):
        self._application, self._dice, self._share = application, Random(seed), share
        self.failed = 0

    def __call__(self, environ, start):
        if self._dice.random() >= self._share:
            return self._application(environ, start)
        self.failed += 1
        fate = self._dice.choice((429, 500, 502, 503, 504, "hang up", "break off"))
        if isinstance(fate, int):
            headers = {"Retry-After": "0"} if fate == 429 else {}
            return Response("{}", fate, headers, mimetype="application/json")(environ, start)
        if fate == "break off":
            whole = Response.from_app(self._application, environ)
            head = [each for each in whole.headers if each[0] != "Content-Length"]
            write = start(whole.status, [*head, ("Content-Length", str(len(whole.data) + 1))])
            write(whole.data)
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return []

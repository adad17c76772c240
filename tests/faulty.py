"""A server that answers as badly as it is told to, byte by byte."""

import json
import socket
import threading
import time
from contextlib import suppress


def write_answer(body=b"{}", status=200, kind="application/json", **headers):
    """The bytes of a whole answer; header names are written with underscores."""
    body = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    lines = [f"HTTP/1.1 {status} Said", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


class Faulty:
    """script: what is done with each connection, in turn; the last is done for all that follow.

    Each is bytes to send, or a function of the connection and the request's bytes. asked: the
    requests that came, with the seconds since the server began. listens: else it answers before
    it was asked.
    """

    def __init__(self, *script, listens=True):
        self.script, self.asked, self._listens = list(script), [], listens
        self._began = time.monotonic()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._open = True
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self._open = False
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # wakes who waits for the next one
        self._listening.close()

    def _serve(self):
        while self._open:
            with suppress(OSError):
                connection, _ = self._listening.accept()
                threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection):
        with connection, suppress(OSError):
            request = read_request(connection) if self._listens else b""
            if self._listens and not request:
                return
            self.asked.append((time.monotonic() - self._began, request))
            step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            if callable(step):
                step(connection, request)
            else:
                connection.sendall(step)


def read_request(connection):
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65_536)
        if not piece:
            return received
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def drip(content, pause=0.05):
    """Sends byte by byte, for as long as somebody listens."""

    def send(connection, _):
        for each in content:
            connection.sendall(bytes([each]))
            time.sleep(pause)

    return send


def drip_without_end(head, pause=0.05):
    def send(connection, _):
        connection.sendall(head)
        while True:
            connection.sendall(b" ")
            time.sleep(pause)

    return send


def pour_without_end(head):
    def send(connection, _):
        connection.sendall(head)
        while True:
            connection.sendall(b" " * 65_536)

    return send


def keep_silent(connection, _):
    """Says nothing, until the other side gives up."""
    connection.recv(1)


def hang_up(connection, _):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def pass_on(url):
    """What a proxy does that is in a good mood."""
    host, _, port = url.removeprefix("http://").partition(":")

    def send(connection, request):
        with socket.create_connection((host, int(port)), 30) as onward:
            onward.sendall(request.replace(b"\r\nConnection: keep-alive", b"\r\nConnection: close"))
            while piece := onward.recv(65_536):
                connection.sendall(piece)

    return send

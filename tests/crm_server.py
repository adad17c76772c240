"""A small CRM of ours that goes wrong on request: `python tests/crm_server.py FILE [--keys]`.

What it has taken lies in an SQLite file and survives it; `effect` has a row for each time that a
write did something. With --keys it knows a key again and does nothing twice. Prints its port.

Faults are asked for at /faults: a list that writes take one by one, or by record, for good.
"""

import json
import os
import signal
import socket
import sqlite3
import sys
import threading
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

SCHEMA = """
create table if not exists record (object text, id text, fields text, primary key (object, id));
create table if not exists effect (n integer primary key, key text, object text, id text,
  fields text);
create table if not exists done (key text primary key, id text);
"""
NEVER = threading.Event()


class Crm:
    def __init__(self, path, *, knows_keys):
        self.path, self.knows_keys = path, knows_keys
        self.lock = threading.Lock()
        self.queue, self.by_record, self.asked = [], {}, []
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.db.execute("pragma journal_mode=wal")
        self.db.executescript(SCHEMA)

    def __call__(self, environ, start):
        request = Request(environ)
        answer = self.answer(request, environ)
        return answer(environ, start)

    def answer(self, request, environ):
        if request.path == "/faults":
            return self.plan(json.loads(request.data))
        if request.path == "/asked":
            return tell(200, self.asked)
        _, _, name, *rest = request.path.split("/")
        record = rest[0] if rest else ""
        with self.lock:
            self.asked.append([request.method, record])
        if request.method == "GET":
            if self.by_record.get(record) == "slow reading":
                NEVER.wait(0.6)
            return self.show(name, record)
        fault = self.by_record.get(record) or self.take_fault()
        return self.write(request, environ, name, record, fault)

    def plan(self, wanted):
        with self.lock:
            self.queue = list(wanted.get("next", []))
            self.by_record = dict(wanted.get("records", {}))
        return tell(200, {})

    def take_fault(self):
        with self.lock:
            return self.queue.pop(0) if self.queue else ""

    def show(self, name, record):
        with self.lock:
            row = self.db.execute(
                "select fields from record where object = ? and id = ?", (name, record)
            ).fetchone()
        return tell(404, {}) if row is None else tell(200, {"fields": json.loads(row[0])})

    def write(self, request, environ, name, record, fault):
        pid = int(request.headers.get("X-Pid", 0))
        if fault in BEFORE:
            return BEFORE[fault](environ)
        sent = json.loads(request.data)
        if fault == "kill before commit":
            os.kill(pid, signal.SIGKILL)
        made = self.apply(sent["key"], name, record, sent["fields"])
        if fault == "kill after commit":
            os.kill(pid, signal.SIGKILL)
        if fault in AFTER:
            return AFTER[fault](environ)
        return tell(200, made)

    def apply(self, key, name, record, fields):
        """Once and for all: in a transaction, and for a key that is known only the first time."""
        with self.lock:
            self.db.execute("begin immediate")
            known = self.db.execute("select id from done where key = ?", (key,)).fetchone()
            if known and self.knows_keys:
                self.db.execute("commit")
                return {"id": known[0], "known": True}
            record = (
                record or f"made-{self.db.execute('select count(*) from record').fetchone()[0]}"
            )
            row = self.db.execute(
                "select fields from record where object = ? and id = ?", (name, record)
            ).fetchone()
            held = {**(json.loads(row[0]) if row else {}), **fields}
            self.db.execute(
                "insert or replace into record values (?, ?, ?)", (name, record, json.dumps(held))
            )
            self.db.execute(
                "insert into effect (key, object, id, fields) values (?, ?, ?, ?)",
                (key, name, record, json.dumps(fields)),
            )
            self.db.execute("insert or replace into done values (?, ?)", (key, record))
            self.db.execute("commit")
        return {"id": record, "known": False}


def tell(status, content, **headers):
    return Response(
        json.dumps(content), status=status, mimetype="application/json", headers=headers
    )


def reset(environ):
    """The connection is torn in the middle."""
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return tell(200, {})


def say_nothing(environ):
    """Half open: the connection stands and nothing comes over it."""
    NEVER.wait(2)
    return reset(environ)


def trickle(environ):
    """A byte now, and the next one later than anybody waits."""

    def drop():
        yield b'{"id"'
        NEVER.wait(2)
        yield b": 1}"

    return Response(drop(), mimetype="application/json")


BEFORE = {
    "429": lambda _: tell(429, {}, **{"Retry-After": "7"}),
    "503": lambda _: tell(503, {}),
    "422": lambda _: tell(422, {"reason": "the stage does not exist"}),
    "401": lambda _: tell(401, {}),
    "reset": reset,
    "half open": say_nothing,
}
AFTER = {
    "500 after commit": lambda _: tell(500, {}),
    "timeout after commit": say_nothing,
    "reset after commit": reset,
    "slow bytes": trickle,
}


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.0"

    def log(self, *_):
        """Says nothing."""


def main():
    path, *options = sys.argv[1:]
    crm = Crm(Path(path), knows_keys="--keys" in options)
    server = make_server("127.0.0.1", 0, crm, threaded=True, request_handler=Quiet)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

"""The small CRM of the tests from the outside: started, written to over HTTP, and looked into."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import requests
from urllib3.util.retry import Retry

from counterpoise.connectors.sources.http import open_session
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable, Written
from counterpoise.connectors.sources.reach import read_reach

SERVER = Path(__file__).with_name("crm_server.py")
PATIENCE = (0.5, 0.5)
HERE = read_reach("127.0.0.1")


class RunningCrm:
    def __init__(self, url, path, *, knows_keys):
        self.url, self.path, self.knows_keys = url, path, knows_keys

    def plan(self, *queue, **records):
        """Faults: of the next writes, one each; and by record, for good."""
        requests.post(f"{self.url}/faults", json={"next": queue, "records": records}, timeout=5)

    def hold(self, object_name, record, **fields):
        """A record that is there, as somebody typed it in."""
        with self.open() as db:
            db.execute(
                "insert or replace into record values (?, ?, ?)",
                (object_name, record, json.dumps(fields)),
            )

    def show(self, object_name, record):
        rows = self.ask(
            "select fields from record where object = ? and id = ?", object_name, record
        )
        return json.loads(rows[0][0]) if rows else None

    def list_effects(self):
        """Of each time that a write did something: key, record, fields."""
        rows = self.ask("select key, id, fields from effect order by n")
        return [(key, record, json.loads(fields)) for key, record, fields in rows]

    def list_asked(self):
        return requests.get(f"{self.url}/asked", timeout=5).json()

    def ask(self, question, *values):
        with self.open() as db:
            return db.execute(question, values).fetchall()

    @contextmanager
    def open(self):
        db = sqlite3.connect(self.path, timeout=20)
        with db:
            yield db
        db.close()

    def make_writer(self, **options):
        return CrmWriter(self.url, knows_keys=self.knows_keys, **options)


class CrmWriter:
    """Reads a record, compares, and writes it: as the port asks."""

    def __init__(self, url, *, knows_keys, say=lambda stage: None):
        self.url, self.say, self.knows_keys = url, say, knows_keys
        self.session = open_session(HERE)
        for adapter in self.session.adapters.values():
            adapter.max_retries = Retry(0, read=False)

    def write(self, writes):
        return tuple(self.write_one(each) for each in writes)

    def write_one(self, write):
        try:
            found = self.read(write) if write.source_id else {}
        except (requests.ConnectionError, requests.Timeout) as error:
            raise SourceUnreachable(f"it cannot be reached: {type(error).__name__}") from error
        if found is None:
            return Written(write.key, "refused", "there is no such record")
        if write.source_id and all(found.get(k) == v for k, v in write.fields.items()):
            return Written(write.key, "known")
        if any((found.get(k) or None) != (write.expected.get(k) or None) for k in write.fields):
            held = {name: found.get(name) for name in write.fields}
            return Written(write.key, "conflict", "it was changed there", held)
        self.say("compared")
        try:
            answer = self.send(write)
        except (requests.ConnectionError, requests.Timeout) as error:
            return Written(write.key, "again", f"no answer: {type(error).__name__}")
        return self.judge(write, answer)

    def read(self, write):
        answer = self.session.get(
            f"{self.url}/records/{write.object}/{write.source_id}", timeout=PATIENCE
        )
        return answer.json()["fields"] if answer.status_code == 200 else None

    def send(self, write):
        return self.session.request(
            "PATCH" if write.source_id else "POST",
            f"{self.url}/records/{write.object}/{write.source_id}".rstrip("/"),
            json={"key": write.key, "fields": dict(write.fields)},
            headers={"X-Pid": str(os.getpid())},
            timeout=PATIENCE,
        )

    def judge(self, write, answer):
        if answer.status_code == 429:
            wait = float(answer.headers["Retry-After"])
            return Written(write.key, "again", "too many calls", wait_seconds=wait)
        if answer.status_code == 401:
            raise SourceRefused("the token was revoked")
        if answer.status_code >= 500:
            return Written(write.key, "again", f"it answered {answer.status_code}")
        if answer.status_code >= 400:
            return Written(write.key, "refused", answer.json()["reason"])
        content = answer.json()
        outcome = "known" if content["known"] else "done"
        return Written(write.key, outcome, source_id=content["id"])


@contextmanager
def run_crm(folder, *, knows_keys=True):
    path = folder / "crm.sqlite3"
    command = [sys.executable, str(SERVER), str(path), *(["--keys"] if knows_keys else [])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        port = int(process.stdout.readline())
        yield RunningCrm(f"http://127.0.0.1:{port}", path, knows_keys=knows_keys)
    finally:
        process.kill()
        process.communicate()

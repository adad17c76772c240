"""A real Tryton for a test: a copy of the prepared company, on a free port of this machine.

It runs in an environment of its own, which `make tryton` prepares once; it is asked over HTTP and
never imported.
"""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from base64 import b64encode
from pathlib import Path

PLACE = Path(__file__).parents[1] / "build" / "tryton"
PASSWORD = "a password of the tests"
DATABASE = "company"
_WAIT_SECONDS = 120


class NotPrepared(RuntimeError):
    """A test that needs Tryton does not pass without it."""


class TrytonServer:
    """url: of the server. Logins are admin, seller and reader, who may not see amounts."""

    def __init__(self, folder: Path) -> None:
        template = PLACE / "company" / f"{DATABASE}.sqlite"
        if not template.is_file():
            raise NotPrepared(f"{template} is not there. Run `make tryton` once.")
        folder.mkdir(parents=True, exist_ok=True)
        self.store = folder / f"{DATABASE}.sqlite"
        shutil.copy(template, self.store)
        port = _find_port()
        self.url = f"http://127.0.0.1:{port}"
        settings = folder / "trytond.conf"
        settings.write_text(
            f"[database]\nuri = sqlite://\npath = {folder}\n[web]\nlisten = 127.0.0.1:{port}\n",
            "utf-8",
        )
        self._log = (folder / "trytond.log").open("wb")
        self._process = subprocess.Popen(
            [PLACE / "bin" / "trytond", "-c", settings, "-d", DATABASE],
            stdout=self._log,
            stderr=self._log,
        )
        self._tickets: dict[str, str] = {}
        self._wait()

    def __enter__(self) -> "TrytonServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)
        self._log.close()

    def call(self, model, method, *arguments, login="admin", **context):
        """As that person's own client would; raises RuntimeError with what Tryton says."""
        headers = self._show_ticket(login)
        own = self._ask("model.res.user.get_preferences", [True, {}], headers)
        return self._ask(f"model.{model}.{method}", [*arguments, {**own, **context}], headers)

    def replace_party(self, double, kept):
        """By the wizard, as people do it."""
        own = self._ask("model.res.user.get_preferences", [True, {}], self._show_ticket("admin"))
        (session, *_) = self._ask("wizard.party.replace.create", [own], self._show_ticket("admin"))
        asked = {"ask": {"source": double, "destination": kept}}
        self._ask(
            "wizard.party.replace.execute",
            [session, asked, "replace", own],
            self._show_ticket("admin"),
        )

    def _show_ticket(self, login):
        if login not in self._tickets:
            entered = self._ask("common.db.login", [login, {"password": PASSWORD}])
            self._tickets[login] = b64encode(f"{login}:{entered[0]}:{entered[1]}".encode()).decode()
        return {"Authorization": f"Session {self._tickets[login]}"}

    def _ask(self, method, parameters, headers=()):
        request = urllib.request.Request(
            f"{self.url}/{DATABASE}/rpc/",
            json.dumps({"id": 1, "method": method, "params": parameters}).encode(),
            {"Content-Type": "application/json", **dict(headers)},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            said = json.load(answer)
        if "error" in said:
            raise RuntimeError(said["error"])
        return said["result"]

    def _wait(self) -> None:
        """Until it lets somebody in, which it does once all modules are loaded."""
        until = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            try:
                self.call("res.user", "search", [], 0, 1, None)
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
            else:
                return
        self.stop()
        raise NotPrepared(f"Tryton did not start; see {self._log.name}")


def _find_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]

"""The application as a team runs it: server and worker in processes of their own, and browsers."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from counterpoise.actions.workspaces import Workspace

PERIOD, AS_OF = "2026-Q4", "2026-09-30"
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@dataclass
class Application:
    """A running `counterpoise serve`."""

    workspace: Workspace
    address: str
    process: subprocess.Popen

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=30)


def start(workspace, *options, port=None):
    port = port or find_port()
    command = [sys.executable, "-m", "counterpoise.cli", "serve", "--port", str(port), *options]
    log = (workspace.root / "serve.log").open("a")
    process = subprocess.Popen([*command, "--workspace", str(workspace.root)], stderr=log)
    for _ in range(1200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert process.poll() is None, (workspace.root / "serve.log").read_text()
        time.sleep(0.1)
    return Application(workspace, f"http://127.0.0.1:{port}", process)


@contextmanager
def serving(workspace, *options):
    application = start(workspace, *options)
    try:
        yield application
    finally:
        application.stop()


def find_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_command(workspace, *words):
    command = [sys.executable, "-m", "counterpoise.cli", *map(str, words)]
    done = subprocess.run(
        [*command, "--workspace", str(workspace)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def prepare(root: Path, scale=0.2):
    """A workspace with the sample company's cycle, in the store that the environment names."""
    workspace = root / "workspace"
    run_command(workspace, "init", "--company", "Sample Company")
    run_command(workspace, "sample", "--out", root / "sample", "--scale", scale)
    run_command(workspace, "rulebook", "import", root / "sample" / "rulebook.toml")
    run_command(workspace, "collect", root / "sample" / "export")
    run_command(workspace, "cycle", PERIOD, "--as-of", AS_OF)
    return workspace


def environment_of(workspace):
    return {**os.environ, "COUNTERPOISE_WORKSPACE": str(workspace.root)}

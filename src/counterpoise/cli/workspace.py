"""Commands about the workspace itself: make one, fill it with the sample company, serve it."""

import os
import socket
import sys
from pathlib import Path

from counterpoise.actions import samples, workspaces
from counterpoise.cli.options import DEFAULTS, Common
from counterpoise.cli.output import print_json, say, working
from counterpoise.domain.values.text import text


class PortTaken(ValueError):
    """An address that the application cannot listen on."""


def init(*, company: str = "", common: Common = DEFAULTS) -> None:
    """Make a workspace: a warehouse folder, a store, and counterpoise.toml.

    Parameters
    ----------
    company
        The name on reports; the folder's name where it is not said.
    """
    workspace = workspaces.init_workspace(common.workspace, company)
    if common.json:
        print_json(
            {
                "workspace": workspace.root,
                "store": workspaces.name_store(workspace),
                "warehouse": workspace.warehouse,
            }
        )
        return
    say(f"{workspace.root} is ready. Next: counterpoise collect PATH")


def sample(
    *,
    out: Path,
    scale: float = 1.0,
    seed: int = 7,
    common: Common = DEFAULTS,
) -> None:
    """Write the sample company's source files, and the truth behind them.

    Parameters
    ----------
    out
        The folder to write into.
    scale
        1 is about 5,000 opportunities and 50,000 activities.
    seed
        The same seed writes the same files.
    """
    with working("Simulating the sample company"):
        written = samples.write_sample(out, scale=scale, seed=seed)
    if common.json:
        print_json({"files": written.files, "truth": written.truth})
        return
    say(f"{len(written.files)} source files in {out}. Next: counterpoise collect {out}/export")


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    processes: int = 2,
    worker: bool = True,
    sample: bool = True,
    common: Common = DEFAULTS,
) -> None:
    """Start the web application.

    Parameters
    ----------
    host
        The address to listen on.
    port
        The port to listen on.
    processes
        How many processes answer, each with as much memory: about one for each processor.
    worker
        Run the background worker beside it; without, start it with `counterpoise worker`.
    sample
        Fill a workspace that does not exist yet with the sample company.
    """
    _refuse_taken(host, port)
    options = [] if worker else ["--no-worker"]
    if not workspaces.is_workspace(common.workspace):
        workspaces.init_workspace(common.workspace, "Sample Company" if sample else "")
        options += ["--sample"] if sample else []
    _become("counterpoise.web.server", [host, str(port), str(max(processes, 1)), *options], common)


def _refuse_taken(host: str, port: int) -> None:
    """The server shares its port among its processes, and would share it with a stranger's too:
    two servers of two workspaces would answer in turn."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except (OSError, OverflowError) as error:
        raise PortTaken(
            text(
                "Nothing can be served on {host}, port {port}: {why}. Stop what listens there, or"
                " choose another with --port or --host.",
                host=host,
                port=port,
                why=_say_system(error),
            )
        ) from error


def _say_system(error: OSError | OverflowError) -> str:
    """Without what Python adds to the system's own words."""
    if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return str(error).rstrip(".")


def worker(*, common: Common = DEFAULTS) -> None:
    """Start a background worker for the web application.

    It loads, plans and writes what people asked for on the pages; several may run on one store.
    """
    _become("counterpoise.web.background.worker", [], common)


def _become(module: str, arguments: list[str], common: Common) -> None:
    """Go on as this module of the web application, in this workspace."""
    workspace = workspaces.open_workspace(common.workspace)
    environment = {
        **os.environ,
        "COUNTERPOISE_WORKSPACE": str(workspace.root),
        "DJANGO_SETTINGS_MODULE": "counterpoise.web.settings",
    }
    command = [sys.executable, "-m", module, *arguments]
    os.execve(sys.executable, command, environment)  # noqa: S606 -- our own interpreter and module

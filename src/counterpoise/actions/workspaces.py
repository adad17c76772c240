"""A workspace: the folder with one company's warehouse, store and settings."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from counterpoise.store.connection import connect, describe
from counterpoise.store.upgrade import upgrade_store

SETTINGS_FILE = "counterpoise.toml"
_SETTINGS = """\
# A Counterpoise workspace. Its store lies here unless COUNTERPOISE_STORE names another.
# The name on reports:
company = "{company}"
"""


class NoWorkspace(LookupError):
    """A folder that holds no workspace."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where things lie. Paths are absolute."""

    root: Path

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse"

    @property
    def landing(self) -> Path:
        return self.warehouse / "landing"

    @property
    def builds(self) -> Path:
        return self.warehouse / "builds"

    @property
    def scratch(self) -> Path:
        return self.warehouse / "scratch"

    @property
    def identity(self) -> Path:
        """Runs of the matcher, a folder each."""
        return self.warehouse / "identity"

    @property
    def known(self) -> Path:
        """What connections have brought; made again by reading everything, so in no backup."""
        return self.warehouse / "known"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def uploads(self) -> Path:
        return self.root / "uploads"

    @property
    def settings(self) -> Path:
        return self.root / SETTINGS_FILE

    def build_folder(self, build: str) -> Path:
        return self.builds / build


def init_workspace(folder: Path, company: str = "") -> Workspace:
    """Make a workspace, or bring an existing one's store up to date; nothing there is lost."""
    workspace = Workspace(folder.absolute())
    for each in (workspace.landing, workspace.builds, workspace.scratch, workspace.reports):
        each.mkdir(parents=True, exist_ok=True)
    if not workspace.settings.exists():
        named = (company or workspace.root.name).replace("\\", "").replace('"', "")
        workspace.settings.write_text(_SETTINGS.format(company=named), "utf-8")
    connect(workspace.root)
    upgrade_store()
    return workspace


def is_workspace(folder: Path) -> bool:
    return Workspace(folder.absolute()).settings.is_file()


def open_workspace(folder: Path) -> Workspace:
    """The workspace in `folder`. Raises NoWorkspace where `init` was never run."""
    workspace = Workspace(folder.absolute())
    if not workspace.settings.is_file():
        raise NoWorkspace(
            f"{workspace.root} is no Counterpoise workspace: it has no {SETTINGS_FILE}."
            " Run `counterpoise init` there, or name one with --workspace."
        )
    connect(workspace.root)
    return workspace


def get_company(workspace: Workspace) -> str:
    """The company's name, for reports."""
    settings = tomllib.loads(workspace.settings.read_text("utf-8"))
    return str(settings.get("company") or workspace.root.name)


def name_store(workspace: Workspace) -> str:
    """Where the store is, without a password."""
    return describe(workspace.root)

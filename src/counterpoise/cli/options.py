"""Options that every command takes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Common:
    """Where to work, and how to answer."""

    workspace: Annotated[Path, Parameter(env_var="COUNTERPOISE_WORKSPACE")] = Path()
    """The folder with the warehouse and the store; else $COUNTERPOISE_WORKSPACE, else here."""

    json: Annotated[bool, Parameter(negative=())] = False
    """Print one JSON document on standard output and nothing else there."""


DEFAULTS = Common()

"""Options that every command takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


class UnclearPart(ValueError):
    """A part that is not written as dimension and member."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Common:
    """Where to work, and how to answer."""

    workspace: Annotated[Path, Parameter(env_var="COUNTERPOISE_WORKSPACE")] = Path()
    """The folder with the warehouse and the store; else $COUNTERPOISE_WORKSPACE, else here."""

    json: Annotated[bool, Parameter(negative=())] = False
    """Print one JSON document on standard output and nothing else there."""


DEFAULTS = Common()


def read_members(written: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Of words such as region=Gulf."""
    members = []
    for each in written:
        name, sign, member = each.partition("=")
        if not sign or not member:
            raise UnclearPart(f"{each} names no part. Write: --by region=Gulf.")
        members.append((name, member))
    return tuple(members)

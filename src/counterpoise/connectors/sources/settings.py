"""What a kind of connection asks a person for, and what it is opened with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from counterpoise.connectors.sources.reach import Reach
from counterpoise.domain.values.text import Text, text


class InvalidSetting(ValueError):
    """A setting that no connection could be opened with."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A field of the form. name: as in `Opening.settings`, or in `Opening.secret` if is_secret.

    is_long: written on several lines. example: what one may look like, never a secret.
    """

    name: str
    label: Text
    help: Text
    is_secret: bool = False
    is_required: bool = True
    is_long: bool = False
    example: str = ""


OAUTH_SECRETS = (
    Setting(
        "client_secret",
        text("Client secret"),
        text("Of an OAuth app; kept locked and never shown again"),
        is_secret=True,
        is_required=False,
    ),
    Setting(
        "refresh_token",
        text("Refresh token"),
        text("Of an OAuth app; kept locked and never shown again"),
        is_secret=True,
        is_required=False,
    ),
)
"""Of systems that let in by an OAuth app or, instead, by a token of a person's own."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A connection as its system is opened with. name: also the `source` of its rows.

    folders: below which local files may be read. keep_secret: stores what the system gave instead
    of the secret, such as a renewed token.
    """

    name: str
    settings: Mapping[str, str]
    secret: Mapping[str, str] = field(repr=False)
    reach: Reach = field(default_factory=Reach)
    folders: tuple[Path, ...] = ()
    keep_secret: Callable[[Mapping[str, str]], None] = lambda secret: None

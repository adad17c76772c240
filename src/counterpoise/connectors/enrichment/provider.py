"""What every provider is asked, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Subject:
    """A company as it is known: what a provider may look it up by. Empty where not known."""

    name: str = ""
    domain: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """fields: values as written there. method: how each was found. place: where to look again."""

    fields: Mapping[str, str]
    method: Mapping[str, str]
    place: str


class Provider(Protocol):
    """Raises SourceRefused and SourceUnreachable. None: it does not know the company."""

    def ask(self, subject: Subject) -> Found | None: ...

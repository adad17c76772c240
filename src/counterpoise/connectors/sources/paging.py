"""Stops a walk over pages that would not end."""

from collections.abc import Hashable

from counterpoise.connectors.sources.port import SourceUnreachable
from counterpoise.domain.values.text import text

MOST_PAGES = 1_000_000


class Pages:
    """What has been asked for on one walk. subject: the object's name, for the refusal."""

    def __init__(self, subject: str, most: int = MOST_PAGES) -> None:
        self._subject, self._most = subject, most
        self._seen: set[Hashable] = set()

    def go_to(self, mark: Hashable) -> None:
        """mark: what asks for the page: a cursor, an offset, the last id of the page before.

        Raises SourceUnreachable where the same page is asked for again, or no end is in sight.
        """
        if mark in self._seen:
            raise SourceUnreachable(
                text(
                    "The pages of {object} go round in a circle: {mark} came twice. Nothing of"
                    " this refresh was kept; try again later.",
                    object=self._subject,
                    mark=str(mark)[:100],
                )
            )
        if len(self._seen) >= self._most:
            raise SourceUnreachable(
                text(
                    "{object} has more than {pages} pages, with no end in sight. Nothing of this"
                    " refresh was kept.",
                    object=self._subject,
                    pages=self._most,
                )
            )
        self._seen.add(mark)

r"""Whether every value of a text file is what it says already: nothing to strip, nothing to void.

Cleaning texts value by value costs more than all other casting. Most exports need none of it, and
their bytes show that in passing: only ASCII, no tabs, no space beside the border of a field, and
none of the spellings that stand for nothing or for a spreadsheet's error (each of those holds `#`,
`\N` or `NULL`). What looks otherwise is cleaned value by value; to be told untidy costs time, never
a letter.
"""

from dataclasses import dataclass

import numpy as np

from counterpoise.domain.tables.received import Dialect

_LONGEST = len(b"NULL")


@dataclass(slots=True)
class Tidiness:
    """tail: the last bytes of the chunk before, so that nothing hides between two chunks."""

    dialect: Dialect
    is_tidy: bool = True
    tail: bytes = b"\n"

    def look_at(self, chunk: bytes) -> None:
        if self.is_tidy:
            seen = self.tail + chunk
            self.is_tidy = self._is_clean(seen)
            self.tail = seen[-_LONGEST:]

    def close(self) -> bool:
        """The end of the file is the end of a field."""
        return self.is_tidy and not self.tail.endswith(b" ")

    def _is_clean(self, seen: bytes) -> bool:
        tab_is_border = self.dialect.delimiter == "\t"
        quote = self.dialect.quote.encode()
        return (
            seen.isascii()
            and (b"\t" not in seen or (tab_is_border and not (quote and quote in seen)))
            and b"#" not in seen
            and not (b"\\" in seen and b"\\N" in seen)
            and b"NULL" not in seen
            and not self._has_space_at_a_border(seen)
        )

    def _has_space_at_a_border(self, seen: bytes) -> bool:
        values = np.frombuffer(seen, np.uint8)
        spaces = values == ord(" ")
        borders = values == ord("\n")
        for each in f"\r{self.dialect.delimiter}{self.dialect.quote}".encode():
            if each in seen:
                borders |= values == each
        return bool((spaces[1:] & borders[:-1]).any() or (spaces[:-1] & borders[1:]).any())

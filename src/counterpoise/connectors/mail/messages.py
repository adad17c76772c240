"""Tells the messages of a mailbox apart, in little memory: headers are read, bodies pass by.

Of a body nothing is kept, and of an attachment only that there was one: what people write to one
another is not needed to count that they did.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MOST_HEADER = 256 << 10
"""Bytes of one message's headers that are read; what is beyond passes by like a body."""
_LINE = 64 << 10
_ATTACHED = b"content-disposition: attachment"
_BREAK = re.compile(rb"From \S+ .*\d\d:\d\d|From - ")


@dataclass(frozen=True, slots=True)
class Message:
    """envelope: the line before it that parts messages in a mailbox. size: of all of it."""

    envelope: bytes
    header: bytes
    size: int
    attachments: int


@dataclass(slots=True)
class _Growing:
    envelope: bytes
    header: bytearray
    size: int = 0
    attachments: int = 0
    in_body: bool = False

    def take(self, line: bytes) -> None:
        self.size += len(line)
        if not self.in_body and not line.strip(b"\r\n"):
            self.in_body = True
        elif not self.in_body and len(self.header) < MOST_HEADER:
            self.header += line
        elif self.in_body and line[: len(_ATTACHED)].lower() == _ATTACHED:
            self.attachments += 1

    def close(self) -> Message:
        return Message(self.envelope, bytes(self.header), self.size, self.attachments)


def read_messages(file: BinaryIO) -> Iterator[Message]:
    """Of an mbox file or of one message. A line is taken in pieces, however long it is."""
    growing: _Growing | None = None
    is_line_start, is_after_blank = True, True
    while line := file.readline(_LINE):
        if is_line_start and is_after_blank and _BREAK.match(line):
            if growing is not None:
                yield growing.close()
            growing = _Growing(line, bytearray())
        else:
            if growing is None:
                growing = _Growing(b"", bytearray())
            growing.take(line)
        is_after_blank = is_line_start and not line.strip(b"\r\n")
        is_line_start = line.endswith(b"\n")
    if growing is not None:
        yield growing.close()

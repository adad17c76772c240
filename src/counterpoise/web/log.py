"""The log: one event is one line, whatever people and programs send.

Line ends, terminal escapes and other control characters in a message or a traceback are written by
their number, so nobody can forge a line or colour a terminal. A line ends with the request's id.
"""

import logging
import re

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class OneLine(logging.Formatter):
    """`2026-10-01T12:00:00+0000 WARNING django.request: Not Found: /nowhere [request]`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        from counterpoise.store.audit import get_actor  # noqa: PLC0415 -- logs begin before models

        return f"{escape(super().format(record))} [{get_actor().request or '-'}]"


def escape(written: str) -> str:
    return _CONTROLS.sub(_write, written)


def _write(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

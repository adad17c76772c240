"""Whether a system has what is to be there, or what we last read: compared before it is written.

A value is the same however it is written: 1000 and 1000.0, 10 and 10%, a moment in any zone.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from counterpoise.connectors.sources.port import Write, Written
from counterpoise.domain.values.text import text


def judge(write: Write, found: Mapping[str, str | None] | None) -> Written | None:
    """What needs no writing, or must not be written; None: it is to be written now."""
    if found is None:
        return Written(
            write.key,
            "refused",
            str(
                text("{object} {id} is not there any more", object=write.object, id=write.source_id)
            ),
        )
    if all(is_same(found.get(name), value) for name, value in write.fields.items()):
        return Written(write.key, "known", found=_keep(found, write))
    if any(_is_strange(write, name, found.get(name)) for name in write.expected):
        said = text("somebody changed it since we read it, so nothing was written")
        return replace(Written(write.key, "conflict", str(said)), found=_keep(found, write))
    return None


def _is_strange(write: Write, name: str, found: str | None) -> bool:
    """Neither what we last read nor what is wanted, which an earlier try may have written."""
    if is_same(found, write.expected[name]):
        return False
    return name not in write.fields or not is_same(found, write.fields[name])


def is_same(one: str | None, other: str | None) -> bool:
    if (one or "") == (other or ""):
        return True
    if not one or not other:
        return False
    return _read(one) == _read(other)


def _keep(found: Mapping[str, str | None], write: Write) -> dict[str, str | None]:
    return {name: found.get(name) for name in {**write.expected, **write.fields}}


def _read(written: str) -> object:
    bare = written.strip()
    if bare.lower() in ("true", "false"):
        return bare.lower()
    if bare[:1].isdigit() or bare[:1] in "+-.":
        try:
            return Decimal(bare.removesuffix("%"))
        except InvalidOperation:
            return _read_moment(bare)
    return bare


def _read_moment(written: str) -> object:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return written
    if moment.tzinfo is None:
        return written if len(written) == 10 else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)
